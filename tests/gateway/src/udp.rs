//! Clients over UDP: each gets a socket of its own when its first packet arrives, so that it is served like one over TCP.

use std::io;
use std::net::SocketAddr;

use p2svpn_openvpn::{Opcode, opcode_and_key};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::UdpSocket;

/// The socket that packets of unknown clients arrive at.
pub(crate) struct UdpListener {
    socket: UdpSocket,
    address: SocketAddr,
}

/// A client that has just called.
pub(crate) struct UdpCaller {
    /// Connected to the client.
    pub(crate) socket: UdpSocket,
    /// Its first packet.
    pub(crate) packet: Vec<u8>,
}

impl UdpListener {
    pub(crate) async fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind(address).await?;
        // Only now, so that two gateways never share a port: the clients' own sockets have the same one.
        SockRef::from(&socket).set_reuse_address(true)?;
        Ok(Self {
            address: socket.local_addr()?,
            socket,
        })
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Waits for a client that begins a session; whatever else arrives from unknown clients is ignored.
    ///
    /// Dropping the future loses at most one packet, which clients send again.
    pub(crate) async fn accept(&self) -> io::Result<(UdpCaller, SocketAddr)> {
        let mut buffer = vec![0; 2048];
        loop {
            let (length, peer) = match self.socket.recv_from(&mut buffer).await {
                Ok(received) => received,
                // What was sent earlier to a client that is gone.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
                Err(error) => return Err(error),
            };
            let packet = buffer.get(..length).unwrap_or_default();
            if begins_a_session(packet) {
                let packet = packet.to_vec();
                let socket = self.connected_to(peer)?;
                return Ok((UdpCaller { socket, packet }, peer));
            }
        }
    }

    /// Makes a socket at the same address that gets what this client sends from now on.
    fn connected_to(&self, peer: SocketAddr) -> io::Result<UdpSocket> {
        let domain = Domain::for_address(peer);
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        socket.set_reuse_address(true)?;
        socket.bind(&self.address.into())?;
        socket.connect(&peer.into())?;
        UdpSocket::from_std(socket.into())
    }
}

fn begins_a_session(packet: &[u8]) -> bool {
    let opcode = packet.first().and_then(|first| opcode_and_key(*first));
    opcode.is_some_and(|(opcode, _)| opcode == Opcode::HardResetClientV2)
}
