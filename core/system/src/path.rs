//! The way to an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// How this machine would send to an address now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The machine's own address on it.
    pub source: IpAddr,
    /// The name of the interface that has the address, where that is known: for people, and to tell two paths apart.
    pub interface: Option<String>,
}

/// Asks the system for the way to an address; none where there is no route. Sends nothing and needs no privilege.
pub fn path_to(destination: IpAddr) -> Option<Path> {
    let source = source_address(destination)?;
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut names = interfaces
        .into_iter()
        .filter(|interface| interface.ip() == source)
        .map(|interface| interface.name);
    Some(Path {
        source,
        interface: names.next(),
    })
}

/// Asks the system from which of its addresses it would send to another one; connecting a UDP socket sends nothing.
pub(crate) fn source_address(destination: IpAddr) -> Option<IpAddr> {
    // Any port but 0 will do.
    const DISCARD: u16 = 9;
    let any: IpAddr = match destination {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
    socket.connect(SocketAddr::new(destination, DISCARD)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_oneself_is_the_loopback_interface() {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);

        let path = path_to(loopback);

        assert_eq!(path.as_ref().map(|path| path.source), Some(loopback));
        #[cfg(target_os = "linux")]
        assert_eq!(path.and_then(|path| path.interface).as_deref(), Some("lo"));
    }
}
