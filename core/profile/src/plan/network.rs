use std::collections::HashSet;

use ipnet::IpNet;
use serde::Serialize;

use super::dns::PlannedDnsServer;
use super::networks::Networks;
use super::route::{PlanSource, PlannedExclude, PlannedRoute, is_everything};
use super::routing::Routing;
use super::surroundings::{DeviceKind, LocalNetwork, Surroundings};
use crate::excerpt::Excerpt;
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
    /// How many of the routes lie inside another one, beside those that stand for everything, and could be
    /// left out.
    pub nested_routes: usize,
    /// The networks that the tunnel's address is from, if the package says so.
    pub address_pool: Vec<IpNet>,
    /// The DNS servers that will be asked, as far as they are known.
    pub dns_servers: Vec<PlannedDnsServer>,
    /// The domains that they are asked for; the gateway may announce more.
    pub dns_suffixes: Vec<String>,
    /// Whether DNS servers and suffixes are set on the machine. Nothing where that is not known.
    pub sets_dns: Option<bool>,
    /// The largest packet in the tunnel in bytes, if the profile says so.
    pub mtu: Option<u16>,
    /// The networks that the machine is in; nothing where they are not known.
    pub local_networks: Option<Vec<PlannedLocalNetwork>>,
}

impl PlannedNetwork {
    pub(super) fn of(profile: &Profile, routing: &Routing, surroundings: &Surroundings) -> Self {
        let routes = PlannedRoute::all_of(profile);
        let distinct: Routes = routes.iter().map(|route| route.network).collect();
        let local = surroundings.local_networks.as_deref();
        Self {
            mode: PlannedMode::of(profile, &distinct),
            changes_machine: match surroundings.device {
                DeviceKind::Unknown => None,
                DeviceKind::Machine => Some(true),
                DeviceKind::Program => Some(false),
            },
            routes,
            excludes: profile
                .exclude_routes
                .iter()
                .map(|network| PlannedExclude {
                    network: *network,
                    inside: routing.route_around(network),
                })
                .collect(),
            nested_routes: nested(&distinct),
            address_pool: profile.network.address_pool.iter().copied().collect(),
            dns_servers: PlannedDnsServer::all_of(profile, routing, local.unwrap_or_default()),
            dns_suffixes: profile
                .dns_suffixes
                .iter()
                .map(ToString::to_string)
                .collect(),
            sets_dns: surroundings.sets_dns,
            mtu: profile.protocol.mtu,
            local_networks: local
                .map(|networks| PlannedLocalNetwork::all_of(networks, profile, routing)),
        }
    }

    /// Says whether the DNS settings of the machine stay as they are although the machine changes.
    pub(super) fn leaves_dns(&self) -> bool {
        self.sets_dns == Some(false) && self.changes_machine != Some(false)
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
        /// Who says so: the profile, or the gateway by the routes that it announces.
        source: PlanSource,
        /// Whether it is said by `0.0.0.0/1` and `128.0.0.0/1` instead of `0.0.0.0/0`. Both do the
        /// same here.
        by_halves: bool,
        /// Whether all IPv6 traffic is to go through the tunnel too.
        ipv6: bool,
    },
}

impl PlannedMode {
    fn of(profile: &Profile, routes: &Routes) -> Self {
        if !routes.cover_ipv4() {
            return Self::Split;
        }
        let has = |text: &str| {
            let network = text.parse::<IpNet>();
            network.is_ok_and(|network| routes.contains(&network))
        };
        Self::Full {
            source: match profile.tunnel_mode() {
                TunnelMode::Full => PlanSource::Profile,
                TunnelMode::Split => PlanSource::Gateway,
            },
            by_halves: !has("0.0.0.0/0"),
            ipv6: has("::/0") || (has("::/1") && has("8000::/1")),
        }
    }
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
    /// Whether a route takes the network, or a part of it, into the tunnel.
    pub is_taken: bool,
}

impl PlannedLocalNetwork {
    fn all_of(local: &[LocalNetwork], profile: &Profile, routing: &Routing) -> Vec<Self> {
        let networks: Networks<()> = local.iter().map(|local| (local.address, ())).collect();
        let routes = profile.include_routes.iter();
        let taken: HashSet<IpNet> = routes
            .chain(&profile.network.routes)
            .filter(|route| routing.way_of(route).is_some())
            .filter_map(|route| networks.around(route).map(|found| found.0))
            .collect();
        local
            .iter()
            .map(|local| Self {
                interface: Excerpt::of(&local.interface).to_string(),
                network: local.address.trunc(),
                is_default: local.is_default,
                is_taken: taken.contains(&local.address.trunc()),
            })
            .collect()
    }
}

fn nested(routes: &Routes) -> usize {
    let nested = routes.nested();
    let nested = nested.iter().filter(|(outer, _)| !is_everything(outer));
    nested.count()
}
