use std::io;

use rustls_cng::error::CngError;
use windows_sys::Win32::Foundation::{
    CRYPT_E_NO_KEY_PROPERTY, CRYPT_E_NOT_FOUND, ERROR_ACCESS_DENIED, ERROR_CANCELLED,
    ERROR_INVALID_PASSWORD, NTE_BAD_KEYSET, NTE_EXISTS, NTE_NO_KEY, NTE_PERM, NTE_USER_CANCELLED,
    SCARD_E_CANCELLED, SCARD_E_NO_READERS_AVAILABLE, SCARD_E_NO_SMARTCARD,
    SCARD_W_CANCELLED_BY_USER, SCARD_W_REMOVED_CARD,
};

use crate::certificate_store::CertificateStoreError;

/// Turns what a call of the library failed with into an error.
pub(super) fn failed(operation: &'static str, error: &CngError) -> CertificateStoreError {
    match error {
        CngError::WindowsError(code) => explain(operation, *code),
        CngError::UnsupportedKeyAlgorithmGroup => CertificateStoreError::NoKey {
            reason: "it is neither an RSA nor an elliptic curve key".to_owned(),
        },
        other => CertificateStoreError::Failed {
            operation,
            reason: other.to_string(),
        },
    }
}

/// Turns what a call left as the thread's last error into an error; it is to be read directly after the call.
pub(super) fn last_error(operation: &'static str, error: &io::Error) -> CertificateStoreError {
    let code = error.raw_os_error().unwrap_or_default();
    explain(operation, code.cast_unsigned())
}

/// Explains the number of an error, as Windows' functions leave it or as CNG's return it (winerror.h).
pub(super) fn explain(operation: &'static str, code: u32) -> CertificateStoreError {
    let reason = io::Error::from_raw_os_error(code.cast_signed()).to_string();
    match win32(code) {
        ERROR_ACCESS_DENIED => return CertificateStoreError::Denied { operation },
        ERROR_CANCELLED => return CertificateStoreError::Cancelled { operation },
        ERROR_INVALID_PASSWORD => return CertificateStoreError::WrongPassword,
        _ => {}
    }
    match code.cast_signed() {
        NTE_PERM => CertificateStoreError::Denied { operation },
        NTE_USER_CANCELLED | SCARD_W_CANCELLED_BY_USER | SCARD_E_CANCELLED => {
            CertificateStoreError::Cancelled { operation }
        }
        NTE_BAD_KEYSET | NTE_NO_KEY | CRYPT_E_NO_KEY_PROPERTY => {
            CertificateStoreError::NoKey { reason }
        }
        SCARD_W_REMOVED_CARD
        | SCARD_E_NO_SMARTCARD
        | SCARD_E_NO_READERS_AVAILABLE
        | CRYPT_E_NOT_FOUND => CertificateStoreError::Removed,
        NTE_EXISTS => CertificateStoreError::Failed {
            operation,
            reason: "a key of that name is there already".to_owned(),
        },
        _ => CertificateStoreError::Failed { operation, reason },
    }
}

/// The number of a Windows function's error, also where CNG passes it on within one of its own (HRESULT_FROM_WIN32).
fn win32(code: u32) -> u32 {
    const FACILITY_WIN32: u32 = 0x8007_0000;
    match code & 0xffff_0000 {
        FACILITY_WIN32 => code & 0xffff,
        _ => code,
    }
}
