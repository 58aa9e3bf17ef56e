//! From a configuration to the entries of a routing table; pure, and the same on every system.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::SystemError;
use crate::applied::Unapplied;
use crate::config::{MAX_ROUTES, NetworkConfig, Route, TunnelMode};

/// The metric that Linux gives IPv6 routes without one (IP6_RT_PRIO_USER).
const IPV6_DEFAULT_METRIC: u32 = 1024;

/// One entry of the main routing table; equal entries are the same entry to the system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(target_os = "linux", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct RouteEntry {
    pub(crate) destination: IpNet,
    pub(crate) gateway: Option<IpAddr>,
    pub(crate) interface: u32,
    pub(crate) metric: u32,
}

/// An entry that is wanted, and what to say if it cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) entry: RouteEntry,
    pub(crate) purpose: Purpose,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Keeps the gateway outside the tunnel.
    Gateway,
    /// Keeps an excluded network outside the tunnel.
    Exclude,
    /// Half of all traffic of a family.
    Everything,
    /// One network.
    Network(Route),
}

/// The wanted entries, in the order in which they are to be added: first what stays outside, so that no packet of the tunnel's
/// own ever goes into it.
#[derive(Debug, Default)]
pub(crate) struct RoutePlan {
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) unapplied: Vec<Unapplied>,
}

/// Plans the routes through `interface`, given the entries that are in the table now.
///
/// `outside` are the entries of the table that are neither on the interface nor of our own making. `has_ipv6` says whether
/// the interface has an IPv6 address, without which IPv6 packets have no source.
pub(crate) fn plan_routes(
    config: &NetworkConfig,
    interface: u32,
    has_ipv6: bool,
    outside: &[RouteEntry],
) -> Result<RoutePlan, SystemError> {
    if config.routes.len() + config.excludes.len() > MAX_ROUTES {
        return Err(SystemError::TooManyRoutes { limit: MAX_ROUTES });
    }
    let mut plan = RoutePlan::default();
    let through = plan_through(config, interface, has_ipv6, &mut plan.unapplied);
    let enters_tunnel = |network: &IpNet| {
        through
            .iter()
            .any(|wanted| wanted.entry.destination.contains(network))
    };

    let mut kept_outside = HashSet::new();

    let gateway = config.gateway.map(IpNet::from).filter(enters_tunnel);
    if let Some(gateway) = gateway {
        kept_outside.insert(gateway);
        match bypass(gateway, outside) {
            Bypass::Needed(entry) => plan.wanted.push(Wanted {
                entry,
                purpose: Purpose::Gateway,
            }),
            Bypass::NotNeeded => {}
            Bypass::Impossible => return Err(SystemError::NoRouteToGateway { gateway }),
        }
    }
    for destination in config
        .excludes
        .iter()
        .map(IpNet::trunc)
        .filter(enters_tunnel)
    {
        match bypass(destination, outside) {
            Bypass::Needed(entry) => plan.wanted.push(Wanted {
                entry,
                purpose: Purpose::Exclude,
            }),
            Bypass::NotNeeded => {}
            Bypass::Impossible => {
                plan.unapplied.push(Unapplied::Exclude {
                    destination,
                    reason: "there is no route to it outside the tunnel".to_owned(),
                });
                continue;
            }
        }
        kept_outside.insert(destination);
    }
    // An exclude wins over a route as small as itself. In the table the smaller metric would, and that is seldom the one of
    // a network that the machine is in.
    let (outside_tunnel, through): (Vec<_>, Vec<_>) = through
        .into_iter()
        .partition(|wanted| kept_outside.contains(&wanted.entry.destination));
    plan.wanted.extend(through);
    for wanted in outside_tunnel {
        match wanted.purpose {
            Purpose::Network(route) if gateway == Some(wanted.entry.destination) => {
                let reason = "the gateway itself is reached outside the tunnel".to_owned();
                plan.unapplied.push(Unapplied::Route { route, reason });
            }
            _ => {}
        }
    }

    let mut seen = HashSet::new();
    plan.wanted
        .retain(|wanted| seen.insert(wanted.entry.clone()));
    Ok(plan)
}

fn plan_through(
    config: &NetworkConfig,
    interface: u32,
    has_ipv6: bool,
    unapplied: &mut Vec<Unapplied>,
) -> Vec<Wanted> {
    let mut through = Vec::new();
    if config.tunnel_mode == TunnelMode::Full {
        if config
            .addresses
            .iter()
            .any(|address| address.network.addr().is_ipv4())
        {
            through.extend(everything(&Route::to(Ipv4Net::default().into()), interface));
        }
        if has_ipv6 {
            through.extend(everything(&Route::to(Ipv6Net::default().into()), interface));
        } else {
            unapplied.push(Unapplied::Ipv6OutsideTunnel);
        }
    }
    for route in &config.routes {
        if route.destination.addr().is_ipv6() && !has_ipv6 {
            let reason = "the tunnel has no IPv6 address".to_owned();
            unapplied.push(Unapplied::Route {
                route: route.clone(),
                reason,
            });
        } else if route
            .gateway
            .is_some_and(|gateway| gateway.is_ipv6() != route.destination.addr().is_ipv6())
        {
            let reason = "its next hop is of another address family".to_owned();
            unapplied.push(Unapplied::Route {
                route: route.clone(),
                reason,
            });
        } else if route.destination.prefix_len() == 0 {
            through.extend(everything(route, interface));
        } else {
            let purpose = match route.destination.prefix_len() {
                1 => Purpose::Everything,
                _ => Purpose::Network(route.clone()),
            };
            let entry = entry(route.destination.trunc(), route, interface);
            through.push(Wanted { entry, purpose });
        }
    }
    through
}

fn entry(destination: IpNet, route: &Route, interface: u32) -> RouteEntry {
    let metric = normal_metric(&destination, route.metric);
    RouteEntry {
        destination,
        gateway: route.gateway,
        interface,
        metric,
    }
}

fn normal_metric(destination: &IpNet, metric: Option<u32>) -> u32 {
    match metric {
        // Linux takes 0 for "none given" on IPv6.
        None | Some(0) if destination.addr().is_ipv6() => IPV6_DEFAULT_METRIC,
        None => 0,
        Some(metric) => metric,
    }
}

/// Covers a default route by its two halves, which beat the one that is there without replacing it.
fn everything(route: &Route, interface: u32) -> impl Iterator<Item = Wanted> {
    let halves = route.destination.subnets(1).into_iter().flatten();
    halves.map(move |half| Wanted {
        entry: entry(half, route, interface),
        purpose: Purpose::Everything,
    })
}

/// What it takes to keep a network outside the tunnel.
enum Bypass {
    Needed(RouteEntry),
    /// An entry for precisely this network is there already.
    NotNeeded,
    Impossible,
}

/// Finds how a network is reached outside the tunnel: by the longest prefix, then the smallest metric.
fn bypass(destination: IpNet, outside: &[RouteEntry]) -> Bypass {
    let best = outside
        .iter()
        .filter(|entry| entry.destination.contains(&destination))
        .min_by_key(|entry| {
            (
                std::cmp::Reverse(entry.destination.prefix_len()),
                entry.metric,
            )
        });
    match best {
        Some(best) if best.destination == destination => Bypass::NotNeeded,
        Some(best) => {
            let metric = normal_metric(&destination, None);
            Bypass::Needed(RouteEntry {
                destination,
                metric,
                ..best.clone()
            })
        }
        None => Bypass::Impossible,
    }
}

#[cfg(test)]
mod tests;
