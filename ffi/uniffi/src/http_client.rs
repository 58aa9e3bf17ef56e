use std::collections::HashMap;
use std::sync::Arc;

use p2svpn_client::HttpError as ClientHttpError;

/// Sends the requests of sign-ins in a way that the program has.
#[uniffi::export(with_foreign)]
pub trait HttpClient: Send + Sync {
    /// Sends a request and returns the answer, whatever its status is. It is called on a thread of its own and may block.
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// A request to a server. Its body may be secret.
#[derive(uniffi::Record)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// The address, which begins with `https://`.
    pub url: String,
    /// The headers; `Host` and `Content-Length` are the client's.
    pub headers: HashMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// The answer of a server. Its body may be secret.
#[derive(uniffi::Record)]
pub struct HttpResponse {
    /// The status, such as 200.
    pub status: u16,
    /// The headers.
    pub headers: HashMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum HttpError {
    /// The server cannot be reached.
    #[error("{reason}")]
    Unreachable {
        /// What went wrong, for people.
        reason: String,
    },
    /// No answer came in time.
    #[error("timed out")]
    TimedOut,
    /// The server's certificate is not trusted.
    #[error("{reason}")]
    NotSecure {
        /// What went wrong, for people.
        reason: String,
    },
    /// The proxy on the way refused.
    #[error("{reason}")]
    Proxy {
        /// What went wrong, for people.
        reason: String,
    },
    /// Anything else.
    #[error("{reason}")]
    Failed {
        /// What went wrong, for people.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for HttpError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: error.reason,
        }
    }
}

impl From<p2svpn_client::HttpRequest> for HttpRequest {
    fn from(mut request: p2svpn_client::HttpRequest) -> Self {
        let headers = request.headers.into_iter();
        Self {
            method: request.method.name().to_owned(),
            url: request.url,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: std::mem::take(&mut *request.body),
        }
    }
}

impl From<HttpError> for ClientHttpError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Unreachable { reason } => Self::Unreachable { reason },
            HttpError::TimedOut => Self::TimedOut,
            HttpError::NotSecure { reason } => Self::NotSecure { reason },
            HttpError::Proxy { reason } => Self::Proxy { reason },
            HttpError::Failed { reason } => Self::Failed { reason },
        }
    }
}

/// The program's HTTP client, as the library calls it.
pub(crate) fn of_program(client: Arc<dyn HttpClient>) -> p2svpn_client::HttpFunction {
    p2svpn_client::HttpFunction::new(move |request| {
        let response = client.send(request.into())?;
        let headers = response.headers.into_iter().collect();
        Ok(p2svpn_client::HttpResponse::new(
            response.status,
            headers,
            response.body,
        ))
    })
}
