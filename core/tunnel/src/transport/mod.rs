//! How packets reach the gateway.

pub(crate) mod datagrams;
mod packets;
mod protect;
mod resolve;
pub(crate) mod stream;
mod tcp;
mod udp;

use std::net::SocketAddr;

pub(crate) use packets::{PacketReader, PacketWriter};
pub use protect::{ProtectSocket, RawSocket};
pub use resolve::resolve;
pub use tcp::{TcpOptions, TcpTransport};
pub use udp::{UdpOptions, UdpTransport};

/// A way to the other side, over which a connection with the framing that fits runs.
#[derive(Debug)]
#[non_exhaustive]
pub enum Transport {
    /// A stream: the connection's framing is `Framing::Stream`.
    Tcp(TcpTransport),
    /// Datagrams: the connection's framing is `Framing::Datagram`.
    Udp(UdpTransport),
}

impl Transport {
    /// The other side's address.
    pub fn peer_addr(&self) -> SocketAddr {
        match self {
            Transport::Tcp(transport) => transport.peer_addr(),
            Transport::Udp(transport) => transport.peer_addr(),
        }
    }

    /// Our own address towards it.
    pub fn local_addr(&self) -> SocketAddr {
        match self {
            Transport::Tcp(transport) => transport.local_addr(),
            Transport::Udp(transport) => transport.local_addr(),
        }
    }
}

impl From<TcpTransport> for Transport {
    fn from(transport: TcpTransport) -> Transport {
        Transport::Tcp(transport)
    }
}

impl From<UdpTransport> for Transport {
    fn from(transport: UdpTransport) -> Transport {
        Transport::Udp(transport)
    }
}
