use std::fmt;
use std::str::FromStr;

use crate::certificate::Certificate;
use crate::invalid_value::InvalidValue;
use crate::one_or_more::OneOrMore;
use crate::thumbprint::Thumbprint;

/// What makes a gateway's certificate a trusted one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerTrust {
    /// The chain ends in one of these roots, as in Azure's profiles (`servervalidation/cert/hash`).
    PinnedRoots(OneOrMore<PinnedRoot>),
    /// The chain ends in one of these certificates, as in an `.ovpn` (`ca`).
    Authorities {
        /// The certificates of the authorities.
        roots: OneOrMore<Certificate>,
        /// What was revoked, a list in DER or lists in PEM (`crl-verify`).
        revocation: Option<Vec<u8>>,
    },
    /// The certificate itself has one of these fingerprints (`peer-fingerprint`).
    Fingerprints(OneOrMore<Fingerprint>),
}

impl ServerTrust {
    /// Walks the hashes of the pinned roots; none where something else is trusted.
    pub fn pinned(&self) -> impl Iterator<Item = Thumbprint> {
        let roots = match self {
            Self::PinnedRoots(roots) => Some(roots),
            _ => None,
        };
        roots.into_iter().flatten().map(PinnedRoot::thumbprint)
    }
}

/// A root that is named by its hash, and the certificate itself where the package has it.
///
/// Without it the root is looked for among those that this library and the host program know, and in
/// the chain that the gateway sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedRoot {
    thumbprint: Thumbprint,
    certificate: Option<Certificate>,
}

impl PinnedRoot {
    /// Returns the hash.
    pub fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }

    /// Returns the certificate, if it is known.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// Keeps a certificate if it is the one that is meant, and returns whether it is.
    pub fn recognize(&mut self, certificate: &Certificate) -> bool {
        let is_meant = certificate.thumbprint() == self.thumbprint;
        if is_meant {
            self.certificate = Some(certificate.clone());
        }
        is_meant
    }
}

impl From<Thumbprint> for PinnedRoot {
    fn from(thumbprint: Thumbprint) -> Self {
        Self {
            thumbprint,
            certificate: None,
        }
    }
}

impl From<Certificate> for PinnedRoot {
    fn from(certificate: Certificate) -> Self {
        Self {
            thumbprint: certificate.thumbprint(),
            certificate: Some(certificate),
        }
    }
}

/// The SHA-256 hash of a certificate's DER encoding, written as 64 hexadecimal digits with colons.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Takes the 32 bytes of a SHA-256 hash.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidValue;

    /// Reads 64 hexadecimal digits of either case, with or without colons.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let mut bytes = [0; 32];
        let mut digits = 0usize;
        for character in text.chars().filter(|&character| character != ':') {
            let digit = character
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
                .ok_or_else(|| {
                    InvalidValue::new("holds a character that is no hexadecimal digit")
                })?;
            if let Some(byte) = bytes.get_mut(digits / 2) {
                *byte = *byte << 4 | digit;
            }
            digits = digits.saturating_add(1);
        }
        if digits != 64 {
            return Err(InvalidValue::new(format!(
                "has {digits} hexadecimal digits where a SHA-256 fingerprint has 64"
            )));
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(formatter, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({self})")
    }
}
