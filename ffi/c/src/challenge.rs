use std::ffi::{CString, c_char};

use p2svpn_client::{Challenge, ChallengeKind};

use crate::error::p2svpn_error;
use crate::guard::look;
use crate::output::{c_string, pointer};

/// What a challenge asks for.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_challenge_kinds {
    /// Something that this version does not know: only cancelling answers it.
    P2SVPN_CHALLENGE_OTHER = 0,
    /// A client certificate with its key: p2svpn_session_answer_certificate() answers it.
    P2SVPN_CHALLENGE_CERTIFICATE = 1,
    /// The password that opens the certificate's key: p2svpn_session_answer_secret() answers it.
    P2SVPN_CHALLENGE_CERTIFICATE_PASSWORD = 2,
}

/// A question that a session needs answered before it goes on. It belongs to the event it comes from.
///
/// The session waits in the state SigningIn for as long as it takes; disconnecting withdraws the question.
pub struct p2svpn_challenge {
    id: u64,
    kind: p2svpn_challenge_kinds,
    text: CString,
    attempt: u32,
    refusal: Option<p2svpn_error>,
    thumbprint: Option<CString>,
    issuer: Option<CString>,
    label: Option<CString>,
}

impl p2svpn_challenge {
    pub(crate) fn new(challenge: Challenge) -> Self {
        let (kind, thumbprint, issuer, label) = match challenge.kind {
            ChallengeKind::ClientCertificate { thumbprint, issuer } => (
                p2svpn_challenge_kinds::P2SVPN_CHALLENGE_CERTIFICATE,
                thumbprint,
                issuer,
                None,
            ),
            ChallengeKind::CertificatePassword { label } => (
                p2svpn_challenge_kinds::P2SVPN_CHALLENGE_CERTIFICATE_PASSWORD,
                None,
                None,
                Some(label),
            ),
            _ => (
                p2svpn_challenge_kinds::P2SVPN_CHALLENGE_OTHER,
                None,
                None,
                None,
            ),
        };
        Self {
            id: challenge.id.number(),
            kind,
            text: c_string(&challenge.text),
            attempt: challenge.attempt,
            refusal: challenge.refusal.map(p2svpn_error::new),
            thumbprint: thumbprint.map(c_string),
            issuer: issuer.map(c_string),
            label: label.map(c_string),
        }
    }
}

/// Returns the number to answer by; 0, which is no challenge's, for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_id(challenge: Option<&p2svpn_challenge>) -> u64 {
    look(challenge, 0, |challenge| challenge.id)
}

/// Returns what is asked for: one of #p2svpn_challenge_kinds.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_kind(challenge: Option<&p2svpn_challenge>) -> u32 {
    look(challenge, 0, |challenge| challenge.kind as u32)
}

/// Returns the question for people, in English; "" for NULL. It belongs to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_text(challenge: Option<&p2svpn_challenge>) -> *const c_char {
    look(challenge, c"".as_ptr(), |challenge| challenge.text.as_ptr())
}

/// Returns how often it was asked before in this session, from 0. After three refused answers the session ends.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_attempt(challenge: Option<&p2svpn_challenge>) -> u32 {
    look(challenge, 0, |challenge| challenge.attempt)
}

/// Returns why the answer before was refused; NULL at the first attempt. It belongs to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_refusal(
    challenge: Option<&p2svpn_challenge>,
) -> Option<&p2svpn_error> {
    look(challenge, None, |challenge| challenge.refusal.as_ref())
}

/// Returns the SHA-1 hash of the certificate that the profile names, in upper-case hexadecimal; NULL if it names none, and
/// for other kinds. It belongs to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_thumbprint(
    challenge: Option<&p2svpn_challenge>,
) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.thumbprint.as_ref())
    })
}

/// Returns the SHA-1 hash of the root below which the certificate was issued; NULL if the profile names none, and for
/// other kinds. It belongs to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_issuer(challenge: Option<&p2svpn_challenge>) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.issuer.as_ref())
    })
}

/// Returns what the password opens, for people: a file's name, for example; NULL for other kinds. It belongs to the
/// challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_label(challenge: Option<&p2svpn_challenge>) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.label.as_ref())
    })
}
