//! Text as Windows takes and gives it: UTF-16 with a zero at its end.

use zeroize::Zeroizing;

/// Writes a secret, in memory that is wiped.
pub(super) fn secret(text: &str) -> Zeroizing<Vec<u16>> {
    // As long as it can get at first: a buffer that grows leaves copies behind.
    let mut units = Zeroizing::new(Vec::with_capacity(text.len().saturating_add(1)));
    units.extend(text.encode_utf16().chain([0]));
    units
}

/// Whether bytes that Windows wrote are this text; the zero may be missing, and what comes after it does not count.
pub(super) fn is_text(bytes: &[u8], text: &str) -> bool {
    let (units, _) = bytes.as_chunks::<2>();
    let units = units.iter().map(|unit| u16::from_ne_bytes(*unit));
    units.take_while(|unit| *unit != 0).eq(text.encode_utf16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(units: &[u16]) -> Vec<u8> {
        units.iter().copied().flat_map(u16::to_ne_bytes).collect()
    }

    #[test]
    fn a_secret_ends_with_zero() {
        assert_eq!(*secret("aß"), [0x61, 0xdf, 0]);
        assert_eq!(*secret(""), [0]);
    }

    #[test]
    fn a_secret_is_written_without_growing() {
        for text in ["", "password", "pässwörd", "密码", "🔑🔑"] {
            let longest = text.len() + 1;
            assert!(secret(text).len() <= longest, "{text}");
        }
    }

    #[test]
    fn a_key_of_two_units_keeps_both() {
        assert_eq!(*secret("🔑"), [0xd83d, 0xdd11, 0]);
    }

    #[test]
    fn text_is_the_same_only_as_a_whole() {
        let found = bytes(&secret("Provider"));

        assert!(is_text(&found, "Provider"));
        for other in ["", "Provide", "Provider 2", "provider"] {
            assert!(!is_text(&found, other), "{other}");
        }
    }

    #[test]
    fn text_ends_at_the_zero_or_with_the_bytes() {
        let without_zero: Vec<u16> = "Provider".encode_utf16().collect();
        let with_more = [without_zero.as_slice(), &[0, 0x61]].concat();

        for units in [without_zero, with_more] {
            assert!(is_text(&bytes(&units), "Provider"));
        }
    }

    #[test]
    fn text_that_is_cut_off_within_a_letter_is_another() {
        let whole = bytes(&"Provider".encode_utf16().collect::<Vec<_>>());

        for length in 0..whole.len() {
            let cut: Vec<u8> = whole.iter().copied().take(length).collect();
            assert!(!is_text(&cut, "Provider"), "{length}");
        }
    }
}
