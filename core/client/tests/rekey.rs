//! Keys that are replaced while a session is connected.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::time::Duration;

use p2svpn_client::{ErrorCode, Session, State};
use p2svpn_gateway::{Gateway, Transport};
use support::{Bench, PATIENCE, fetch, within};

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_replaced_under_traffic_and_counted() {
    for transport in [Transport::Tcp, Transport::Udp] {
        let often = Gateway::builder()
            .transport(transport)
            .renegotiate_after(Duration::from_millis(200));
        let mut bench = Bench::with(often).await;
        let session = bench.connected().await;

        within(use_until_rekeyed(&session, &bench, 3)).await;
        let rekeys = session.statistics().rekeys;
        session.disconnect();
        let ended = within(session.closed()).await;

        assert!(rekeys >= 3, "{transport:?}: {rekeys}");
        assert_eq!(ended.error, None);
        // The count outlives the connection.
        assert!(session.statistics().rekeys >= rekeys);
        bench.nothing_is_left(&session).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_never_or_always_replaced_are_refused() {
    let bench = Bench::new().await;
    for time in [Duration::ZERO, Duration::from_secs(59), Duration::MAX] {
        let options = bench.options().renegotiate_after(time);
        let error = bench.client.connect(&bench.profile, options).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument, "{time:?}");
    }
    let options = bench.options().renegotiate_after(Duration::from_secs(60));
    let session = bench.connect(options);
    within(session.connected()).await.unwrap();
}

/// Fetches pages until so many rekeys were counted; each page comes whole.
async fn use_until_rekeyed(session: &Session, bench: &Bench, rekeys: u64) {
    let host = bench.gateway.services().to_string();
    let started = std::time::Instant::now();
    while session.statistics().rekeys < rekeys && started.elapsed() < PATIENCE {
        assert!(fetch(session, &host).await.starts_with("HTTP/1.1 200"));
        assert_eq!(session.status().state, State::Connected);
    }
}
