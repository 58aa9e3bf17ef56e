//! Where a plan's network contradicts itself, and what in it may surprise.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::caution::{Caution, CautionKind, Cautions};
use super::dns::{AZURE_DNS, DnsReach, PlannedDnsServer};
use super::network::{PlannedMode, PlannedNetwork};
use super::networks::Networks;
use super::route::{PlanSource, PlannedRoute, is_everything};
use super::routing::Routing;

pub(super) fn network_cautions(
    network: &PlannedNetwork,
    routing: &Routing,
    cautions: &mut Cautions,
) {
    routes_and_excludes(network, routing, cautions);
    nested_routes(network, cautions);
    address_pool(network, routing, cautions);
    dns_servers(network, cautions);
    dns_settings(network, cautions);
    ipv6(network, cautions);
}

fn routes_and_excludes(network: &PlannedNetwork, routing: &Routing, cautions: &mut Cautions) {
    let mut holding_routes = Networks::default();
    for PlannedRoute { network: route, .. } in &network.routes {
        let Some(exclude) = routing.exclude_around(route) else {
            continue;
        };
        holding_routes.insert(exclude, ());
        let caution = if exclude == *route {
            Caution::new(
                CautionKind::RouteIsExcluded,
                format!(
                    "{route} is to go through the tunnel and to stay outside. It stays outside."
                ),
                "Take it out of the routes or out of the excludes.",
            )
        } else {
            Caution::new(
                CautionKind::RouteInsideExclude,
                format!(
                    "{route} lies inside the exclude {exclude} and goes through the tunnel all the same, \
                     because the smaller network wins."
                ),
                format!("Exclude {route} itself if it shall stay outside."),
            )
        };
        cautions.add(caution.about(*route, exclude));
    }
    for exclude in &network.excludes {
        let is_told = holding_routes.around(&exclude.network).is_some();
        if exclude.inside.is_some() || is_told {
            continue;
        }
        let network = exclude.network;
        let mut caution = Caution::new(
            CautionKind::ExcludeWithoutEffect,
            format!(
                "The exclude {network} lies in no route that is known. It changes nothing, unless the gateway \
                 announces a larger network around it."
            ),
            "Nothing has to be done.",
        );
        caution.network = Some(network);
        cautions.add(caution);
    }
}

fn nested_routes(network: &PlannedNetwork, cautions: &mut Cautions) {
    let nested = match network.nested_routes {
        0 => return,
        1 => "One route lies inside another one.".to_owned(),
        count => format!("{count} routes lie inside other ones."),
    };
    cautions.add(Caution::new(
        CautionKind::NestedRoutes,
        nested,
        "Nothing has to be done; aggregating the routes merges them.",
    ));
}

fn address_pool(network: &PlannedNetwork, routing: &Routing, cautions: &mut Cautions) {
    let pools: Networks<()> = network
        .address_pool
        .iter()
        .map(|pool| (*pool, ()))
        .collect();
    let mut inside = BTreeMap::new();
    for route in &network.routes {
        if let Some((pool, ())) = pools.around(&route.network) {
            inside.entry(pool).or_insert(route.network);
        }
    }
    for pool in &network.address_pool {
        let route = routing.route_around(pool);
        let route = route.or_else(|| inside.get(pool).copied());
        // A gateway may well announce the pool itself, so that its clients reach each other.
        let Some(route) = route.filter(|route| route != pool && !is_everything(route)) else {
            continue;
        };
        cautions.add(
            Caution::new(
                CautionKind::AddressPoolOverlapsRoute,
                format!(
                    "The tunnel gets an address from {pool}, which overlaps the network {route} behind the \
                     gateway. A server there may have the same address as this machine."
                ),
                "Ask the administrator for an address pool outside the networks behind the gateway.",
            )
            .about(*pool, route),
        );
    }
}

fn dns_servers(network: &PlannedNetwork, cautions: &mut Cautions) {
    let mut routes = network.routes.iter();
    let is_gateway_known = routes.any(|route| route.source == PlanSource::Gateway);
    for PlannedDnsServer { address, reach, .. } in &network.dns_servers {
        let mut caution = match reach {
            DnsReach::Never => Caution::new(
                CautionKind::AzureDnsUnreachable,
                format!(
                    "The DNS server {address} is Azure's own. It answers only inside the virtual network, \
                     never through a VPN: names of private endpoints and private zones are not found, and \
                     finding other names may be slow or fail."
                ),
                "Ask the administrator for a DNS forwarder or an Azure DNS Private Resolver in the virtual \
                 network, and use its address as the DNS server.",
            ),
            DnsReach::Outside if is_private(*address) => Caution::new(
                CautionKind::DnsServerOutsideRoutes,
                format!(
                    "The DNS server {address} has a private address and lies in no route that is known. It is \
                     reached only if the gateway announces its network."
                ),
                format!(
                    "Add the route {} if names are not found once connected.",
                    IpNet::from(*address)
                ),
            ),
            DnsReach::Outside => Caution::new(
                CautionKind::DnsServerIsPublic,
                format!(
                    "The DNS server {address} is asked outside the tunnel. Whoever carries the traffic there \
                     sees which names are looked up."
                ),
                format!(
                    "Add the route {} if the queries shall be kept private.",
                    IpNet::from(*address)
                ),
            ),
            DnsReach::Tunnel { .. } | DnsReach::Local { .. } => continue,
        };
        caution.network = Some((*address).into());
        // It is no cause for alarm while nobody knows what the gateway announces.
        let is_likely = is_gateway_known || caution.kind != CautionKind::DnsServerOutsideRoutes;
        cautions.add(if is_likely { caution } else { caution.noted() });
    }
}

fn dns_settings(network: &PlannedNetwork, cautions: &mut Cautions) {
    if network.dns_servers.is_empty() {
        cautions.add(Caution::new(
            CautionKind::NoDnsServer,
            format!(
                "The profile names no DNS server. The gateway may announce one; if it announces none, or \
                 Azure's own ({AZURE_DNS}), which does not answer through a VPN, private names are not found."
            ),
            "Ask the administrator for the network's DNS server if names are not found once connected.",
        ));
    }
    let wants_dns = !network.dns_servers.is_empty() || !network.dns_suffixes.is_empty();
    if wants_dns && network.leaves_dns() {
        cautions.add(Caution::new(
            CautionKind::DnsIsNotSet,
            "This program cannot set DNS servers and suffixes on this machine. Names are looked up as before, and \
             those of the private network are not found.",
            format!(
                "Set {} in the machine's settings while connected, or use addresses instead of names.",
                some_of(&network.dns_servers)
            ),
        ));
    }
}

/// Names the first DNS servers, for a sentence.
fn some_of(servers: &[PlannedDnsServer]) -> String {
    const MOST: usize = 3;
    let named: Vec<String> = servers
        .iter()
        .take(MOST)
        .map(|server| server.address.to_string())
        .collect();
    match named.as_slice() {
        [] => "the network's DNS server".to_owned(),
        named => format!("the DNS server {}", named.join(" or ")),
    }
}

fn ipv6(network: &PlannedNetwork, cautions: &mut Cautions) {
    if let PlannedMode::Full { ipv6: false, .. } = network.mode {
        cautions.add(Caution::new(
            CautionKind::Ipv6StaysOutside,
            "All IPv4 traffic goes through the tunnel, but IPv6 does not. Where the machine has IPv6, many web \
             sites are still reached directly, from the machine's own address.",
            "Turn IPv6 off on this machine if no traffic may go past the tunnel.",
        ));
    }
    let is_ipv6 = |network: &IpNet| network.addr().is_ipv6();
    let mut routes = network.routes.iter();
    let wants_ipv6 = routes.any(|route| is_ipv6(&route.network));
    if !wants_ipv6 || network.address_pool.iter().any(is_ipv6) {
        return;
    }
    cautions.add(match network.mode {
        PlannedMode::Full { ipv6: true, .. } => Caution::new(
            CautionKind::Ipv6StaysOutside,
            "All traffic is to go through the tunnel, but IPv6 does so only if the gateway gives the tunnel an \
             IPv6 address, which Azure's gateways are not known to do. Otherwise it goes past the tunnel.",
            "Turn IPv6 off on this machine if no traffic may go past the tunnel.",
        ),
        _ => Caution::new(
            CautionKind::Ipv6NeedsAddress,
            "Some networks are of IPv6. They are reached only if the gateway gives the tunnel an IPv6 address.",
            "Nothing has to be done; the program tells once connected if they were left out.",
        ),
    });
}

/// Says whether an address means something in private networks only (RFC 1918, RFC 6598, RFC 4193).
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            address.is_private() || address.is_link_local() || address.is_loopback() || is_shared
        }
        IpAddr::V6(address) => {
            address.is_unique_local() || address.is_unicast_link_local() || address.is_loopback()
        }
    }
}
