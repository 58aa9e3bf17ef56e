use std::ffi::c_char;
use std::mem::{offset_of, size_of};
use std::path::PathBuf;
use std::ptr;
use std::sync::Arc;

use p2svpn_client::{Certificate, Error};

use crate::external_key::{HostKey, p2svpn_external_key};
use crate::input::{Versioned, bytes, invalid, required, structure, text};

/// A client certificate with its private key, as the host has it.
///
/// Set all of it to zero, `size` to the structure's size, and exactly one of `pfx_file`, `pem_file`, `pfx` and `pem`. What
/// it points to is read during the call only, and copied; the library wipes its copies. Files are read when the session
/// prepares, so a mistake in them is the session's end, or a challenge for the password.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct p2svpn_certificate {
    /// The size of this structure in bytes.
    pub size: usize,
    /// Path of a PFX file (PKCS#12).
    pub pfx_file: *const c_char,
    /// Path of a PEM file with the certificate, its intermediates in any order, and its key unless `key_file` is set.
    pub pem_file: *const c_char,
    /// Path of a PEM file with the key that belongs to `pem_file`: PKCS#8 (also encrypted), PKCS#1 or SEC1.
    pub key_file: *const c_char,
    /// The bytes of a PFX container.
    pub pfx: *const u8,
    /// How many bytes `pfx` has.
    pub pfx_size: usize,
    /// PEM text with what `pem_file` would have; it need not end with a zero byte.
    pub pem: *const u8,
    /// How many bytes `pem` has.
    pub pem_size: usize,
    /// PEM text with the key that belongs to `pem`.
    pub key: *const u8,
    /// How many bytes `key` has.
    pub key_size: usize,
    /// The password of the container or of the encrypted key. Without it, or with a wrong one, a challenge asks for it.
    pub password: *const c_char,
    /// A key that the host keeps to itself; `pem` then has the certificate and its intermediates, the certificate first. NULL
    /// if the key is in `pfx` or `pem`.
    pub external_key: *const p2svpn_external_key,
}

// SAFETY: sizes and pointers, which are looked at by the rules for callers.
unsafe impl Versioned for p2svpn_certificate {
    const FIRST_SIZE: usize = offset_of!(Self, external_key);
}

/// Reads a caller's certificate; none for NULL.
///
/// # Safety
/// The pointer is NULL or points to a certificate whose pointers hold to the rules.
pub(crate) unsafe fn certificate(
    pointer: *const p2svpn_certificate,
) -> Result<Option<Certificate>, Error> {
    // SAFETY: as the caller of this function promises.
    let Some(given) = (unsafe { structure(pointer, "certificate") })? else {
        return Ok(None);
    };
    // First, so that what belongs to it is freed whatever else is wrong.
    // SAFETY: a key of the host holds to the rules.
    let external_key = unsafe { HostKey::read(given.external_key) }?;
    // SAFETY: the strings and buffers of a certificate hold to the rules.
    let (pfx_file, pem_file, key_file, pfx, pem, key, password) = unsafe {
        (
            text(given.pfx_file, "pfx_file")?,
            text(given.pem_file, "pem_file")?,
            text(given.key_file, "key_file")?,
            bytes(given.pfx, given.pfx_size, "pfx")?,
            bytes(given.pem, given.pem_size, "pem")?,
            bytes(given.key, given.key_size, "key")?,
            text(given.password, "password")?,
        )
    };
    if let Some(external_key) = external_key {
        let only_pem = pfx_file.is_none() && pem_file.is_none() && key_file.is_none();
        let only_pem = only_pem && pfx.is_none() && key.is_none() && password.is_none();
        let pem = pem.filter(|_| only_pem).ok_or_else(|| {
            invalid("certificate: external_key goes with pem, and with nothing else")
        })?;
        return Ok(Some(Certificate::external(pem, Arc::new(external_key))));
    }
    let certificate = match (pfx_file, pem_file, pfx, pem) {
        (Some(path), None, None, None) => Certificate::pfx_file(path),
        (None, Some(path), None, None) => Certificate::pem_file(path, key_file.map(PathBuf::from)),
        (None, None, Some(pfx), None) => Certificate::pfx(pfx),
        (None, None, None, Some(pem)) => match key {
            Some(key) => Certificate::pem_with_key(pem, key),
            None => Certificate::pem(pem),
        },
        _ => {
            return Err(invalid(
                "certificate: set exactly one of pfx_file, pem_file, pfx and pem",
            ));
        }
    };
    if key_file.is_some() && pem_file.is_none() || key.is_some() && pem.is_none() {
        return Err(invalid(
            "certificate: key_file belongs to pem_file, and key to pem",
        ));
    }
    Ok(Some(match password {
        Some(password) => certificate.password(password),
        None => certificate,
    }))
}

/// Reads a certificate that must be there.
///
/// # Safety
/// As for [`certificate`].
pub(crate) unsafe fn required_certificate(
    pointer: *const p2svpn_certificate,
) -> Result<Certificate, Error> {
    // SAFETY: as the caller of this function promises.
    required(unsafe { certificate(pointer) }?, "certificate")
}

impl Default for p2svpn_certificate {
    fn default() -> Self {
        Self {
            size: size_of::<Self>(),
            pfx_file: ptr::null(),
            pem_file: ptr::null(),
            key_file: ptr::null(),
            pfx: ptr::null(),
            pfx_size: 0,
            pem: ptr::null(),
            pem_size: 0,
            key: ptr::null(),
            key_size: 0,
            password: ptr::null(),
            external_key: ptr::null(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use p2svpn_client::ErrorCode;

    use super::*;

    fn read(given: p2svpn_certificate) -> Result<Option<Certificate>, Error> {
        // SAFETY: the tests set string literals only.
        unsafe { certificate(&raw const given) }
    }

    #[test]
    fn exactly_one_form_is_taken() {
        let none = p2svpn_certificate::default();
        let one = p2svpn_certificate {
            pfx_file: c"a.pfx".as_ptr(),
            ..none
        };
        let two = p2svpn_certificate {
            pem_file: c"a.pem".as_ptr(),
            ..one
        };

        assert_eq!(read(none).unwrap_err().code(), ErrorCode::InvalidArgument);
        assert!(read(one).unwrap().is_some());
        assert_eq!(read(two).unwrap_err().code(), ErrorCode::InvalidArgument);
    }

    #[test]
    fn a_key_needs_its_certificate() {
        let none = p2svpn_certificate::default();
        let pfx = p2svpn_certificate {
            pfx_file: c"a.pfx".as_ptr(),
            key_file: c"a.key".as_ptr(),
            ..none
        };
        let pem = p2svpn_certificate {
            pem_file: c"a.pem".as_ptr(),
            key_file: c"a.key".as_ptr(),
            ..none
        };

        assert!(read(pfx).is_err());
        assert!(read(pem).unwrap().is_some());
    }

    #[test]
    fn a_password_that_is_no_utf_8_is_refused() {
        let given = p2svpn_certificate {
            pfx_file: c"a.pfx".as_ptr(),
            password: c"\xff".as_ptr(),
            ..Default::default()
        };

        assert_eq!(read(given).unwrap_err().code(), ErrorCode::InvalidArgument);
    }
}
