use std::ffi::{CString, c_char};

use p2svpn_client::{Challenge, ChallengeKind};

use crate::certificate_details::p2svpn_certificate_list;
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
    /// The gateway's own question, such as for a one-time code: p2svpn_session_answer_secret() answers it.
    P2SVPN_CHALLENGE_QUESTION = 3,
    /// The user has to sign in at p2svpn_challenge_url(), a page of Entra ID or of the gateway. That this is done is learned
    /// without the host, and the session goes on: nothing but cancelling answers it, and p2svpn_session_answer_redirect()
    /// where there is a p2svpn_challenge_redirect_uri().
    P2SVPN_CHALLENGE_SIGN_IN_PAGE = 4,
    /// One of several client certificates that all fit: p2svpn_session_answer_choice() answers it.
    P2SVPN_CHALLENGE_CHOOSE_CERTIFICATE = 5,
    /// The PIN of the token p2svpn_challenge_label(): p2svpn_session_answer_secret() answers it. Each wrong one counts, so
    /// nothing but a person may answer anew.
    P2SVPN_CHALLENGE_TOKEN_PIN = 6,
    /// A user name and a password: p2svpn_session_answer_credentials() answers it.
    P2SVPN_CHALLENGE_CREDENTIALS = 7,
    /// The user has to type p2svpn_challenge_code() at p2svpn_challenge_url(), on any device. Nothing but cancelling answers it:
    /// the session learns by itself that the user has signed in.
    P2SVPN_CHALLENGE_DEVICE_CODE = 8,
    /// An access token of Entra ID: p2svpn_session_answer_access_token() answers it.
    P2SVPN_CHALLENGE_ACCESS_TOKEN = 9,
}

/// A question that a session needs answered before it goes on. It belongs to the event it comes from.
///
/// The session waits in the state SigningIn; disconnecting withdraws the question. Questions of its own wait for as long as
/// it takes. Those of the gateway wait for as long as the gateway does, and are withdrawn when it goes on or asks another.
/// A gateway may also ask while the session is connected, which it stays.
pub struct p2svpn_challenge {
    id: u64,
    kind: p2svpn_challenge_kinds,
    text: CString,
    attempt: u32,
    refusal: Option<p2svpn_error>,
    thumbprint: Option<CString>,
    issuer: Option<CString>,
    label: Option<CString>,
    masked: bool,
    response_required: bool,
    page: Option<Page>,
    expires: i64,
    certificates: Option<p2svpn_certificate_list>,
    last_try: bool,
    username: Option<CString>,
    code: Option<CString>,
    request: Option<Request>,
}

struct Request {
    authority: CString,
    client_id: CString,
    audience: CString,
    scope: CString,
}

struct Page {
    url: CString,
    embedded_url: CString,
    hidden: bool,
    external: bool,
    redirect_uri: Option<CString>,
}

impl p2svpn_challenge {
    pub(crate) fn new(challenge: Challenge) -> Self {
        use p2svpn_challenge_kinds::*;
        let mut made = Self {
            id: challenge.id.number(),
            kind: P2SVPN_CHALLENGE_OTHER,
            text: c_string(&challenge.text),
            attempt: challenge.attempt,
            refusal: challenge.refusal.map(p2svpn_error::new),
            thumbprint: None,
            issuer: None,
            label: None,
            masked: true,
            response_required: true,
            page: None,
            expires: 0,
            certificates: None,
            last_try: false,
            username: None,
            code: None,
            request: None,
        };
        match challenge.kind {
            ChallengeKind::ClientCertificate { thumbprint, issuer } => {
                made.kind = P2SVPN_CHALLENGE_CERTIFICATE;
                made.thumbprint = thumbprint.map(c_string);
                made.issuer = issuer.map(c_string);
            }
            ChallengeKind::CertificatePassword { label } => {
                made.kind = P2SVPN_CHALLENGE_CERTIFICATE_PASSWORD;
                made.label = Some(c_string(label));
            }
            ChallengeKind::Question {
                masked,
                response_required,
                expires,
            } => {
                made.kind = P2SVPN_CHALLENGE_QUESTION;
                made.masked = masked;
                made.response_required = response_required;
                made.expires = expires.unwrap_or(0);
            }
            ChallengeKind::SignInPage(page) => {
                made.kind = P2SVPN_CHALLENGE_SIGN_IN_PAGE;
                made.response_required = false;
                made.expires = page.expires.unwrap_or(0);
                made.page = Some(Page {
                    url: c_string(page.url),
                    embedded_url: c_string(page.embedded_url),
                    hidden: page.hidden,
                    external: page.external,
                    redirect_uri: page.redirect_uri.map(c_string),
                });
            }
            ChallengeKind::ChooseCertificate { certificates } => {
                made.kind = P2SVPN_CHALLENGE_CHOOSE_CERTIFICATE;
                made.certificates = Some(p2svpn_certificate_list::new(&certificates));
            }
            ChallengeKind::TokenPin { token, last_try } => {
                made.kind = P2SVPN_CHALLENGE_TOKEN_PIN;
                made.label = Some(c_string(token));
                made.last_try = last_try;
            }
            ChallengeKind::Credentials { username } => {
                made.kind = P2SVPN_CHALLENGE_CREDENTIALS;
                made.username = username.map(c_string);
            }
            ChallengeKind::DeviceCode(device) => {
                made.kind = P2SVPN_CHALLENGE_DEVICE_CODE;
                made.response_required = false;
                made.expires = device.expires;
                made.code = Some(c_string(device.code));
                made.page = Some(Page {
                    url: c_string(&device.page),
                    embedded_url: c_string(&device.page),
                    hidden: false,
                    external: true,
                    redirect_uri: None,
                });
            }
            ChallengeKind::AccessToken(request) => {
                made.kind = P2SVPN_CHALLENGE_ACCESS_TOKEN;
                made.username = request.username.map(c_string);
                made.request = Some(Request {
                    authority: c_string(request.authority),
                    client_id: c_string(request.client_id),
                    audience: c_string(request.audience),
                    scope: c_string(request.scope),
                });
            }
            _ => {}
        }
        made
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

/// Returns the question for people: in English, or in the words of the gateway that asks, which never hold control
/// characters; "" for NULL. It belongs to the challenge.
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

/// Returns what the password or PIN opens, for people: a file's or a token's name, for example; NULL for other kinds. It belongs to the
/// challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_label(challenge: Option<&p2svpn_challenge>) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.label.as_ref())
    })
}

/// Returns whether the answer must not be shown while it is typed: 1 or 0; 1 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_is_masked(challenge: Option<&p2svpn_challenge>) -> u32 {
    look(challenge, 1, |challenge| challenge.masked.into())
}

/// Returns whether the session waits for an answer: 1 or 0. With 0, showing the text or opening the page is all.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_needs_response(challenge: Option<&p2svpn_challenge>) -> u32 {
    look(challenge, 0, |challenge| challenge.response_required.into())
}

/// Returns when the question is given up, in seconds since 1970; 0 where that is not known, and for questions that wait.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_expires(challenge: Option<&p2svpn_challenge>) -> i64 {
    look(challenge, 0, |challenge| challenge.expires)
}

/// Returns the address of the page to sign in at, `https` or `http` in printable ASCII; NULL for other kinds. Whoever knows
/// it may be able to sign in: keep it out of logs. It belongs to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_url(challenge: Option<&p2svpn_challenge>) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.page.as_ref().map(|page| &page.url))
    })
}

/// Returns the address for a view inside the host's own window, marked so that the page leaves out what a browser has; NULL
/// for other kinds. It belongs to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_embedded_url(
    challenge: Option<&p2svpn_challenge>,
) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.page.as_ref().map(|page| &page.embedded_url))
    })
}

/// Returns whether the page may need nobody: 1 or 0. Then open it without showing it, and show it if it does not end by
/// itself.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_is_hidden(challenge: Option<&p2svpn_challenge>) -> u32 {
    look(challenge, 0, |challenge| {
        challenge
            .page
            .as_ref()
            .is_some_and(|page| page.hidden)
            .into()
    })
}

/// Returns whether the page wants the user's own browser rather than a view in the host's window: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_is_external(challenge: Option<&p2svpn_challenge>) -> u32 {
    look(challenge, 0, |challenge| {
        challenge
            .page
            .as_ref()
            .is_some_and(|page| page.external)
            .into()
    })
}

/// Returns where Entra sends the browser in the end, which the session waits for; NULL for the gateway's pages and for other
/// kinds. A host that shows the page in a view of its own may catch that address there, and answer with all of it by
/// p2svpn_session_answer_redirect(). It belongs to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_redirect_uri(
    challenge: Option<&p2svpn_challenge>,
) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        let page = challenge.page.as_ref();
        pointer(page.and_then(|page| page.redirect_uri.as_ref()))
    })
}

/// Returns the code to be typed at p2svpn_challenge_url(); NULL for other kinds. Whoever knows it may be able to sign in: keep it
/// out of logs. It belongs to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_code(challenge: Option<&p2svpn_challenge>) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.code.as_ref())
    })
}

/// Returns the user name that is known already; NULL if none is, and for other kinds. It belongs to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_username(challenge: Option<&p2svpn_challenge>) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.username.as_ref())
    })
}

/// Returns whether the next wrong PIN locks the token: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_is_last_try(challenge: Option<&p2svpn_challenge>) -> u32 {
    look(challenge, 0, |challenge| challenge.last_try.into())
}

/// Returns the certificates to choose from; NULL for other kinds. They belong to the challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_certificates(
    challenge: Option<&p2svpn_challenge>,
) -> Option<&p2svpn_certificate_list> {
    look(challenge, None, |challenge| challenge.certificates.as_ref())
}

/// Returns the tenant's address that an access token is asked of; NULL for other kinds than #P2SVPN_CHALLENGE_ACCESS_TOKEN. It belongs to the
/// challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_authority(
    challenge: Option<&p2svpn_challenge>,
) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.request.as_ref().map(|request| &request.authority))
    })
}

/// Returns the application that signs the user in; NULL for other kinds than #P2SVPN_CHALLENGE_ACCESS_TOKEN. It belongs to the
/// challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_client_id(
    challenge: Option<&p2svpn_challenge>,
) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.request.as_ref().map(|request| &request.client_id))
    })
}

/// Returns the application that the token is for: the gateway's; NULL for other kinds than #P2SVPN_CHALLENGE_ACCESS_TOKEN. It belongs to the
/// challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_audience(challenge: Option<&p2svpn_challenge>) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.request.as_ref().map(|request| &request.audience))
    })
}

/// Returns the scope to ask for; NULL for other kinds than #P2SVPN_CHALLENGE_ACCESS_TOKEN. It belongs to the
/// challenge.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_challenge_scope(challenge: Option<&p2svpn_challenge>) -> *const c_char {
    look(challenge, std::ptr::null(), |challenge| {
        pointer(challenge.request.as_ref().map(|request| &request.scope))
    })
}
