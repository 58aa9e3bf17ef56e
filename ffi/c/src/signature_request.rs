use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use p2svpn_client::{Scheme, SigningError};

use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::guard::{act, look};
use crate::input::{bytes, required, text};

/// A signature that a session needs of a key that the host keeps.
///
/// It belongs to the callback that gets it, which answers at once or later, from any thread: by
/// p2svpn_signature_request_complete() or p2svpn_signature_request_fail(), both of which free it. The session gives up after
/// a minute, and an answer is of no use then; it still has to come.
pub struct p2svpn_signature_request {
    scheme: Scheme,
    message: Vec<u8>,
    tell: SyncSender<Result<Vec<u8>, SigningError>>,
}

impl p2svpn_signature_request {
    /// Makes one, and what its answer comes out of.
    pub(crate) fn new(
        scheme: Scheme,
        message: &[u8],
    ) -> (Self, Receiver<Result<Vec<u8>, SigningError>>) {
        let (tell, told) = sync_channel(1);
        let message = message.to_vec();
        let request = Self {
            scheme,
            message,
            tell,
        };
        (request, told)
    }

    fn answer(self, answer: Result<Vec<u8>, SigningError>) {
        // The session may have given up.
        let _ = self.tell.try_send(answer);
    }
}

/// Returns how to sign: one of #p2svpn_schemes; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_signature_request_scheme(
    request: Option<&p2svpn_signature_request>,
) -> u32 {
    look(request, 0, |request| u32::from(request.scheme.number()))
}

/// Returns what to sign, which is hashed first as the scheme says; NULL for NULL. It belongs to the request.
///
/// @param size  receives how many bytes there are; may be NULL
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_signature_request_message(
    request: Option<&p2svpn_signature_request>,
    size: Option<&mut MaybeUninit<usize>>,
) -> *const u8 {
    if let Some(size) = size {
        size.write(look(request, 0, |request| request.message.len()));
    }
    look(request, std::ptr::null(), |request| {
        request.message.as_ptr()
    })
}

/// Hands the signature over, and frees the request.
///
/// @param signature  as TLS wants it: as long as the modulus for RSA, DER for ECDSA; it is copied
/// @param size       how many bytes it has, at most 4,096
/// @return NULL, or INVALID_ARGUMENT, after which the request has failed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_signature_request_complete(
    request: Option<Box<p2svpn_signature_request>>,
    signature: *const u8,
    size: usize,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let request = required(request, "request")?;
        // SAFETY: the caller's buffers hold to the rules.
        let signature = required(unsafe { bytes(signature, size, "signature") }?, "signature")?;
        request.answer(Ok(signature.to_vec()));
        Ok(())
    })
}

/// Says that there will be no signature, and frees the request: the session, or its change of keys, fails with KEY_FAILED,
/// or with SIGN_IN_CANCELLED.
///
/// @param cancelled  1 if the key's holder said no, 0 for any other reason
/// @param reason     why, for people; may be NULL
/// @return NULL, or INVALID_ARGUMENT, after which the request has failed all the same
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_signature_request_fail(
    request: Option<Box<p2svpn_signature_request>>,
    cancelled: u32,
    reason: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let request = required(request, "request")?;
        // SAFETY: the caller's strings hold to the rules.
        let reason = unsafe { text(reason, "reason") }?.unwrap_or_default();
        request.answer(Err(match cancelled {
            0 => SigningError::Failed {
                reason: reason.to_owned(),
            },
            _ => SigningError::Cancelled,
        }));
        Ok(())
    })
}

/// Frees a request that nobody answers, which fails it. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_signature_request_free(request: Option<Box<p2svpn_signature_request>>) {
    act(|| drop(request));
}
