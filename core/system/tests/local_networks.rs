//! Promises of `local_networks`, each proven in a network namespace that the test makes for itself.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[allow(dead_code, reason = "shared with the tests of the interface")]
mod namespace;

use p2svpn_system::{LocalNetwork, local_networks};

use namespace::{in_namespace, ip};

#[test]
fn networks_are_listed_with_the_one_that_leads_to_the_internet() {
    in_namespace(async || {
        ip("addr add 10.7.0.9/16 dev router");
        ip("addr add fd07::9/64 dev router nodad");

        let networks = local_networks().unwrap();

        assert_eq!(
            sorted(networks),
            [
                network("router", "10.7.0.9/16", false),
                network("router", "fd07::9/64", false),
                network("uplink", "192.168.1.2/24", true),
            ]
        );
    });
}

#[test]
fn an_interface_that_is_down_is_in_no_network() {
    in_namespace(async || {
        ip("addr add 10.7.0.9/16 dev tunnel");

        let networks = local_networks().unwrap();

        assert_eq!(networks, [network("uplink", "192.168.1.2/24", true)]);
    });
}

#[test]
fn without_a_default_route_no_network_leads_to_the_internet() {
    in_namespace(async || {
        ip("route del default");

        let networks = local_networks().unwrap();

        assert_eq!(networks, [network("uplink", "192.168.1.2/24", false)]);
    });
}

#[test]
fn any_process_may_ask_and_loopback_is_no_network() {
    let networks = local_networks().unwrap();

    assert!(networks.iter().all(|network| {
        let address = network.address.addr();
        !address.is_loopback() && !network.interface.is_empty()
    }));
}

fn network(interface: &str, address: &str, is_default: bool) -> LocalNetwork {
    LocalNetwork {
        interface: interface.to_owned(),
        address: address.parse().unwrap(),
        is_default,
    }
}

fn sorted(mut networks: Vec<LocalNetwork>) -> Vec<LocalNetwork> {
    networks.sort_by_key(|network| (network.interface.clone(), network.address));
    networks
}
