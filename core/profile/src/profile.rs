use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use crate::authentication::Authentication;
use crate::one_or_more::OneOrMore;
use crate::server::Server;
use crate::validation::ServerValidation;

/// What to connect to: the servers, how each side proves who it is, and what the tunnel carries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The profile's name: the virtual network's, or `<virtual WAN>-<region>_<configuration>`. It
    /// is not empty, has no control characters, and is *not* fit to be a file name.
    pub name: String,
    /// The version of the profile's format: 1 from the Azure portal; administrators set 2 beside a
    /// forced tunnel. Nothing in this library depends on it.
    pub version: u32,
    /// The gateways, in the order to try them.
    pub servers: OneOrMore<Server>,
    /// What carries the tunnel.
    pub transport: Transport,
    /// How to sign in.
    pub authentication: Authentication,
    /// What the server has to prove.
    pub server_validation: ServerValidation,
    /// Networks to reach through the tunnel, beside those that the gateway announces. Host bits are
    /// zero; none occurs twice.
    pub include_routes: Vec<IpNet>,
    /// Networks to reach outside the tunnel. They block nothing. Host bits are zero; none occurs
    /// twice.
    pub exclude_routes: Vec<IpNet>,
    /// DNS servers to use beside or instead of those that the gateway announces; none occurs twice.
    pub dns_servers: Vec<IpAddr>,
    /// Domains whose names the DNS servers answer, in lower case without leading or final dots;
    /// none occurs twice.
    pub dns_suffixes: Vec<String>,
    /// The name of another profile, to fail over to.
    pub secondary_profile: Option<String>,
}

impl Profile {
    /// Makes a profile with Azure's defaults: version 1, TCP, and nothing but what the gateway
    /// announces.
    pub fn new(
        name: impl Into<String>,
        server: Server,
        authentication: Authentication,
        server_validation: ServerValidation,
    ) -> Self {
        Self {
            name: name.into(),
            version: 1,
            servers: OneOrMore::new(server),
            transport: Transport::Tcp,
            authentication,
            server_validation,
            include_routes: Vec::new(),
            exclude_routes: Vec::new(),
            dns_servers: Vec::new(),
            dns_suffixes: Vec::new(),
            secondary_profile: None,
        }
    }

    /// Says whether the profile wants all IPv4 traffic in the tunnel.
    ///
    /// The format has no element for it. A forced tunnel is the include route `0.0.0.0/0`, or the
    /// pair `0.0.0.0/1` and `128.0.0.0/1`, which leaves the machine's own default route in place.
    pub fn tunnel_mode(&self) -> TunnelMode {
        let includes = |network: Ipv4Addr, prefix: u8| {
            self.include_routes
                .iter()
                .any(|route| route.prefix_len() == prefix && route.network() == IpAddr::V4(network))
        };
        let lower_half = includes(Ipv4Addr::UNSPECIFIED, 1);
        let upper_half = includes(Ipv4Addr::new(128, 0, 0, 0), 1);
        if includes(Ipv4Addr::UNSPECIFIED, 0) || (lower_half && upper_half) {
            TunnelMode::Full
        } else {
            TunnelMode::Split
        }
    }
}

/// What carries the tunnel's packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transport {
    /// TCP, as every Azure gateway seen so far.
    #[default]
    Tcp,
    /// UDP, for other gateways.
    Udp,
}

/// Which traffic belongs into the tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TunnelMode {
    /// The networks of the routes only.
    Split,
    /// All IPv4 traffic: a forced tunnel.
    Full,
}
