use std::ffi::{CStr, c_char};

/// The version of this ABI that a program was compiled with; p2svpn_abi_version() is the one it runs with.
///
/// It grows with every change of the ABI. As long as the library's version is 0.x, a program runs with the version it was
/// compiled with: compare the two when it starts.
pub const P2SVPN_ABI_VERSION: u32 = 1;

const VERSION: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };

/// Returns the version of the library that the program runs with, such as "0.1.0". It is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_version() -> *const c_char {
    VERSION.as_ptr()
}

/// Returns the version of the ABI that the program runs with: #P2SVPN_ABI_VERSION of that library.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_abi_version() -> u32 {
    P2SVPN_ABI_VERSION
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_version_is_that_of_the_package() {
        assert_eq!(VERSION.to_str().unwrap(), env!("CARGO_PKG_VERSION"));
    }
}
