//! What a session keeps in memory, counted at the allocator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::time::Duration;

use support::counting::{Counting, Counts, counted};
use support::ends::Plan;
use support::joined::{Joined, Side};

const LIFE_OF_A_FORMER_KEY: Duration = Duration::from_secs(10);

const KIB: isize = 1024;

/// What the documentation of `p2svpn-openvpn` states for an established session, and for one with a replaced key that
/// still opens packets.
const MOST_KEPT: isize = 32 * KIB;
const MOST_KEPT_WITH_TWO_KEYS: isize = 48 * KIB;

/// What it states for the handshake, of which both ends are counted here.
const MOST_KEPT_BY_TWO_HANDSHAKES: isize = 2 * 64 * KIB;

/// Takes one end, and drops the other.
type Take = fn(Joined) -> Side;

const SIDES: [(&str, Take); 2] = [
    ("client", |joined| joined.client),
    ("gateway", |joined| joined.gateway),
];

#[test]
fn a_session_keeps_less_than_is_stated() {
    for epochs in [false, true] {
        let plan = plan(epochs);
        // The first one of all may prepare what later ones share.
        drop(Joined::meet(&plan));
        for (name, take) in SIDES {
            let (side, counts) = counted(|| {
                let mut joined = Joined::meet(&plan);
                joined.carry_packets(&[0x45; 1_400]);
                take(joined)
            });
            drop(side);

            let Counts { kept, peak, .. } = counts;
            assert!((1..MOST_KEPT).contains(&kept), "the {name} keeps {kept}");
            assert!(peak < MOST_KEPT_BY_TWO_HANDSHAKES, "both kept {peak}");
        }
    }
}

#[test]
fn a_session_with_two_keys_keeps_less_than_is_stated() {
    for epochs in [false, true] {
        let plan = plan(epochs);
        drop(Joined::meet(&plan));
        for (name, take) in SIDES {
            let (side, counts) = counted(|| {
                let mut joined = Joined::meet(&plan);
                joined.client.connection.rekey(joined.now);
                joined.exchange(&plan);
                joined.carry_packets(&[0x45; 1_400]);
                take(joined)
            });

            assert_eq!(side.rekeys, 1);
            let kept = counts.kept;
            let stated = 1..MOST_KEPT_WITH_TWO_KEYS;
            assert!(stated.contains(&kept), "the {name} keeps {kept}");
        }
    }
}

#[test]
fn a_session_that_ends_gives_everything_back() {
    let plan = plan(true);
    drop(Joined::meet(&plan));

    let ((), counts) = counted(|| {
        let mut joined = Joined::meet(&plan);
        joined.carry_packets(&[0x45; 1_400]);
    });

    assert_eq!(counts.kept, 0);
}

/// What a rekey brings goes with the next one: sessions last for days.
#[test]
fn a_hundred_rekeys_leave_nothing_behind() {
    for epochs in [false, true] {
        let mut plan = plan(epochs);
        for renegotiation in [
            &mut plan.client.renegotiation,
            &mut plan.gateway.renegotiation,
        ] {
            renegotiation.transition = LIFE_OF_A_FORMER_KEY;
        }
        let mut joined = Joined::meet(&plan);
        // By then every queue has the size that it wants.
        rekey(&mut joined, &plan, 20);

        let ((), counts) = counted(|| rekey(&mut joined, &plan, 100));

        assert!(counts.allocations > 0, "something was negotiated");
        // Far less than one key, one TLS session or one queue that grows.
        assert!(counts.kept.abs() < KIB, "{} bytes more", counts.kept);
    }
}

/// Renegotiates this often, from either side in turn, with traffic before and after.
fn rekey(joined: &mut Joined, plan: &Plan, times: usize) {
    let before = (joined.client.rekeys, joined.gateway.rekeys);
    for time in 0..times {
        joined.carry_packets(&[0x45; 1_400]);
        let side = if time % 2 == 0 {
            &mut joined.client
        } else {
            &mut joined.gateway
        };
        side.connection.rekey(joined.now);
        joined.exchange(plan);
        joined.carry_packets(&[0x46; 1_400]);
        for _ in 0..10 {
            joined.pass(plan, LIFE_OF_A_FORMER_KEY / 5);
        }
        joined.carry_packets(&[0x47; 1_400]);
    }
    let after = (before.0 + times, before.1 + times);
    assert_eq!((joined.client.rekeys, joined.gateway.rekeys), after);
}

fn plan(epochs: bool) -> Plan {
    let mut plan = Plan::new();
    plan.push.peer_id = Some(7);
    plan.push.protocol_flags.aead_epoch = epochs;
    plan
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
