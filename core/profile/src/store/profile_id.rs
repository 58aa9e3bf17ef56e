use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::invalid_value::InvalidValue;

/// Names a profile within its store: 16 hexadecimal digits in lower case.
///
/// They follow from what was imported, so the same import has the same id on every machine, unless
/// the id was taken. An id is fit to be a file name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileId([u8; Self::DIGITS]);

impl ProfileId {
    const DIGITS: usize = 16;

    /// Returns the text, for passing through another language.
    pub fn as_str(&self) -> &str {
        // The digits are ASCII by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the id that follows from the content: the first 8 bytes of its SHA-256 hash.
    pub fn of(content: &[u8]) -> Self {
        let mut number = [0; 8];
        for (byte, hashed) in number.iter_mut().zip(Sha256::digest(content)) {
            *byte = hashed;
        }
        Self::of_number(u64::from_be_bytes(number))
    }

    /// Returns the id to try when this one is taken.
    pub fn next(self) -> Self {
        let number = u64::from_str_radix(self.as_str(), 16).unwrap_or_default();
        Self::of_number(number.wrapping_add(1))
    }

    fn of_number(number: u64) -> Self {
        let mut digits = [b'0'; Self::DIGITS];
        for (digit, written) in digits.iter_mut().zip(format!("{number:016x}").bytes()) {
            *digit = written;
        }
        Self(digits)
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for ProfileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ProfileId({self})")
    }
}

impl FromStr for ProfileId {
    type Err = InvalidValue;

    /// Takes a text that [`ProfileId::as_str`] gave.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match <[u8; Self::DIGITS]>::try_from(text.as_bytes()) {
            Ok(digits) if digits.iter().all(is_digit) => Ok(Self(digits)),
            _ => Err(InvalidValue::new(
                "is not 16 hexadecimal digits in lower case",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_is_the_start_of_a_hash() {
        // The SHA-256 hash of "abc", FIPS 180-4.
        assert_eq!(ProfileId::of(b"abc").as_str(), "ba7816bf8f01cfea");
    }

    #[test]
    fn an_id_that_is_taken_has_a_next_one() {
        let last: ProfileId = "ffffffffffffffff".parse().unwrap();

        assert_eq!(last.next().as_str(), "0000000000000000");
        assert_eq!(last.next().next().as_str(), "0000000000000001");
    }

    #[test]
    fn only_what_an_id_gave_is_an_id() {
        let id = ProfileId::of(b"a profile");
        assert_eq!(id.as_str().parse(), Ok(id));

        for text in [
            "",
            "ba7816bf8f01cfe",
            "ba7816bf8f01cfeaa",
            "BA7816BF8F01CFEA",
            "../../../../etc/",
            "ba7816bf8f01cfé",
        ] {
            assert!(text.parse::<ProfileId>().is_err(), "{text}");
        }
    }
}
