//! Sessions over links on which nothing can be relied on.

use std::time::Duration;

use super::link::Quality;
use super::pair::{Pair, Plan, push};
use super::random::Random;
use super::rekey::renewing;
use super::trace::Way;
use crate::tls::TlsVersions;

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
fn sessions_stay_alive_and_renew_their_keys_where_three_packets_of_ten_are_lost() {
    for seed in 0..40 {
        let mut plan = plan(seed);
        let after = |seconds| Some(Duration::from_secs(seconds));
        // One side asks, the other, or both at about the same time.
        (
            plan.client.renegotiation.after,
            plan.gateway.renegotiation.after,
        ) = match seed % 4 {
            0 => (after(20), None),
            1 => (None, after(20)),
            2 => (after(20), after(20)),
            _ => (after(20), after(21)),
        };
        plan.client.tls.versions = match seed % 5 {
            0 => TlsVersions::Only12,
            _ => TlsVersions::Any,
        };
        let options = [
            "",
            ",peer-id 3",
            ",peer-id 3,protocol-flags tls-ekm dyn-tls-crypt",
            ",peer-id 3,protocol-flags tls-ekm dyn-tls-crypt aead-epoch",
        ];
        let options = options[seed as usize / 3 % options.len()];
        plan.push = push(&format!(
            "ifconfig 172.16.0.2 255.255.255.0,topology subnet,ping 5,ping-restart 60{options}"
        ));
        let mut pair = plan.meet();
        pair.keeps_alive = true;
        pair.data_is_traced = false;
        pair.run(A_MINUTE);
        assert_is_established(&pair, seed);

        for number in 0..600 {
            assert!(pair.send_data(Way::ToGateway, number));
            assert!(pair.send_data(Way::ToClient, number));
            pair.pass(Duration::from_secs(1));
            assert_is_alive(&pair, seed);
        }

        let rekeys = pair.client_end.rekeys.len();
        assert!(rekeys >= 10, "seed {seed}: {rekeys} rekeys");
        assert_all_is_accounted_for(&pair, seed);
    }
}

#[test]
fn keys_that_are_replaced_as_fast_as_they_can_be_lose_nothing_either() {
    for seed in 0..20 {
        let mut plan = plan(seed);
        plan.client.renegotiation.after = None;
        plan.gateway.renegotiation.after = None;
        let mut pair = plan.meet();
        pair.data_is_traced = false;
        pair.run(A_MINUTE);
        assert_is_established(&pair, seed);

        for number in 0..3_000 {
            assert!(pair.send_data(Way::ToGateway, number));
            assert!(pair.send_data(Way::ToClient, number));
            if seed % 3 != 1 {
                pair.client.rekey(pair.now);
            }
            if seed % 3 != 2 {
                pair.gateway.rekey(pair.now);
            }
            pair.pass(Duration::from_millis(50));
            assert_is_alive(&pair, seed);
        }
        pair.pass(Duration::from_secs(1));

        let rekeys = pair.client_end.rekeys.len();
        assert!(rekeys > 10, "seed {seed}: {rekeys} rekeys");
        assert_all_is_accounted_for(&pair, seed);
    }
}

#[test]
fn a_stream_loses_nothing_at_all_and_keeps_its_order_over_rekeys() {
    for seed in 0..4 {
        let quality = Quality {
            delay: Duration::from_millis(20),
            jitter: Duration::from_millis(20),
            ..Quality::PERFECT
        };
        let mut pair = renewing(None, None).over(quality, seed).meet();
        pair.data_is_traced = false;
        pair.run(A_MINUTE);

        let mut sent = 0;
        while sent < 20_000 {
            for _ in 0..10 {
                assert!(pair.send_data(Way::ToGateway, sent));
                assert!(pair.send_data(Way::ToClient, sent));
                sent += 1;
            }
            if sent % 1_000 == 0 {
                pair.client.rekey(pair.now);
            }
            if sent % 1_500 == 0 {
                pair.gateway.rekey(pair.now);
            }
            pair.pass(Duration::from_millis(5));
        }
        pair.pass(Duration::from_secs(1));

        let all: Vec<u64> = (0..sent).collect();
        assert!(pair.client_end.rekeys.len() > 10);
        assert_eq!(pair.gateway_end.delivered, all, "seed {seed}");
        assert_eq!(pair.client_end.delivered, all, "seed {seed}");
    }
}

#[test]
fn somebody_who_records_replays_reflects_and_damages_packets_changes_nothing() {
    for seed in 0..12 {
        let quality = Quality {
            delay: Duration::from_millis(5),
            ..Quality::PERFECT
        };
        let mut plan = match seed % 3 {
            0 => Plan::bare(),
            1 => Plan::azure(),
            _ => Plan::azure().with_tls_crypt_v2(),
        };
        let after = Some(Duration::from_secs(20));
        plan.client.renegotiation.after = after;
        plan.gateway.renegotiation.after = after;
        let mut pair = plan.over_datagrams().over(quality, seed).meet();
        let mut random = Random::new(seed);

        // Seven rekeys: then the key ids come again, and only wrapping tells packets of the former ones.
        for number in 0..140 {
            let ways = [Way::ToGateway, Way::ToClient];
            let recorded: Vec<_> = ways
                .into_iter()
                .flat_map(|way| pair.trace.wires(way))
                .collect();
            let tricks: Vec<(Way, Vec<u8>)> = (0..10)
                .filter_map(|_| {
                    let mut wire = recorded
                        .get(random.below(recorded.len() as u64) as usize)?
                        .to_vec();
                    if random.percent(30) {
                        // Nothing but ids protects bare packets: their first bytes hold them.
                        let bits = if seed % 3 == 0 { 8 } else { wire.len() as u64 };
                        wire[1 + random.below(bits - 1) as usize] ^= 1 << random.below(8);
                    }
                    Some((ways[random.below(2) as usize], wire))
                })
                .collect();
            for (way, wire) in tricks {
                pair.deliver(way, wire);
            }
            pair.send_data(Way::ToGateway, number);
            pair.send_data(Way::ToClient, number);
            pair.pass(Duration::from_secs(1));
            assert_is_alive(&pair, seed);
        }

        // All but the first, before which there were no keys.
        let all: Vec<u64> = (1..140).collect();
        assert_eq!(pair.client_end.rekeys.len(), 6, "seed {seed}");
        assert_eq!(pair.gateway_end.delivered, all, "seed {seed}");
        assert_eq!(pair.client_end.delivered, all, "seed {seed}");
    }
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
    let mut pair = renewing(None, None)
        .over_datagrams()
        .over(quality, 1)
        .meet();
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
        // Three times a second: one side, the other, both.
        match sent % 20_000 {
            6_000 => pair.client.rekey(pair.now),
            12_000 => pair.gateway.rekey(pair.now),
            18_000 => {
                pair.client.rekey(pair.now);
                pair.gateway.rekey(pair.now);
            }
            _ => {}
        }
    }
    pair.pass(Duration::from_secs(5));

    let rekeys = &pair.client_end.rekeys;
    assert!(rekeys.len() > 25, "{} rekeys", rekeys.len());
    assert_eq!(*rekeys, pair.gateway_end.rekeys);
    assert_all_is_accounted_for(&pair, 1);
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

fn assert_is_alive(pair: &Pair, seed: u64) {
    let ends = [&pair.client_end.closed, &pair.gateway_end.closed];
    assert_eq!(
        ends,
        [&None, &None],
        "seed {seed} after rekeys {:?}\n{}",
        pair.client_end.rekeys,
        pair.trace.render()
    );
}

/// Whatever the link has carried was opened, and once only.
fn assert_all_is_accounted_for(pair: &Pair, seed: u64) {
    for (direction, connection, end) in [
        (&pair.to_gateway, &pair.gateway, &pair.gateway_end),
        (&pair.to_client, &pair.client, &pair.client_end),
    ] {
        let tally = direction.data;
        let statistics = connection.data_statistics().unwrap();
        let opened = statistics.received_packets + statistics.received_messages;
        let carried = tally.sent - tally.lost - tally.corrupted;
        // What the link brought before the settings, some of it damaged, had to be dropped.
        let missing = carried.checked_sub(opened).expect("nothing comes twice");
        assert!(
            missing <= end.early_data as u64,
            "seed {seed}: {missing} missing, {tally:?} {statistics:?}"
        );
        let mut delivered = end.delivered.clone();
        delivered.sort_unstable();
        delivered.dedup();
        assert_eq!(delivered.len(), end.delivered.len(), "none comes twice");
        assert!(
            statistics.dropped_replayed <= tally.duplicated,
            "seed {seed}"
        );
    }
}
