use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use serde::Serialize;

use super::networks::Networks;
use super::surroundings::{DeviceKind, LocalNetwork, Surroundings};
use crate::profile::{Profile, TunnelMode};
use crate::routes::Routes;

/// What would change in the machine's network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlannedNetwork {
    /// How much goes through the tunnel.
    pub mode: PlannedMode,
    /// Whether the machine changes at all: not if the packets stay inside the host program. Nothing where
    /// that is not known yet.
    pub changes_machine: Option<bool>,
    /// The networks that go through the tunnel as far as they are known; the gateway may announce more.
    pub routes: Vec<PlannedRoute>,
    /// The networks that stay outside.
    pub excludes: Vec<PlannedExclude>,
    /// How many of the routes lie inside another one and could be left out.
    pub nested_routes: usize,
    /// The networks that the tunnel's address is from, if the package says so.
    pub address_pool: Vec<IpNet>,
    /// The DNS servers that will be asked, as far as they are known.
    pub dns_servers: Vec<PlannedDnsServer>,
    /// The domains that they are asked for; the gateway may announce more.
    pub dns_suffixes: Vec<String>,
    /// The largest packet in the tunnel in bytes, if the profile says so.
    pub mtu: Option<u16>,
    /// The networks that the machine is in, which stay as they are; nothing where they are not known.
    pub local_networks: Option<Vec<PlannedLocalNetwork>>,
}

impl PlannedNetwork {
    pub(super) fn of(profile: &Profile, surroundings: &Surroundings) -> Self {
        let routes = planned_routes(profile);
        let through: Networks<()> = routes.iter().map(|route| (route.network, ())).collect();
        let local = surroundings.local_networks.as_deref();
        let nested: Routes = routes.iter().map(|route| route.network).collect();
        Self {
            mode: PlannedMode::of(profile),
            changes_machine: match surroundings.device {
                DeviceKind::Unknown => None,
                DeviceKind::Machine => Some(true),
                DeviceKind::Program => Some(false),
            },
            excludes: profile
                .exclude_routes
                .iter()
                .map(|network| PlannedExclude {
                    network: *network,
                    inside: through.around(network).map(|found| found.0),
                })
                .collect(),
            nested_routes: nested.nested().len(),
            routes,
            address_pool: profile.network.address_pool.iter().copied().collect(),
            dns_servers: planned_dns_servers(profile, &through, local.unwrap_or_default()),
            dns_suffixes: profile
                .dns_suffixes
                .iter()
                .map(ToString::to_string)
                .collect(),
            mtu: profile.protocol.mtu,
            local_networks: local.map(|networks| networks.iter().map(Into::into).collect()),
        }
    }
}

/// How much goes through the tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlannedMode {
    /// The networks of the routes only.
    Split,
    /// All IPv4 traffic, which is called a forced tunnel.
    Full {
        /// Whether the profile says so by `0.0.0.0/1` and `128.0.0.0/1` instead of `0.0.0.0/0`. Both do the
        /// same here.
        by_halves: bool,
        /// Whether the profile wants all IPv6 traffic in the tunnel too.
        ipv6: bool,
    },
}

impl PlannedMode {
    fn of(profile: &Profile) -> Self {
        let has = |text: &str| {
            let network = text.parse::<IpNet>();
            network.is_ok_and(|network| profile.include_routes.contains(&network))
        };
        match profile.tunnel_mode() {
            TunnelMode::Split => Self::Split,
            TunnelMode::Full => Self::Full {
                by_halves: !has("0.0.0.0/0"),
                ipv6: has("::/0") || (has("::/1") && has("8000::/1")),
            },
        }
    }

    /// Says whether all IPv4 traffic goes through the tunnel.
    pub fn is_full(self) -> bool {
        matches!(self, Self::Full { .. })
    }
}

/// A network that goes through the tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct PlannedRoute {
    /// The network.
    pub network: IpNet,
    /// Who says so.
    pub source: PlanSource,
}

/// Who says that something will be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanSource {
    /// The profile: it will be so.
    Profile,
    /// The package, of what the gateway announces: it was so on the day the package was made.
    Gateway,
}

/// A network that stays outside the tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct PlannedExclude {
    /// The network.
    pub network: IpNet,
    /// The smallest route that it is taken out of; nothing where it changes nothing, unless the gateway
    /// announces a route around it.
    pub inside: Option<IpNet>,
}

/// A DNS server that will be asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct PlannedDnsServer {
    /// Its address.
    pub address: IpAddr,
    /// Who says so.
    pub source: PlanSource,
    /// How it is reached.
    pub reach: DnsReach,
}

/// How a DNS server is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DnsReach {
    /// Through the tunnel.
    Tunnel {
        /// The smallest route around it.
        route: IpNet,
    },
    /// In a network that the machine is in.
    Local {
        /// The name of the interface.
        interface: String,
    },
    /// Outside the tunnel, unless the gateway announces a route to it.
    Outside,
    /// Not at all: Azure's own DNS address answers only inside the virtual network.
    Never,
}

/// A network that the machine is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct PlannedLocalNetwork {
    /// The name of the interface.
    pub interface: String,
    /// The network.
    pub network: IpNet,
    /// Whether the default route goes through the interface.
    pub is_default: bool,
}

impl From<&LocalNetwork> for PlannedLocalNetwork {
    fn from(local: &LocalNetwork) -> Self {
        Self {
            interface: local.interface.clone(),
            network: local.address.trunc(),
            is_default: local.is_default,
        }
    }
}

/// The address at which Azure answers DNS queries inside a virtual network, and nowhere else (Microsoft
/// Learn, "What is IP address 168.63.129.16?").
pub(super) const AZURE_DNS: IpAddr = IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16));

/// The profile's own routes, then those that the gateway announces.
fn planned_routes(profile: &Profile) -> Vec<PlannedRoute> {
    let own = profile.include_routes.iter().map(|network| PlannedRoute {
        network: *network,
        source: PlanSource::Profile,
    });
    let announced = profile.network.routes.iter();
    let announced = announced.filter(|network| !profile.include_routes.contains(network));
    own.chain(announced.map(|network| PlannedRoute {
        network: *network,
        source: PlanSource::Gateway,
    }))
    .collect()
}

/// The profile's own DNS servers, or those that the gateway announces where it has none.
fn planned_dns_servers(
    profile: &Profile,
    through: &Networks<()>,
    local: &[LocalNetwork],
) -> Vec<PlannedDnsServer> {
    let (servers, source) = if profile.dns_servers.is_empty() {
        (&profile.network.dns_servers, PlanSource::Gateway)
    } else {
        (&profile.dns_servers, PlanSource::Profile)
    };
    let excludes: Networks<()> = profile
        .exclude_routes
        .iter()
        .map(|network| (*network, ()))
        .collect();
    let local: Networks<&str> = local
        .iter()
        .map(|local| (local.address, local.interface.as_str()))
        .collect();
    servers
        .iter()
        .map(|&address| PlannedDnsServer {
            address,
            source,
            reach: reach(address, through, &excludes, &local),
        })
        .collect()
}

/// Decides as a routing table does: the smallest network around the address wins.
fn reach(
    address: IpAddr,
    through: &Networks<()>,
    excludes: &Networks<()>,
    local: &Networks<&str>,
) -> DnsReach {
    if address == AZURE_DNS {
        return DnsReach::Never;
    }
    let host = IpNet::from(address);
    let length = |found: Option<IpNet>| found.map(|network| network.prefix_len());
    let route = through.around(&host).map(|found| found.0);
    let exclude = excludes.around(&host).map(|found| found.0);
    let near = local.around(&host);
    let nearest_outside = length(exclude).max(length(near.map(|found| found.0)));
    match (route, near) {
        (Some(route), _) if nearest_outside < Some(route.prefix_len()) => {
            DnsReach::Tunnel { route }
        }
        (_, Some((_, interface))) => DnsReach::Local {
            interface: (*interface).to_owned(),
        },
        _ => DnsReach::Outside,
    }
}
