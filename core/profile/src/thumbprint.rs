use std::fmt;
use std::str::FromStr;

use crate::invalid_value::InvalidValue;

/// The SHA-1 hash of a certificate's DER encoding, by which Azure profiles name certificates.
///
/// It is written as 40 upper-case hexadecimal digits, as Windows shows thumbprints. SHA-1 only
/// *names* a certificate here; whether the certificate is good is decided by its signatures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thumbprint([u8; 20]);

impl Thumbprint {
    /// Takes the 20 bytes of a SHA-1 hash.
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Returns the 20 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl FromStr for Thumbprint {
    type Err = InvalidValue;

    /// Reads 40 hexadecimal digits of either case.
    ///
    /// White space, colons, hyphens and the invisible direction marks that the Windows certificate
    /// dialog copies along are skipped.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let mut bytes = [0; 20];
        let mut digits = 0usize;
        for character in text.chars().filter(|&character| !is_separator(character)) {
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
        match digits {
            40 => Ok(Self(bytes)),
            64 => Err(InvalidValue::new(
                "is a SHA-256 hash of 64 digits where a SHA-1 thumbprint of 40 is needed",
            )),
            _ => Err(InvalidValue::new(format!(
                "has {digits} hexadecimal digits where a SHA-1 thumbprint has 40"
            ))),
        }
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02X}"))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Thumbprint({self})")
    }
}

fn is_separator(character: char) -> bool {
    let is_direction_mark =
        matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}');
    is_direction_mark || character.is_whitespace() || character == ':' || character == '-'
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ROOT_G2: &str = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4";

    #[test]
    fn every_usual_spelling_is_the_same_thumbprint() {
        let spaced = "df 3c 24 f9 bf d6 66 76 1b 26 80 73 fe 06 d1 cc 8d 4f 82 a4";
        let colons = spaced.replace(' ', ":");
        let copied_from_windows = format!("\u{200e}{spaced} ");

        for spelling in [
            spaced,
            &colons,
            &copied_from_windows,
            &ROOT_G2.to_lowercase(),
        ] {
            assert_eq!(spelling.parse::<Thumbprint>().unwrap().to_string(), ROOT_G2);
        }
    }

    #[test]
    fn another_length_or_alphabet_is_refused() {
        for wrong in [
            "",
            "DF",
            &format!("{ROOT_G2}0"),
            &"g".repeat(40),
            &"A".repeat(64),
        ] {
            assert!(wrong.parse::<Thumbprint>().is_err(), "{wrong:?}");
        }
    }
}
