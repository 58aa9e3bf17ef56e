use std::fmt;

use aws_lc_rs::error::Unspecified;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::key_error::KeyError;
use super::static_key::{StaticKey, pem_bytes};
use super::tls_crypt::{CryptKey, TAG_LEN};

/// The most bytes that a wrapped client key has.
const WRAPPED_MAX_LEN: usize = 1024;
const LENGTH_FIELD_LEN: usize = 2;
const WRAPPED_MIN_LEN: usize = TAG_LEN + StaticKey::LEN + LENGTH_FIELD_LEN;

/// The key of one client for tls-crypt-v2, in clear for itself and wrapped for the gateway.
///
/// The gateway keeps no keys of clients: each client sends its own along, encrypted with the gateway's server key.
#[derive(Debug, Clone)]
pub struct TlsCryptV2ClientKey {
    key: StaticKey,
    wrapped: WrappedClientKey,
}

impl TlsCryptV2ClientKey {
    /// Reads a client key file: base64 between `-----BEGIN OpenVPN tls-crypt-v2 client key-----` and its end.
    ///
    /// # Errors
    /// No such key is in the text, or it is damaged.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let bytes = pem_bytes(text, "OpenVPN tls-crypt-v2 client key")?;
        let (key, wrapped) = bytes.split_first_chunk().ok_or(KeyError::Length {
            expected: StaticKey::LEN + WRAPPED_MIN_LEN,
            found: bytes.len(),
        })?;
        Self::from_parts(StaticKey::from_bytes(key), wrapped)
    }

    /// Joins a client's key and the same key wrapped.
    ///
    /// # Errors
    /// The wrapped key has an impossible length or says another one of itself.
    pub fn from_parts(key: StaticKey, wrapped: &[u8]) -> Result<Self, KeyError> {
        let wrapped = WrappedClientKey::new(wrapped)?;
        Ok(Self { key, wrapped })
    }

    pub(super) fn key(&self) -> &StaticKey {
        &self.key
    }

    pub(super) fn wrapped(&self) -> &WrappedClientKey {
        &self.wrapped
    }
}

/// A client key as only the holder of the server key can read it; travels in clear behind a packet.
///
/// `tag(32) || encrypted (key || metadata) || u16 length of all of it`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrappedClientKey(Box<[u8]>);

impl WrappedClientKey {
    pub(super) fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        let (before, wrapped) = Self::split_off(bytes).ok_or(KeyError::WrappedClientKey)?;
        match before {
            0 => Ok(Self(wrapped.into())),
            _ => Err(KeyError::WrappedClientKey),
        }
    }

    /// Where the wrapped key behind a packet begins, and its bytes; none if there is no well-formed one.
    pub(super) fn split_off(bytes: &[u8]) -> Option<(usize, &[u8])> {
        let len = usize::from(u16::from_be_bytes(*bytes.last_chunk()?));
        if !(WRAPPED_MIN_LEN..=WRAPPED_MAX_LEN).contains(&len) {
            return None;
        }
        let start = bytes.len().checked_sub(len)?;
        bytes.get(start..).map(|wrapped| (start, wrapped))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The key of a gateway that wraps and unwraps the keys of its clients.
///
/// Erased when dropped, and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TlsCryptV2ServerKey(Box<[[u8; 32]; 4]>);

impl TlsCryptV2ServerKey {
    /// Bytes of a key.
    pub const LEN: usize = 128;

    /// The key of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let mut key = Self(Box::new([[0; 32]; 4]));
        key.0.as_flattened_mut().copy_from_slice(bytes);
        key
    }

    /// Reads a server key file: base64 between `-----BEGIN OpenVPN tls-crypt-v2 server key-----` and its end.
    ///
    /// # Errors
    /// No such key is in the text, or it is damaged.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let bytes = pem_bytes(text, "OpenVPN tls-crypt-v2 server key")?;
        let key = bytes.as_slice().try_into();
        key.map(Self::from_bytes).map_err(|_| KeyError::Length {
            expected: Self::LEN,
            found: bytes.len(),
        })
    }

    /// Wraps the key of a client, with metadata that the gateway reads when the client connects.
    ///
    /// The first byte of the metadata is its type: 0 for the gateway's own use, 1 for a time of eight bytes.
    ///
    /// # Errors
    /// The metadata is longer than 734 bytes, or the cryptographic library failed.
    pub fn wrap(&self, key: &StaticKey, metadata: &[u8]) -> Result<TlsCryptV2ClientKey, KeyError> {
        let len = WRAPPED_MIN_LEN + metadata.len();
        if len > WRAPPED_MAX_LEN {
            return Err(KeyError::MetadataTooLong);
        }
        let length_field = (len as u16).to_be_bytes();
        let mut text = Zeroizing::new(Vec::with_capacity(len));
        text.extend_from_slice(key.as_bytes());
        text.extend_from_slice(metadata);
        let tag = self
            .crypt_key()
            .seal(&length_field, &mut text)
            .map_err(|Unspecified| KeyError::Library)?;
        let wrapped = [tag.as_slice(), &text, &length_field]
            .concat()
            .into_boxed_slice();
        Ok(TlsCryptV2ClientKey {
            key: key.clone(),
            wrapped: WrappedClientKey(wrapped),
        })
    }

    /// Unwraps the key of a client.
    ///
    /// # Errors
    /// The wrapped key is damaged or was not wrapped with this server key.
    pub fn unwrap(&self, wrapped: &[u8]) -> Result<UnwrappedClientKey, KeyError> {
        let wrapped = WrappedClientKey::new(wrapped)?;
        let parts = wrapped.as_bytes().split_first_chunk::<TAG_LEN>();
        let (tag, rest) = parts.ok_or(KeyError::WrappedClientKey)?;
        let (text, length_field) = rest
            .split_last_chunk::<LENGTH_FIELD_LEN>()
            .ok_or(KeyError::WrappedClientKey)?;

        let mut text = Zeroizing::new(text.to_vec());
        let opened = self.crypt_key().open(length_field, tag, &mut text);
        opened.map_err(|Unspecified| KeyError::ForeignClientKey)?;

        let (key, metadata) = text.split_first_chunk().ok_or(KeyError::WrappedClientKey)?;
        Ok(UnwrappedClientKey {
            key: StaticKey::from_bytes(key),
            metadata: metadata.to_vec(),
        })
    }

    /// The cipher key begins the first half, the HMAC key the second.
    fn crypt_key(&self) -> CryptKey {
        let [cipher, _, mac, _] = &*self.0;
        CryptKey::new(cipher, mac)
    }
}

impl fmt::Debug for TlsCryptV2ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsCryptV2ServerKey(secret)")
    }
}

/// What a wrapped client key held.
#[derive(Debug, Clone)]
pub struct UnwrappedClientKey {
    /// The client's key.
    pub key: StaticKey,
    /// What the gateway's operator put beside it; the first byte is its type.
    pub metadata: Vec<u8>,
}
