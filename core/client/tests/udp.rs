//! Gateways over UDP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::net::UdpSocket;

use p2svpn_client::{ErrorCode, Reconnect};
use p2svpn_gateway::{Gateway, GatewayEvent, Misbehaviour, Stage, Transport};
use support::{Bench, fetch, impatient, with_server_before, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_over_udp_carries_connections_and_says_goodbye() {
    let mut bench = udp_bench().await;
    let session = bench.connected().await;

    let page = fetch(&session, &bench.gateway.services().to_string()).await;
    let status = session.status();
    session.disconnect();
    within(session.closed()).await;

    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert_eq!(status.gateway_address, Some(bench.gateway.address()));
    assert_eq!(status.statistics.dropped_packets, 0);
    // Without a goodbye the gateway would not know: nothing tells over UDP that the other side is gone.
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_goodbye_of_a_gateway_over_udp_is_heard() {
    let bench = udp_bench().await;
    let session = bench.connect(bench.options().reconnect(Reconnect::Never));
    within(session.connected()).await.unwrap();

    within(bench.gateway.stop()).await;

    let error = within(session.closed()).await.error.unwrap();
    let goodbyes = [ErrorCode::GatewayExit, ErrorCode::GatewayRestart];
    assert!(goodbyes.contains(&error.code()), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_over_udp_is_no_answer() {
    let mut bench = udp_bench().await;
    let options = bench.options().timeouts(impatient(Stage::Reset));
    bench.gateway.set_misbehaviour(Misbehaviour::OtherSecret);
    let session = bench.connect(options);

    let error = within(session.closed()).await.error.unwrap();

    assert_eq!(error.code(), ErrorCode::NoAnswer);
    // The gateway has a session that waits for more.
    bench.gateway.disconnect_all();
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_server_is_called_when_one_does_not_answer_over_udp() {
    let mut bench = udp_bench().await;
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let silent_address = silent.local_addr().unwrap().to_string();
    bench.import(&with_server_before(
        &bench.gateway.profile_xml(),
        &silent_address,
    ));

    // A round more, should the other one not answer so soon either.
    let options = bench.options().timeouts(impatient(Stage::Reset)).rounds(10);
    let session = bench.connect(options);
    within(session.connected()).await.unwrap();

    assert_eq!(
        session.status().gateway_address,
        Some(bench.gateway.address())
    );
}

/// OpenVPN's clients take an ICMP error for a hint only: anybody can forge one.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_udp_port_is_no_answer() {
    let mut bench = udp_bench().await;
    // Connected to somebody else, it keeps the port and refuses the packets of everybody.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect("127.0.0.1:9").unwrap();
    let closed = socket.local_addr().unwrap();
    let own = bench.gateway.address().to_string();
    let elsewhere = bench
        .gateway
        .profile_xml()
        .replace(&own, &closed.to_string());
    bench.import(&elsewhere);

    let options = bench.options().timeouts(impatient(Stage::Reset));
    let error = bench.end_of(options).await.error;

    assert_eq!(error.unwrap().code(), ErrorCode::NoAnswer);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_clients_share_the_port_of_a_gateway() {
    let mut bench = udp_bench().await;
    let first = bench.connected().await;
    let client = p2svpn_client::Client::builder().build().unwrap();
    let xml = bench.gateway.profile_xml();
    let profile = client.profiles().import(xml.as_bytes(), None).unwrap();
    let second = client.connect(profile.id(), bench.options()).unwrap();
    within(second.connected()).await.unwrap();

    let host = bench.gateway.services().to_string();
    let (one, two) = tokio::join!(fetch(&first, &host), fetch(&second, &host));
    assert!(one.starts_with("HTTP/1.1 200") && two.starts_with("HTTP/1.1 200"));

    // The end of one is not the other's.
    first.disconnect();
    within(first.closed()).await;
    while !matches!(
        within(bench.gateway_events.next()).await,
        Some(GatewayEvent::Ended { .. })
    ) {}
    assert!(fetch(&second, &host).await.starts_with("HTTP/1.1 200"));
}

async fn udp_bench() -> Bench {
    Bench::with(Gateway::builder().transport(Transport::Udp)).await
}
