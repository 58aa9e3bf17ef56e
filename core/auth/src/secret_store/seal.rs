use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use zeroize::Zeroizing;

use super::sealing_key::KeyId;

/// What a sealed file begins with: what it is, and the version of its form.
const MAGIC: &[u8; 8] = b"P2SSEAL\x01";

/// The bytes beside the name and the secret itself.
pub(super) const OVERHEAD: usize = MAGIC.len() + size_of::<KeyId>() + 2 + NONCE_LEN + TAG;
const TAG: usize = 16;

/// A sealed secret as it stands in its file.
///
/// Magic, key id, the name's length in two bytes (high one first) and the name, which are all
/// authenticated; then the nonce, the ciphertext and its tag.
pub(super) struct Sealed<'a> {
    pub(super) key: &'a KeyId,
    pub(super) name: &'a str,
    header: &'a [u8],
    nonce: &'a [u8; NONCE_LEN],
    ciphertext: &'a [u8],
}

impl<'a> Sealed<'a> {
    /// Takes a file apart; nothing if it is no sealed secret.
    pub(super) fn parse(file: &'a [u8]) -> Option<Self> {
        let (magic, rest) = file.split_first_chunk()?;
        if magic != MAGIC {
            return None;
        }
        let (key, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let (nonce, ciphertext) = rest.split_first_chunk()?;
        let after_header = NONCE_LEN.checked_add(ciphertext.len())?;
        let (header, _) = file.split_at_checked(file.len().checked_sub(after_header)?)?;
        Some(Self {
            key,
            name: std::str::from_utf8(name).ok()?,
            header,
            nonce,
            ciphertext,
        })
    }

    /// Decrypts the secret.
    pub(super) fn open(
        &self,
        cipher: &RandomizedNonceKey,
    ) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
        let mut buffer = Zeroizing::new(self.ciphertext.to_vec());
        let nonce = Nonce::from(self.nonce);
        let length = cipher
            .open_in_place(nonce, Aad::from(self.header), &mut buffer)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }
}

/// Encrypts a secret into what its file holds.
pub(super) fn seal(
    cipher: &RandomizedNonceKey,
    key: &KeyId,
    name: &str,
    secret: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let length = u16::try_from(name.len()).map_err(|_| Unspecified)?;
    let mut file = Vec::new();
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(key);
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(name.as_bytes());

    let mut buffer = Zeroizing::new(Vec::with_capacity(secret.len().saturating_add(TAG)));
    buffer.extend_from_slice(secret);
    let nonce = cipher.seal_in_place_append_tag(Aad::from(&file), &mut *buffer)?;
    file.extend_from_slice(nonce.as_ref());
    file.extend_from_slice(&buffer);
    Ok(file)
}
