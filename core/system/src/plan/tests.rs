#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use super::*;
use crate::config::InterfaceAddress;

const TUNNEL: u32 = 7;
const UPLINK: u32 = 2;

#[test]
fn a_split_tunnel_takes_what_it_names_and_nothing_else() {
    let config = NetworkConfig {
        routes: routes(&["10.1.0.0/16", "10.2.3.4/24"]),
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, false, &home()).unwrap();

    assert_eq!(destinations(&plan), ["10.1.0.0/16", "10.2.3.0/24"]);
    assert!(
        plan.wanted
            .iter()
            .all(|wanted| wanted.entry.interface == TUNNEL)
    );
    assert_eq!(plan.unapplied, []);
}

#[test]
fn a_full_tunnel_covers_the_default_route_in_halves_and_keeps_the_gateway_outside() {
    let config = NetworkConfig {
        tunnel_mode: TunnelMode::Full,
        gateway: Some("203.0.113.5".parse().unwrap()),
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, false, &home()).unwrap();

    assert_eq!(
        destinations(&plan),
        ["203.0.113.5/32", "0.0.0.0/1", "128.0.0.0/1"]
    );
    assert_eq!(
        plan.wanted[0].entry,
        RouteEntry {
            destination: net("203.0.113.5/32"),
            gateway: Some("192.168.1.1".parse().unwrap()),
            interface: UPLINK,
            metric: 0
        }
    );
    assert_eq!(plan.unapplied, [Unapplied::Ipv6OutsideTunnel]);
}

#[test]
fn a_full_tunnel_with_an_ipv6_address_covers_ipv6_too() {
    let config = NetworkConfig {
        tunnel_mode: TunnelMode::Full,
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, true, &home()).unwrap();

    assert_eq!(
        destinations(&plan),
        ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"]
    );
    assert_eq!(plan.unapplied, []);
}

#[test]
fn a_default_route_in_a_profile_means_a_full_tunnel() {
    let forced = NetworkConfig {
        routes: routes(&["0.0.0.0/0"]),
        ..with_ipv4()
    };
    let in_halves = NetworkConfig {
        routes: routes(&["0.0.0.0/1", "128.0.0.0/1"]),
        ..with_ipv4()
    };

    for config in [forced, in_halves] {
        let config = NetworkConfig {
            gateway: Some("203.0.113.5".parse().unwrap()),
            ..config
        };
        let plan = plan_routes(&config, TUNNEL, false, &home()).unwrap();

        assert_eq!(
            destinations(&plan),
            ["203.0.113.5/32", "0.0.0.0/1", "128.0.0.0/1"]
        );
    }
}

#[test]
fn a_gateway_that_no_route_covers_needs_no_route_of_its_own() {
    let config = NetworkConfig {
        routes: routes(&["10.0.0.0/8"]),
        gateway: Some("203.0.113.5".parse().unwrap()),
        ..with_ipv4()
    };

    assert_eq!(
        destinations(&plan_routes(&config, TUNNEL, false, &[]).unwrap()),
        ["10.0.0.0/8"]
    );
}

#[test]
fn a_gateway_in_the_local_network_is_reached_directly() {
    let config = NetworkConfig {
        tunnel_mode: TunnelMode::Full,
        gateway: Some("192.168.1.9".parse().unwrap()),
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, false, &home()).unwrap();

    assert_eq!(
        (plan.wanted[0].entry.gateway, plan.wanted[0].entry.interface),
        (None, UPLINK)
    );
}

#[test]
fn a_tunnel_that_would_carry_itself_is_refused() {
    let config = NetworkConfig {
        tunnel_mode: TunnelMode::Full,
        gateway: Some("203.0.113.5".parse().unwrap()),
        ..with_ipv4()
    };

    let error = plan_routes(&config, TUNNEL, false, &[]).unwrap_err();

    assert!(matches!(error, SystemError::NoRouteToGateway { .. }));
}

#[test]
fn an_exclude_inside_a_route_goes_where_it_went_before() {
    let config = NetworkConfig {
        routes: routes(&["10.0.0.0/8"]),
        excludes: vec![net("10.5.0.0/16"), net("172.16.0.0/12")],
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, false, &home()).unwrap();

    assert_eq!(destinations(&plan), ["10.5.0.0/16", "10.0.0.0/8"]);
    assert_eq!(plan.wanted[0].entry.interface, UPLINK);
    assert_eq!(plan.wanted[0].purpose, Purpose::Exclude);
}

#[test]
fn an_exclude_wins_over_a_route_as_small_as_itself_whatever_the_metrics() {
    let nearby = "192.168.1.0/24";
    for (excluded, entries_of_ours) in [(nearby, &[][..]), ("10.5.0.0/16", &["10.5.0.0/16"])] {
        let config = NetworkConfig {
            routes: routes(&[excluded, "172.16.0.0/12"]),
            excludes: vec![net(excluded)],
            ..with_ipv4()
        };

        let plan = plan_routes(&config, TUNNEL, false, &home()).unwrap();

        let expected = [entries_of_ours, &["172.16.0.0/12"]].concat();
        assert_eq!(destinations(&plan), expected);
        assert!(
            plan.wanted.iter().all(|wanted| {
                (wanted.entry.interface == UPLINK) == (wanted.purpose == Purpose::Exclude)
            }),
            "{plan:?}"
        );
        assert_eq!(plan.unapplied, []);
    }
}

#[test]
fn a_network_nearby_that_is_excluded_from_a_larger_route_needs_no_entry() {
    let config = NetworkConfig {
        routes: routes(&["192.168.0.0/16"]),
        excludes: vec![net("192.168.1.0/24")],
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, false, &home()).unwrap();

    assert_eq!(destinations(&plan), ["192.168.0.0/16"]);
}

#[test]
fn half_of_all_traffic_can_be_excluded_from_a_full_tunnel() {
    let config = NetworkConfig {
        tunnel_mode: TunnelMode::Full,
        excludes: vec![net("128.0.0.0/1")],
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, false, &home()).unwrap();

    assert_eq!(destinations(&plan), ["128.0.0.0/1", "0.0.0.0/1"]);
    assert_eq!(plan.wanted[0].entry.interface, UPLINK);
}

#[test]
fn a_route_to_the_gateway_itself_never_leads_through_the_tunnel() {
    let mut outside = home();
    outside.push(RouteEntry {
        destination: net("203.0.113.5/32"),
        gateway: Some("192.168.1.1".parse().unwrap()),
        interface: UPLINK,
        metric: 100,
    });
    for outside in [home(), outside] {
        let config = NetworkConfig {
            routes: routes(&["203.0.113.5/32"]),
            gateway: Some("203.0.113.5".parse().unwrap()),
            ..with_ipv4()
        };

        let plan = plan_routes(&config, TUNNEL, false, &outside).unwrap();

        let through = |wanted: &Wanted| wanted.entry.interface == TUNNEL;
        assert!(!plan.wanted.iter().any(through), "{plan:?}");
        assert!(matches!(&plan.unapplied[..], [Unapplied::Route { .. }]));
    }
}

#[test]
fn an_exclude_that_leads_nowhere_is_reported() {
    let config = NetworkConfig {
        routes: routes(&["10.0.0.0/8"]),
        excludes: vec![net("10.5.0.0/16")],
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, false, &[]).unwrap();

    assert_eq!(destinations(&plan), ["10.0.0.0/8"]);
    assert!(matches!(&plan.unapplied[..], [Unapplied::Exclude { .. }]));
}

#[test]
fn the_better_of_two_default_routes_is_the_way_outside() {
    let mut outside = home();
    outside.push(RouteEntry {
        destination: net("0.0.0.0/0"),
        gateway: Some("172.20.0.1".parse().unwrap()),
        interface: 3,
        metric: 50,
    });
    let config = NetworkConfig {
        tunnel_mode: TunnelMode::Full,
        gateway: Some("203.0.113.5".parse().unwrap()),
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, false, &outside).unwrap();

    assert_eq!(plan.wanted[0].entry.interface, 3);
}

#[test]
fn an_ipv6_route_without_an_ipv6_address_is_reported() {
    let config = NetworkConfig {
        routes: routes(&["2001:db8::/32", "10.1.0.0/16"]),
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, false, &home()).unwrap();

    assert_eq!(destinations(&plan), ["10.1.0.0/16"]);
    assert!(matches!(&plan.unapplied[..], [Unapplied::Route { .. }]));
}

#[test]
fn a_next_hop_of_another_family_is_reported() {
    let route = Route {
        gateway: Some("fe80::1".parse().unwrap()),
        ..Route::to(net("10.1.0.0/16"))
    };
    let config = NetworkConfig {
        routes: vec![route],
        ..with_ipv4()
    };

    let plan = plan_routes(&config, TUNNEL, true, &home()).unwrap();

    assert!(plan.wanted.is_empty());
    assert!(matches!(&plan.unapplied[..], [Unapplied::Route { .. }]));
}

#[test]
fn routes_said_twice_are_planned_once() {
    let config = NetworkConfig {
        routes: routes(&["10.1.0.0/16", "10.1.2.3/16"]),
        ..with_ipv4()
    };

    assert_eq!(
        destinations(&plan_routes(&config, TUNNEL, false, &home()).unwrap()),
        ["10.1.0.0/16"]
    );
}

#[test]
fn more_routes_than_a_machine_should_hold_are_refused() {
    let config = NetworkConfig {
        routes: vec![Route::to(net("10.0.0.0/8")); MAX_ROUTES + 1],
        ..with_ipv4()
    };

    let error = plan_routes(&config, TUNNEL, false, &home()).unwrap_err();

    assert!(matches!(error, SystemError::TooManyRoutes { .. }));
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn routes(texts: &[&str]) -> Vec<Route> {
    texts.iter().map(|text| Route::to(net(text))).collect()
}

fn with_ipv4() -> NetworkConfig {
    NetworkConfig {
        addresses: vec![InterfaceAddress::new(net("172.31.0.2/24"))],
        ..NetworkConfig::default()
    }
}

/// A machine at home: one network and a default route, with a metric as DHCP clients set it.
fn home() -> Vec<RouteEntry> {
    vec![
        RouteEntry {
            destination: net("0.0.0.0/0"),
            gateway: Some("192.168.1.1".parse().unwrap()),
            interface: UPLINK,
            metric: 100,
        },
        RouteEntry {
            destination: net("192.168.1.0/24"),
            gateway: None,
            interface: UPLINK,
            metric: 100,
        },
    ]
}

fn destinations(plan: &RoutePlan) -> Vec<String> {
    plan.wanted
        .iter()
        .map(|wanted| wanted.entry.destination.to_string())
        .collect()
}
