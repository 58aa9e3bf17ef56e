//! Where a plan collides with the machine's own network, and with other profiles.
//!
//! Two networks overlap only where one holds the other, so that a look-up asks for the smallest network
//! around one: the work grows with the sum of the lists, not with their product.

use std::net::IpAddr;

use ipnet::IpNet;

use super::caution::{Caution, CautionKind, Cautions};
use super::gateway::PlannedGateway;
use super::network::{PlannedLocalNetwork, PlannedNetwork};
use super::networks::Networks;
use super::route::{PlanSource, PlannedRoute, is_everything};
use super::routing::Routing;
use super::surroundings::{KnownProfile, Surroundings};
use crate::excerpt::Excerpt;
use crate::routes::Routes;

pub(super) fn machine_cautions(
    network: &PlannedNetwork,
    gateways: &[PlannedGateway],
    routing: &Routing,
    surroundings: &Surroundings,
    cautions: &mut Cautions,
) {
    let local = network.local_networks.as_deref().unwrap_or_default();
    routes_in_local_networks(network, local, routing, cautions);
    local_networks_in_routes(local, routing, cautions);
    pools_in_local_networks(network, local, cautions);
    machine_dns(network, local, routing, surroundings, cautions);
    gateways_in_routes(gateways, routing, cautions);
    number_of_routes(network, surroundings, cautions);
    if let Some(profiles) = &surroundings.profiles {
        connected_profiles(profiles, cautions);
        routes_of_profiles(network, profiles, cautions);
        pools_of_profiles(network, profiles, cautions);
    }
}

/// Says who brings a route, for a sentence.
fn bringer(source: PlanSource) -> &'static str {
    match source {
        PlanSource::Profile => "the profile",
        PlanSource::Gateway => "the gateway",
    }
}

fn routes_in_local_networks(
    network: &PlannedNetwork,
    local: &[PlannedLocalNetwork],
    routing: &Routing,
    cautions: &mut Cautions,
) {
    let by_network: Networks<&str> = local
        .iter()
        .map(|local| (local.network, local.interface.as_str()))
        .collect();
    for PlannedRoute { network, source } in &network.routes {
        let Some((near, interface)) = by_network.around(network) else {
            continue;
        };
        if is_everything(&near) || routing.way_of(network).is_none() {
            continue;
        }
        let who = bringer(*source);
        let message = if near == *network {
            format!(
                "This machine is in the network {near} ({interface}), and {who} brings the same network into \
                 the tunnel. Printers, file servers and the router nearby may be cut off, or servers behind \
                 the gateway may not be reached."
            )
        } else {
            format!(
                "This machine is in the network {near} ({interface}), and {who} brings {network}, a part of \
                 it, into the tunnel. Devices nearby with those addresses are cut off."
            )
        };
        let remedy = format!(
            "Exclude {network} from the tunnel if the devices nearby are needed, or connect from another \
             network."
        );
        cautions.add(
            Caution::new(CautionKind::RouteTakesLocalNetwork, message, remedy)
                .about(*network, near)
                .of(interface),
        );
    }
}

fn local_networks_in_routes(
    local: &[PlannedLocalNetwork],
    routing: &Routing,
    cautions: &mut Cautions,
) {
    for PlannedLocalNetwork {
        interface,
        network: near,
        ..
    } in local
    {
        let Some(PlannedRoute { network, source }) = routing.way_of(near) else {
            continue;
        };
        if network == *near || is_everything(&network) {
            continue;
        }
        let who = bringer(source);
        cautions.add(
            Caution::new(
                CautionKind::LocalNetworkHidesRoute,
                format!(
                    "This machine is in the network {near} ({interface}), which has addresses that {who} \
                     uses behind the gateway as well, in {network}. Servers there with addresses in {near} \
                     cannot be reached."
                ),
                "If such a server is needed, connect from a network with other addresses, such as a phone's \
                 hotspot.",
            )
            .about(network, *near)
            .of(interface),
        );
    }
}

fn pools_in_local_networks(
    network: &PlannedNetwork,
    local: &[PlannedLocalNetwork],
    cautions: &mut Cautions,
) {
    let mut add = |pool: &IpNet, near: &IpNet, interface: &str| {
        cautions.add(
            Caution::new(
                CautionKind::AddressPoolOverlapsLocalNetwork,
                format!(
                    "The tunnel gets an address from {pool}, and this machine is in the network {near} \
                     ({interface}), which overlaps it. Devices nearby may be cut off."
                ),
                "Connect from another network, or ask the administrator for another address pool.",
            )
            .about(*pool, *near)
            .of(interface),
        );
    };
    let near: Networks<&str> = local
        .iter()
        .map(|near| (near.network, near.interface.as_str()))
        .collect();
    for pool in &network.address_pool {
        if let Some((near, interface)) = near.around(pool) {
            add(pool, &near, interface);
        }
    }
    let pools: Networks<()> = network
        .address_pool
        .iter()
        .map(|pool| (*pool, ()))
        .collect();
    for PlannedLocalNetwork {
        interface,
        network: near,
        ..
    } in local
    {
        match pools.around(near) {
            Some((pool, ())) if pool != *near => add(&pool, near, interface),
            _ => {}
        }
    }
}

fn machine_dns(
    network: &PlannedNetwork,
    local: &[PlannedLocalNetwork],
    routing: &Routing,
    surroundings: &Surroundings,
    cautions: &mut Cautions,
) {
    let local: Networks<()> = local.iter().map(|local| (local.network, ())).collect();
    for server in surroundings.dns_servers.iter().flatten() {
        let host = IpNet::from(*server);
        let Some(PlannedRoute { network: route, .. }) = routing.way_of(&host) else {
            continue;
        };
        let near = local.around(&host).map(|found| found.0.prefix_len());
        let mut planned = network.dns_servers.iter();
        let is_planned = planned.any(|planned| planned.address == *server);
        if is_everything(&route) || Some(route.prefix_len()) <= near || is_planned {
            continue;
        }
        cautions.add(
            Caution::new(
                CautionKind::RouteTakesDnsServer,
                format!(
                    "The DNS server {server}, which this machine asks now, lies in {route} and will be looked \
                     for behind the gateway. Names may no longer be found."
                ),
                format!("Exclude {server} from the tunnel."),
            )
            .about(route, host),
        );
    }
}

fn gateways_in_routes(gateways: &[PlannedGateway], routing: &Routing, cautions: &mut Cautions) {
    for gateway in gateways {
        let Ok(address) = gateway.host.parse::<IpAddr>() else {
            continue;
        };
        let host = IpNet::from(address);
        if let Some(PlannedRoute { network: route, .. }) = routing.way_of(&host) {
            cautions.add(
                Caution::new(
                    CautionKind::GatewayInsideRoute,
                    format!(
                        "The gateway {address} lies in {route}. A route of its own keeps its packets outside, \
                         or the tunnel would have to carry itself."
                    ),
                    "Nothing has to be done.",
                )
                .about(route, host),
            );
        }
    }
}

fn number_of_routes(
    network: &PlannedNetwork,
    surroundings: &Surroundings,
    cautions: &mut Cautions,
) {
    let count = network.routes.len().saturating_add(network.excludes.len());
    if let Some(most) = surroundings.most_routes.filter(|most| count > *most) {
        cautions.add(Caution::new(
            CautionKind::TooManyRoutes,
            format!(
                "There are {count} routes and excludes, and this machine takes at most {most}."
            ),
            "Merge the routes, or ask the administrator to announce fewer.",
        ));
    }
}

fn connected_profiles(profiles: &[KnownProfile], cautions: &mut Cautions) {
    for profile in profiles.iter().filter(|profile| profile.is_connected) {
        let name = Excerpt::of(&profile.name).to_string();
        cautions.add(
            Caution::new(
                CautionKind::AnotherProfileConnected,
                format!("The profile '{name}' is connected."),
                "Disconnect it first, unless this program allows several connections at once.",
            )
            .of(&name),
        );
    }
}

/// Collects networks of the other profiles; of equal ones that of a connected profile is kept.
fn networks_of(
    profiles: &[KnownProfile],
    of: impl Fn(&KnownProfile) -> &Routes,
) -> Networks<&KnownProfile> {
    let connected = profiles.iter().filter(|profile| profile.is_connected);
    let idle = profiles.iter().filter(|profile| !profile.is_connected);
    let mut all = Networks::default();
    for profile in connected.chain(idle) {
        for network in of(profile) {
            all.insert(*network, profile);
        }
    }
    all
}

fn routes_of_profiles(
    network: &PlannedNetwork,
    profiles: &[KnownProfile],
    cautions: &mut Cautions,
) {
    let theirs = networks_of(profiles, |profile| &profile.routes);
    for PlannedRoute { network, .. } in &network.routes {
        if let Some((other, profile)) = theirs.around(network) {
            overlap_of_profile(*network, other, profile, cautions);
        }
    }
    let ours: Networks<()> = network
        .routes
        .iter()
        .map(|route| (route.network, ()))
        .collect();
    for profile in profiles {
        for other in &profile.routes {
            match ours.around(other) {
                Some((network, ())) if network != *other => {
                    overlap_of_profile(network, *other, profile, cautions);
                }
                _ => {}
            }
        }
    }
}

fn overlap_of_profile(
    network: IpNet,
    other: IpNet,
    profile: &KnownProfile,
    cautions: &mut Cautions,
) {
    if is_everything(&network) || is_everything(&other) {
        return;
    }
    let name = Excerpt::of(&profile.name).to_string();
    let both = if network == other {
        format!("{network} goes through the tunnel of the profile '{name}' too")
    } else {
        format!("{network} overlaps {other}, which goes through the tunnel of the profile '{name}'")
    };
    let caution = Caution::new(
        CautionKind::RouteOverlapsProfile,
        format!("{both}. While both are connected, only one of them gets those packets."),
        "Connect one of the two profiles at a time.",
    );
    let caution = caution.about(network, other).of(&name);
    cautions.add(if profile.is_connected {
        caution
    } else {
        caution.noted()
    });
}

fn pools_of_profiles(network: &PlannedNetwork, profiles: &[KnownProfile], cautions: &mut Cautions) {
    let theirs = networks_of(profiles, |profile| &profile.address_pool);
    for pool in &network.address_pool {
        if let Some((other, profile)) = theirs.around(pool) {
            pool_of_profile(*pool, other, profile, cautions);
        }
    }
    let ours: Networks<()> = network
        .address_pool
        .iter()
        .map(|pool| (*pool, ()))
        .collect();
    for profile in profiles {
        for other in &profile.address_pool {
            match ours.around(other) {
                Some((pool, ())) if pool != *other => {
                    pool_of_profile(pool, *other, profile, cautions);
                }
                _ => {}
            }
        }
    }
}

fn pool_of_profile(pool: IpNet, other: IpNet, profile: &KnownProfile, cautions: &mut Cautions) {
    let name = Excerpt::of(&profile.name).to_string();
    let caution = Caution::new(
        CautionKind::AddressPoolOverlapsProfile,
        format!(
            "The tunnel gets an address from {pool}, and that of the profile '{name}' one from {other}. \
             While both are connected, they may get the same address."
        ),
        "Connect one of the two profiles at a time.",
    );
    let caution = caution.about(pool, other).of(&name);
    cautions.add(if profile.is_connected {
        caution
    } else {
        caution.noted()
    });
}
