//! Promises of the DNS of `Interface`, kept with a real systemd-resolved and two DNS servers, in namespaces of their own.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod machine;

use std::net::IpAddr;

use machine::{INSIDE, INSIDE_SERVER, OUTSIDE, ip, on_a_machine};
use p2svpn_system::{Interface, NetworkConfig, TunnelMode, Unapplied, sets_dns};

#[test]
fn names_below_the_suffixes_are_asked_in_the_tunnel_and_all_others_outside() {
    on_a_machine(async |machine| {
        assert!(sets_dns());
        assert_eq!(machine.lookup("host.corp.example"), Some(OUTSIDE));
        let before = machine.settings_of("tunnel").await;
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        let applied = interface.apply(&config(&["corp.example"])).await.unwrap();

        assert_eq!(applied.unapplied, []);
        assert_eq!(machine.lookup("host.corp.example"), Some(INSIDE));
        assert_eq!(machine.lookup("corp.example"), Some(INSIDE));
        assert_eq!(machine.lookup("host.elsewhere.example"), Some(OUTSIDE));
        assert_eq!(machine.lookup("notcorp.example"), Some(OUTSIDE));

        interface.undo().await.unwrap();
        assert_eq!(machine.settings_of("tunnel").await, before);
        assert_eq!(machine.lookup("host.corp.example"), Some(OUTSIDE));
    });
}

#[test]
fn with_a_full_tunnel_every_name_is_asked_in_it() {
    on_a_machine(async |machine| {
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let full = NetworkConfig {
            tunnel_mode: TunnelMode::Full,
            ..config(&["corp.example"])
        };

        let applied = interface.apply(&full).await.unwrap();

        assert_eq!(applied.unapplied, [Unapplied::Ipv6OutsideTunnel]);
        assert_eq!(machine.lookup("host.corp.example"), Some(INSIDE));
        assert_eq!(machine.lookup("host.elsewhere.example"), Some(INSIDE));
        interface.undo().await.unwrap();
        assert_eq!(machine.lookup("host.elsewhere.example"), Some(OUTSIDE));
    });
}

#[test]
fn only_what_differs_is_changed() {
    on_a_machine(async |machine| {
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        interface
            .apply(&config(&["corp.example"]))
            .await
            .unwrap()
            .unapplied
            .clear();

        let same = interface.apply(&config(&["corp.example"])).await.unwrap();
        let other = interface.apply(&config(&["other.example"])).await.unwrap();

        assert_eq!((same.changes, other.changes), (0, 1));
        assert_eq!(machine.lookup("host.corp.example"), Some(OUTSIDE));
        assert_eq!(machine.lookup("host.other.example"), Some(INSIDE));
        let without = NetworkConfig {
            dns_servers: Vec::new(),
            dns_suffixes: Vec::new(),
            ..config(&[])
        };
        assert_eq!(interface.apply(&without).await.unwrap().changes, 1);
        assert_eq!(machine.lookup("host.other.example"), Some(OUTSIDE));
        assert_eq!(interface.apply(&without).await.unwrap().changes, 0);
    });
}

#[test]
fn a_suffix_that_is_none_spoils_only_itself() {
    on_a_machine(async |machine| {
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        let applied = interface
            .apply(&config(&["..", "a b", ".Corp.example.", "x\u{0}y"]))
            .await
            .unwrap();

        let [Unapplied::DnsSuffixes { suffixes, .. }] = applied.unapplied.as_slice() else {
            panic!("{applied:?}")
        };
        assert_eq!(suffixes, &["..", "a b", "x\u{0}y"]);
        assert_eq!(machine.lookup("host.corp.example"), Some(INSIDE));
        interface.undo().await.unwrap();
    });
}

#[test]
fn as_many_suffixes_as_the_resolver_takes_are_set_and_the_rest_is_told() {
    on_a_machine(async |machine| {
        let suffixes: Vec<String> = (0..1_000)
            .map(|number| format!("d{number}.example"))
            .collect();
        let suffixes: Vec<&str> = suffixes.iter().map(String::as_str).collect();
        let mut interface = Interface::by_name("tunnel").await.unwrap();

        let applied = interface.apply(&config(&suffixes)).await.unwrap();

        let [Unapplied::DnsSuffixes { suffixes: left, .. }] = applied.unapplied.as_slice() else {
            panic!("{applied:?}")
        };
        assert_eq!(left, &suffixes[255..]);
        assert!(applied.unapplied[0].to_string().len() < 200);
        assert_eq!(machine.lookup("host.d254.example"), Some(INSIDE));
        interface.undo().await.unwrap();
    });
}

#[test]
fn an_interface_that_is_gone_takes_its_dns_along() {
    on_a_machine(async |machine| {
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        interface
            .apply(&config(&["corp.example"]))
            .await
            .unwrap()
            .unapplied
            .clear();

        ip("link delete tunnel");

        assert_eq!(machine.lookup("host.corp.example"), Some(OUTSIDE));
        interface.undo().await.unwrap();
    });
}

#[test]
fn a_resolver_that_went_away_is_told_each_time_and_holds_nothing_up() {
    on_a_machine(async |machine| {
        let mut interface = Interface::by_name("tunnel").await.unwrap();
        let _ = interface.apply(&config(&["corp.example"])).await.unwrap();
        machine.stop_resolver();

        for _ in 0..2 {
            let applied = interface.apply(&config(&["other.example"])).await.unwrap();
            assert_eq!(applied.unapplied.len(), 2, "{applied:?}");
        }

        interface.undo().await.unwrap();
    });
}

#[test]
fn another_networks_resolver_is_not_touched() {
    on_a_machine(async |machine| {
        let before = machine.settings_of("tunnel").await;
        // An interface of the same number in a network of its own, for which this resolver does not answer.
        let index = machine::index_of("tunnel");
        let applied = std::thread::spawn(move || {
            machine::unshare_network();
            ip("link set lo up");
            ip(&format!(
                "link add tunnel index {index} type veth peer name far"
            ));
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut interface = Interface::by_name("tunnel").await.unwrap();
                interface.apply(&config(&["corp.example"])).await.unwrap()
            })
        });
        let applied = applied.join().unwrap();

        let refused = |part: &Unapplied| part.to_string().contains("another network");
        assert_eq!(applied.unapplied.len(), 2);
        assert!(applied.unapplied.iter().all(refused), "{applied:?}");
        assert_eq!(machine.settings_of("tunnel").await, before);
    });
}

fn config(suffixes: &[&str]) -> NetworkConfig {
    NetworkConfig {
        generation: 1,
        addresses: Vec::new(),
        dns_servers: vec![IpAddr::V4(INSIDE_SERVER)],
        dns_suffixes: suffixes.iter().map(|suffix| (*suffix).to_owned()).collect(),
        ..NetworkConfig::default()
    }
}
