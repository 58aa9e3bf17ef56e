use std::ffi::{CString, c_char};

use zeroize::Zeroizing;

use crate::guard::act;

/// Frees a string that the caller owns, which is one that came out of a function as `char *`. NULL is nothing.
///
/// It is wiped before. Strings of type `const char *` belong to the object they come from and are freed with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_string_free(string: *mut c_char) {
    if string.is_null() {
        return;
    }
    // SAFETY: the caller passes what `CString::into_raw` gave out, and passes it once.
    let string = unsafe { CString::from_raw(string) };
    act(|| drop(Zeroizing::new(string.into_bytes_with_nul())));
}
