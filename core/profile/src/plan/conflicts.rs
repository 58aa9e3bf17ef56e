//! What in the machine's network stands in the way of a plan, and what in the plan contradicts itself.
//!
//! Networks overlap only where one holds the other, so that each look-up asks for the smallest network
//! around one: the work grows with the sum of the lists, not with their product.

use std::net::IpAddr;

use ipnet::IpNet;

use super::caution::{Caution, CautionKind, Cautions};
use super::gateway::PlannedGateway;
use super::network::{DnsReach, PlanSource, PlannedMode, PlannedNetwork, PlannedRoute};
use super::networks::Networks;
use super::surroundings::{KnownProfile, LocalNetwork, Surroundings};

/// Tells of all conflicts of the network.
pub(super) fn network_cautions(
    network: &PlannedNetwork,
    gateways: &[PlannedGateway],
    surroundings: &Surroundings,
    cautions: &mut Cautions,
) {
    let through: Networks<PlanSource> = network
        .routes
        .iter()
        .map(|route| (route.network, route.source))
        .collect();
    if network.changes_machine != Some(false) {
        let local = surroundings.local_networks.as_deref().unwrap_or_default();
        local_networks(network, &through, local, cautions);
        machine_dns(network, &through, surroundings, cautions);
        if let Some(profiles) = &surroundings.profiles {
            other_profiles(network, profiles, cautions);
        }
        gateways_in_routes(&through, gateways, cautions);
        sizes(network, surroundings, cautions);
    }
    address_pool(network, &through, cautions);
    excludes(network, cautions);
    dns(network, surroundings, cautions);
    ipv6(network, cautions);
}

/// Says who brings a route, for a sentence.
fn bringer(source: PlanSource) -> &'static str {
    match source {
        PlanSource::Profile => "the profile",
        PlanSource::Gateway => "the gateway",
    }
}

/// Says whether a route is one of those that stand for everything, beside which nothing is an overlap.
fn is_everything(route: &IpNet) -> bool {
    route.prefix_len() <= 1
}

fn local_networks(
    network: &PlannedNetwork,
    through: &Networks<PlanSource>,
    local: &[LocalNetwork],
    cautions: &mut Cautions,
) {
    let by_network: Networks<&LocalNetwork> =
        local.iter().map(|local| (local.address, local)).collect();
    for PlannedRoute { network, source } in &network.routes {
        let Some((near, local)) = by_network.around(network) else {
            continue;
        };
        if is_everything(&near) {
            continue;
        }
        let (who, interface) = (bringer(*source), &local.interface);
        let what_is_lost = if near == *network {
            format!(
                "The network {near} of {interface} is also one that {who} brings into the tunnel. Which \
                of them is reached is not certain: printers, file servers and the router there may be cut off."
            )
        } else {
            format!(
                "The machine is in the network {near} of {interface}, and {who} brings a part of it, \
                {network}, into the tunnel: devices with those addresses near the machine are cut off."
            )
        };
        cautions.add(
            Caution::new(
                CautionKind::RouteTakesLocalNetwork,
                what_is_lost,
                "Exclude the network from the tunnel if the devices nearby are needed, or connect from \
                 another network.",
            )
            .about(*network, near)
            .of(interface),
        );
    }
    for LocalNetwork {
        interface, address, ..
    } in local
    {
        let near = address.trunc();
        let Some((route, source)) = through.around(&near) else {
            continue;
        };
        if route == near || is_everything(&route) {
            continue;
        }
        let who = bringer(*source);
        cautions.add(
            Caution::new(
                CautionKind::LocalNetworkHidesRoute,
                format!("The machine is in the network {near} of {interface}, which lies inside {route} that \
                    {who} brings: servers behind the gateway with addresses in {near} cannot be reached."),
                "Connect from a network with other addresses if those servers are needed, such as a \
                 phone's hotspot.",
            )
            .about(route, near)
            .of(interface),
        );
    }
    for pool in &network.address_pool {
        let mut near = local.iter();
        let near = near.find(|near| overlap(&near.address.trunc(), pool));
        if let Some(LocalNetwork {
            interface, address, ..
        }) = near
        {
            let near = address.trunc();
            cautions.add(
                Caution::new(
                    CautionKind::AddressPoolOverlapsLocalNetwork,
                    format!("The tunnel gets an address from {pool}, and the machine is in {near} of \
                        {interface}: two devices may have the same address, and either may be cut off."),
                    "Connect from another network, or ask the administrator for another address pool.",
                )
                .about(*pool, near)
                .of(interface),
            );
        }
    }
}

fn machine_dns(
    network: &PlannedNetwork,
    through: &Networks<PlanSource>,
    surroundings: &Surroundings,
    cautions: &mut Cautions,
) {
    for server in surroundings.dns_servers.iter().flatten() {
        let host = IpNet::from(*server);
        let near = surroundings.local_networks.iter().flatten();
        let near = near.filter(|near| near.address.contains(server));
        let near = near.map(|near| near.address.prefix_len()).max();
        let is_own = network
            .dns_servers
            .iter()
            .any(|planned| planned.address == *server);
        match through.around(&host) {
            Some((route, _))
                if Some(route.prefix_len()) > near && !is_everything(&route) && !is_own =>
            {
                cautions.add(
                    Caution::new(
                        CautionKind::RouteTakesDnsServer,
                        format!("The DNS server {server}, which this machine asks now, lies in {route} and \
                            would be looked for behind the gateway: names may no longer be found."),
                        "Exclude the address of the DNS server from the tunnel.",
                    )
                    .about(route, host),
                );
            }
            _ => {}
        }
    }
}

fn other_profiles(network: &PlannedNetwork, profiles: &[KnownProfile], cautions: &mut Cautions) {
    for profile in profiles.iter().filter(|profile| profile.is_connected) {
        let name = &profile.name;
        cautions.add(
            Caution::new(
                CautionKind::AnotherProfileConnected,
                format!("The profile '{name}' is connected."),
                "Disconnect it first, unless this program allows several connections at once.",
            )
            .of(name),
        );
    }
    let others = |of: fn(&KnownProfile) -> &crate::routes::Routes| -> Networks<&KnownProfile> {
        // Those that are connected come first, and the first of equal networks is kept.
        let connected = profiles.iter().filter(|profile| profile.is_connected);
        let idle = profiles.iter().filter(|profile| !profile.is_connected);
        connected
            .chain(idle)
            .flat_map(|profile| of(profile).iter().map(move |network| (*network, profile)))
            .collect()
    };
    let theirs = others(|profile| &profile.routes);
    let mut overlaps = Vec::new();
    for PlannedRoute { network, .. } in &network.routes {
        if let Some((other, profile)) = theirs.around(network) {
            overlaps.push((*network, other, *profile));
        }
    }
    let ours: Networks<()> = network
        .routes
        .iter()
        .map(|route| (route.network, ()))
        .collect();
    for profile in profiles {
        for other in &profile.routes {
            if let Some((network, ())) = ours.around(other).filter(|found| found.0 != *other) {
                overlaps.push((network, *other, profile));
            }
        }
    }
    for (network, other, profile) in overlaps {
        if is_everything(&network) || is_everything(&other) {
            continue;
        }
        let name = &profile.name;
        let both = if network == other {
            format!("{network} is a route of the profile '{name}' too")
        } else {
            format!("{network} overlaps {other} of the profile '{name}'")
        };
        cautions.add(
            Caution::new(
                CautionKind::RouteOverlapsProfile,
                format!("{both}: while both are connected, only one of them gets those packets."),
                "Connect one of the two profiles at a time.",
            )
            .about(network, other)
            .of(name),
        );
    }
    let pools = others(|profile| &profile.address_pool);
    for pool in &network.address_pool {
        if let Some((other, profile)) = pools.around(pool) {
            let name = &profile.name;
            cautions.add(
                Caution::new(
                    CautionKind::AddressPoolOverlapsProfile,
                    format!("The tunnel's address is from {pool}, and that of the profile '{name}' from \
                        {other}: while both are connected, they may get the same address."),
                    "Connect one of the two profiles at a time.",
                )
                .about(*pool, other)
                .of(name),
            );
        }
    }
}

fn gateways_in_routes(
    through: &Networks<PlanSource>,
    gateways: &[PlannedGateway],
    cautions: &mut Cautions,
) {
    for gateway in gateways {
        let Ok(address) = gateway.host.parse::<IpAddr>() else {
            continue;
        };
        let host = IpNet::from(address);
        if let Some((route, _)) = through.around(&host) {
            cautions.add(
                Caution::new(
                    CautionKind::GatewayInsideRoute,
                    format!("The gateway {address} lies in {route}. A route of its own keeps its packets \
                        outside, or the tunnel would have to carry itself."),
                    "Nothing has to be done.",
                )
                .about(route, host),
            );
        }
    }
}

fn sizes(network: &PlannedNetwork, surroundings: &Surroundings, cautions: &mut Cautions) {
    let count = network.routes.len().saturating_add(network.excludes.len());
    if let Some(most) = surroundings.most_routes.filter(|most| count > *most) {
        cautions.add(Caution::new(
            CautionKind::TooManyRoutes,
            format!("There are {count} routes and excludes, and the machine takes at most {most}."),
            "Merge the routes, or ask the administrator to announce fewer.",
        ));
    }
    if network.nested_routes > 0 {
        let count = network.nested_routes;
        let nested = match count {
            1 => "One route lies inside another one and changes nothing.".to_owned(),
            _ => format!("{count} routes lie inside other ones and change nothing."),
        };
        cautions.add(Caution::new(
            CautionKind::NestedRoutes,
            nested,
            "Nothing has to be done; aggregating the routes leaves them out.",
        ));
    }
}

fn address_pool(network: &PlannedNetwork, through: &Networks<PlanSource>, cautions: &mut Cautions) {
    for pool in &network.address_pool {
        let around = through.around(pool).map(|found| found.0);
        let mut routes = network.routes.iter().map(|route| route.network);
        let route = around.or_else(|| routes.find(|route| pool.contains(route)));
        // A gateway may well announce the pool itself, so that its clients reach each other.
        let Some(route) = route.filter(|route| route != pool && !is_everything(route)) else {
            continue;
        };
        cautions.add(
            Caution::new(
                CautionKind::AddressPoolOverlapsRoute,
                format!("The tunnel gets an address from {pool}, which overlaps the route {route}: a server \
                    behind the gateway may have the address that this machine gets."),
                "Ask the administrator for an address pool outside the networks behind the gateway.",
            )
            .about(*pool, route),
        );
    }
}

fn excludes(network: &PlannedNetwork, cautions: &mut Cautions) {
    let by_network: Networks<()> = network
        .excludes
        .iter()
        .map(|exclude| (exclude.network, ()))
        .collect();
    let mut holds_routes = Networks::from_iter([]);
    for PlannedRoute { network: route, .. } in &network.routes {
        let Some((exclude, ())) = by_network.around(route) else {
            continue;
        };
        holds_routes.insert(exclude, ());
        cautions.add(if exclude == *route {
            Caution::new(
                CautionKind::RouteIsExcluded,
                format!(
                    "{route} is to go through the tunnel and to stay outside: it stays outside."
                ),
                "Take it out of the routes or of the excludes.",
            )
            .about(*route, exclude)
        } else {
            Caution::new(
                CautionKind::RouteInsideExclude,
                format!(
                    "{route} lies inside the exclude {exclude} and goes through the tunnel all the \
                    same: the smaller network wins."
                ),
                "Exclude the smaller network itself if it shall stay outside.",
            )
            .about(*route, exclude)
        });
    }
    for exclude in &network.excludes {
        let holds_route = holds_routes.around(&exclude.network);
        if exclude.inside.is_some() || holds_route.is_some() {
            continue;
        }
        let network = exclude.network;
        let mut caution = Caution::new(
            CautionKind::ExcludeWithoutEffect,
            format!(
                "The exclude {network} lies in no route that is known: it changes nothing, unless the \
                gateway announces a larger network around it."
            ),
            "Nothing has to be done.",
        );
        caution.network = Some(network);
        cautions.add(caution);
    }
}

fn dns(network: &PlannedNetwork, surroundings: &Surroundings, cautions: &mut Cautions) {
    for server in &network.dns_servers {
        let address = server.address;
        let caution = match &server.reach {
            DnsReach::Never => Caution::new(
                CautionKind::AzureDnsUnreachable,
                format!(
                    "The DNS server {address} is Azure's own, which answers only inside the virtual \
                    network and not through a VPN: names of private endpoints and private zones will not \
                    be found, and other names may be slow to be found or fail."
                ),
                "Ask the administrator for a DNS forwarder or an Azure DNS Private Resolver in the virtual \
                 network, and enter its address as the DNS server.",
            ),
            DnsReach::Outside if is_private(address) => Caution::new(
                CautionKind::DnsServerOutsideRoutes,
                format!(
                    "The DNS server {address} has a private address and lies in no route that is known: \
                    it is reached only if the gateway announces its network."
                ),
                "Add a route to the DNS server if names are not found once connected.",
            ),
            DnsReach::Outside => Caution::new(
                CautionKind::DnsServerIsPublic,
                format!(
                    "The DNS server {address} is asked outside the tunnel: whoever carries the \
                    traffic there sees which names are looked up."
                ),
                "Add a route to the DNS server if the queries shall go through the tunnel.",
            ),
            DnsReach::Tunnel { .. } | DnsReach::Local { .. } => continue,
        };
        cautions.add(caution);
    }
    if network.dns_servers.is_empty() {
        cautions.add(Caution::new(
            CautionKind::NoDnsServer,
            "The profile names no DNS server. Unless the gateway announces one, names of servers behind it \
             are looked up where they are now, and private ones are not found."
                .to_owned(),
            "Ask the administrator for the DNS server of the network if names are not found once connected.",
        ));
    }
    let wants_dns = !network.dns_servers.is_empty() || !network.dns_suffixes.is_empty();
    if wants_dns && surroundings.sets_dns == Some(false) && network.changes_machine != Some(false) {
        cautions.add(Caution::new(
            CautionKind::DnsIsNotSet,
            "This program does not set DNS servers and suffixes on this machine: names are looked up as \
             before, and those of the private network are not found."
                .to_owned(),
            "Enter the DNS server in the machine's settings while connected, or use addresses.",
        ));
    }
}

fn ipv6(network: &PlannedNetwork, cautions: &mut Cautions) {
    if let PlannedMode::Full { ipv6: false, .. } = network.mode {
        cautions.add(Caution::new(
            CautionKind::Ipv6StaysOutside,
            "All IPv4 traffic goes through the tunnel, but IPv6 does not: where the machine has IPv6, many \
             web sites are still reached directly, from the machine's own address."
                .to_owned(),
            "Turn IPv6 off on this machine if no traffic may go past the tunnel.",
        ));
    }
    let is_ipv6 = |network: &IpNet| network.addr().is_ipv6();
    let wants_ipv6 = network.routes.iter().any(|route| is_ipv6(&route.network));
    if wants_ipv6 && !network.address_pool.iter().any(is_ipv6) {
        cautions.add(Caution::new(
            CautionKind::Ipv6NeedsAddress,
            "Some routes are for IPv6. They have an effect only if the gateway gives the tunnel an IPv6 \
             address."
                .to_owned(),
            "Nothing has to be done; once connected, the program tells if they were left out.",
        ));
    }
}

fn overlap(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

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
