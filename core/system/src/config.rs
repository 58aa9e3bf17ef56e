//! What the machine's network shall look like.

use std::net::IpAddr;

use ipnet::IpNet;

/// The most routes and excludes that a configuration may have together; Azure writes some hundreds at most.
pub const MAX_ROUTES: usize = 16_384;

/// Describes the network of one session, complete in itself.
///
/// Plain data that a host may also act on itself instead of this crate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkConfig {
    /// Grows with each new snapshot of a session.
    pub generation: u64,
    /// Addresses of the tunnel interface.
    pub addresses: Vec<InterfaceAddress>,
    /// Largest packet the tunnel takes, in bytes; the interface's own if absent.
    pub mtu: Option<u32>,
    /// Networks that go through the tunnel. A default route stands for all traffic of its family, whatever the mode.
    pub routes: Vec<Route>,
    /// Networks that stay outside the tunnel although a route covers them.
    pub excludes: Vec<IpNet>,
    /// Address of the gateway as dialled, which must stay outside the tunnel; absent if a proxy is in between.
    pub gateway: Option<IpAddr>,
    /// DNS servers to ask through the tunnel, in order of preference.
    pub dns_servers: Vec<IpAddr>,
    /// Domains that the DNS servers are for, without a leading dot.
    pub dns_suffixes: Vec<String>,
    /// Whether everything goes through the tunnel or only what `routes` names.
    pub tunnel_mode: TunnelMode,
}

/// Says how much traffic goes through the tunnel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TunnelMode {
    /// Only the networks that the routes name; the default, as in Azure.
    #[default]
    Split,
    /// Everything, in each address family that the tunnel has an address of.
    Full,
}

/// Names a network that goes through the tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// The network; bits beyond its prefix are ignored.
    pub destination: IpNet,
    /// Next hop within the tunnel, of the destination's family; not needed on a TUN device.
    pub gateway: Option<IpAddr>,
    /// Preference among routes to the same network, smaller first; the system's default if absent.
    pub metric: Option<u32>,
}

impl Route {
    /// Names a network without next hop and metric.
    pub fn to(destination: IpNet) -> Self {
        Self {
            destination,
            gateway: None,
            metric: None,
        }
    }
}

/// One address of the tunnel interface.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InterfaceAddress {
    /// The address together with the prefix of the network it is in.
    pub network: IpNet,
    /// Address of the other end, for point-to-point addressing; of the same family.
    pub peer: Option<IpAddr>,
}

impl InterfaceAddress {
    /// Makes an address without a peer.
    pub fn new(network: IpNet) -> Self {
        Self {
            network,
            peer: None,
        }
    }
}
