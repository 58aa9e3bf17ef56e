//! What a tunnel withstands: a peer that floods it, devices that stand still or panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::io::{self, Write};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use p2svpn_openvpn::Error;
use p2svpn_tunnel::{Batch, Device, PacketSink, PacketSource, TunnelEnd};
use support::ends::{Plan, tcp_pair};
use tokio::sync::oneshot;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(50);

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

#[tokio::test]
async fn a_device_that_panics_ends_the_tunnel_and_says_so() {
    let sender = || device(Packets(1), Sink::Swallows);
    let panics = [
        device(Packets(0), Sink::Panics),
        Device {
            source: Box::new(Panics),
            ..device(Packets(0), Sink::Swallows)
        },
    ];
    for device in panics {
        let (mut client, mut gateway) = Plan::new().meet().await;

        client.tunnel.attach(device).await.unwrap();
        gateway.tunnel.attach(sender()).await.unwrap();

        let end = client.closed().await;
        assert!(matches!(end, TunnelEnd::Panicked), "{end:?}");
        assert!(matches!(gateway.closed().await, TunnelEnd::Connection(_)));
    }
}

#[tokio::test]
async fn a_full_device_is_not_taken_for_a_silent_peer() {
    let mut plan = Plan::new();
    plan.push.ping = Some(Duration::from_secs(1));
    // Several pings may be late, on a machine that stands still for a while.
    plan.push.ping_restart = Some(Duration::from_secs(5));
    let (mut client, gateway) = plan.meet().await;
    let (asked, full) = oneshot::channel();

    let sink = Sink::Full(Some(asked));
    client
        .tunnel
        .attach(device(Packets(0), sink))
        .await
        .unwrap();
    gateway
        .tunnel
        .attach(device(Packets(1), Sink::Swallows))
        .await
        .unwrap();
    let _ = full.await;
    let ended = timeout(Duration::from_secs(7), client.closed()).await;

    assert!(ended.is_err(), "{ended:?}");
    client.tunnel.close().await;
}

#[tokio::test]
async fn packets_too_long_for_the_tunnel_are_counted_before_any_other_leaves() {
    let (client, _gateway) = Plan::new().meet().await;
    let source = Box::new(TooLong(true));

    let device = Device {
        source,
        ..device(Packets(0), Sink::Swallows)
    };
    client.tunnel.attach(device).await.unwrap();
    let counted = async {
        while client.tunnel.statistics().dropped.oversized == 0 {
            tokio::task::yield_now().await;
        }
    };

    timeout(LONG, counted).await.expect("nothing was counted");
    assert_eq!(client.tunnel.statistics().sent_packets, 0);
}

// One thread: nothing runs between the end of `attach` and the count.
#[tokio::test]
async fn a_packet_that_comes_once_the_device_is_attached_reaches_it() {
    for plan in [Plan::new(), Plan::over_datagrams()] {
        let (client, gateway) = plan.meet().await;
        let received = || client.tunnel.statistics().received_packets;
        let reach = async |count: u64| {
            while received() < count {
                tokio::task::yield_now().await;
            }
        };
        let endless = device(Packets(usize::MAX), Sink::Swallows);
        gateway.tunnel.attach(endless).await.unwrap();
        timeout(LONG, reach(1)).await.expect("nothing came");

        let device = device(Packets(0), Sink::Swallows);
        client.tunnel.attach(device).await.unwrap();
        let before = client.tunnel.statistics().dropped.not_attached;
        let more = received() + 1_000;
        timeout(LONG, reach(more)).await.expect("it stood still");

        let after = client.tunnel.statistics().dropped.not_attached;
        assert_eq!(after, before);
    }
}

fn device(source: Packets, sink: Sink) -> Device {
    Device {
        source: Box::new(source),
        sink: Box::new(sink),
        mtu: 1400,
        name: None,
    }
}

/// Gives as many packets, and then none.
struct Packets(usize);

impl PacketSource for Packets {
    fn poll_read(&mut self, _: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        if self.0 == 0 {
            return Poll::Pending;
        }
        self.0 -= 1;
        assert!(batch.push(&[0x45; 60]));
        Poll::Ready(Ok(()))
    }
}

struct Panics;

impl PacketSource for Panics {
    fn poll_read(&mut self, _: &mut Context<'_>, _: &mut Batch) -> Poll<io::Result<()>> {
        panic!("as the test wants it")
    }
}

/// Has one packet, which is too long.
struct TooLong(bool);

impl PacketSource for TooLong {
    fn poll_read(&mut self, _: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        if std::mem::take(&mut self.0) {
            batch.skip_oversized();
        }
        Poll::Pending
    }
}

enum Sink {
    Swallows,
    Panics,
    /// Takes nothing, and lets go of the sender when it is asked to take something.
    Full(Option<oneshot::Sender<()>>),
}

impl PacketSink for Sink {
    fn poll_write(&mut self, _: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        match self {
            Sink::Swallows => batch.clear(),
            Sink::Panics => panic!("as the test wants it"),
            Sink::Full(asked) => {
                *asked = None;
                return Poll::Pending;
            }
        }
        Poll::Ready(Ok(()))
    }
}
