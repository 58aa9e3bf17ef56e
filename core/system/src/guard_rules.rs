//! What may leave the machine beside a tunnel.

use std::net::SocketAddr;

use ipnet::IpNet;

/// Says what may leave the machine while a leak guard is up; everything else is refused.
///
/// Always allowed are loopback, and what a link needs to live: DHCP, and the neighbour and router discovery of IPv6. DNS, also over
/// TLS, is refused everywhere but in the tunnel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuardRules {
    /// The name of the tunnel's interface, once there is one.
    pub tunnel: Option<String>,
    /// The gateways that may be called.
    pub gateways: Vec<GuardedGateway>,
    /// Networks that stay outside the tunnel.
    pub excludes: Vec<IpNet>,
    /// Whether the local network may be reached: private and link-local addresses, and multicast on the link.
    pub allows_local_network: bool,
}

/// A gateway that may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardedGateway {
    /// Its address and port.
    pub address: SocketAddr,
    /// Whether by UDP; otherwise by TCP.
    pub is_udp: bool,
}
