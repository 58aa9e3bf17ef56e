use std::ffi::{CString, c_char, c_void};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use p2svpn_client::{AccessToken, TokenProvider, TokenProviderError, TokenRequest};

use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::guard::{act, look};
use crate::input::{required, text};
use crate::output::{c_string, pointer};
use crate::userdata::Userdata;

/// An access token of Entra ID that a session needs of the host.
///
/// It belongs to the callback that gets it, which answers at once or later, from any thread: by
/// p2svpn_token_request_complete() or p2svpn_token_request_fail(), both of which free it. A person may have to sign in for it, so
/// nothing limits how long that takes; an answer has to come all the same, also when the session is over: until then a thread
/// waits for it, and what the callback is given is not freed.
pub struct p2svpn_token_request {
    authority: CString,
    client_id: CString,
    audience: CString,
    scope: CString,
    username: Option<CString>,
    tell: SyncSender<Result<AccessToken, TokenProviderError>>,
}

impl p2svpn_token_request {
    fn new(request: &TokenRequest) -> (Self, Receiver<Result<AccessToken, TokenProviderError>>) {
        let (tell, told) = sync_channel(1);
        let request = Self {
            authority: c_string(&request.authority),
            client_id: c_string(&request.client_id),
            audience: c_string(&request.audience),
            scope: c_string(&request.scope),
            username: request.username.as_ref().map(c_string),
            tell,
        };
        (request, told)
    }

    fn answer(self, answer: Result<AccessToken, TokenProviderError>) {
        // The session may be over.
        let _ = self.tell.try_send(answer);
    }
}

/// Returns the tenant's address, such as `https://login.microsoftonline.com/TENANT`; "" for NULL. It belongs to the
/// request.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_token_request_authority(
    request: Option<&p2svpn_token_request>,
) -> *const c_char {
    look(request, c"".as_ptr(), |request| request.authority.as_ptr())
}

/// Returns the application that signs the user in; "" for NULL. It belongs to the request.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_token_request_client_id(
    request: Option<&p2svpn_token_request>,
) -> *const c_char {
    look(request, c"".as_ptr(), |request| request.client_id.as_ptr())
}

/// Returns the application that the token is for: the gateway's; "" for NULL. It belongs to the request.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_token_request_audience(
    request: Option<&p2svpn_token_request>,
) -> *const c_char {
    look(request, c"".as_ptr(), |request| request.audience.as_ptr())
}

/// Returns the scope to ask for; "" for NULL. It belongs to the request.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_token_request_scope(
    request: Option<&p2svpn_token_request>,
) -> *const c_char {
    look(request, c"".as_ptr(), |request| request.scope.as_ptr())
}

/// Returns the user name that the host chose for the session; NULL if it chose none. It belongs to the request.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_token_request_username(
    request: Option<&p2svpn_token_request>,
) -> *const c_char {
    look(request, std::ptr::null(), |request| {
        pointer(request.username.as_ref())
    })
}

/// Hands the token over, and frees the request.
///
/// @param token       the token as it was issued; it is copied, and the copy is wiped
/// @param lifetime_s  for how many seconds it is still good; 0 reads that from the token
/// @return NULL, or INVALID_ARGUMENT, after which the request has failed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_token_request_complete(
    request: Option<Box<p2svpn_token_request>>,
    token: *const c_char,
    lifetime_s: u32,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let request = required(request, "request")?;
        // SAFETY: the caller's strings hold to the rules.
        let token = required(unsafe { text(token, "token") }?, "token")?;
        request.answer(Ok(access_token(token, lifetime_s)));
        Ok(())
    })
}

/// Says that there will be no token, and frees the request: the session fails with TOKEN_PROVIDER_FAILED or with
/// SIGN_IN_CANCELLED, unless it is connected and goes on with the token that it has.
///
/// @param cancelled  1 if the user did not want to sign in, after which nobody is asked again; 0 for any other reason
/// @param reason     why, for people; may be NULL
/// @return NULL, or INVALID_ARGUMENT, after which the request has failed all the same
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_token_request_fail(
    request: Option<Box<p2svpn_token_request>>,
    cancelled: u32,
    reason: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let request = required(request, "request")?;
        // SAFETY: the caller's strings hold to the rules.
        let reason = unsafe { text(reason, "reason") }?.unwrap_or_default();
        request.answer(Err(match cancelled {
            0 => TokenProviderError::Failed {
                reason: reason.to_owned(),
            },
            _ => TokenProviderError::Cancelled,
        }));
        Ok(())
    })
}

/// Frees a request that nobody answers, which fails it. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_token_request_free(request: Option<Box<p2svpn_token_request>>) {
    act(|| drop(request));
}

pub(crate) fn access_token(token: &str, lifetime_s: u32) -> AccessToken {
    let token = AccessToken::new(token);
    match lifetime_s {
        0 => token,
        seconds => token.lifetime(Duration::from_secs(seconds.into())),
    }
}

/// The host's provider, as the library calls it.
pub(crate) struct HostProvider {
    pub(crate) on_token: extern "C" fn(request: Box<p2svpn_token_request>, userdata: *mut c_void),
    pub(crate) userdata: Userdata,
}

impl TokenProvider for HostProvider {
    fn token(&self, request: &TokenRequest) -> Result<AccessToken, TokenProviderError> {
        let (request, told) = p2svpn_token_request::new(request);
        (self.on_token)(Box::new(request), self.userdata.pointer());
        told.recv().unwrap_or_else(|_| {
            Err(TokenProviderError::Failed {
                reason: "the request was freed without an answer".to_owned(),
            })
        })
    }
}
