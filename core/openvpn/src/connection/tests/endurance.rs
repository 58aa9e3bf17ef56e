//! Sessions over links on which nothing can be relied on.

use std::time::Duration;

use super::link::Quality;
use super::pair::{Pair, Plan};

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
