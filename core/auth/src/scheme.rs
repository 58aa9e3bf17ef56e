//! Kinds of private keys, and the ways in which TLS lets them sign.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use rustls::{SignatureAlgorithm, SignatureScheme};

/// Names the kind of a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// RSA, of any size that the certificate says.
    Rsa,
    /// ECDSA on the curve P-256.
    EcdsaP256,
    /// ECDSA on the curve P-384.
    EcdsaP384,
    /// ECDSA on the curve P-521.
    EcdsaP521,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

impl KeyAlgorithm {
    pub(crate) fn for_tls(self) -> SignatureAlgorithm {
        match self {
            Self::Rsa => SignatureAlgorithm::RSA,
            Self::EcdsaP256 | Self::EcdsaP384 | Self::EcdsaP521 => SignatureAlgorithm::ECDSA,
            Self::Ed25519 => SignatureAlgorithm::ED25519,
        }
    }
}

/// Names a way of signing, by the numbers of RFC 8446 section 4.2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u16)]
pub enum Scheme {
    /// RSA with PKCS#1 version 1.5 and SHA-256: for TLS 1.2 only.
    RsaPkcs1Sha256 = 0x0401,
    /// RSA with PKCS#1 version 1.5 and SHA-384: for TLS 1.2 only.
    RsaPkcs1Sha384 = 0x0501,
    /// RSA with PKCS#1 version 1.5 and SHA-512: for TLS 1.2 only.
    RsaPkcs1Sha512 = 0x0601,
    /// RSA-PSS with SHA-256, MGF1 with SHA-256 and 32 bytes of salt.
    RsaPssSha256 = 0x0804,
    /// RSA-PSS with SHA-384, MGF1 with SHA-384 and 48 bytes of salt.
    RsaPssSha384 = 0x0805,
    /// RSA-PSS with SHA-512, MGF1 with SHA-512 and 64 bytes of salt.
    RsaPssSha512 = 0x0806,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256 = 0x0403,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384 = 0x0503,
    /// ECDSA on P-521 with SHA-512.
    EcdsaP521Sha512 = 0x0603,
    /// Ed25519.
    Ed25519 = 0x0807,
}

impl Scheme {
    /// Every scheme there is.
    pub const ALL: [Self; 10] = [
        Self::RsaPkcs1Sha256,
        Self::RsaPkcs1Sha384,
        Self::RsaPkcs1Sha512,
        Self::RsaPssSha256,
        Self::RsaPssSha384,
        Self::RsaPssSha512,
        Self::EcdsaP256Sha256,
        Self::EcdsaP384Sha384,
        Self::EcdsaP521Sha512,
        Self::Ed25519,
    ];

    /// Returns whether keys of this kind sign in this way.
    pub fn fits(self, algorithm: KeyAlgorithm) -> bool {
        algorithm == self.algorithm()
    }

    /// Returns whether TLS 1.3 takes it from a client: RFC 8446 section 4.2.3 rules PKCS#1 out.
    pub fn is_in_tls13(self) -> bool {
        !matches!(
            self,
            Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha384 | Self::RsaPkcs1Sha512
        )
    }

    /// Returns the hash of the message that this scheme signs; `None` for Ed25519, which signs the message itself.
    pub fn digest(self, message: &[u8]) -> Option<Vec<u8>> {
        let algorithm = match self {
            Self::RsaPkcs1Sha256 | Self::RsaPssSha256 | Self::EcdsaP256Sha256 => &digest::SHA256,
            Self::RsaPkcs1Sha384 | Self::RsaPssSha384 | Self::EcdsaP384Sha384 => &digest::SHA384,
            Self::RsaPkcs1Sha512 | Self::RsaPssSha512 | Self::EcdsaP521Sha512 => &digest::SHA512,
            Self::Ed25519 => return None,
        };
        Some(digest::digest(algorithm, message).as_ref().to_vec())
    }

    /// Returns the number that TLS gives it.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// Returns the scheme of a number; `None` for those that TLS has and this does not.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.number() == number)
    }

    /// Returns the kind of keys that sign in this way.
    pub fn algorithm(self) -> KeyAlgorithm {
        match self {
            Self::RsaPkcs1Sha256
            | Self::RsaPkcs1Sha384
            | Self::RsaPkcs1Sha512
            | Self::RsaPssSha256
            | Self::RsaPssSha384
            | Self::RsaPssSha512 => KeyAlgorithm::Rsa,
            Self::EcdsaP256Sha256 => KeyAlgorithm::EcdsaP256,
            Self::EcdsaP384Sha384 => KeyAlgorithm::EcdsaP384,
            Self::EcdsaP521Sha512 => KeyAlgorithm::EcdsaP521,
            Self::Ed25519 => KeyAlgorithm::Ed25519,
        }
    }

    pub(crate) fn for_tls(self) -> SignatureScheme {
        SignatureScheme::from(self.number())
    }

    pub(crate) fn from_tls(scheme: SignatureScheme) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.for_tls() == scheme)
    }

    /// Whether the signature of `message` is one of the key whose SubjectPublicKeyInfo is given.
    pub(crate) fn verifies(self, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &'static dyn VerificationAlgorithm = match self {
            Self::RsaPkcs1Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Self::RsaPkcs1Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Self::RsaPkcs1Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            Self::RsaPssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
            Self::RsaPssSha384 => &signature::RSA_PSS_2048_8192_SHA384,
            Self::RsaPssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
            Self::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_ASN1,
            Self::EcdsaP384Sha384 => &signature::ECDSA_P384_SHA384_ASN1,
            Self::EcdsaP521Sha512 => &signature::ECDSA_P521_SHA512_ASN1,
            Self::Ed25519 => &signature::ED25519,
        };
        UnparsedPublicKey::new(algorithm, public_key)
            .verify(message, signature)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Scheme;

    #[test]
    fn every_scheme_has_the_number_that_tls_gives_it() {
        for scheme in Scheme::ALL {
            assert_eq!(Scheme::from_tls(scheme.for_tls()), Some(scheme));
            assert!(
                scheme.for_tls().as_str().is_some(),
                "{scheme:?} is unknown to TLS"
            );
        }
    }
}
