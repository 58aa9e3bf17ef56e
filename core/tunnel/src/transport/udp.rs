use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};
use tokio::net::UdpSocket;

use super::protect::{ProtectSocket, raw};
use super::resolve::resolve;
use crate::error::TunnelError;

/// How a [`UdpTransport`] is made.
#[derive(Clone)]
pub struct UdpOptions {
    /// Time for finding the addresses of a name.
    pub timeout: Duration,
    /// Called with each socket before it connects.
    pub protect: Option<ProtectSocket>,
    /// Bytes of datagrams that the system keeps until they are read; it may allow less.
    pub receive_buffer: usize,
    /// Bytes of datagrams that the system keeps until the network takes them; it may allow less.
    pub send_buffer: usize,
}

impl Default for UdpOptions {
    /// 20 seconds, no protection, 4 MiB to receive into and 1 MiB to send from: what a fast network delivers while a
    /// machine under load is busy with something else for some milliseconds.
    fn default() -> Self {
        UdpOptions {
            timeout: Duration::from_secs(20),
            protect: None,
            receive_buffer: 4 * 1024 * 1024,
            send_buffer: 1024 * 1024,
        }
    }
}

impl std::fmt::Debug for UdpOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("UdpOptions")
            .field("timeout", &self.timeout)
            .field("protect", &self.protect.is_some())
            .field("receive_buffer", &self.receive_buffer)
            .field("send_buffer", &self.send_buffer)
            .finish()
    }
}

/// A UDP socket that is connected to the gateway, or, in a gateway, to a client.
#[derive(Debug)]
pub struct UdpTransport {
    socket: UdpSocket,
    peer: SocketAddr,
    local: SocketAddr,
}

impl UdpTransport {
    /// Makes a socket towards `host`, a name or an address; see [`resolve`](crate::resolve) for when to do that.
    ///
    /// Nothing is sent: whether a gateway answers there, only the connection's own time limit tells. Of several addresses
    /// the first is taken that this machine has a route to; to try the others afterwards, resolve the name and go
    /// through its addresses with [`connect_to`](Self::connect_to). Needs a Tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`TunnelError::NameNotResolved`], or [`TunnelError::Connect`] with the failure of the address tried last.
    pub async fn connect(
        host: &str,
        port: u16,
        options: &UdpOptions,
    ) -> Result<UdpTransport, TunnelError> {
        let addresses = resolve(host, port, options.timeout).await?;
        UdpTransport::connect_to(&addresses, options)
    }

    /// Makes a socket towards the first of these addresses that this machine has a route to.
    ///
    /// # Errors
    /// [`TunnelError::Connect`] with the failure of the address tried last, [`TunnelError::NameNotResolved`] when there
    /// is no address.
    pub fn connect_to(
        addresses: &[SocketAddr],
        options: &UdpOptions,
    ) -> Result<UdpTransport, TunnelError> {
        let mut failure = TunnelError::NameNotResolved {
            host: String::new(),
            source: None,
        };
        for &address in addresses {
            let opened = open(address, options).and_then(UdpSocket::from_std);
            match opened.and_then(|socket| Ok((socket.local_addr()?, socket))) {
                Ok((local, socket)) => {
                    return Ok(UdpTransport {
                        socket,
                        peer: address,
                        local,
                    });
                }
                Err(source) => {
                    tracing::debug!(%address, error = %source, "no socket");
                    failure = TunnelError::Connect { address, source };
                }
            }
        }
        Err(failure)
    }

    /// Takes a socket that is connected to its peer already, such as one that a gateway made for a client, and gives it
    /// the buffers of a new one.
    ///
    /// # Errors
    /// [`TunnelError::Connect`] when it is not connected to `peer`.
    pub fn accepted(socket: UdpSocket, peer: SocketAddr) -> Result<UdpTransport, TunnelError> {
        let failed = |source| TunnelError::Connect {
            address: peer,
            source,
        };
        if socket.peer_addr().map_err(failed)? != peer {
            return Err(failed(io::ErrorKind::InvalidInput.into()));
        }
        let local = socket.local_addr().map_err(failed)?;
        enlarge(&SockRef::from(&socket), &UdpOptions::default());
        Ok(UdpTransport {
            socket,
            peer,
            local,
        })
    }

    /// The gateway's address.
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    /// Our own address towards the gateway.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Hands the socket itself out.
    pub fn into_socket(self) -> UdpSocket {
        self.socket
    }
}

fn open(address: SocketAddr, options: &UdpOptions) -> io::Result<std::net::UdpSocket> {
    // Registering without a runtime would panic.
    tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    socket.set_nonblocking(true)?;
    if let Some(protect) = &options.protect {
        protect(raw(&socket))?;
    }
    enlarge(&socket, options);
    socket.connect(&SockAddr::from(address))?;
    Ok(socket.into())
}

/// Asks for large buffers; a system that allows less only loses more under load.
fn enlarge(socket: &Socket, options: &UdpOptions) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let forced = (
        force(socket, libc::SO_RCVBUFFORCE, options.receive_buffer),
        force(socket, libc::SO_SNDBUFFORCE, options.send_buffer),
    );
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let forced = (false, false);
    let results = [
        (!forced.0).then(|| socket.set_recv_buffer_size(options.receive_buffer)),
        (!forced.1).then(|| socket.set_send_buffer_size(options.send_buffer)),
    ];
    for error in results.into_iter().flatten().filter_map(Result::err) {
        tracing::debug!(%error, "the system refuses larger buffers");
    }
}

/// Sets a buffer's size beyond what the system allows unprivileged processes; answers whether it could.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn force(socket: &Socket, option: libc::c_int, size: usize) -> bool {
    let Ok(size) = libc::c_int::try_from(size) else {
        return false;
    };
    // SAFETY: the descriptor is open while the socket is borrowed, and the option's value is an int that lives on.
    let result = unsafe {
        libc::setsockopt(
            raw(socket),
            libc::SOL_SOCKET,
            option,
            (&raw const size).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    result == 0
}
