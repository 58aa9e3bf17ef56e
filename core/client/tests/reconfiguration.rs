//! Settings that the gateway changes while a session is connected.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::sync::Arc;

use p2svpn_client::{EventKind, NetworkConfig, State, WarningKind};
use support::{Bench, fetch, within};

#[tokio::test(flavor = "multi_thread")]
async fn changed_settings_are_a_new_snapshot_and_the_session_goes_on() {
    let bench = Bench::new().await;
    let session = bench.connected().await;
    let first = next_config(&bench).await;

    // What concerns the connection alone is no news for the machine.
    bench.gateway.say("PUSH_UPDATE,keepalive 7 60");
    bench
        .gateway
        .say("PUSH_UPDATE,route 10.9.0.0 255.255.0.0,dhcp-option DNS 10.1.0.53");
    let second = next_config(&bench).await;

    assert_eq!((first.generation, second.generation), (1, 2));
    let new_route = "10.9.0.0/16".parse().unwrap();
    assert!(
        second
            .routes
            .iter()
            .any(|route| route.destination == new_route)
    );
    assert_eq!(second.addresses, first.addresses);
    let status = session.status();
    assert!(status.routes.contains(&new_route), "{status}");
    let dns: Vec<String> = status.dns_servers.iter().map(ToString::to_string).collect();
    assert_eq!(dns, ["10.1.0.53"]);
    assert_eq!(status.state, State::Connected);
    let page = fetch(&session, &bench.gateway.services().to_string()).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_waits_for_the_next_connection_of_the_userspace_device() {
    let bench = Bench::new().await;
    let session = bench.connected().await;
    next_config(&bench).await;

    bench
        .gateway
        .say("PUSH_UPDATE,ifconfig 172.16.201.77 255.255.255.0");
    let warning = loop {
        match within(bench.client.next_event()).await.unwrap().kind {
            EventKind::Warning(warning) if warning.kind == WarningKind::Device => break warning,
            _ => {}
        }
    };

    assert!(warning.message.contains("another address"), "{warning}");
    assert_eq!(session.status().state, State::Connected);
}

async fn next_config(bench: &Bench) -> Arc<NetworkConfig> {
    loop {
        let event = within(bench.client.next_event()).await.unwrap();
        if let EventKind::NetworkConfig(config) = event.kind {
            return config;
        }
    }
}
