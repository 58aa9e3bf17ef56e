//! What the answers of a PKCS#11 module mean.

use cryptoki::error::{Error, RvError};

use crate::AuthError;
use crate::signing_error::SigningError;

/// [`signing_error`] where more than signatures can fail.
pub(super) fn failed(error: Error) -> AuthError {
    signing_error(&error).into()
}

/// Tells what the person or the host can mend from what they cannot.
pub(super) fn signing_error(error: &Error) -> SigningError {
    let Error::Pkcs11(code, function) = error else {
        return SigningError::Failed {
            reason: error.to_string(),
        };
    };
    match code {
        // A PIN of an impossible length or with impossible characters is a wrong one.
        RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => {
            SigningError::PinWrong { last_try: false }
        }
        RvError::PinLocked => SigningError::PinLocked,
        RvError::PinExpired | RvError::UserPinNotInitialized => SigningError::PinToBeSet,
        RvError::UserNotLoggedIn => SigningError::PinRequired,
        RvError::FunctionCanceled | RvError::FunctionRejected => SigningError::Cancelled,
        // Sessions and objects end with the presence of their token (PKCS#11 version 2.40, section 5.1.2).
        RvError::TokenNotPresent
        | RvError::DeviceRemoved
        | RvError::SlotIdInvalid
        | RvError::SessionClosed
        | RvError::SessionHandleInvalid
        | RvError::KeyHandleInvalid
        | RvError::ObjectHandleInvalid => SigningError::Removed,
        // The long texts of the standard would hide the one word that a maker's support asks for.
        _ => SigningError::Failed {
            reason: format!("{code:?} in C_{function:?}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    #[test]
    fn what_a_person_can_mend_is_told_apart() {
        for (code, meaning) in [
            (
                RvError::PinIncorrect,
                SigningError::PinWrong { last_try: false },
            ),
            (
                RvError::PinLenRange,
                SigningError::PinWrong { last_try: false },
            ),
            (RvError::PinLocked, SigningError::PinLocked),
            (RvError::PinExpired, SigningError::PinToBeSet),
            (RvError::UserNotLoggedIn, SigningError::PinRequired),
            (RvError::FunctionCanceled, SigningError::Cancelled),
            (RvError::DeviceRemoved, SigningError::Removed),
            (RvError::TokenNotPresent, SigningError::Removed),
            (RvError::SessionHandleInvalid, SigningError::Removed),
        ] {
            assert_eq!(
                signing_error(&Error::Pkcs11(code, Function::Login)),
                meaning,
                "{code:?}"
            );
        }
    }

    #[test]
    fn anything_else_is_named_in_the_words_of_the_standard() {
        let error = signing_error(&Error::Pkcs11(RvError::DeviceMemory, Function::Sign));

        let reason = "DeviceMemory in C_Sign".to_owned();
        assert_eq!(error, SigningError::Failed { reason });
    }
}
