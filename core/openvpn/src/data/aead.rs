use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;

use super::cipher::Cipher;
use super::error::{DropReason, SealError};
use crate::keying::KeyMethodError;

pub(super) const TAG_LEN: usize = 16;
pub(super) const NONCE_LEN: usize = 12;

/// After this many forgeries a key wants to be replaced, after twice as many it is not used any more.
const FORGERIES: u64 = 1 << 35;

/// One key for one direction, without an opinion on nonces.
///
/// The cryptography library overwrites the key when this is dropped.
pub(super) struct AeadKey(LessSafeKey);

impl AeadKey {
    pub(super) fn new(cipher: Cipher, key: &[u8]) -> Result<Self, KeyMethodError> {
        match UnboundKey::new(cipher.algorithm(), key) {
            Ok(key) => Ok(Self(LessSafeKey::new(key))),
            Err(Unspecified) => Err(KeyMethodError::Refused),
        }
    }

    pub(super) fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        associated: &[u8],
        payload: &mut [u8],
        tag: &mut [u8; TAG_LEN],
    ) -> Result<(), SealError> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        match self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(associated), payload)
        {
            Ok(computed) => {
                tag.copy_from_slice(computed.as_ref());
                Ok(())
            }
            Err(Unspecified) => Err(SealError::Failed),
        }
    }

    pub(super) fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        associated: &[u8],
        tag: &[u8; TAG_LEN],
        payload: &mut [u8],
    ) -> Result<(), DropReason> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        match self
            .0
            .open_in_place_separate_tag(nonce, Aad::from(associated), tag, payload)
        {
            Ok(_) => Ok(()),
            Err(Unspecified) => Err(DropReason::NotAuthentic),
        }
    }
}

/// How much one key has been used, against what it may be used for.
pub(super) struct Usage {
    used: u64,
    limit: u64,
}

impl Usage {
    pub(super) fn new(cipher: Cipher) -> Self {
        Self {
            used: 0,
            limit: cipher.usage_limit(),
        }
    }

    /// Counts one packet with this payload.
    pub(super) fn add(&mut self, payload_len: usize) {
        self.used = self
            .used
            .saturating_add(1 + payload_len.div_ceil(16) as u64);
    }

    /// Whether one more packet of this payload would exceed the limit.
    pub(super) fn would_exceed(&self, payload_len: usize) -> bool {
        self.used
            .saturating_add(1 + payload_len.div_ceil(16) as u64)
            > self.limit
    }

    /// Whether seven eighths are used.
    pub(super) fn is_high(&self) -> bool {
        self.used > self.limit / 8 * 7
    }

    #[cfg(test)]
    pub(super) fn set(&mut self, used: u64) {
        self.used = used;
    }
}

/// How many forged packets one key has seen.
#[derive(Default)]
pub(super) struct Forgeries(u64);

impl Forgeries {
    pub(super) fn add(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    pub(super) fn is_high(&self) -> bool {
        self.0 >= FORGERIES
    }

    pub(super) fn is_exceeded(&self) -> bool {
        self.0 >= 2 * FORGERIES
    }

    #[cfg(test)]
    pub(super) fn set(&mut self, count: u64) {
        self.0 = count;
    }
}
