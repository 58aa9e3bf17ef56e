use std::net::IpAddr;

use crate::authentication::{Authentication, AuthenticationChoice};
use crate::dns_suffix::DnsSuffix;
use crate::name::ProfileName;
use crate::one_or_more::OneOrMore;
use crate::protocol::ProtocolOptions;
use crate::routes::Routes;
use crate::server::Server;
use crate::unique::Unique;
use crate::unknown_element::UnknownElement;
use crate::validation::ServerValidation;
use crate::virtual_network::VirtualNetwork;

/// What to connect to: the servers, how each side proves who it is, and what the tunnel carries.
///
/// Names in parentheses are the elements of `azurevpnconfig.xml`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The profile's name (`name`): the virtual network's, or `<virtual
    /// WAN>-<region>_<configuration>`.
    pub name: ProfileName,
    /// The version of the profile's format (`version`): 1 from the Azure portal; administrators set 2
    /// beside a forced tunnel. Nothing in this library depends on it.
    pub version: u32,
    /// The gateways, in the order to try them (`serverlist`), each with its transport
    /// (`protocolconfig`).
    pub servers: OneOrMore<Server>,
    /// How to sign in (`clientauth`).
    pub authentication: AuthenticationChoice,
    /// What the server has to prove (`servervalidation`).
    pub server_validation: ServerValidation,
    /// Networks to reach through the tunnel, beside those that the gateway announces
    /// (`clientconfig/includeroutes`).
    pub include_routes: Routes,
    /// Networks to reach outside the tunnel (`clientconfig/excluderoutes`). They block nothing.
    pub exclude_routes: Routes,
    /// DNS servers to use instead of those that the gateway announces (`clientconfig/dnsservers`).
    pub dns_servers: Unique<IpAddr>,
    /// Domains whose names the DNS servers answer (`clientconfig/dnssuffixes`).
    pub dns_suffixes: Unique<DnsSuffix>,
    /// The name of another profile, to fail over to (`secondaryProfileName`).
    pub secondary_profile: Option<ProfileName>,
    /// Whether to be connected always: from the start of the program on, and again after every loss
    /// (Intune's `AlwaysOn`).
    pub always_on: bool,
    /// Domains of networks in which an always-on profile does not connect (Intune's
    /// `TrustedNetworkDetection`).
    pub trusted_networks: Unique<DnsSuffix>,
    /// How OpenVPN is spoken, as far as an `.ovpn` says so.
    pub protocol: ProtocolOptions,
    /// What the package tells of the network behind the gateway.
    pub network: VirtualNetwork,
    /// What stood in the file and means nothing here, for an export.
    pub unknown_elements: Vec<UnknownElement>,
}

impl Profile {
    /// Makes a profile with Azure's defaults: version 1, and nothing but what the gateway announces.
    pub fn new(
        name: ProfileName,
        server: Server,
        authentication: Authentication,
        server_validation: ServerValidation,
    ) -> Self {
        Self {
            name,
            version: 1,
            servers: OneOrMore::new(server),
            authentication: AuthenticationChoice::new(authentication),
            server_validation,
            include_routes: Routes::new(),
            exclude_routes: Routes::new(),
            dns_servers: Unique::new(),
            dns_suffixes: Unique::new(),
            secondary_profile: None,
            always_on: false,
            trusted_networks: Unique::new(),
            protocol: ProtocolOptions::default(),
            network: VirtualNetwork::default(),
            unknown_elements: Vec::new(),
        }
    }

    /// Says whether the profile wants all IPv4 traffic in the tunnel.
    ///
    /// The format has no element for it. A forced tunnel is the include route `0.0.0.0/0`, or the
    /// pair `0.0.0.0/1` and `128.0.0.0/1`, which leaves the machine's own default route in place.
    pub fn tunnel_mode(&self) -> TunnelMode {
        if self.include_routes.cover_ipv4() {
            TunnelMode::Full
        } else {
            TunnelMode::Split
        }
    }
}

/// Which traffic belongs into the tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TunnelMode {
    /// The networks of the routes only.
    Split,
    /// All IPv4 traffic: a forced tunnel.
    Full,
}
