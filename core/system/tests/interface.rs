//! Promises of `Interface`, each proven in a network namespace that the test makes for itself.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod namespace;

use std::task::Poll;

use p2svpn_system::{
    Interface, InterfaceAddress, NetworkConfig, Route, SystemError, TunnelMode, Unapplied,
    can_configure_network,
};

use namespace::{device_to, drop_capabilities, in_namespace, ip, routes_of, snapshot};

#[test]
fn what_is_applied_is_there_and_what_is_undone_is_gone() {
    in_namespace(async || {
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        let applied = interface.apply(&split()).await.unwrap();
        let during = snapshot();
        interface.undo().await.unwrap();

        assert_eq!(applied.unapplied, []);
        assert_eq!(
            routes_of("tunnel", &during),
            [
                "10.1.0.0/16",
                "10.2.0.0/16",
                "172.31.0.0/24",
                "2001:db8:2::/48",
                "2001:db8::/64"
            ]
        );
        assert!(
            during.contains("\"local\":\"172.31.0.2\"")
                && during.contains("\"local\":\"2001:db8::2\"")
        );
        assert!(during.contains("\"mtu\":1400"));
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn applying_twice_changes_nothing_the_second_time() {
    in_namespace(async || {
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let _ = interface.apply(&split()).await.unwrap();
        let first = snapshot();

        let applied = interface
            .apply(&NetworkConfig {
                generation: 2,
                ..split()
            })
            .await
            .unwrap();

        assert_eq!((applied.generation, applied.changes), (2, 0));
        assert_eq!(snapshot(), first);
    });
}

#[test]
fn a_new_generation_changes_only_what_differs() {
    in_namespace(async || {
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let _ = interface.apply(&split()).await.unwrap();

        let mut next = NetworkConfig {
            generation: 2,
            ..split()
        };
        next.routes
            .retain(|route| route.destination != net("10.2.0.0/16"));
        next.routes.push(Route::to(net("10.3.0.0/16")));
        let applied = interface.apply(&next).await.unwrap();
        let during = snapshot();
        interface.undo().await.unwrap();

        assert_eq!(applied.changes, 2);
        assert_eq!(
            routes_of("tunnel", &during),
            [
                "10.1.0.0/16",
                "10.3.0.0/16",
                "172.31.0.0/24",
                "2001:db8:2::/48",
                "2001:db8::/64"
            ]
        );
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn a_changed_address_replaces_the_old_one() {
    in_namespace(async || {
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let _ = interface.apply(&split()).await.unwrap();

        let addresses = vec![InterfaceAddress::new(net("172.31.0.9/24"))];
        let _ = interface
            .apply(&NetworkConfig {
                addresses,
                ..split()
            })
            .await
            .unwrap();
        let during = snapshot();

        assert!(
            during.contains("\"local\":\"172.31.0.9\"")
                && !during.contains("\"local\":\"172.31.0.2\"")
        );
        assert_eq!(
            routes_of("tunnel", &during),
            ["10.1.0.0/16", "10.2.0.0/16", "172.31.0.0/24"]
        );
    });
}

#[test]
fn a_peer_address_is_set_and_removed() {
    in_namespace(async || {
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let address = InterfaceAddress {
            network: net("172.31.0.2/32"),
            peer: Some("172.31.0.1".parse().unwrap()),
        };
        let config = NetworkConfig {
            addresses: vec![address],
            ..NetworkConfig::default()
        };

        let _ = interface.apply(&config).await.unwrap();
        let again = interface.apply(&config).await.unwrap();
        let during = snapshot();
        interface.undo().await.unwrap();

        assert!(
            during.contains("\"local\":\"172.31.0.2\"")
                && during.contains("\"address\":\"172.31.0.1\"")
        );
        assert_eq!(again.changes, 0);
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn what_was_there_before_stays() {
    in_namespace(async || {
        ip("link set tunnel up");
        ip("addr add 172.31.0.2/24 dev tunnel");
        ip("route add 10.1.0.0/16 dev tunnel");
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        let applied = interface.apply(&split()).await.unwrap();
        interface.undo().await.unwrap();

        assert_eq!(applied.unapplied, []);
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn a_full_tunnel_leaves_the_gateway_and_excludes_outside() {
    in_namespace(async || {
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        let applied = interface.apply(&full()).await.unwrap();
        let during = snapshot();
        let (to_gateway, to_excluded, to_anything) = (
            device_to("203.0.113.5"),
            device_to("198.51.100.1"),
            device_to("8.8.8.8"),
        );
        let again = interface
            .apply(&NetworkConfig {
                generation: 2,
                ..full()
            })
            .await
            .unwrap();
        interface.undo().await.unwrap();

        assert_eq!(applied.unapplied, []);
        assert_eq!(
            routes_of("tunnel", &during),
            [
                "0.0.0.0/1",
                "128.0.0.0/1",
                "172.31.0.0/24",
                "2001:db8::/64",
                "8000::/1",
                "::/1"
            ]
        );
        assert_eq!(
            routes_of("uplink", &during),
            [
                "192.168.1.0/24",
                "198.51.100.0/24",
                "203.0.113.5",
                "default"
            ]
        );
        assert_eq!(
            (
                to_gateway.as_str(),
                to_excluded.as_str(),
                to_anything.as_str()
            ),
            ("uplink", "uplink", "tunnel")
        );
        assert_eq!(again.changes, 0);
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn the_route_to_the_gateway_follows_a_new_default_route() {
    in_namespace(async || {
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let _ = interface.apply(&full()).await.unwrap();

        ip("route replace default via 192.168.1.77 dev uplink");
        let applied = interface.apply(&full()).await.unwrap();
        interface.undo().await.unwrap();

        assert_eq!(
            applied.changes, 4,
            "the gateway's and the exclude's entries each go to the new next hop"
        );
        assert_eq!(
            routes_of("uplink", &snapshot()),
            ["192.168.1.0/24", "default"]
        );
    });
}

#[test]
fn a_full_tunnel_beside_another_one_is_refused_and_the_other_one_stays() {
    in_namespace(async || {
        ip("route add 128.0.0.0/1 dev uplink");
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        let error = interface.apply(&full()).await.unwrap_err();
        interface.undo().await.unwrap();

        assert!(
            matches!(error, SystemError::RouteConflict { destination } if destination == net("128.0.0.0/1"))
        );
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn a_route_that_another_program_holds_is_reported_and_left_alone() {
    in_namespace(async || {
        ip("route add 10.1.0.0/16 via 192.168.1.1 dev uplink");
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        let applied = interface.apply(&split()).await.unwrap();
        interface.undo().await.unwrap();

        assert!(
            matches!(&applied.unapplied[..], [Unapplied::Route { route, .. }] if route.destination == net("10.1.0.0/16")),
            "{:?}",
            applied.unapplied
        );
        assert_eq!(snapshot(), before);
    });
}

/// Where nothing but a file of servers is there.
const NOT_IN_CHARGE: &str = "systemd-resolved does not answer for this machine";

#[test]
fn dns_is_reported_as_not_set_where_nobody_sets_it() {
    in_namespace(async || {
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let servers = vec!["10.1.0.4".parse().unwrap()];
        let suffixes = vec!["corp.example".to_owned()];

        let config = NetworkConfig {
            dns_servers: servers.clone(),
            dns_suffixes: suffixes.clone(),
            ..split()
        };
        let applied = interface.apply(&config).await.unwrap();

        assert_eq!(
            applied.unapplied,
            [
                Unapplied::DnsServers {
                    servers,
                    reason: NOT_IN_CHARGE.to_owned()
                },
                Unapplied::DnsSuffixes {
                    suffixes,
                    reason: NOT_IN_CHARGE.to_owned()
                }
            ]
        );
    });
}

#[test]
fn a_failure_half_way_is_undone_completely() {
    in_namespace(async || {
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let mut config = split();
        // A multicast address cannot be an interface's own; of IPv4 ones the kernel does not check that.
        config
            .addresses
            .push(InterfaceAddress::new(net("ff02::5/64")));

        let error = interface.apply(&config).await.unwrap_err();
        let half_way = snapshot();
        interface.undo().await.unwrap();

        assert!(
            matches!(&error, SystemError::Refused { operation, .. } if operation.contains("ff02::5/64"))
        );
        assert_ne!(
            half_way, before,
            "the test is about a failure after the first changes"
        );
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn dropping_the_work_at_any_point_is_undone_completely() {
    in_namespace(async || {
        let before = snapshot();
        let mut stopped = 0;
        for steps in 1.. {
            let mut interface = Interface::by_name("tunnel").await.unwrap();
            let config = full();

            let finished = poll_at_most(steps, interface.apply(&config)).await;
            interface.undo().await.unwrap();

            assert_eq!(snapshot(), before, "after {steps} steps");
            if finished {
                break;
            }
            stopped += 1;
        }
        assert!(stopped > 5, "stopped only {stopped} times");
    });
}

#[test]
fn what_would_stay_for_good_is_undone_before_what_the_device_takes_along() {
    in_namespace(async || {
        let before = snapshot();
        let config = NetworkConfig {
            excludes: (0..100)
                .map(|number| net(&format!("198.51.{number}.0/24")))
                .collect(),
            ..full()
        };
        let (mut seen_partly, mut seen_between) = (false, false);
        for steps in 1.. {
            let mut interface = Interface::by_name("tunnel").await.unwrap();
            let _ = interface.apply(&config).await.unwrap();
            let through = routes_of("tunnel", &snapshot());

            let finished = poll_at_most(steps, interface.undo()).await;
            let now = snapshot();
            let outside = routes_of("uplink", &now);
            let intact = routes_of("tunnel", &now) == through;
            let has_gateway = outside.contains(&"203.0.113.5".to_owned());
            let excludes = outside
                .iter()
                .filter(|route| route.starts_with("198.51."))
                .count();
            interface.undo().await.unwrap();

            assert!(
                intact || (excludes == 0 && !has_gateway),
                "after {steps} steps the tunnel's routes are gone and {outside:?} are not"
            );
            assert!(
                has_gateway || excludes == 0,
                "after {steps} steps {outside:?}"
            );
            assert_eq!(snapshot(), before, "after {steps} steps");
            seen_partly |= (1..100).contains(&excludes);
            seen_between |= intact && excludes == 0 && !has_gateway;
            if finished {
                break;
            }
        }
        assert!(seen_partly && seen_between);
    });
}

#[test]
fn undoing_twice_or_without_applying_is_fine() {
    in_namespace(async || {
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        interface.undo().await.unwrap();
        let _ = interface.apply(&split()).await.unwrap();
        interface.undo().await.unwrap();
        interface.undo().await.unwrap();

        assert_eq!(snapshot(), before);
    });
}

#[test]
fn undoing_after_the_device_is_gone_removes_the_rest() {
    in_namespace(async || {
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let _ = interface.apply(&full()).await.unwrap();
        assert_eq!(routes_of("uplink", &snapshot()).len(), 4);

        ip("link delete tunnel");
        interface.undo().await.unwrap();

        assert_eq!(
            routes_of("uplink", &snapshot()),
            ["192.168.1.0/24", "default"]
        );
        let error = interface.apply(&full()).await.unwrap_err();
        assert!(
            matches!(error, SystemError::InterfaceNotFound { .. }),
            "{error:?}"
        );
    });
}

#[test]
fn where_ipv6_is_turned_off_ipv4_still_works() {
    in_namespace(async || {
        // What is seen here depends on the namespace of the thread that opens the file.
        std::fs::write("/proc/sys/net/ipv6/conf/tunnel/disable_ipv6", "1").unwrap();
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        let applied = interface.apply(&split()).await.unwrap();

        assert!(
            matches!(
                &applied.unapplied[..],
                [Unapplied::Address { .. }, Unapplied::Route { .. }]
            ),
            "{:?}",
            applied.unapplied
        );
        assert_eq!(
            routes_of("tunnel", &snapshot()),
            ["10.1.0.0/16", "10.2.0.0/16", "172.31.0.0/24"]
        );
    });
}

#[test]
fn a_thousand_routes_are_set_and_removed() {
    in_namespace(async || {
        let before = snapshot();
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let routes = (0..1000)
            .map(|number| Route::to(net(&format!("10.{}.{}.0/24", number / 250, number % 250))));
        let config = NetworkConfig {
            routes: routes.collect(),
            ..split()
        };

        let applied = interface.apply(&config).await.unwrap();
        let during = routes_of("tunnel", &snapshot()).len();
        interface.undo().await.unwrap();

        assert_eq!(applied.unapplied, []);
        assert_eq!(during, 1002);
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn without_the_capability_the_error_names_it_and_nothing_changes() {
    in_namespace(async || {
        let before = snapshot();
        assert!(can_configure_network());
        drop_capabilities();

        let allowed = can_configure_network();
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let error = interface.apply(&split()).await.unwrap_err();

        assert!(!allowed);
        assert!(
            matches!(&error, SystemError::PermissionDenied { capability: "CAP_NET_ADMIN", operation } if operation.contains("tunnel")),
            "{error:?}"
        );
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn an_interface_that_is_not_there_is_named() {
    in_namespace(async || {
        for name in [
            "absent",
            "a-name-that-is-longer-than-any-interface-name",
            "",
        ] {
            let error = Interface::by_name(name).await.unwrap_err();

            assert!(
                matches!(&error, SystemError::InterfaceNotFound { name: named } if named == name),
                "{error:?}"
            );
        }
        assert!(matches!(
            Interface::by_index(4711).await,
            Err(SystemError::InterfaceNotFound { .. })
        ));
    });
}

fn split() -> NetworkConfig {
    NetworkConfig {
        generation: 1,
        addresses: vec![
            InterfaceAddress::new(net("172.31.0.2/24")),
            InterfaceAddress::new(net("2001:db8::2/64")),
        ],
        mtu: Some(1400),
        routes: ["10.1.0.0/16", "10.2.0.0/16", "2001:db8:2::/48"]
            .map(|text| Route::to(net(text)))
            .to_vec(),
        ..NetworkConfig::default()
    }
}

fn full() -> NetworkConfig {
    NetworkConfig {
        routes: Vec::new(),
        excludes: vec![net("198.51.100.0/24")],
        gateway: Some("203.0.113.5".parse().unwrap()),
        tunnel_mode: TunnelMode::Full,
        ..split()
    }
}

fn net(text: &str) -> ipnet::IpNet {
    text.parse().unwrap()
}

/// Polls a future at most so many times, then drops it; answers whether it finished.
async fn poll_at_most<T>(polls: usize, future: impl Future<Output = T>) -> bool {
    let mut future = std::pin::pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if future.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        left -= 1;
        if left == 0 {
            Poll::Ready(false)
        } else {
            Poll::Pending
        }
    })
    .await
}
