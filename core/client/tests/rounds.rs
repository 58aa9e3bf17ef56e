//! Servers that are called in vain, and called again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::time::{Duration, Instant};

use p2svpn_client::{ErrorCode, EventKind, WarningKind};
use p2svpn_gateway::{Gateway, GatewayEvent, Misbehaviour};
use support::{Bench, warnings, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_lets_nobody_in_just_now_is_called_again_after_its_pause() {
    let mut bench = refusing("TEMP[backoff 1]:all busy").await;
    let started = Instant::now();
    let session = bench.connect(bench.options().rounds(5));

    let mut events = bench.gateway.events();
    while !matches!(
        within(events.next()).await,
        Some(GatewayEvent::Ended { .. })
    ) {}
    bench.gateway.set_misbehaviour(Misbehaviour::None);
    within(session.connected()).await.unwrap();

    // Nothing else takes that long, unless the machine is busy.
    assert!(started.elapsed() >= Duration::from_secs(1));
    session.disconnect();
    let told = warnings(&bench.events_to_the_end().await, WarningKind::Gateway);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("all busy"), "{told:?}");
    assert_eq!(bench.gateway.statistics().accepted, 2);
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_are_called_as_often_as_the_host_says() {
    for rounds in [1, 2] {
        let mut bench = refusing("TEMP:all busy").await;

        let ended = bench.end_of(bench.options().rounds(rounds)).await;

        assert_eq!(ended.error.unwrap().code(), ErrorCode::GatewayBusy);
        assert_eq!(bench.gateway.statistics().accepted, u64::from(rounds));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_further_call_can_cure_ends_the_session_at_once() {
    let mut bench = refusing("your account is locked").await;

    let ended = bench.end_of(bench.options().rounds(100)).await;

    assert_eq!(ended.error.unwrap().code(), ErrorCode::SignInRefused);
    assert_eq!(bench.gateway.statistics().accepted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_disconnects_during_a_pause_is_obeyed_at_once() {
    let mut bench = refusing("TEMP[backoff 300]:all busy").await;
    let session = bench.connect(bench.options().rounds(2));
    loop {
        let event = within(bench.client.next_event()).await.unwrap();
        if matches!(event.kind, EventKind::Warning(_)) {
            break;
        }
    }

    session.disconnect();

    assert_eq!(within(session.closed()).await.error, None);
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_round_at_all_is_refused() {
    let bench = Bench::new().await;
    let options = bench.options().rounds(0);
    let error = bench.client.connect(&bench.profile, options).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidArgument);
}

async fn refusing(text: &str) -> Bench {
    let misbehaviour = Misbehaviour::Refuses(text.to_owned());
    Bench::with(Gateway::builder().misbehaviour(misbehaviour)).await
}
