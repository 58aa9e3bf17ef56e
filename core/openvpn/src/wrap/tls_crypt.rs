use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;

use super::static_key::{Pair, StaticKey};
use crate::packet::Role;

/// Bytes of the tag that authenticates a text.
pub(super) const TAG_LEN: usize = 32;

/// The keys of tls-crypt, one for each way.
///
/// `head(9) || counter(4) || time(4) || tag(32) || encrypted body`
pub(super) struct TlsCryptKeys {
    pub(super) send: CryptKey,
    pub(super) receive: CryptKey,
}

impl TlsCryptKeys {
    /// Clients send with the second pair of the static key, gateways with the first.
    pub(super) fn new(key: &StaticKey, role: Role) -> Self {
        let (send, receive) = match role {
            Role::Client => (Pair::Second, Pair::First),
            Role::Gateway => (Pair::First, Pair::Second),
        };
        let key_of = |pair| CryptKey::new(leading(key.cipher(pair)), leading(key.hmac(pair)));
        Self {
            send: key_of(send),
            receive: key_of(receive),
        }
    }
}

/// AES-256 in counter mode whose initial counter is the HMAC-SHA256 of the plaintext: a synthetic IV.
pub(super) struct CryptKey {
    /// The library has no reason to refuse a key of the right length; if it does, every use says so.
    cipher: Result<EncryptingKey, Unspecified>,
    mac: hmac::Key,
}

impl CryptKey {
    pub(super) fn new(cipher: &[u8], mac: &[u8]) -> Self {
        Self {
            cipher: UnboundCipherKey::new(&AES_256, cipher).and_then(EncryptingKey::ctr),
            mac: hmac::Key::new(hmac::HMAC_SHA256, mac),
        }
    }

    /// Encrypts a text in place and returns the tag of it and of the header, which stays in clear.
    pub(super) fn seal(
        &self,
        header: &[u8],
        text: &mut [u8],
    ) -> Result<[u8; TAG_LEN], Unspecified> {
        let tag = self.tag(header, text)?;
        self.apply_keystream(&tag, text)?;
        Ok(tag)
    }

    /// Decrypts a text in place; an error when the tag is not that of the header and the text.
    pub(super) fn open(
        &self,
        header: &[u8],
        tag: &[u8; TAG_LEN],
        text: &mut [u8],
    ) -> Result<(), Unspecified> {
        self.apply_keystream(tag, text)?;
        verify_slices_are_equal(&self.tag(header, text)?, tag)
    }

    fn tag(&self, header: &[u8], text: &[u8]) -> Result<[u8; TAG_LEN], Unspecified> {
        let mut context = hmac::Context::with_key(&self.mac);
        context.update(header);
        context.update(text);
        context.sign().as_ref().try_into().map_err(|_| Unspecified)
    }

    /// Encrypts or decrypts: both are the same in counter mode.
    fn apply_keystream(&self, tag: &[u8; TAG_LEN], text: &mut [u8]) -> Result<(), Unspecified> {
        let counter: &[u8; 16] = tag.first_chunk().ok_or(Unspecified)?;
        let cipher = self.cipher.as_ref().map_err(|error| *error)?;
        cipher.less_safe_encrypt(text, EncryptionContext::Iv128(counter.into()))?;
        Ok(())
    }
}

/// The leading bytes of a slot, which are all that a key of 32 bytes takes of it.
fn leading(slot: &[u8; 64]) -> &[u8] {
    &slot[..32]
}
