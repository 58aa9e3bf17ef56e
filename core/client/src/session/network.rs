use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use p2svpn_openvpn::{PushReply, RouteGateway};
use p2svpn_profile::Profile;
use p2svpn_system::{InterfaceAddress, NetworkConfig, Route, TunnelMode};

use crate::options::{LARGEST_MTU, SMALLEST_MTU};

/// The smallest packet size that every IPv6 link takes (RFC 8200 section 5).
const SMALLEST_IPV6_MTU: u16 = 1280;

/// Merges what the gateway pushed with what the profile says into one configuration.
///
/// - Addresses are the gateway's.
/// - Routes are the gateway's (Azure pushes the virtual network's ranges) and the profile's include routes, each
///   destination once: a pushed one wins. Routes pushed as `net_gateway` and the profile's exclude routes stay outside.
/// - DNS servers are the profile's if it names any, else the gateway's. Suffixes are both.
/// - All traffic goes through the tunnel if the profile or the gateway says so.
pub(super) fn network_config(
    profile: &Profile,
    push: &PushReply,
    gateway: IpAddr,
    mtu: u16,
) -> NetworkConfig {
    let addresses = push.addresses.iter().map(|network| InterfaceAddress {
        network: *network,
        peer: match network {
            IpNet::V4(_) => push.peer_v4.map(IpAddr::V4),
            IpNet::V6(_) => push.peer_v6.map(IpAddr::V6),
        },
    });

    let mut routes = Vec::new();
    let mut excludes: Vec<IpNet> = profile.exclude_routes.iter().copied().collect();
    for route in &push.routes {
        let gateway = match route.gateway {
            RouteGateway::Tunnel => None,
            RouteGateway::Host(host) => Some(host),
            RouteGateway::Bypass => {
                excludes.push(route.destination);
                continue;
            }
        };
        routes.push(Route {
            destination: route.destination,
            gateway,
            metric: route.metric.or(push.route_metric),
        });
    }
    routes.extend(profile.include_routes.iter().copied().map(Route::to));
    let redirect = push.redirect_gateway.filter(|redirect| !redirect.private);
    if redirect.is_some_and(|redirect| redirect.ipv4) {
        routes.push(Route::to(Ipv4Net::default().into()));
    }
    if redirect.is_some_and(|redirect| redirect.ipv6) {
        routes.push(Route::to(Ipv6Net::default().into()));
    }
    let full = profile.tunnel_mode() == p2svpn_profile::TunnelMode::Full
        || redirect.is_some_and(|redirect| redirect.ipv4);

    let pushed_servers = push
        .dns_servers
        .iter()
        .flat_map(|server| server.addresses.iter().map(|one| one.address));
    let dns_servers = if profile.dns_servers.is_empty() {
        pushed_servers
            .chain(push.resolvers.iter().copied())
            .collect()
    } else {
        profile.dns_servers.iter().copied().collect()
    };
    let pushed_domains = push
        .dns_servers
        .iter()
        .flat_map(|server| &server.resolve_domains);
    let pushed_suffixes = push
        .domain
        .iter()
        .chain(&push.search_domains)
        .chain(&push.dns_search_domains)
        .chain(pushed_domains);
    let own_suffixes = profile.dns_suffixes.iter().map(ToString::to_string);
    let suffixes: Vec<String> = own_suffixes.chain(pushed_suffixes.cloned()).collect();

    NetworkConfig {
        generation: 1,
        addresses: addresses.collect(),
        mtu: Some(mtu.into()),
        routes: once_each(routes, |route| route.destination),
        excludes: once_each(excludes, |network| *network),
        gateway: Some(gateway),
        dns_servers: once_each(dns_servers, |server| *server),
        dns_suffixes: once_each(suffixes, |suffix: &String| suffix.to_ascii_lowercase()),
        tunnel_mode: if full {
            TunnelMode::Full
        } else {
            TunnelMode::Split
        },
    }
}

/// The largest packet: the smaller of what the gateway and the host allow, but not below what IP itself asks for.
pub(super) fn tunnel_mtu(push: &PushReply, option: Option<u16>) -> u16 {
    let has_ipv6 = push
        .addresses
        .iter()
        .any(|network| matches!(network, IpNet::V6(_)));
    let smallest = if has_ipv6 {
        SMALLEST_IPV6_MTU
    } else {
        SMALLEST_MTU
    };
    let pushed = push.tun_mtu.unwrap_or(LARGEST_MTU);
    pushed
        .min(option.unwrap_or(LARGEST_MTU))
        .clamp(smallest, LARGEST_MTU)
}

/// The addresses of the userspace stack, which has one of each family: the first is the one that the gateway means.
pub(super) fn stack_addresses(config: &NetworkConfig) -> (Option<Ipv4Addr>, Option<Ipv6Addr>) {
    let all = || config.addresses.iter().map(|one| one.network.addr());
    let ipv4 = all().find_map(|address| match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    });
    let ipv6 = all().find_map(|address| match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => Some(address),
    });
    (ipv4, ipv6)
}

/// Keeps the first of all that have the same key, in order.
fn once_each<T, K: Eq + Hash>(all: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    all.into_iter()
        .filter(|one| seen.insert(key(one)))
        .collect()
}

#[cfg(test)]
mod tests;
