use std::ffi::{CString, c_char, c_void};
use std::mem::{MaybeUninit, size_of};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use p2svpn_client::{Error, HttpError, HttpRequest, HttpResponse};
use zeroize::Zeroizing;

use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::guard::{act, look};
use crate::input::{Versioned, bytes, invalid, pointers, required, structure, text};
use crate::output::c_string;
use crate::userdata::Userdata;

/// Why the host's HTTP client got no answer.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_http_failures {
    /// Anything that the others are not.
    P2SVPN_HTTP_FAILED = 0,
    /// The server's name has no address, or it cannot be reached.
    P2SVPN_HTTP_UNREACHABLE = 1,
    /// No answer came in time.
    P2SVPN_HTTP_TIMED_OUT = 2,
    /// The server's certificate is not trusted, or no encryption was agreed on.
    P2SVPN_HTTP_NOT_SECURE = 3,
    /// The proxy on the way refused.
    P2SVPN_HTTP_PROXY = 4,
}

/// A request of a sign-in that the host's HTTP client sends.
///
/// It belongs to the callback that gets it, which answers at once or later, from any thread: by
/// p2svpn_http_request_complete() or p2svpn_http_request_fail(), both of which free it. The library gives up after a minute, and
/// an answer is of no use then; it still has to come. Requests and answers hold secrets: they are neither logged nor kept.
pub struct p2svpn_http_request {
    method: &'static str,
    url: CString,
    headers: Vec<(CString, CString)>,
    body: Zeroizing<Vec<u8>>,
    tell: SyncSender<Result<HttpResponse, HttpError>>,
}

impl p2svpn_http_request {
    fn new(request: HttpRequest) -> (Self, Receiver<Result<HttpResponse, HttpError>>) {
        let (tell, told) = sync_channel(1);
        let headers = request.headers.iter();
        let request = Self {
            method: request.method.name(),
            headers: headers
                .map(|(name, value)| (c_string(name), c_string(value)))
                .collect(),
            url: c_string(&request.url),
            body: request.body,
            tell,
        };
        (request, told)
    }

    fn answer(self, answer: Result<HttpResponse, HttpError>) {
        // The library may have given up.
        let _ = self.tell.try_send(answer);
    }
}

/// The answer of a server. Set all of it to zero, and `size` to the structure's size. What it points to is read during the call
/// only, and copied; the copy of the body is wiped.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct p2svpn_http_response {
    /// The size of this structure in bytes.
    pub size: usize,
    /// The status, such as 200, whatever it is.
    pub status: u32,
    /// Nothing yet: 0.
    pub reserved: u32,
    /// The names of the headers.
    pub header_names: *const *const c_char,
    /// The value of each header.
    pub header_values: *const *const c_char,
    /// How many headers there are, 1,024 at most.
    pub header_count: usize,
    /// The body; NULL for an empty one.
    pub body: *const u8,
    /// How many bytes the body has, 1,048,576 at most.
    pub body_size: usize,
}

// SAFETY: integers and pointers, which are looked at by the rules for callers.
unsafe impl Versioned for p2svpn_http_response {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// Returns "GET" or "POST"; "" for NULL. It belongs to the library.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_http_request_method(
    request: Option<&p2svpn_http_request>,
) -> *const c_char {
    look(request, c"".as_ptr(), |request| match request.method {
        "GET" => c"GET".as_ptr(),
        _ => c"POST".as_ptr(),
    })
}

/// Returns the address, which begins with "https://" and holds nothing secret; "" for NULL. It belongs to the request.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_http_request_url(request: Option<&p2svpn_http_request>) -> *const c_char {
    look(request, c"".as_ptr(), |request| request.url.as_ptr())
}

/// Returns how many headers there are to send, beside `Host` and `Content-Length`, which are the client's; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_http_request_header_count(request: Option<&p2svpn_http_request>) -> usize {
    look(request, 0, |request| request.headers.len())
}

/// Returns the name of a header, counted from 0; NULL beyond the last. It belongs to the request.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_http_request_header_name(
    request: Option<&p2svpn_http_request>,
    index: usize,
) -> *const c_char {
    look(request, std::ptr::null(), |request| {
        let header = request.headers.get(index);
        header.map_or(std::ptr::null(), |(name, _)| name.as_ptr())
    })
}

/// Returns the value of a header, counted from 0; NULL beyond the last. It belongs to the request.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_http_request_header_value(
    request: Option<&p2svpn_http_request>,
    index: usize,
) -> *const c_char {
    look(request, std::ptr::null(), |request| {
        let header = request.headers.get(index);
        header.map_or(std::ptr::null(), |(_, value)| value.as_ptr())
    })
}

/// Returns the body to send; NULL for NULL. It belongs to the request.
///
/// @param size  receives how many bytes there are; may be NULL
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_http_request_body(
    request: Option<&p2svpn_http_request>,
    size: Option<&mut MaybeUninit<usize>>,
) -> *const u8 {
    let length = look(request, 0, |request| request.body.len());
    if let Some(size) = size {
        size.write(length);
    }
    look(request, std::ptr::null(), |request| request.body.as_ptr())
}

/// Hands the server's answer over, and frees the request.
///
/// @param response  the answer, whatever its status is; redirects are answers too
/// @return NULL, or INVALID_ARGUMENT, after which the request has failed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_http_request_complete(
    request: Option<Box<p2svpn_http_request>>,
    response: *const p2svpn_http_response,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let request = required(request, "request")?;
        // SAFETY: callers keep to the rules.
        let given = required(unsafe { structure(response, "response") }?, "response")?;
        // SAFETY: as above.
        request.answer(Ok(unsafe { response_of(&given) }?));
        Ok(())
    })
}

/// Says that there is no answer, and frees the request.
///
/// @param failure  one of #p2svpn_http_failures
/// @param reason   why, for people, without secrets; may be NULL
/// @return NULL, or INVALID_ARGUMENT, after which the request has failed all the same
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_http_request_fail(
    request: Option<Box<p2svpn_http_request>>,
    failure: u32,
    reason: *const c_char,
) -> Option<Box<p2svpn_error>> {
    const FAILED: u32 = p2svpn_http_failures::P2SVPN_HTTP_FAILED as u32;
    const UNREACHABLE: u32 = p2svpn_http_failures::P2SVPN_HTTP_UNREACHABLE as u32;
    const TIMED_OUT: u32 = p2svpn_http_failures::P2SVPN_HTTP_TIMED_OUT as u32;
    const NOT_SECURE: u32 = p2svpn_http_failures::P2SVPN_HTTP_NOT_SECURE as u32;
    const PROXY: u32 = p2svpn_http_failures::P2SVPN_HTTP_PROXY as u32;

    entry(|| {
        let request = required(request, "request")?;
        // SAFETY: the caller's strings hold to the rules.
        let reason = unsafe { text(reason, "reason") }?
            .unwrap_or("the host's HTTP client gave no reason")
            .to_owned();
        request.answer(Err(match failure {
            FAILED => HttpError::Failed { reason },
            UNREACHABLE => HttpError::Unreachable { reason },
            TIMED_OUT => HttpError::TimedOut,
            NOT_SECURE => HttpError::NotSecure { reason },
            PROXY => HttpError::Proxy { reason },
            _ => return Err(invalid("there is no such failure")),
        }));
        Ok(())
    })
}

/// Frees a request that nobody answers, which fails it. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_http_request_free(request: Option<Box<p2svpn_http_request>>) {
    act(|| drop(request));
}

/// # Safety
/// The pointers of the structure hold to the rules.
unsafe fn response_of(given: &p2svpn_http_response) -> Result<HttpResponse, Error> {
    let status = u16::try_from(given.status)
        .ok()
        .filter(|status| (100..=999).contains(status) && given.reserved == 0)
        .ok_or_else(|| invalid("response: the status is from 100 to 999, and reserved is 0"))?;
    let count = given.header_count;
    // SAFETY: as the caller of this function promises.
    let (names, values, body) = unsafe {
        (
            pointers(given.header_names, count, "header_names")?,
            pointers(given.header_values, count, "header_values")?,
            bytes(given.body, given.body_size, "body")?,
        )
    };
    let headers = names.iter().zip(values).map(|(name, value)| {
        // SAFETY: as above.
        let (name, value) =
            unsafe { (text(*name, "header_names")?, text(*value, "header_values")?) };
        let name = required(name, "header_names")?;
        Ok((
            name.to_owned(),
            required(value, "header_values")?.to_owned(),
        ))
    });
    let headers: Result<Vec<(String, String)>, Error> = headers.collect();
    let body = body.unwrap_or_default();
    Ok(HttpResponse::new(status, headers?, body.to_vec()))
}

/// The host's HTTP client, as the library calls it.
pub(crate) struct HostHttp {
    pub(crate) on_http: extern "C" fn(request: Box<p2svpn_http_request>, userdata: *mut c_void),
    pub(crate) userdata: Userdata,
}

impl HostHttp {
    /// Has the host send a request, and waits for its answer.
    pub(crate) fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (request, told) = p2svpn_http_request::new(request);
        (self.on_http)(Box::new(request), self.userdata.pointer());
        told.recv().unwrap_or_else(|_| {
            Err(HttpError::Failed {
                reason: "the request was freed without an answer".to_owned(),
            })
        })
    }
}
