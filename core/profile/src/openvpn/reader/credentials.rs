use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use crate::authentication::{
    Authentication, CertificateAuthentication, ClientIdentity, PasswordAuthentication,
    StaticChallenge,
};
use crate::error::ImportError;
use crate::pem;
use crate::position::Position;
use crate::secret_value::{SecretBytes, SecretText};
use crate::thumbprint::Thumbprint;
use crate::warning::{WarningKind, Warnings};

use crate::limits::is_a_short_line;
use crate::openvpn::beside::FilesBeside;
use crate::openvpn::setting::{Setting, Source};

/// Who connects, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Credentials<'a> {
    certificate: Option<Source<'a>>,
    key: Option<Source<'a>>,
    further_certificates: Option<Source<'a>>,
    pfx: Option<Source<'a>>,
    thumbprint: Option<Thumbprint>,
    /// Whether the machine is to have the certificate.
    is_elsewhere: bool,
    wants_password: bool,
    password: Option<Source<'a>>,
    static_challenge: Option<StaticChallenge>,
}

impl<'a> Credentials<'a> {
    pub(super) fn take(
        &mut self,
        setting: &Setting<'a>,
        beside: FilesBeside<'_, 'a>,
        warnings: &mut Warnings,
    ) -> Result<(), ImportError> {
        match setting.name {
            "cert" => self.certificate = setting.source(beside)?.or(self.certificate),
            "key" => self.key = setting.source(beside)?.or(self.key),
            "extra-certs" => {
                self.further_certificates = setting.source(beside)?.or(self.further_certificates);
            }
            "pkcs12" => self.pfx = setting.source(beside)?.or(self.pfx),
            "auth-user-pass" => {
                self.wants_password = true;
                self.take_password(setting, beside, warnings)?;
            }
            "static-challenge" => self.static_challenge = Some(static_challenge(setting)?),
            "cryptoapicert" => {
                self.is_elsewhere = true;
                self.thumbprint = thumbprint(setting.required(0)?);
                if self.thumbprint.is_none() {
                    setting.warn(
                        warnings,
                        "names a certificate, which is for the host program to choose",
                    );
                }
            }
            // Tokens, and programs that direct OpenVPN.
            _ => {
                self.is_elsewhere = true;
                setting.warn(
                    warnings,
                    "says where the client certificate is, which is for the host program to find",
                );
            }
        }
        Ok(())
    }

    fn take_password(
        &mut self,
        setting: &Setting<'a>,
        beside: FilesBeside<'_, 'a>,
        warnings: &mut Warnings,
    ) -> Result<(), ImportError> {
        let names_source = match setting.argument(0) {
            None => setting.block.is_some(),
            Some(word) => !matches!(word, "[inline]" | "username-only"),
        };
        if !names_source {
            return Ok(());
        }
        let source = setting.source_if_given(beside)?;
        if source.is_none() {
            setting.warn(
                warnings,
                "names a file that was not given; user name and password are asked for",
            );
        }
        self.password = source.or(self.password);
        Ok(())
    }

    pub(super) fn finish(self, warnings: &mut Warnings) -> Result<Authentication, ImportError> {
        let wants_certificate = self.is_elsewhere
            || self.certificate.is_some()
            || self.key.is_some()
            || self.pfx.is_some();
        let certificate = CertificateAuthentication {
            identity: self.identity()?,
            ..CertificateAuthentication::default()
        };
        let certificate = CertificateAuthentication {
            thumbprint: self.thumbprint.filter(|_| certificate.identity.is_none()),
            ..certificate
        };
        if !self.wants_password {
            if !wants_certificate {
                let message = format_args!(
                    "nothing says how to sign in ('cert', 'auth-user-pass'); a client certificate is \
                     used"
                );
                warnings.push(Position::START, WarningKind::IgnoredValue, message);
            }
            return Ok(Authentication::Certificate(certificate));
        }
        let mut password = match &self.password {
            Some(source) => read_password(source)?,
            None => PasswordAuthentication::default(),
        };
        password.static_challenge = self.static_challenge;
        Ok(if wants_certificate {
            Authentication::CertificateAndPassword(certificate, password)
        } else {
            Authentication::Password(password)
        })
    }

    /// Returns the certificate and its key, where the configuration brings them along.
    fn identity(&self) -> Result<Option<ClientIdentity>, ImportError> {
        if let Some(source) = &self.pfx {
            return Ok(Some(ClientIdentity::Pfx(pfx(source)?)));
        }
        let missing = |there: &Source<'_>, path| ImportError::Missing {
            position: there.position,
            path,
        };
        let (certificate, key) = match (&self.certificate, &self.key) {
            (None, None) => return Ok(None),
            (Some(certificate), _) if certificate.is_placeholder() => return Ok(None),
            (_, Some(key)) if key.is_placeholder() => return Ok(None),
            (Some(certificate), None) if self.is_elsewhere => {
                // The key is in a token, and its certificate is useless without it.
                certificate.pem(pem::blocks)?;
                return Ok(None);
            }
            (Some(certificate), None) => return Err(missing(certificate, "key")),
            (None, Some(key)) => return Err(missing(key, "cert")),
            (Some(certificate), Some(key)) => (certificate, key),
        };
        let mut certificates = certificate.pem(pem::certificates)?.to_string();
        if let Some(further) = &self.further_certificates {
            certificates.push_str(&further.pem(pem::certificates)?);
        }
        Ok(Some(ClientIdentity::Pem {
            certificates,
            key: SecretText::new(key.pem(pem::keys)?),
        }))
    }
}

/// A PFX file as it is, or in base64 in the configuration.
fn pfx(source: &Source<'_>) -> Result<SecretBytes, ImportError> {
    source.check_size()?;
    if !source.is_inline {
        return Ok(SecretBytes::new(Zeroizing::new(source.bytes.to_vec())));
    }
    let mut digits = Zeroizing::new(String::with_capacity(source.bytes.len()));
    let is_digit = |character: &char| !character.is_ascii_whitespace();
    digits.extend(source.text()?.chars().filter(is_digit));
    let bytes = Base64::decode_vec(&digits).map_err(|_| source.invalid("is not in base64"))?;
    Ok(SecretBytes::new(Zeroizing::new(bytes)))
}

/// Reads a user name in the first line and a password in the second one, which may be absent; without
/// the first OpenVPN asks for both.
fn read_password(source: &Source<'_>) -> Result<PasswordAuthentication, ImportError> {
    let mut lines = source.text()?.lines();
    let username = lines.next().filter(|line| !line.is_empty());
    if !username.is_none_or(is_a_short_line) {
        return Err(source.invalid("holds no user name in its first line"));
    }
    let password = lines
        .next()
        .filter(|line| username.is_some() && !line.is_empty());
    Ok(PasswordAuthentication {
        username: username.map(str::to_owned),
        password: password.map(|text| SecretText::new(Zeroizing::new(text.to_owned()))),
        static_challenge: None,
    })
}

fn static_challenge(setting: &Setting<'_>) -> Result<StaticChallenge, ImportError> {
    let text = setting.required(0)?;
    if !is_a_short_line(text) {
        return Err(setting.invalid("asks a question of more than a line"));
    }
    let echo = match setting.required(1)? {
        "0" => false,
        "1" => true,
        _ => return Err(setting.invalid("says neither 0 nor 1 to showing the answer")),
    };
    if setting.argument(2).is_some_and(|format| format != "scrv1") {
        return Err(setting.invalid("wants the answer in a form other than scrv1"));
    }
    Ok(StaticChallenge {
        text: text.to_owned(),
        echo,
    })
}

/// Reads `THUMB:` and the hash of a certificate in the Windows store.
fn thumbprint(selector: &str) -> Option<Thumbprint> {
    let digits: String = selector
        .strip_prefix("THUMB:")?
        .chars()
        .filter(|character| character.is_ascii_hexdigit())
        .collect();
    digits.parse().ok()
}
