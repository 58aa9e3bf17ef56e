use std::fmt;

use zeroize::Zeroizing;

/// What is to be done with the body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpMethod {
    /// There is none.
    Get,
    /// It is sent.
    Post,
}

impl HttpMethod {
    /// Returns the name as it goes over the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request to a server. Its body may be secret: it is wiped when dropped, and `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpRequest {
    /// What is asked for.
    pub method: HttpMethod,
    /// The address, which begins with `https://` and holds nothing secret.
    pub url: String,
    /// The headers, in order; `Host` and `Content-Length` are the client's.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for a `GET`.
    pub body: Zeroizing<Vec<u8>>,
}

impl HttpRequest {
    /// Makes a request that posts a form.
    pub fn post_form(url: impl Into<String>, form: Zeroizing<Vec<u8>>) -> Self {
        let form_type = "application/x-www-form-urlencoded".to_owned();
        let headers = vec![
            ("Content-Type", form_type),
            ("Accept", "application/json".to_owned()),
        ];
        Self {
            method: HttpMethod::Post,
            url: url.into(),
            headers,
            body: form,
        }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, url) = (self.method.name(), &self.url);
        write!(
            formatter,
            "HttpRequest({method} {url}, {} bytes)",
            self.body.len()
        )
    }
}
