use std::fmt;
use std::str::FromStr;

use super::static_key::StaticKey;
use super::tls_crypt_v2::{TlsCryptV2ClientKey, TlsCryptV2ServerKey};

/// What protects the control packets of a connection; both ends must be set up alike.
///
/// A wrong key is answered with silence, never with an error.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Wrapping {
    /// Nothing but TLS.
    #[default]
    None,
    /// Packets carry an HMAC (`tls-auth`).
    TlsAuth {
        /// The key that both ends share.
        key: StaticKey,
        /// Which parts of the key each end uses (`key-direction`); one end says 0 and the other says 1, or neither says anything.
        direction: KeyDirection,
        /// The digest of the HMAC (`auth`).
        digest: Digest,
    },
    /// Packets are encrypted and authenticated (`tls-crypt`).
    TlsCrypt {
        /// The key that both ends share.
        key: StaticKey,
    },
    /// As `TlsCrypt`, with a key that only this client has (`tls-crypt-v2` of a client).
    TlsCryptV2 {
        /// The client's key, and the same wrapped for the gateway.
        client_key: TlsCryptV2ClientKey,
    },
    /// As `TlsCrypt`, with the key that each client brings along (`tls-crypt-v2` of a gateway).
    TlsCryptV2Gateway {
        /// The key that unwraps the clients' keys.
        server_key: TlsCryptV2ServerKey,
    },
}

/// Which halves of a static key serve to send and to receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyDirection {
    /// The same half both ways.
    #[default]
    Bidirectional,
    /// Sends with the first half, as servers do (`key-direction 0`).
    Zero,
    /// Sends with the second half, as clients do (`key-direction 1`).
    One,
}

/// The digest of the HMAC that tls-auth puts on packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digest {
    /// SHA-1, which is what OpenVPN uses unless told otherwise.
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The name that OpenVPN's `auth` option gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }

    /// Bytes of an HMAC with this digest.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A digest that tls-auth does not offer here: another gateway setting is needed, or a newer profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the digest is none of SHA1, SHA256, SHA384 and SHA512")]
pub struct UnknownDigest;

impl FromStr for Digest {
    type Err = UnknownDigest;

    /// Reads OpenVPN's name of a digest in upper or lower case.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|digest| digest.name().eq_ignore_ascii_case(name))
            .ok_or(UnknownDigest)
    }
}
