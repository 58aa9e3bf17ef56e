use std::pin::Pin;

use super::error::HttpError;
use super::request::HttpRequest;
use super::response::HttpResponse;

/// What comes of a request, in time.
pub type HttpAnswer<'a> =
    Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

/// Sends requests over HTTPS.
///
/// Whoever implements it checks the server's certificate against the roots that it trusts, follows no redirect, and gives up
/// by itself after a while; a minute is usual. Requests and answers hold secrets: they are neither logged nor kept.
/// Calls come from several tasks at once. Dropping the future gives the request up.
pub trait HttpClient: Send + Sync {
    /// Sends a request, and returns its answer whatever its status is.
    ///
    /// # Errors
    ///
    /// [`HttpError`] if there is no answer, or none that can be taken.
    fn send(&self, request: HttpRequest) -> HttpAnswer<'_>;
}
