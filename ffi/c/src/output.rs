//! What callers get: strings that belong to an object, and lists of them.

use std::ffi::{CString, c_char};
use std::fmt::Display;
use std::ptr;

/// Makes a C string of a text; a zero byte in it, which no honest text has, becomes U+FFFD.
pub(crate) fn c_string(text: impl Display) -> CString {
    CString::new(text.to_string().replace('\0', "\u{fffd}")).unwrap_or_default()
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
    fn beyond_the_last_is_null() {
        let texts = Texts::new(["a"]);

        assert_eq!(texts.count(), 1);
        assert!(!texts.at(0).is_null());
        assert!(texts.at(1).is_null());
        assert!(texts.at(usize::MAX).is_null());
    }
}
