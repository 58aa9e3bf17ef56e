use std::fmt;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// How the page of a web sign-in is to be shown (the flags of `WEB_AUTH`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct WebAuth {
    /// The page may need nobody: open it without showing it, and show it if it does not end by itself.
    pub hidden: bool,
    /// The page wants the user's own browser rather than a view in the host's window.
    pub external: bool,
    /// The page is reached by way of this proxy.
    pub proxy: Option<WebProxy>,
}

/// The HTTP proxy by way of which a sign-in page is reached.
#[derive(Clone, PartialEq, Eq)]
pub struct WebProxy {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The user name, where it wants one.
    pub username: Option<Zeroizing<String>>,
    /// The password, where it wants one.
    pub password: Option<Zeroizing<String>>,
}

impl WebAuth {
    /// Reads flags separated by commas; unknown ones ask for nothing that this client promised.
    pub(super) fn read(flags: &str) -> Option<Self> {
        let mut read = Self::default();
        for flag in flags.split(',') {
            match flag.split_once('=') {
                None if flag == "hidden" => read.hidden = true,
                None if flag == "external" => read.external = true,
                Some(("proxy", proxy)) => read.proxy = Some(WebProxy::read(proxy)?),
                _ => {}
            }
        }
        Some(read)
    }
}

impl WebProxy {
    /// Reads `host;port`, with user name and password in Base64 if they are there.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let host = parts.next().filter(|host| is_host(host))?.to_owned();
        let port = parts.next()?.parse().ok().filter(|port| *port != 0)?;
        let username = read_secret(parts.next())?;
        let password = read_secret(parts.next())?;
        parts.next().is_none().then_some(Self {
            host,
            port,
            username,
            password,
        })
    }
}

/// Shows neither the user name nor the password.
impl fmt::Debug for WebProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WebProxy")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

fn is_host(text: &str) -> bool {
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']' | b':')
    };
    !text.is_empty() && text.len() <= 253 && text.bytes().all(allowed)
}

/// A secret in Base64; the inner none where there is none, the outer where it cannot be read.
fn read_secret(text: Option<&str>) -> Option<Option<Zeroizing<String>>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Some(None);
    };
    let bytes = Zeroizing::new(Base64::decode_vec(text).ok()?);
    let secret = std::str::from_utf8(&bytes).ok()?;
    Some(Some(Zeroizing::new(secret.to_owned())))
}
