//! Gateways that do not bear what newer clients say of themselves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_client::{ErrorCode, WarningKind};
use p2svpn_gateway::{Gateway, Misbehaviour, Stage, Stop};
use support::{Bench, warnings, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_stumbles_over_extensions_is_called_again_without() {
    let bench = bench(Misbehaviour::StumblesOverExtensions).await;

    let session = bench.connected().await;
    session.disconnect();
    let events = bench.events_to_the_end().await;

    assert_eq!(bench.gateway.statistics().accepted, 2);
    let told = warnings(&events, WarningKind::Gateway);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("without the extensions"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_error_is_told_when_the_second_call_fails_as_well() {
    let mut bench = bench(Misbehaviour::StopsAt(Stage::KeyExchange, Stop::Closing)).await;

    let error = bench.end_of(bench.options()).await.error.unwrap();

    assert_eq!(error.code(), ErrorCode::ClientCertificateProbablyRefused);
    assert_eq!(bench.gateway.statistics().accepted, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_was_told_of_no_extension_is_not_called_again() {
    let mut bench = bench(Misbehaviour::StopsAt(Stage::KeyExchange, Stop::Closing)).await;

    let options = bench.options().protocol_extensions(false);
    let error = bench.end_of(options).await.error.unwrap();

    assert_eq!(error.code(), ErrorCode::ClientCertificateProbablyRefused);
    assert_eq!(bench.gateway.statistics().accepted, 1);
}

/// Nothing that the plain form leaves out has been said by then.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_hangs_up_before_the_key_exchange_is_not_called_again() {
    for stage in [Stage::Reset, Stage::Tls] {
        let mut bench = bench(Misbehaviour::StopsAt(stage, Stop::Closing)).await;

        bench.end_of(bench.options()).await.error.unwrap();

        assert_eq!(bench.gateway.statistics().accepted, 1, "{stage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_disconnects_during_the_second_call_is_obeyed() {
    let bench = bench(Misbehaviour::StumblesOverExtensions).await;
    let session = bench.connect(bench.options());
    let mut events = bench.gateway.events();

    // The first connection has ended, and the second is about to begin or has begun.
    while within(events.next())
        .await
        .is_some_and(|event| !event.to_string().starts_with("ended"))
    {}
    session.disconnect();

    assert_eq!(within(session.closed()).await.error, None);
}

async fn bench(misbehaviour: Misbehaviour) -> Bench {
    Bench::with(Gateway::builder().misbehaviour(misbehaviour)).await
}
