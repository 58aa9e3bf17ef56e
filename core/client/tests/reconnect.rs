//! Connections that are lost and got back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::time::{Duration, Instant};

use p2svpn_client::{
    Credentials, ErrorCode, EventKind, Protection, Reconnect, Reconnection, Session, State,
};
use p2svpn_gateway::{Gateway, GatewayEvent, Misbehaviour, Stage, Stop};
use support::{Bench, fetch, states, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_gateway_ends_is_got_back() {
    let mut bench = Bench::new().await;
    let session = bench.connected().await;
    let before = session.status();
    assert_eq!(before.protection, Protection::Protected);
    fetch(&session, &bench.gateway.services().to_string()).await;
    let carried = session.statistics();

    bench.gateway.disconnect_all();
    let lost = next_attempt(&bench).await;
    within(until(&session, State::Connected)).await;

    assert_eq!(
        (lost.attempt, lost.cause.code()),
        (1, ErrorCode::ConnectionLost)
    );
    fetch(&session, &bench.gateway.services().to_string()).await;
    let after = session.status();
    assert_eq!(after.addresses, before.addresses);
    assert_eq!(after.protection, Protection::Protected);
    assert_eq!(after.reconnection, None);
    assert_eq!(after.statistics.reconnects, 1);
    assert!(after.statistics.received_bytes > carried.received_bytes);
    session.disconnect();
    let told = states(&bench.events_to_the_end().await);
    let expected = [State::Connected, State::Disconnecting, State::Disconnected];
    assert_eq!(told, expected);
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_there_is_no_connection_traffic_is_held_and_each_attempt_is_told() {
    let bench = Bench::new().await;
    let session = bench.connected().await;
    let closes = Misbehaviour::StopsAt(Stage::Reset, Stop::Closing);
    bench.gateway.set_misbehaviour(closes);

    bench.gateway.disconnect_all();
    let first = next_attempt(&bench).await;
    let second = next_attempt(&bench).await;

    assert_eq!((first.attempt, second.attempt), (1, 2));
    assert_eq!(second.cause.code(), ErrorCode::ClosedWithoutAnswer);
    let status = session.status();
    assert_eq!(status.state, State::Reconnecting);
    assert_eq!(status.protection, Protection::Held);
    assert!(!status.addresses.is_empty() && !status.routes.is_empty());
    let dialled = session.dial("10.1.0.4", 80, Duration::from_secs(1)).await;
    assert_eq!(dialled.unwrap_err().name(), "DIAL_NOT_CONNECTED");
    bench.gateway.set_misbehaviour(Misbehaviour::None);
    within(until(&session, State::Connected)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_disconnects_while_there_is_no_connection_is_obeyed_at_once() {
    let mut bench = Bench::new().await;
    let session = bench.connected().await;
    bench
        .gateway
        .set_misbehaviour(Misbehaviour::StopsAt(Stage::Reset, Stop::Silently));
    bench.gateway.disconnect_all();
    next_attempt(&bench).await;

    let asked = Instant::now();
    session.disconnect();
    let ended = within(session.closed()).await;

    assert_eq!(ended.error, None);
    assert!(asked.elapsed() < Duration::from_secs(2));
    assert_eq!(session.status().protection, Protection::None);
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_its_connection_where_the_host_wants_that() {
    for (reconnect, code) in [
        (Reconnect::Never, ErrorCode::ConnectionLost),
        (Reconnect::Rounds(2), ErrorCode::ClosedWithoutAnswer),
    ] {
        let mut bench = Bench::new().await;
        let session = bench.connect(bench.options().reconnect(reconnect));
        within(session.connected()).await.unwrap();
        let accepted = bench.gateway.statistics().accepted;
        bench
            .gateway
            .set_misbehaviour(Misbehaviour::StopsAt(Stage::Reset, Stop::Closing));

        bench.gateway.disconnect_all();
        let ended = within(session.closed()).await;

        assert_eq!(ended.error.unwrap().code(), code);
        let calls = bench.gateway.statistics().accepted - accepted;
        let expected = match reconnect {
            Reconnect::Rounds(rounds) => u64::from(rounds),
            _ => 0,
        };
        assert_eq!(calls, expected);
        bench.nothing_is_left(&session).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_lets_the_session_in_and_ends_it_again_is_called_in_vain() {
    let mut bench = Bench::new().await;
    let session = bench.connect(bench.options().reconnect(Reconnect::Rounds(2)));
    within(session.connected()).await.unwrap();
    let closes = Misbehaviour::StopsAt(Stage::Established, Stop::Closing);
    bench.gateway.set_misbehaviour(closes);

    bench.gateway.disconnect_all();
    let ended = within(session.closed()).await;

    let lost = [ErrorCode::ConnectionLost, ErrorCode::HandshakeInterrupted];
    assert!(lost.contains(&ended.error.unwrap().code()));
    assert_eq!(bench.gateway.statistics().accepted, 1 + 2);
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_the_gateway_refuses_are_not_shown_again() {
    let gateway = Gateway::builder().user("alice", "secret");
    let mut bench = Bench::with(gateway).await;
    let options = support::options().credentials(Credentials::new("alice", "secret"));
    let session = bench.connect(options);
    within(session.connected()).await.unwrap();
    let accepted = bench.gateway.statistics().accepted;
    bench
        .gateway
        .set_misbehaviour(Misbehaviour::Refuses("your account is locked".to_owned()));

    bench.gateway.disconnect_all();
    let ended = within(session.closed()).await;

    assert_eq!(ended.error.unwrap().code(), ErrorCode::SignInRefused);
    assert_eq!(bench.gateway.statistics().accepted - accepted, 1);
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_network_or_a_wake_ends_the_pause_before_the_next_attempt() {
    for wake in [false, true] {
        let bench = Bench::new().await;
        let session = bench.connected().await;
        bench
            .gateway
            .set_misbehaviour(Misbehaviour::Refuses("TEMP[backoff 200]:busy".to_owned()));
        bench.gateway.disconnect_all();
        next_attempt(&bench).await;
        let second = next_attempt(&bench).await;
        assert_eq!(second.cause.code(), ErrorCode::GatewayBusy);
        bench.gateway.set_misbehaviour(Misbehaviour::None);

        if wake {
            session.notify_sleep();
            session.notify_wake();
        } else {
            session.notify_network_change();
        }

        // Else it would wait for a hundred seconds at least.
        within(until(&session, State::Connected)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_never_rests_is_no_end_of_calls() {
    let bench = Bench::new().await;
    let session = bench.connected().await;
    let accepted = bench.gateway.statistics().accepted;
    bench
        .gateway
        .set_misbehaviour(Misbehaviour::StopsAt(Stage::Reset, Stop::Closing));
    bench.gateway.disconnect_all();
    next_attempt(&bench).await;

    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        session.notify_network_change();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }

    // Some at once, and then one a second.
    let calls = bench.gateway.statistics().accepted - accepted;
    assert!((2..=12).contains(&calls), "{calls} calls");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_changes_elsewhere_and_a_nap_leave_the_connection_alone() {
    let bench = Bench::new().await;
    let session = bench.connected().await;

    session.notify_network_change();
    session.notify_sleep();
    session.notify_wake();
    session.notify_network_change();

    fetch(&session, &bench.gateway.services().to_string()).await;
    assert_eq!(session.status().statistics.reconnects, 0);
    assert_eq!(bench.gateway.statistics().accepted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_slept_nobody_knows_how_long_connects_anew_at_once() {
    let mut bench = Bench::new().await;
    let session = bench.connected().await;

    session.notify_wake();
    let attempt = next_attempt(&bench).await;
    within(until(&session, State::Connected)).await;

    assert_eq!(attempt.attempt, 1);
    assert!(attempt.cause.to_string().contains("slept"));
    // The gateway was told that the first one ends.
    while !matches!(
        within(bench.gateway_events.next()).await,
        Some(GatewayEvent::Ended { .. })
    ) {}
    fetch(&session, &bench.gateway.services().to_string()).await;
}

/// Takes events up to one that tells of an attempt to get the connection back.
async fn next_attempt(bench: &Bench) -> Reconnection {
    loop {
        let event = within(bench.client.next_event()).await.unwrap();
        match event.kind {
            EventKind::State {
                state: State::Reconnecting,
                reconnection,
                ..
            } => return reconnection.unwrap(),
            EventKind::Ended(ended) => panic!("{ended}"),
            _ => {}
        }
    }
}

async fn until(session: &Session, state: State) {
    while session.status().state != state {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
