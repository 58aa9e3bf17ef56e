use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use super::browser_sign_in::BrowserSignIn;
use super::error::EntraError;
use super::page::{self, Language, Page};
use super::redirect::Redirect;

/// The port that Microsoft's own client uses, and that some applications have registered as the only one.
pub const DEFAULT_REDIRECT_PORT: u16 = 2023;

/// A request has at most so many bytes: a browser sends a code of some kilobytes.
const LONGEST_REQUEST: usize = 16 * 1024;

/// How long a connection may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections at once; the oldest goes when another one comes, so that none that says nothing keeps the browser out.
const CONNECTIONS: usize = 16;

/// How often another free port is looked for when the same is taken in the other family.
const TRIES: u32 = 8;

/// Where the browser comes back to after a sign-in: a port of this machine, at `127.0.0.1` and `::1` as far as the system has
/// them, since nobody knows which of them a browser takes for `localhost`.
#[derive(Debug)]
pub struct Loopback {
    listeners: Vec<TcpListener>,
    port: u16,
}

impl Loopback {
    /// Listens at port 2023, or at a free one if another program has it.
    ///
    /// # Errors
    ///
    /// [`EntraError::Listen`].
    pub async fn listen() -> Result<Self, EntraError> {
        Self::listen_first_at(DEFAULT_REDIRECT_PORT).await
    }

    /// Listens at the given port, or at a free one if another program has it.
    ///
    /// # Errors
    ///
    /// [`EntraError::Listen`].
    pub async fn listen_first_at(port: u16) -> Result<Self, EntraError> {
        let mut outcome = Self::at(port).await;
        for _ in 0..TRIES {
            match &outcome {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                _ => break,
            }
            outcome = Self::at(0).await;
        }
        outcome.map_err(|error| EntraError::Listen {
            reason: error.to_string(),
        })
    }

    async fn at(port: u16) -> io::Result<Self> {
        let mut listeners = Vec::new();
        let mut port = port;
        let mut missing = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in [
            SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
        ] {
            match TcpListener::bind(SocketAddr::new(address.ip(), port)).await {
                Ok(listener) => {
                    port = listener.local_addr()?.port();
                    listeners.push(listener);
                }
                // Else whoever has the other half of the port would get half of the answers.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
                Err(error) => missing = error,
            }
        }
        if listeners.is_empty() {
            return Err(missing);
        }
        Ok(Self { listeners, port })
    }

    /// Returns the address to announce, such as `http://localhost:2023`.
    pub fn redirect_uri(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the browser, shows the user what to do next in his language, and returns what it brought.
    ///
    /// Requests that are no answer to this sign-in are turned away and change nothing. Dropping the future loses nothing but
    /// connections under way.
    ///
    /// # Errors
    ///
    /// [`EntraError::TimedOut`] after `patience`: the user has closed the page, or is still at it. [`EntraError::Listen`].
    pub async fn wait(
        &self,
        sign_in: &BrowserSignIn,
        patience: Duration,
    ) -> Result<Redirect, EntraError> {
        let found = timeout(patience, self.accept(sign_in)).await;
        found.map_err(|_| EntraError::TimedOut)?
    }

    async fn accept(&self, sign_in: &BrowserSignIn) -> Result<Redirect, EntraError> {
        let mut connections = JoinSet::new();
        let mut oldest: VecDeque<AbortHandle> = VecDeque::new();
        loop {
            tokio::select! {
                accepted = self.next() => {
                    let stream = accepted.map_err(|error| EntraError::Listen { reason: error.to_string() })?;
                    oldest.retain(|handle| !handle.is_finished());
                    if oldest.len() >= CONNECTIONS && let Some(handle) = oldest.pop_front() {
                        handle.abort();
                    }
                    oldest.push_back(connections.spawn(timeout(PATIENCE, Call::read(stream))));
                }
                Some(read) = connections.join_next() => {
                    // Whoever breaks off, takes too long or was pushed out has said nothing.
                    let Ok(Ok(Some(call))) = read else { continue };
                    if let Some(redirect) = self.answer(call, sign_in).await {
                        return Ok(redirect);
                    }
                }
            }
        }
    }

    async fn next(&self) -> io::Result<TcpStream> {
        let accepted = match self.listeners.as_slice() {
            [one, other, ..] => tokio::select! {
                accepted = one.accept() => accepted,
                accepted = other.accept() => accepted,
            },
            [only] => only.accept().await,
            [] => std::future::pending().await,
        };
        accepted.map(|(stream, _)| stream)
    }

    async fn answer(&self, mut call: Call, sign_in: &BrowserSignIn) -> Option<Redirect> {
        let redirect = call
            .redirect
            .take()
            .filter(|redirect| sign_in.is_answered_by(redirect));
        let page = match &redirect {
            Some(redirect) if redirect.is_success() => Page::Done,
            Some(redirect) => match &redirect.outcome {
                Err(refusal) if refusal.is_cancelled() => Page::Cancelled,
                _ => Page::Refused,
            },
            None => Page::NotExpected,
        };
        let text = page::http_answer(page, call.language);
        let written = async {
            call.stream.write_all(text.as_bytes()).await?;
            call.stream.shutdown().await
        };
        // The page is a courtesy: what the browser brought counts all the same.
        let _ = timeout(PATIENCE, written).await;
        redirect
    }
}

/// What a connection asked for.
struct Call {
    stream: TcpStream,
    redirect: Option<Redirect>,
    language: Language,
}

impl Call {
    /// Reads the head of a request; nothing if it is none.
    async fn read(mut stream: TcpStream) -> Option<Self> {
        let mut head = zeroize::Zeroizing::new(Vec::with_capacity(LONGEST_REQUEST));
        loop {
            // As much as the vector has room for, so that it never moves and leaves a code behind.
            let room = LONGEST_REQUEST.checked_sub(head.len())?;
            let mut limited = (&mut stream).take(u64::try_from(room).ok()?);
            if room == 0 || limited.read_buf(&mut *head).await.ok()? == 0 {
                return None;
            }
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut request = httparse::Request::new(&mut headers);
            if request.parse(&head).ok()?.is_partial() {
                continue;
            }
            let header = |name: &str| {
                let mut all = request.headers.iter();
                let found = all.find(|header| header.name.eq_ignore_ascii_case(name))?;
                std::str::from_utf8(found.value).ok()
            };
            // A page elsewhere whose name was made to point here has that name in it.
            let is_for_here = header("Host").is_some_and(is_loopback);
            let redirect = match (request.method, request.path) {
                (Some("GET"), Some(path)) if is_for_here && path.starts_with("/?") => {
                    Redirect::parse(path)
                }
                _ => None,
            };
            let language = Language::of(header("Accept-Language").unwrap_or_default());
            return Some(Self {
                redirect,
                language,
                stream,
            });
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|own| name.eq_ignore_ascii_case(own))
}
