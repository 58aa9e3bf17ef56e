//! What callers get: strings that belong to an object, and lists of them.

use std::ffi::{CString, c_char};
use std::fmt::Display;
use std::ptr;

/// Makes a C string of a text; a zero byte in it, which no honest text has, becomes U+FFFD.
pub(crate) fn c_string(text: impl Display) -> CString {
    CString::new(text.to_string().replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// Makes a C string of a text that holds secrets, without a copy of it that nobody wipes; none if there is a zero byte in it.
pub(crate) fn secret_string(text: &str) -> Option<CString> {
    // Both a text that is refused and one that has to grow would be left behind in memory.
    if text.contains('\0') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len().saturating_add(1));
    bytes.extend_from_slice(text.as_bytes());
    CString::new(bytes).ok()
}

/// Passes on an optional string: NULL for none.
pub(crate) fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(ptr::null(), |text| text.as_ptr())
}

/// The strings of a list, for access by index.
#[derive(Default)]
pub(crate) struct Texts(Vec<CString>);

impl Texts {
    pub(crate) fn new(texts: impl IntoIterator<Item = impl Display>) -> Self {
        Self(texts.into_iter().map(c_string).collect())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// NULL beyond the last.
    pub(crate) fn at(&self, index: usize) -> *const c_char {
        pointer(self.0.get(index))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_zero_byte_does_not_cut_a_text() {
        assert_eq!(c_string("a\0b").to_str().unwrap(), "a\u{fffd}b");
    }

    #[test]
    fn a_secret_with_a_zero_byte_is_refused() {
        assert_eq!(secret_string("a").unwrap().as_bytes(), b"a");
        assert!(secret_string("a\0b").is_none());
    }

    #[test]
    fn beyond_the_last_is_null() {
        let texts = Texts::new(["a"]);

        assert_eq!(texts.count(), 1);
        assert!(!texts.at(0).is_null());
        assert!(texts.at(1).is_null());
        assert!(texts.at(usize::MAX).is_null());
    }
}
