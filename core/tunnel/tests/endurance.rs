//! What a tunnel withstands: a peer that floods it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::io::Write;
use std::time::{Duration, Instant};

use p2svpn_openvpn::Error;
use p2svpn_tunnel::TunnelEnd;
use support::ends::{Plan, tcp_pair};

#[tokio::test]
async fn a_peer_that_floods_does_not_hold_the_deadlines_up() {
    let (near, far) = tcp_pair().await;
    let mut far = far.into_std().unwrap();
    far.set_nonblocking(false).unwrap();
    let mut plan = Plan::new();
    plan.client.timeouts.answer = Duration::from_millis(500);
    let mut client = plan.start_client(near).await;
    // One byte a packet: the opcode of a hard reset by a server, and nothing after it.
    let junk = [0, 1, 0x40].repeat(20_000);

    // A thread of its own, so that there is always more to read.
    let flood = std::thread::spawn(move || while far.write_all(&junk).is_ok() {});
    let started = Instant::now();
    let end = client.closed().await;

    assert!(
        matches!(end, TunnelEnd::Connection(Error::NoAnswer { .. })),
        "{end:?}"
    );
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(client.tunnel.statistics().dropped.control > 0);
    drop(client);
    flood.join().unwrap();
}
