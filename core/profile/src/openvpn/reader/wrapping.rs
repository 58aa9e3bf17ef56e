use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::pem;
use crate::secret::ServerSecret;
use crate::secret_value::SecretText;
use crate::validation::{Digest, KeyDirection, Wrapping};

use crate::openvpn::beside::FilesBeside;
use crate::openvpn::setting::{Setting, Source};

/// The secret shared with the gateway, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Wrappings<'a> {
    key: Option<Source<'a>>,
    direction_beside_key: Option<KeyDirection>,
    direction: KeyDirection,
    digest: Option<Setting<'a>>,
}

impl<'a> Wrappings<'a> {
    pub(super) fn take(
        &mut self,
        setting: Setting<'a>,
        beside: FilesBeside<'_, 'a>,
    ) -> Result<(), ImportError> {
        match setting.name {
            "auth" => {
                setting.required(0)?;
                self.digest = Some(setting);
            }
            "key-direction" => self.direction = direction(&setting, setting.required(0)?)?,
            _ => {
                let source = setting.source(beside)?;
                if let (Some(source), Some(known)) = (source, self.key)
                    && source.option != known.option
                {
                    return Err(setting.invalid(format!("contradicts '{}'", known.option)));
                }
                self.key = source.or(self.key);
                if let (Some(word), None, "tls-auth") =
                    (setting.argument(1), setting.block, setting.name)
                {
                    self.direction_beside_key = Some(direction(&setting, word)?);
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Wrapping, ImportError> {
        let Some(source) = self.key else {
            return Ok(Wrapping::None);
        };
        match source.option {
            "tls-auth" => Ok(Wrapping::TlsAuth {
                key: static_key(&source)?,
                digest: match &self.digest {
                    Some(setting) => digest(setting)?,
                    None => Digest::default(),
                },
                direction: self.direction_beside_key.unwrap_or(self.direction),
            }),
            "tls-crypt" => Ok(Wrapping::TlsCrypt(static_key(&source)?)),
            _ => {
                let blocks = source.pem(pem::blocks)?;
                if !blocks.starts_with("-----BEGIN OpenVPN tls-crypt-v2 client key-----") {
                    return Err(source.invalid("holds no tls-crypt-v2 key of a client"));
                }
                Ok(Wrapping::TlsCryptV2(SecretText::new(blocks)))
            }
        }
    }
}

fn direction(setting: &Setting<'_>, word: &str) -> Result<KeyDirection, ImportError> {
    match word {
        "0" => Ok(KeyDirection::Zero),
        "1" => Ok(KeyDirection::One),
        _ => Err(setting.invalid("has a direction that is neither 0 nor 1")),
    }
}

/// Reads OpenVPN's or OpenSSL's name of a hash function.
fn digest(setting: &Setting<'_>) -> Result<Digest, ImportError> {
    let word = setting.required(0)?;
    let name = word.to_ascii_uppercase().replace('-', "");
    let name = match name.strip_prefix("RSA").unwrap_or(&name) {
        "SHA2256" => "SHA256",
        "SHA2384" => "SHA384",
        "SHA2512" => "SHA512",
        name => name,
    };
    Digest::ALL
        .into_iter()
        .find(|digest| digest.name() == name)
        .ok_or_else(|| {
            setting.invalid(format!(
                "is '{}', with which tls-auth is not spoken here; SHA1, SHA256, SHA384 and SHA512 are",
                Excerpt::of(word)
            ))
        })
}

fn static_key(source: &Source<'_>) -> Result<ServerSecret, ImportError> {
    let digits = source
        .text()?
        .split_once("-----BEGIN OpenVPN Static key V1-----")
        .and_then(|(_, rest)| rest.split_once("-----END OpenVPN Static key V1-----"))
        .map(|(digits, _)| digits)
        .ok_or_else(|| source.invalid("holds no static key of OpenVPN"))?;
    ServerSecret::from_hex(digits).map_err(|reason| ImportError::Value {
        position: source.position,
        path: source.option,
        reason,
    })
}
