use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;

use crate::error::TunnelError;

/// A resolver that answers with more is not worth the time.
const MOST_ADDRESSES: usize = 16;

/// Finds the addresses of `host`, a name or an address, in the resolver's order; at least one and at most 16.
///
/// The name is resolved by the system, as it is set up at this moment. So that the gateway's name never depends on the
/// tunnel's own DNS, resolve it while that is not set, and keep the addresses for later attempts. Needs a Tokio runtime
/// with I/O and time.
///
/// # Errors
/// [`TunnelError::NameNotResolved`], also when the resolver takes longer than `within`.
pub async fn resolve(
    host: &str,
    port: u16,
    within: Duration,
) -> Result<Vec<SocketAddr>, TunnelError> {
    let literal = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    if let Ok(address) = literal.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let addresses: Vec<SocketAddr> = match timeout(within, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => addresses.take(MOST_ADDRESSES).collect(),
        Ok(Err(source)) => return Err(not_resolved(host, Some(source))),
        Err(_) => return Err(not_resolved(host, Some(io::ErrorKind::TimedOut.into()))),
    };
    if addresses.is_empty() {
        return Err(not_resolved(host, None));
    }
    Ok(addresses)
}

fn not_resolved(host: &str, source: Option<io::Error>) -> TunnelError {
    TunnelError::NameNotResolved {
        // The longest host name of DNS.
        host: host.chars().take(255).collect(),
        source,
    }
}
