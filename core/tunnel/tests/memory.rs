//! What a session keeps in memory, counted at the allocator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use support::counting::{Counting, counted};
use support::ends::Plan;
use support::joined::{Joined, Side};

const KIB: isize = 1024;

/// What the documentation of `p2svpn-openvpn` states for an established session.
const MOST_KEPT: isize = 64 * KIB;

/// A session with either format of packets stays below what the documentation states, in either role.
#[test]
fn an_established_session_keeps_less_than_is_stated() {
    for epochs in [false, true] {
        let plan = plan(epochs);
        for (role, take) in [
            ("client", (|joined| joined.client) as fn(Joined) -> Side),
            ("gateway", |joined| joined.gateway),
        ] {
            // The first one of all may prepare what later ones share.
            drop(Joined::meet(&plan));

            let (side, counts) = counted(|| {
                let mut joined = Joined::meet(&plan);
                joined.carry_packets(&[0x45; 1_400]);
                take(joined)
            });

            eprintln!("{role} {epochs} {counts:?}");
            assert!(
                (1..MOST_KEPT).contains(&counts.kept),
                "the {role} keeps {} bytes",
                counts.kept
            );
            drop(side);
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

fn plan(epochs: bool) -> Plan {
    let mut plan = Plan::new();
    plan.push.peer_id = Some(7);
    plan.push.protocol_flags.aead_epoch = epochs;
    plan
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
