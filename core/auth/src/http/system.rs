use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, NoProxy, Proxy, Response, Url};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;
use zeroize::Zeroizing;

use super::client::{HttpAnswer, HttpClient};
use super::error::HttpError;
use super::request::{HttpMethod, HttpRequest};
use super::response::{HttpResponse, MAXIMUM_HTTP_BODY};

/// How the way out of this machine is set up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SystemHttpOptions {
    /// Which proxies are used.
    pub proxy: HttpProxy,
    /// Certificates, DER, that are trusted beside those that the machine trusts.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// How long it may take until the connection is there; 20 seconds.
    pub connect_timeout: Duration,
    /// How long a request may take altogether; a minute.
    pub timeout: Duration,
}

/// Which proxies requests go through.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpProxy {
    /// Those of the environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), and on Windows and macOS those of the system. Scripts
    /// that choose a proxy (PAC) are not run.
    #[default]
    System,
    /// None.
    Direct,
    /// This one, such as `http://proxy.example:8080`, with the user's name and password if it wants them.
    Url(Zeroizing<String>),
}

/// Leaves the address out: a password may be in it.
impl fmt::Debug for HttpProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::System => "System",
            Self::Direct => "Direct",
            Self::Url(_) => "Url(..)",
        })
    }
}

impl Default for SystemHttpOptions {
    fn default() -> Self {
        Self {
            proxy: HttpProxy::System,
            extra_roots: Vec::new(),
            connect_timeout: Duration::from_secs(20),
            timeout: Duration::from_secs(60),
        }
    }
}

impl SystemHttpOptions {
    /// Trusts these certificates, PEM, beside those that the machine trusts.
    ///
    /// # Errors
    ///
    /// [`HttpError::NotSecure`] if there is none, or one that cannot be read.
    pub fn trusted_roots(mut self, pem: &[u8]) -> Result<Self, HttpError> {
        let unreadable = |reason: String| HttpError::NotSecure { reason };
        let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let found = found.map_err(|error| unreadable(format!("the trusted roots: {error}")))?;
        if found.is_empty() {
            return Err(unreadable(
                "the trusted roots hold no certificate".to_owned(),
            ));
        }
        self.extra_roots.extend(found);
        Ok(self)
    }

    /// Chooses which proxies are used.
    #[must_use]
    pub fn proxy(mut self, proxy: HttpProxy) -> Self {
        self.proxy = proxy;
        self
    }
}

/// Sends requests by the means of this machine: its proxies, and the certificates that it trusts. Cheap to clone.
///
/// It follows no redirect, keeps no cookies and speaks to `https` addresses only. It needs a runtime of tokio with I/O and
/// time. What the TLS and HTTP libraries copy of a body on its way is not wiped; what is handed out is.
#[derive(Clone)]
pub struct SystemHttp {
    client: Client,
}

impl SystemHttp {
    /// Prepares it; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`HttpError::NotSecure`] if the machine's roots cannot be read, [`HttpError::Proxy`] if the proxy's address is none.
    pub fn new(options: SystemHttpOptions) -> Result<Self, HttpError> {
        let not_secure = |error: rustls::Error| HttpError::NotSecure {
            reason: error.to_string(),
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Verifier::new_with_extra_roots(options.extra_roots, Arc::clone(&provider))
            .map_err(not_secure)?;
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(not_secure)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        let builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .redirect(Policy::none())
            .referer(false)
            .user_agent(concat!("p2svpn/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            // Sign-ins are rare, and a connection that idles outlives the network that it was made in.
            .pool_idle_timeout(Duration::from_secs(20));
        let builder = match &options.proxy {
            HttpProxy::System => builder,
            HttpProxy::Direct => builder.no_proxy(),
            HttpProxy::Url(url) => {
                let proxy = Proxy::all(url.as_str()).map_err(|_| HttpError::Proxy {
                    reason: "its address cannot be read".to_owned(),
                })?;
                builder.proxy(proxy.no_proxy(NoProxy::from_env()))
            }
        };
        let client = builder.build().map_err(|error| failure(&error))?;
        Ok(Self { client })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let url = Url::parse(&request.url).map_err(|_| HttpError::Failed {
            reason: "the address cannot be read".to_owned(),
        })?;
        let method = match request.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Post => Method::POST,
        };
        let mut sent = self.client.request(method, url);
        for (name, value) in &request.headers {
            let unfit = || HttpError::Failed {
                reason: format!("the header {name} cannot be sent"),
            };
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?;
            let value = HeaderValue::from_str(value).map_err(|_| unfit())?;
            sent = sent.header(name, value);
        }
        let mut response = sent
            .body(request.body.to_vec())
            .send()
            .await
            .map_err(|error| failure(&error))?;
        let body = body(&mut response).await?;
        let headers = response.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        let headers = headers.collect();
        let status = response.status().as_u16();
        Ok(HttpResponse {
            status,
            headers,
            body,
        })
    }
}

impl HttpClient for SystemHttp {
    fn send(&self, request: HttpRequest) -> HttpAnswer<'_> {
        Box::pin(self.exchange(request))
    }
}

impl fmt::Debug for SystemHttp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SystemHttp").finish_non_exhaustive()
    }
}

/// Reads the answer's body, as far as it may go.
async fn body(response: &mut Response) -> Result<Zeroizing<Vec<u8>>, HttpError> {
    let too_large = || HttpError::TooLarge {
        limit: MAXIMUM_HTTP_BODY,
    };
    let announced = response.content_length().unwrap_or_default();
    let announced = usize::try_from(announced).map_err(|_| too_large())?;
    if announced > MAXIMUM_HTTP_BODY {
        return Err(too_large());
    }
    let mut body = Zeroizing::new(Vec::with_capacity(announced));
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if body.len() + chunk.len() > MAXIMUM_HTTP_BODY {
            return Err(too_large());
        }
        // A vector that grows leaves a copy behind.
        if body.capacity() - body.len() < chunk.len() {
            let mut larger = Zeroizing::new(Vec::with_capacity(2 * (body.len() + chunk.len())));
            larger.extend_from_slice(&body);
            body = larger;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Finds out what a failure is about; the library says it in its causes only. The address is left out: it says nothing new.
fn failure(error: &reqwest::Error) -> HttpError {
    let mut reasons: Vec<String> = Vec::new();
    let mut of_network = false;
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(tls) = tls_error(cause) {
            return HttpError::NotSecure {
                reason: tls.to_string(),
            };
        }
        of_network |= is_of_network(cause);
        let text = cause.to_string();
        if !reasons.iter().any(|reason| reason.contains(&text)) {
            reasons.push(text);
        }
        next = cause.source();
    }
    let reason = reasons.join(": ");
    match error {
        error if error.is_timeout() => HttpError::TimedOut,
        error if error.is_connect() && !of_network && is_proxy(&reason) => {
            HttpError::Proxy { reason }
        }
        error if error.is_connect() => HttpError::Unreachable { reason },
        error if error.is_builder() => HttpError::Failed { reason },
        _ => HttpError::Damaged { reason },
    }
}

/// The TLS library's own error, which is wrapped in those of sockets.
fn tls_error<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    cause.downcast_ref().or_else(|| {
        let wrapped = cause.downcast_ref::<io::Error>()?.get_ref()?;
        tls_error(wrapped)
    })
}

/// Whether a socket failed by itself.
fn is_of_network(cause: &(dyn std::error::Error + 'static)) -> bool {
    let error = cause.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.raw_os_error().is_some())
}

/// What the HTTP library says of a proxy that does not let a connection through has no type of its own.
fn is_proxy(reason: &str) -> bool {
    reason.contains("proxy") || reason.contains("tunnel")
}
