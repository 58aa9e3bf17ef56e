use std::ffi::{CString, c_char};

use p2svpn_client::{Class, Error};

use crate::guard::{act, look};
use crate::output::{Texts, c_string};

/// What kind of reaction an error calls for.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_error_classes {
    /// There is no error.
    P2SVPN_CLASS_NONE = 0,
    /// The same again may succeed later, without anybody's doing.
    P2SVPN_CLASS_RETRY = 1,
    /// Somebody has to sign in again, or with other credentials.
    P2SVPN_CLASS_NEEDS_SIGN_IN = 2,
    /// The user can do something about it: the remedy says what.
    P2SVPN_CLASS_USER_ACTION = 3,
    /// A profile, a gateway or an option has to be changed, usually by an administrator.
    P2SVPN_CLASS_CONFIGURATION = 4,
    /// It will not succeed, whoever tries.
    P2SVPN_CLASS_FATAL = 5,
    /// A defect in the host program or in this library.
    P2SVPN_CLASS_BUG = 6,
}

/// Why something failed. Functions that can fail return one that the caller owns, or NULL for success.
///
/// Decide by the number or the class, never by the texts, which may change. It holds no secret, and all of its texts
/// are fit to be shown in one line. Any thread may use it.
pub struct p2svpn_error {
    error: Error,
    name: CString,
    class_name: CString,
    message: CString,
    cause: CString,
    remedy: CString,
    chain: Texts,
}

impl p2svpn_error {
    pub(crate) fn new(error: Error) -> Self {
        Self {
            name: c_string(error.name()),
            class_name: c_string(error.class().name()),
            message: c_string(&error),
            cause: c_string(error.cause()),
            remedy: c_string(error.remedy()),
            chain: Texts::new(error.causes()),
            error,
        }
    }

    #[cfg(test)]
    pub(crate) fn error(&self) -> &Error {
        &self.error
    }
}

/// Frees an error that a function returned. NULL is nothing. An error that belongs to another object, such as an event, is
/// freed with it instead.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_free(error: Option<Box<p2svpn_error>>) {
    act(|| drop(error));
}

/// Returns the stable number: one of #p2svpn_error_numbers, or one that a later version added; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_number(error: Option<&p2svpn_error>) -> u32 {
    look(error, 0, |error| error.error.number().into())
}

/// Returns the stable name, such as "NO_ANSWER"; "" for NULL. It belongs to the error.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_name(error: Option<&p2svpn_error>) -> *const c_char {
    look(error, c"".as_ptr(), |error| error.name.as_ptr())
}

/// Returns what kind of reaction the error calls for: one of #p2svpn_error_classes; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_class(error: Option<&p2svpn_error>) -> u32 {
    look(
        error,
        p2svpn_error_classes::P2SVPN_CLASS_NONE as u32,
        |error| class(error.error.class()) as u32,
    )
}

/// Returns the stable name of the class, such as "needs_sign_in"; "" for NULL. It belongs to the error.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_class_name(error: Option<&p2svpn_error>) -> *const c_char {
    look(error, c"".as_ptr(), |error| error.class_name.as_ptr())
}

/// Returns what happened, and what it happened to; "" for NULL. It belongs to the error.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_message(error: Option<&p2svpn_error>) -> *const c_char {
    look(error, c"".as_ptr(), |error| error.message.as_ptr())
}

/// Returns why this usually happens, in sentences; "" for NULL. It belongs to the error.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_cause(error: Option<&p2svpn_error>) -> *const c_char {
    look(error, c"".as_ptr(), |error| error.cause.as_ptr())
}

/// Returns what to do about it, in sentences; "" for NULL. It belongs to the error.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_remedy(error: Option<&p2svpn_error>) -> *const c_char {
    look(error, c"".as_ptr(), |error| error.remedy.as_ptr())
}

/// Returns how many layers below have said something about it.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_chain_count(error: Option<&p2svpn_error>) -> usize {
    look(error, 0, |error| error.chain.count())
}

/// Returns what a layer below has said, the nearest first; NULL beyond the last. It belongs to the error.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_error_chain(error: Option<&p2svpn_error>, index: usize) -> *const c_char {
    look(error, std::ptr::null(), |error| error.chain.at(index))
}

fn class(class: Class) -> p2svpn_error_classes {
    use p2svpn_error_classes::*;
    match class {
        Class::Retry => P2SVPN_CLASS_RETRY,
        Class::NeedsSignIn => P2SVPN_CLASS_NEEDS_SIGN_IN,
        Class::UserAction => P2SVPN_CLASS_USER_ACTION,
        Class::Configuration => P2SVPN_CLASS_CONFIGURATION,
        Class::Bug => P2SVPN_CLASS_BUG,
        // `Fatal`, and what a later version adds: nobody has to know how to go on.
        _ => P2SVPN_CLASS_FATAL,
    }
}
