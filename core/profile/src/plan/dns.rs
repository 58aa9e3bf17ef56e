use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use serde::Serialize;

use super::networks::Networks;
use super::route::PlanSource;
use super::routing::Routing;
use super::surroundings::LocalNetwork;
use crate::profile::Profile;

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

impl PlannedDnsServer {
    /// Lists the profile's own DNS servers, or those that the gateway announces where it has none.
    pub(super) fn all_of(
        profile: &Profile,
        routing: &Routing,
        local: &[LocalNetwork],
    ) -> Vec<Self> {
        let (servers, source) = if profile.dns_servers.is_empty() {
            (&profile.network.dns_servers, PlanSource::Gateway)
        } else {
            (&profile.dns_servers, PlanSource::Profile)
        };
        let local: Networks<&str> = local
            .iter()
            .map(|local| (local.address, local.interface.as_str()))
            .collect();
        servers
            .iter()
            .map(|&address| Self {
                address,
                source,
                reach: DnsReach::of(address, routing, &local),
            })
            .collect()
    }
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

impl DnsReach {
    fn of(address: IpAddr, routing: &Routing, local: &Networks<&str>) -> Self {
        if address == AZURE_DNS {
            return Self::Never;
        }
        let host = IpNet::from(address);
        let near = local.around(&host);
        let near_length = near.map(|(network, _)| network.prefix_len());
        let way = routing.way_of(&host).map(|route| route.network);
        match (way, near) {
            (Some(route), _) if Some(route.prefix_len()) > near_length => Self::Tunnel { route },
            (_, Some((_, interface))) => Self::Local {
                interface: (*interface).to_owned(),
            },
            (Some(route), None) => Self::Tunnel { route },
            (None, None) => Self::Outside,
        }
    }
}

/// The address at which Azure answers DNS queries inside a virtual network, and nowhere else (Microsoft
/// Learn, "What is IP address 168.63.129.16?").
pub(super) const AZURE_DNS: IpAddr = IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16));
