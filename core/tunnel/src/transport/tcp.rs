use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

use crate::error::TunnelError;

/// The operating system's own name of a socket.
#[cfg(unix)]
pub type RawSocket = std::os::fd::RawFd;
/// The operating system's own name of a socket.
#[cfg(windows)]
pub type RawSocket = std::os::windows::io::RawSocket;

/// What a host does with a socket before it connects, so that its packets stay outside the tunnel, such as
/// `VpnService.protect` on Android. The socket stays the library's. An error refuses the address being tried.
pub type ProtectSocket = Arc<dyn Fn(RawSocket) -> io::Result<()> + Send + Sync>;

/// How a [`TcpTransport`] connects.
#[derive(Clone)]
pub struct TcpOptions {
    /// Time for everything together: the name and all its addresses.
    pub timeout: Duration,
    /// Called with each socket before it connects.
    pub protect: Option<ProtectSocket>,
}

impl Default for TcpOptions {
    /// 20 seconds, and no protection.
    fn default() -> Self {
        TcpOptions {
            timeout: Duration::from_secs(20),
            protect: None,
        }
    }
}

impl std::fmt::Debug for TcpOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TcpOptions")
            .field("timeout", &self.timeout)
            .field("protect", &self.protect.is_some())
            .finish()
    }
}

/// A TCP connection to the gateway, or, in a gateway, to a client.
#[derive(Debug)]
pub struct TcpTransport {
    stream: TcpStream,
    peer: SocketAddr,
    local: SocketAddr,
}

/// Silence after which the system asks whether the peer is still there, and how often until it answers: before usual
/// firewalls forget an idle connection.
const KEEPALIVE: Duration = Duration::from_secs(60);

impl TcpTransport {
    /// Connects to `host`, a name or an address, trying each address of the name in turn, in the resolver's order.
    ///
    /// An address that does not answer gets its share of the time that is left, so that the others get theirs. Needs a
    /// Tokio runtime with I/O and time. The name is resolved by the system: do it while the tunnel's own DNS is not set
    /// yet.
    ///
    /// # Errors
    /// [`TunnelError::NameNotResolved`], [`TunnelError::Connect`] with the failure of the address tried last, or
    /// [`TunnelError::TimedOut`].
    pub async fn connect(
        host: &str,
        port: u16,
        options: &TcpOptions,
    ) -> Result<TcpTransport, TunnelError> {
        let deadline = Instant::now() + options.timeout;
        let addresses = resolve(host, port, deadline).await?;

        let mut failure = TunnelError::NameNotResolved {
            host: cut(host),
            source: None,
        };
        for (index, address) in addresses.iter().enumerate() {
            let left = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            let share = deadline.saturating_duration_since(Instant::now()) / left;
            failure = match timeout_at(Instant::now() + share, open(*address, options)).await {
                Ok(Ok(stream)) => return TcpTransport::from_stream(stream, *address),
                Ok(Err(source)) if source.kind() == io::ErrorKind::TimedOut => {
                    TunnelError::TimedOut
                }
                Ok(Err(source)) => TunnelError::Connect {
                    address: *address,
                    source,
                },
                Err(_) => TunnelError::TimedOut,
            };
            tracing::debug!(%address, error = %failure, "no connection");
        }
        Err(failure)
    }

    /// Takes a connection that is open already, such as one that a gateway accepted, and sets it up like a new one.
    ///
    /// # Errors
    /// [`TunnelError::Connect`] when the connection is over already.
    pub fn accepted(stream: TcpStream, peer: SocketAddr) -> Result<TcpTransport, TunnelError> {
        TcpTransport::from_stream(stream, peer)
    }

    /// The gateway's address.
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    /// Our own address towards the gateway.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Hands the connection itself out.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    fn from_stream(stream: TcpStream, address: SocketAddr) -> Result<TcpTransport, TunnelError> {
        let failed = |source| TunnelError::Connect { address, source };
        // Each write is a whole batch: waiting for more would only delay it.
        stream.set_nodelay(true).map_err(failed)?;
        let keepalive = TcpKeepalive::new()
            .with_time(KEEPALIVE)
            .with_interval(KEEPALIVE);
        SockRef::from(&stream)
            .set_tcp_keepalive(&keepalive)
            .map_err(failed)?;
        let local = stream.local_addr().map_err(failed)?;
        Ok(TcpTransport {
            stream,
            peer: address,
            local,
        })
    }
}

async fn resolve(host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, TunnelError> {
    let literal = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    if let Ok(address) = literal.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let failed = |source| TunnelError::NameNotResolved {
        host: cut(host),
        source,
    };
    match timeout_at(deadline, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => {
            let addresses: Vec<SocketAddr> = addresses.take(MOST_ADDRESSES).collect();
            if addresses.is_empty() {
                Err(failed(None))
            } else {
                Ok(addresses)
            }
        }
        Ok(Err(source)) => Err(failed(Some(source))),
        Err(_) => Err(failed(Some(io::ErrorKind::TimedOut.into()))),
    }
}

/// A resolver that answers with more is not worth the time.
const MOST_ADDRESSES: usize = 16;

async fn open(address: SocketAddr, options: &TcpOptions) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(protect) = &options.protect {
        protect(raw(&socket))?;
    }
    socket.connect(address).await
}

#[cfg(unix)]
fn raw(socket: &TcpSocket) -> RawSocket {
    std::os::fd::AsRawFd::as_raw_fd(socket)
}

#[cfg(windows)]
fn raw(socket: &TcpSocket) -> RawSocket {
    std::os::windows::io::AsRawSocket::as_raw_socket(socket)
}

/// The longest host name of DNS, in characters.
fn cut(host: &str) -> String {
    host.chars().take(255).collect()
}
