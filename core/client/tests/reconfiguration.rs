//! Settings that the gateway changes while a session is connected.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::sync::Arc;

use p2svpn_client::{EventKind, NetworkConfig, State};
use support::{Bench, PATIENCE, fetch, within};
use tokio::io::AsyncReadExt;

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
async fn another_address_is_taken_on_by_the_userspace_device_at_once() {
    let bench = Bench::new().await;
    let session = bench.connected().await;
    next_config(&bench).await;
    let host = bench.gateway.services().to_string();
    let mut stream = session.dial(&host, 80, PATIENCE).await.unwrap();

    let address = "172.16.201.77";
    bench
        .gateway
        .say(format!("PUSH_UPDATE,ifconfig {address} 255.255.255.0"));
    next_config(&bench).await;

    assert_eq!(session.status().addresses[0].addr().to_string(), address);
    // What came from the former address cannot go on, and is told so.
    let mut answer = [0];
    let read = within(stream.read(&mut answer)).await;
    assert!(!matches!(read, Ok(length) if length > 0), "{read:?}");
    let page = fetch(&session, &host).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
}

async fn next_config(bench: &Bench) -> Arc<NetworkConfig> {
    loop {
        let event = within(bench.client.next_event()).await.unwrap();
        if let EventKind::NetworkConfig(config) = event.kind {
            return config;
        }
    }
}
