use std::fmt;

use crate::secret::ServerSecret;
use crate::secret_value::SecretText;

/// How control packets are protected outside TLS, so that a gateway answers nobody who lacks the
/// profile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wrapping {
    /// They are not.
    None,
    /// They are authenticated (`tls-auth`), as Azure's gateways want it.
    TlsAuth {
        /// The static key.
        key: ServerSecret,
        /// The hash function (`auth`).
        digest: Digest,
        /// Which half of the key the client uses (`key-direction`).
        direction: KeyDirection,
    },
    /// They are encrypted with a key that all clients share (`tls-crypt`).
    TlsCrypt(ServerSecret),
    /// They are encrypted with a key of this client alone (`tls-crypt-v2`): the key file's text.
    TlsCryptV2(SecretText),
}

impl Wrapping {
    /// Returns the static key that the clients of a gateway share, where there is one.
    pub fn static_key(&self) -> Option<&ServerSecret> {
        match self {
            Self::TlsAuth { key, .. } | Self::TlsCrypt(key) => Some(key),
            Self::None | Self::TlsCryptV2(_) => None,
        }
    }
}

/// The hash function of `tls-auth`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-1, which is what OpenVPN uses unless told otherwise.
    #[default]
    Sha1,
    /// SHA-256, which Azure's gateways use.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Returns OpenVPN's name, such as `SHA256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Which half of a static key the client uses to send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyDirection {
    /// The same as the server (no `key-direction`).
    #[default]
    Both,
    /// The first half (`key-direction 0`).
    Zero,
    /// The second half (`key-direction 1`), as Azure's clients do.
    One,
}
