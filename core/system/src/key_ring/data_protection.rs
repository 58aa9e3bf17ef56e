//! Windows' data protection (DPAPI): what it encrypts, only the same user can decrypt, here or wherever the user's profile
//! roams to.

use std::io;
use std::ptr::{null, null_mut};
use std::slice;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_INVALID_DATA, LocalFree,
};
use windows_sys::Win32::Security::Cryptography::{
    CRYPT_INTEGER_BLOB, CRYPTPROTECT_UI_FORBIDDEN, CryptProtectData, CryptUnprotectData,
};
use zeroize::{Zeroize, Zeroizing};

use super::KeyRingError;

/// The key belongs to another user or machine, or the user's password was reset by somebody else (winerror.h).
const NTE_BAD_KEY_STATE: i32 = 0x8009_000B_u32 as i32;

/// The receipt is the secret, encrypted.
pub(super) fn keep(_name: &str, label: &str, secret: &[u8]) -> Result<Vec<u8>, KeyRingError> {
    let label: Vec<u16> = label.encode_utf16().chain([0]).collect();
    let input = blob(secret)?;
    let mut output = Output::new();
    // SAFETY: the label ends with zero, and `input` describes bytes that outlive the call and are only read, whatever the
    // type of the pointer; the system allocates what `output` then describes.
    let done = unsafe {
        CryptProtectData(
            &input,
            label.as_ptr(),
            null(),
            null(),
            null(),
            CRYPTPROTECT_UI_FORBIDDEN,
            &mut output.0,
        )
    };
    if done == 0 {
        return Err(last_error());
    }
    Ok(output.bytes().to_vec())
}

pub(super) fn fetch(receipt: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyRingError> {
    let input = blob(receipt)?;
    let mut output = Output::new();
    // SAFETY: as in `keep`; no label is asked for.
    let done = unsafe {
        CryptUnprotectData(
            &input,
            null_mut(),
            null(),
            null(),
            null(),
            CRYPTPROTECT_UI_FORBIDDEN,
            &mut output.0,
        )
    };
    if done == 0 {
        return Err(last_error());
    }
    Ok(Zeroizing::new(output.bytes().to_vec()))
}

/// Nothing is kept but the receipt, which is the caller's.
pub(super) fn forget(_receipt: &[u8]) -> Result<(), KeyRingError> {
    Ok(())
}

fn blob(bytes: &[u8]) -> Result<CRYPT_INTEGER_BLOB, KeyRingError> {
    let length = u32::try_from(bytes.len()).map_err(|_| KeyRingError::Lost)?;
    Ok(CRYPT_INTEGER_BLOB {
        cbData: length,
        pbData: bytes.as_ptr().cast_mut(),
    })
}

/// What the system allocated; wiped and given back when dropped.
struct Output(CRYPT_INTEGER_BLOB);

impl Output {
    fn new() -> Self {
        Self(CRYPT_INTEGER_BLOB {
            cbData: 0,
            pbData: null_mut(),
        })
    }

    fn bytes(&self) -> &[u8] {
        if self.0.pbData.is_null() {
            return &[];
        }
        // SAFETY: the system said that so many bytes are there, and they are freed by `drop` alone.
        unsafe { slice::from_raw_parts(self.0.pbData, self.0.cbData as usize) }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.0.pbData.is_null() {
            return;
        }
        // SAFETY: as in `bytes`, and nothing refers to them any more; the system allocated them with `LocalAlloc`.
        unsafe {
            slice::from_raw_parts_mut(self.0.pbData, self.0.cbData as usize).zeroize();
            LocalFree(self.0.pbData.cast());
        }
    }
}

fn last_error() -> KeyRingError {
    let error = io::Error::last_os_error();
    let reason = error.to_string();
    let Some(code) = error.raw_os_error() else {
        return KeyRingError::Failed { reason };
    };
    match u32::try_from(code) {
        Ok(ERROR_INVALID_DATA) => KeyRingError::Lost,
        // The user's profile is not loaded, as it may be in services.
        Ok(ERROR_FILE_NOT_FOUND | ERROR_ACCESS_DENIED) => KeyRingError::NotThere { reason },
        _ if code == NTE_BAD_KEY_STATE => KeyRingError::Lost,
        _ => KeyRingError::Failed { reason },
    }
}
