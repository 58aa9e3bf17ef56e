//! PEM text (RFC 7468) into labelled bytes.
//!
//! Hand-written because the labels for encrypted keys must be seen rather than skipped, and because the buffers may
//! hold private keys and so are wiped.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use crate::AuthError;

/// One `BEGIN`/`END` block.
pub(crate) struct Section<'a> {
    /// The text between `BEGIN ` and the closing dashes.
    pub(crate) label: &'a str,
    /// Whether a `Proc-Type: 4,ENCRYPTED` header (RFC 1421) says that the body is encrypted.
    pub(crate) legacy_encryption: bool,
    /// The decoded body; of no use if `legacy_encryption` is set.
    pub(crate) der: Zeroizing<Vec<u8>>,
}

impl Section<'_> {
    /// Whether it is a certificate, by its label.
    pub(crate) fn is_certificate(&self) -> bool {
        matches!(self.label, "CERTIFICATE" | "X509 CERTIFICATE")
    }
}

/// Reads every block; text around blocks, such as the bag attributes that OpenSSL writes, is skipped.
pub(crate) fn sections(input: &[u8]) -> Result<Vec<Section<'_>>, AuthError> {
    let mut sections = Vec::new();
    let mut lines = input
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .map(<[u8]>::trim_ascii);
    while let Some(line) = lines.next() {
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let Some(label) = label(line, "-----BEGIN ") else {
            continue;
        };
        sections.push(section(label, &mut lines)?);
    }
    Ok(sections)
}

fn section<'a>(
    label_of_section: &'a str,
    lines: &mut impl Iterator<Item = &'a [u8]>,
) -> Result<Section<'a>, AuthError> {
    let mut legacy_encryption = false;
    let mut body = Zeroizing::new(Vec::new());
    for line in lines {
        if let Some(end) = label(line, "-----END ") {
            if end != label_of_section {
                return Err(AuthError::Pem {
                    reason: "a BEGIN line and its END line differ",
                });
            }
            let der = if legacy_encryption {
                Zeroizing::default()
            } else {
                decode(&body)?
            };
            return Ok(Section {
                label: label_of_section,
                legacy_encryption,
                der,
            });
        }
        if line.contains(&b':') {
            legacy_encryption |= line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED");
            continue;
        }
        append(&mut body, line);
    }
    Err(AuthError::Pem {
        reason: "a block has no END line",
    })
}

/// Appends by hand so that a buffer that is outgrown is wiped before it is freed.
fn append(body: &mut Zeroizing<Vec<u8>>, line: &[u8]) {
    let needed = body.len() + line.len();
    if needed > body.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(4096) * 2));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(line);
}

fn decode(body: &[u8]) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    let damaged = AuthError::Pem {
        reason: "a block is not base64",
    };
    let mut der = Zeroizing::new(vec![0; body.len() / 4 * 3 + 3]);
    let length = match Base64::decode(body, &mut der) {
        Ok(bytes) => bytes.len(),
        Err(_) => return Err(damaged),
    };
    der.truncate(length);
    Ok(der)
}

fn label<'a>(line: &'a [u8], prefix: &str) -> Option<&'a str> {
    let label = line
        .strip_prefix(prefix.as_bytes())?
        .strip_suffix(b"-----")?;
    std::str::from_utf8(label).ok()
}
