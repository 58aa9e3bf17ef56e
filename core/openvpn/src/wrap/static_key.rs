use std::fmt;

use base64ct::Encoding as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::key_error::KeyError;

/// The 256 secret bytes that tls-auth and tls-crypt share between both ends.
///
/// They are two pairs of a cipher key and an HMAC key in slots of 64 bytes, of which only the leading bytes are used.
/// Erased when dropped, and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct StaticKey(Box<[[u8; SLOT_LEN]; 4]>);

impl StaticKey {
    /// Bytes of a key.
    pub const LEN: usize = 256;

    /// The key of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let mut key = Self::zero();
        key.0.as_flattened_mut().copy_from_slice(bytes);
        key
    }

    /// Reads an OpenVPN key file: hexadecimal digits in any layout between the markers
    /// `-----BEGIN OpenVPN Static key V1-----` and `-----END OpenVPN Static key V1-----`; what is outside is ignored.
    ///
    /// # Errors
    /// No such key is in the text, it holds something else than hexadecimal digits, or has not exactly 256 bytes.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::from_hex(pem_body(text, LABEL)?)
    }

    /// Reads 512 hexadecimal digits with any whitespace between them.
    ///
    /// # Errors
    /// The text holds something else, or not exactly 256 bytes.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let mut digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
        let mut key = Self::zero();
        let mut found = 0;
        while let Some(high) = digits.next() {
            let byte = hex_digit(high)? << 4 | hex_digit(digits.next().ok_or(ENCODING)?)?;
            if let Some(place) = key.0.as_flattened_mut().get_mut(found) {
                *place = byte;
            }
            found += 1;
        }
        if found != Self::LEN {
            return Err(KeyError::Length {
                expected: Self::LEN,
                found,
            });
        }
        Ok(key)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_flattened()
    }

    /// The cipher key of a pair.
    pub(super) fn cipher(&self, pair: Pair) -> &[u8; SLOT_LEN] {
        let [cipher_first, _, cipher_second, _] = &*self.0;
        match pair {
            Pair::First => cipher_first,
            Pair::Second => cipher_second,
        }
    }

    /// The HMAC key of a pair.
    pub(super) fn hmac(&self, pair: Pair) -> &[u8; SLOT_LEN] {
        let [_, hmac_first, _, hmac_second] = &*self.0;
        match pair {
            Pair::First => hmac_first,
            Pair::Second => hmac_second,
        }
    }

    /// Both keys combined bit by bit, so that the result is secret as long as one of them is.
    pub(super) fn xor(&self, other: &[u8; Self::LEN]) -> Self {
        let mut key = self.clone();
        for (byte, other) in key.0.as_flattened_mut().iter_mut().zip(other) {
            *byte ^= other;
        }
        key
    }

    fn zero() -> Self {
        Self(Box::new([[0; SLOT_LEN]; 4]))
    }
}

impl fmt::Debug for StaticKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticKey(secret)")
    }
}

/// One of the two pairs of keys in a static key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pair {
    First,
    Second,
}

/// The text between the markers of a label.
pub(super) fn pem_body<'a>(text: &'a str, label: &'static str) -> Result<&'a str, KeyError> {
    let (_, after) = text
        .split_once(&format!("-----BEGIN {label}-----"))
        .ok_or(KeyError::NoKey(label))?;
    let (body, _) = after
        .split_once(&format!("-----END {label}-----"))
        .ok_or(KeyError::NoKey(label))?;
    Ok(body)
}

/// The bytes that are written in base64 between the markers of a label.
pub(super) fn pem_bytes(text: &str, label: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let body = pem_body(text, label)?;
    let mut encoded = Zeroizing::new(String::with_capacity(body.len()));
    encoded.extend(
        body.chars()
            .filter(|character| !character.is_ascii_whitespace()),
    );
    base64ct::Base64::decode_vec(&encoded)
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Encoding("base64"))
}

fn hex_digit(digit: u8) -> Result<u8, KeyError> {
    let value = char::from(digit).to_digit(16).ok_or(ENCODING)?;
    Ok(value as u8)
}

const LABEL: &str = "OpenVPN Static key V1";
const ENCODING: KeyError = KeyError::Encoding("hexadecimal digits");
const SLOT_LEN: usize = 64;
