//! A page from the VNet, fetched through the tunnel.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use p2svpn_client::Session;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::failure::Failure;

/// How long the whole page may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The longest answer that is shown.
const LONGEST: u64 = 64 * 1024;

/// Where a page is: `http://ADDRESS[:PORT][/PATH]`, an IPv6 address in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    address: SocketAddr,
    path: String,
}

impl Page {
    /// The first page of a server.
    pub(crate) fn of(address: SocketAddr) -> Self {
        let path = "/".to_owned();
        Self { address, path }
    }

    /// Fetches the page and answers its body.
    pub(crate) async fn fetch(&self, session: &Session) -> Result<String, Failure> {
        let Self { address, path } = self;
        let answer = tokio::time::timeout(PATIENCE, async {
            let host = address.ip().to_string();
            let mut stream = session.dial(&host, address.port(), PATIENCE).await?;
            let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.take(LONGEST).read_to_end(&mut answer).await?;
            Ok::<_, Failure>(String::from_utf8_lossy(&answer).into_owned())
        });
        let answer = answer
            .await
            .map_err(|_| format!("{self} did not answer in time"))??;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .ok_or("the answer is no HTTP")?;
        if !head.contains(" 200 ") {
            return Err(head.lines().next().unwrap_or_default().into());
        }
        Ok(body.to_owned())
    }
}

impl FromStr for Page {
    type Err = Failure;

    fn from_str(url: &str) -> Result<Self, Failure> {
        let refused = |why: &str| Failure::from(format!("{url:?} cannot be fetched: {why}"));
        // Also keeps the request to its one line.
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused("a URL is ASCII without spaces"));
        }
        let rest = url
            .strip_prefix("http://")
            .ok_or_else(|| refused("only http:// is"))?;
        let (rest, _fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        Ok(Self {
            address: address(authority)
                .ok_or_else(|| refused("it names no IP address, IPv6 in brackets, and port"))?,
            path: match path.strip_prefix('/') {
                Some(_) => path.to_owned(),
                None => format!("/{path}"),
            },
        })
    }
}

impl fmt::Display for Page {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "http://{}{}", self.address, self.path)
    }
}

/// Reads `ADDRESS[:PORT]`.
fn address(authority: &str) -> Option<SocketAddr> {
    let (host, port): (IpAddr, &str) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (host, port) = bracketed.split_once(']')?;
            (IpAddr::V6(host.parse().ok()?), port)
        }
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            (IpAddr::V4(host.parse().ok()?), port)
        }
    };
    let port = match port {
        "" => 80,
        _ => port.strip_prefix(':')?.parse().ok()?,
    };
    (port != 0).then_some(SocketAddr::new(host, port))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let rows = [
            ("http://10.1.0.4", "10.1.0.4:80", "/"),
            ("http://10.1.0.4/", "10.1.0.4:80", "/"),
            ("http://10.1.0.4:8080/a/b?c=d", "10.1.0.4:8080", "/a/b?c=d"),
            ("http://10.1.0.4?c=/#part", "10.1.0.4:80", "/?c=/"),
            ("http://[fd00::1]/", "[fd00::1]:80", "/"),
            ("http://[fd00::1]:8080/a#part", "[fd00::1]:8080", "/a"),
        ];
        for (url, address, path) in rows {
            let page: Page = url.parse().unwrap();
            assert_eq!(page.address.to_string(), address, "{url}");
            assert_eq!(page.path, path, "{url}");
            assert_eq!(page.to_string().parse::<Page>().unwrap(), page, "{url}");
        }
    }

    #[test]
    fn what_cannot_be_fetched_is_refused_with_its_reason() {
        let rows = [
            ("https://10.1.0.4/", "only http://"),
            ("10.1.0.4", "only http://"),
            ("http://", "no IP address"),
            ("http://web.internal/", "no IP address"),
            ("http://fd00::1/", "no IP address"),
            ("http://[fd00::1/", "no IP address"),
            ("http://[10.1.0.4]/", "no IP address"),
            ("http://[fd00::1]8080/", "no IP address"),
            ("http://10.1.0.4:/", "no IP address"),
            ("http://10.1.0.4:0/", "no IP address"),
            ("http://10.1.0.4:65536/", "no IP address"),
            ("http://me@10.1.0.4/", "no IP address"),
            ("http://10.1.0.4/a b", "without spaces"),
            ("http://10.1.0.4/\r\nHost: other", "without spaces"),
        ];
        for (url, reason) in rows {
            let refusal = url.parse::<Page>().unwrap_err().to_string();
            assert!(refusal.contains(reason), "{url:?}: {refusal}");
        }
    }
}
