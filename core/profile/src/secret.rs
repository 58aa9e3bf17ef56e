use std::fmt;

use zeroize::Zeroize;

use crate::invalid_value::InvalidValue;

const LENGTH: usize = 256;

/// The pre-shared OpenVPN static key of a gateway: 256 bytes, used by `tls-auth`.
///
/// Everyone who holds the gateway's profile holds it, so it proves no identity, but a gateway
/// answers nobody without it. It is zeroized when dropped, kept in one heap place so that moves
/// leave no copies, and prints nothing of itself.
#[derive(Clone)]
pub struct ServerSecret {
    bytes: Box<[u8; LENGTH]>,
}

impl ServerSecret {
    /// Copies the 256 bytes of a static key; zeroizing the original is the caller's.
    pub fn new(bytes: &[u8; LENGTH]) -> Self {
        Self {
            bytes: Box::new(*bytes),
        }
    }

    /// Reads 512 hexadecimal digits of either case, skipping white space.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] for another count of digits or another character; it repeats nothing of the
    /// text.
    pub fn from_hex(text: &str) -> Result<Self, InvalidValue> {
        let mut secret = Self::new(&[0; LENGTH]);
        let mut digits = 0usize;
        for character in text.chars().filter(|character| !character.is_whitespace()) {
            let digit = character
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
                .ok_or_else(|| {
                    InvalidValue::new("holds a character that is no hexadecimal digit")
                })?;
            if let Some(byte) = secret.bytes.get_mut(digits / 2) {
                *byte = *byte << 4 | digit;
            }
            digits = digits.saturating_add(1);
        }
        if digits != LENGTH * 2 {
            return Err(InvalidValue::new(format!(
                "has {digits} hexadecimal digits where the secret has {}",
                LENGTH * 2
            )));
        }
        Ok(secret)
    }

    /// Returns the 256 bytes, in the order of an OpenVPN static key file.
    pub fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.bytes
    }
}

impl Drop for ServerSecret {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl PartialEq for ServerSecret {
    /// Compares in a time that does not depend on where the secrets differ.
    fn eq(&self, other: &Self) -> bool {
        let pairs = self.bytes.iter().zip(other.bytes.iter());
        pairs.fold(0, |difference, (ours, theirs)| difference | (ours ^ theirs)) == 0
    }
}

impl Eq for ServerSecret {}

impl fmt::Debug for ServerSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ServerSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn hexadecimal_digits_become_bytes_in_order() {
        let text: String = (0..=255u8).map(|byte| format!("{byte:02x}\r\n")).collect();

        let secret = ServerSecret::from_hex(&text).unwrap();

        assert!(secret.as_bytes().iter().copied().eq(0..=255));
        assert_eq!(
            secret,
            ServerSecret::from_hex(&text.to_uppercase()).unwrap()
        );
    }

    #[test]
    fn a_secret_of_another_length_is_refused_without_being_repeated() {
        for digits in [0, 1, 510, 511, 513, 514] {
            let error = ServerSecret::from_hex(&"e".repeat(digits))
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(&digits.to_string()) && !error.contains("eee"),
                "{error}"
            );
        }
        assert!(ServerSecret::from_hex(&"z".repeat(512)).is_err());
    }

    #[test]
    fn secrets_that_differ_in_one_bit_are_not_equal() {
        let zeros = ServerSecret::new(&[0; 256]);
        let mut bytes = [0; 256];
        *bytes.last_mut().unwrap() = 1;

        assert_ne!(zeros, ServerSecret::new(&bytes));
    }

    #[test]
    fn debug_prints_nothing_of_the_secret() {
        assert_eq!(
            format!("{:?}", ServerSecret::new(&[0xAB; 256])),
            "ServerSecret(..)"
        );
    }
}
