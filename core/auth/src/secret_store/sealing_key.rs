use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

/// The key that secrets are sealed with: 32 bytes that only this user's program knows.
///
/// The host keeps it where the system keeps such things, and gives it at each start. The bytes have
/// to be random, or come out of a derivation made for passwords (Argon2id, RFC 9106): a password
/// itself is no key. They zeroize when dropped and never print.
#[derive(Clone)]
pub struct SealingKey {
    bytes: Box<Zeroizing<[u8; Self::LENGTH]>>,
}

impl SealingKey {
    /// How many bytes a key has.
    pub const LENGTH: usize = 32;

    /// Copies the bytes of a key; zeroizing the original is the caller's.
    pub fn new(bytes: &[u8; Self::LENGTH]) -> Self {
        Self {
            bytes: Box::new(Zeroizing::new(*bytes)),
        }
    }

    /// Copies the bytes of a key; zeroizing the original is the caller's.
    ///
    /// # Errors
    ///
    /// [`InvalidSealingKey`] unless there are 32 of them.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, InvalidSealingKey> {
        match bytes.try_into() {
            Ok(bytes) => Ok(Self::new(bytes)),
            Err(_) => Err(InvalidSealingKey {
                length: bytes.len(),
            }),
        }
    }

    /// Returns the key that encrypts, derived by HKDF (RFC 5869) so that the host's key serves nothing else.
    pub(super) fn cipher(&self) -> Result<RandomizedNonceKey, Unspecified> {
        let mut key = Zeroizing::new([0; 32]);
        self.derive(b"p2svpn sealed secret: key", key.as_mut_slice())?;
        RandomizedNonceKey::new(&AES_256_GCM, key.as_slice())
    }

    /// Returns what tells keys apart; it says nothing about the key.
    pub(super) fn id(&self) -> Result<KeyId, Unspecified> {
        let mut id = KeyId::default();
        self.derive(b"p2svpn sealed secret: id", &mut id)?;
        Ok(id)
    }

    /// Returns a name that tells keys apart and says nothing about them.
    pub(super) fn name(&self) -> Result<String, Unspecified> {
        let digits = self.id()?.map(|byte| format!("{byte:02x}"));
        Ok(format!("p2svpn-{}", digits.concat()))
    }

    fn derive(&self, purpose: &[u8], output: &mut [u8]) -> Result<(), Unspecified> {
        struct Length(usize);
        impl KeyType for Length {
            fn len(&self) -> usize {
                self.0
            }
        }
        let key = Salt::new(HKDF_SHA256, &[]).extract(self.bytes.as_slice());
        key.expand(&[purpose], Length(output.len()))?.fill(output)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingKey(..)")
    }
}

/// Tells keys apart.
pub(super) type KeyId = [u8; 8];

/// The bytes are no key; the host gave something else, such as a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealing key has 32 bytes, not {length}")]
pub struct InvalidSealingKey {
    /// How many bytes were given.
    pub length: usize,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_32_bytes_are_a_key() {
        for length in [0, 16, 31, 33, 64] {
            let error = SealingKey::from_slice(&vec![1; length]).unwrap_err();
            assert_eq!(error, InvalidSealingKey { length });
        }
        assert!(SealingKey::from_slice(&[1; 32]).is_ok());
    }

    #[test]
    fn a_key_prints_nothing_of_itself() {
        assert_eq!(format!("{:?}", SealingKey::new(&[7; 32])), "SealingKey(..)");
    }

    #[test]
    fn keys_are_told_apart_by_their_ids() {
        let id = |byte| SealingKey::new(&[byte; 32]).id().unwrap();

        assert_eq!(id(1), id(1));
        assert_ne!(id(1), id(2));
        assert_ne!(id(1), [1; 8]);
    }
}
