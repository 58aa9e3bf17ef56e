//! Sessions over links on which nothing can be relied on.

use std::time::Duration;

use super::link::Quality;
use super::pair::{Pair, Plan};
use super::trace::Way;

/// How long a handshake may take before its deadline ends it.
const A_MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_handshake_completes_where_three_packets_of_ten_are_lost_and_three_overtaken() {
    let mut longest = Duration::ZERO;
    for seed in 0..600 {
        let mut pair = plan(seed).meet();
        let start = pair.now;

        pair.run(A_MINUTE * 2);

        longest = longest.max(pair.now - start);
        assert_is_established(&pair, seed);
    }
    assert!(longest < A_MINUTE, "{longest:?}");
}

#[test]
fn a_million_data_packets_lose_nothing_that_the_link_did_not_lose_and_none_comes_twice() {
    let quality = Quality {
        loss: 1,
        reordering: 5,
        overtaken_by: Duration::from_millis(3),
        duplication: 2,
        corruption: 1,
        delay: Duration::from_millis(10),
        jitter: Duration::from_millis(1),
        ..Quality::PERFECT
    };
    let mut pair = Plan::azure().over_datagrams().over(quality, 1).meet();
    pair.run(A_MINUTE);
    pair.data_is_traced = false;

    let mut sent = 0;
    while sent < 500_000 {
        for _ in 0..20 {
            assert!(pair.send_data(Way::ToGateway, sent));
            assert!(pair.send_data(Way::ToClient, sent));
            sent += 1;
        }
        pair.pass(Duration::from_millis(1));
    }
    pair.pass(Duration::from_secs(1));

    for (way, end) in [
        (&pair.to_gateway, &pair.gateway_end),
        (&pair.to_client, &pair.client_end),
    ] {
        let tally = way.data;
        let mut delivered = end.delivered.clone();
        delivered.sort_unstable();
        delivered.dedup();
        assert_eq!(delivered.len(), end.delivered.len(), "none comes twice");
        assert_eq!(delivered.len() as u64, sent - tally.lost - tally.corrupted);
    }
}

/// A dreadful link, with another wrapping for each seed.
fn plan(seed: u64) -> Plan {
    // Nothing but TLS protects bare packets, and a damaged record ends it: UDP's checksums have to do.
    let (plan, corruption) = match seed % 3 {
        0 => (Plan::bare(), 0),
        1 => (Plan::azure(), 5),
        _ => (Plan::azure().with_tls_crypt_v2(), 5),
    };
    let quality = Quality {
        corruption,
        ..Quality::DREADFUL
    };
    plan.over_datagrams().over(quality, seed)
}

fn assert_is_established(pair: &Pair, seed: u64) {
    let client = pair.client_end.established.is_some();
    assert!(
        client && pair.gateway_end.established.is_some(),
        "seed {seed}: {:?}, {:?}\n{}",
        pair.client_error(),
        pair.gateway_end.closed,
        pair.trace.render()
    );
}
