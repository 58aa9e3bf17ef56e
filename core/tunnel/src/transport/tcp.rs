use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout_at};

use super::protect::{ProtectSocket, raw};
use super::resolve::resolve;
use crate::error::TunnelError;

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

/// Silence after which the system asks whether the peer is still there: before usual firewalls forget an idle connection.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// How long after it the system asks again, until it is answered.
const KEEPALIVE_AGAIN: Duration = Duration::from_secs(10);

/// How long the peer's system may leave what was sent, or the question, without an acknowledgement before the connection
/// counts as lost (`TCP_USER_TIMEOUT`, RFC 5482).
///
/// Linux counts it from the last sign of life, so an idle connection asks four times before: one question that is lost on
/// the way ends nothing (tcp(7)). Where the system has no such option, its own patience counts, some minutes as a rule.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(65);

impl TcpTransport {
    /// Connects to `host`, a name or an address, as [`connect_to`](Self::connect_to) does; see
    /// [`resolve`](crate::resolve) for when to do that.
    ///
    /// # Errors
    /// [`TunnelError::NameNotResolved`] as well.
    pub async fn connect(
        host: &str,
        port: u16,
        options: &TcpOptions,
    ) -> Result<TcpTransport, TunnelError> {
        let deadline = Instant::now() + options.timeout;
        let addresses = resolve(host, port, options.timeout).await?;
        connect_until(deadline, &addresses, options).await
    }

    /// Connects to the first of these addresses that accepts, trying each in turn.
    ///
    /// An address that does not answer gets its share of the time that is left, so that the others get theirs. Needs a
    /// Tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`TunnelError::Connect`] with the failure of the address tried last, [`TunnelError::TimedOut`], or
    /// [`TunnelError::NameNotResolved`] when there is no address.
    pub async fn connect_to(
        addresses: &[SocketAddr],
        options: &TcpOptions,
    ) -> Result<TcpTransport, TunnelError> {
        connect_until(Instant::now() + options.timeout, addresses, options).await
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
            .with_interval(KEEPALIVE_AGAIN);
        let socket = SockRef::from(&stream);
        socket.set_tcp_keepalive(&keepalive).map_err(failed)?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        socket
            .set_tcp_user_timeout(Some(UNACKNOWLEDGED))
            .map_err(failed)?;
        let local = stream.local_addr().map_err(failed)?;
        Ok(TcpTransport {
            stream,
            peer: address,
            local,
        })
    }
}

async fn connect_until(
    deadline: Instant,
    addresses: &[SocketAddr],
    options: &TcpOptions,
) -> Result<TcpTransport, TunnelError> {
    let mut failure = TunnelError::NameNotResolved {
        host: String::new(),
        source: None,
    };
    for (index, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        let share = deadline.saturating_duration_since(Instant::now()) / left;
        failure = match timeout_at(Instant::now() + share, open(*address, options)).await {
            Ok(Ok(stream)) => return TcpTransport::from_stream(stream, *address),
            Ok(Err(source)) if source.kind() == io::ErrorKind::TimedOut => TunnelError::TimedOut,
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
