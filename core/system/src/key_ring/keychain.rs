//! The user's keychain on macOS.

use security_framework::base::Error;
use security_framework::passwords::{
    PasswordOptions, delete_generic_password, generic_password, set_generic_password_options,
};
use zeroize::Zeroizing;

use super::KeyRingError;

const SERVICE: &str = "p2svpn";

// Apple, Security Framework Result Codes.
const ITEM_NOT_FOUND: i32 = -25_300;
const USER_CANCELED: i32 = -128;
const AUTH_FAILED: i32 = -25_293;
const INTERACTION_NOT_ALLOWED: i32 = -25_308;
const NO_SUCH_KEYCHAIN: i32 = -25_294;
const NO_DEFAULT_KEYCHAIN: i32 = -25_307;

/// The receipt is the name.
pub(super) fn keep(name: &str, label: &str, secret: &[u8]) -> Result<Vec<u8>, KeyRingError> {
    let mut options = PasswordOptions::new_generic_password(SERVICE, name);
    options.set_label(label);
    set_generic_password_options(secret, options).map_err(explain)?;
    Ok(name.as_bytes().to_vec())
}

pub(super) fn fetch(receipt: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyRingError> {
    let options = PasswordOptions::new_generic_password(SERVICE, name(receipt)?);
    let secret = generic_password(options).map_err(explain)?;
    Ok(Zeroizing::new(secret))
}

pub(super) fn forget(receipt: &[u8]) -> Result<(), KeyRingError> {
    match delete_generic_password(SERVICE, name(receipt)?).map_err(explain) {
        Err(KeyRingError::Lost) => Ok(()),
        other => other,
    }
}

fn name(receipt: &[u8]) -> Result<&str, KeyRingError> {
    str::from_utf8(receipt).map_err(|_| KeyRingError::Lost)
}

fn explain(error: Error) -> KeyRingError {
    let reason = error.to_string();
    match error.code() {
        ITEM_NOT_FOUND => KeyRingError::Lost,
        USER_CANCELED | AUTH_FAILED => KeyRingError::Locked,
        INTERACTION_NOT_ALLOWED | NO_SUCH_KEYCHAIN | NO_DEFAULT_KEYCHAIN => {
            KeyRingError::NotThere { reason }
        }
        _ => KeyRingError::Failed { reason },
    }
}
