//! Texts in PEM (RFC 7468), of which only the blocks count.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use crate::invalid_value::InvalidValue;

/// Characters of base64 in a line (RFC 7468 section 2).
const WIDTH: usize = 64;

/// The last header of a key that is encrypted in the old way (RFC 1421 section 4.6.1.3).
const OLD_HEADER: &str = "DEK-Info:";

/// Returns the blocks of a text without what stands between them (RFC 7468 section 2), a line each.
pub(crate) fn blocks(text: &str) -> Result<Zeroizing<String>, InvalidValue> {
    labelled(text, |_| true)
}

/// Returns the certificates of a text, in which a private key may stand as well.
pub(crate) fn certificates(text: &str) -> Result<Zeroizing<String>, InvalidValue> {
    labelled(text, |label| label.ends_with("CERTIFICATE"))
}

/// Returns the private keys of a text, in which certificates may stand as well.
pub(crate) fn keys(text: &str) -> Result<Zeroizing<String>, InvalidValue> {
    labelled(text, |label| label.ends_with("PRIVATE KEY"))
}

/// Returns the lists of revoked certificates of a text.
pub(crate) fn revocation_lists(text: &str) -> Result<Zeroizing<String>, InvalidValue> {
    labelled(text, |label| label.ends_with("CRL"))
}

fn labelled(
    text: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Zeroizing<String>, InvalidValue> {
    // It never grows, so it leaves no copy of a key behind.
    let longest = text.len() + 1 + text.matches(OLD_HEADER).count();
    let mut blocks = Zeroizing::new(String::with_capacity(longest));
    let (mut is_inside, mut is_kept) = (false, false);
    for line in text.split(['\r', '\n']).map(str::trim_ascii) {
        let begins = line.starts_with("-----BEGIN ");
        let is_damaged = if is_inside {
            begins || line.starts_with('<')
        } else {
            line.starts_with("-----END ")
        };
        if is_damaged {
            return Err(InvalidValue::new("holds a damaged PEM block"));
        }
        is_inside |= begins;
        if begins {
            let label = line.trim_start_matches("-----BEGIN ").trim_end_matches('-');
            is_kept = is_wanted(label);
        }
        // A header in an old encrypted key ends with an empty line, which belongs to it; a CR LF has
        // one between its halves, which does not.
        if is_inside && is_kept && !line.is_empty() {
            blocks.push_str(line);
            blocks.push('\n');
            if line.starts_with(OLD_HEADER) {
                blocks.push('\n');
            }
        }
        if line.starts_with("-----END ") {
            is_inside = false;
        }
    }
    if is_inside {
        return Err(InvalidValue::new("holds a PEM block that is cut short"));
    }
    if blocks.is_empty() {
        return Err(InvalidValue::new("holds nothing in PEM"));
    }
    // Many profiles may keep a little of a large file.
    if blocks.len() < blocks.capacity() / 2 {
        blocks = Zeroizing::new(blocks.as_str().to_owned());
    }
    Ok(blocks)
}

/// Writes bytes in base64, in lines.
pub(crate) fn base64_lines(bytes: &[u8]) -> Zeroizing<String> {
    let digits = Zeroizing::new(Base64::encode_string(bytes));
    let lines = digits.len().div_ceil(WIDTH);
    let mut text = Zeroizing::new(String::with_capacity(digits.len().saturating_add(lines)));
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at_checked(WIDTH).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = behind;
    }
    text
}

/// Writes what is no secret as a PEM block with a label, such as `CERTIFICATE`.
pub(crate) fn block(label: &str, der: &[u8]) -> String {
    let lines = base64_lines(der);
    format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", *lines)
}
