//! Two userspace stacks whose devices are joined back to back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use p2svpn_tunnel::{Batch, Margin, Stack, StackOptions, TcpStream, TunnelError};
use proptest::prelude::*;
use support::{MIB, Pattern, clock, expect, join, send, stack, transfers};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};

const LEFT: Ipv4Addr = Ipv4Addr::new(10, 8, 0, 1);
const RIGHT: Ipv4Addr = Ipv4Addr::new(10, 8, 0, 2);
const LEFT6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1);
const RIGHT6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2);
const PORT: u16 = 80;
const SERVICE: SocketAddr = SocketAddr::new(IpAddr::V4(RIGHT), PORT);
/// Long enough for a busy machine; no test that passes waits for it.
const LONG: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_directions_carry_64_mib_at_once_unharmed() {
    let (left, right, _link) = pair();
    let (near, far) = connect(&left, &right).await;

    for transfer in transfers(near, far, 64 * MIB) {
        transfer.await.unwrap();
    }
}

#[tokio::test]
async fn a_lossy_tunnel_delays_and_harms_nothing() {
    let (left, right) = (stack(LEFT, LEFT6), stack(RIGHT, RIGHT6));
    let mut count = 0_u32;
    let _link = join(&left, &right, move |_| {
        count += 1;
        !count.is_multiple_of(53)
    });
    let (near, far) = connect(&left, &right).await;

    tokio::join!(send(near, 3, MIB), expect(far, 3, MIB));
}

#[tokio::test]
async fn a_half_closed_connection_still_carries_the_answer() {
    let (left, right, _link) = pair();
    let (mut near, mut far) = connect(&left, &right).await;

    near.write_all(b"question").await.unwrap();
    near.shutdown().await.unwrap();
    let mut question = String::new();
    far.read_to_string(&mut question).await.unwrap();
    far.write_all(b"answer").await.unwrap();
    far.shutdown().await.unwrap();
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.unwrap();

    assert_eq!((question.as_str(), answer.as_str()), ("question", "answer"));
    assert_eq!(
        near.write_all(b"more").await.unwrap_err().kind(),
        io::ErrorKind::BrokenPipe
    );
}

#[tokio::test]
async fn a_reset_by_the_peer_is_an_error_and_not_an_end() {
    let (left, right, _link) = pair();
    let (mut near, mut far) = connect(&left, &right).await;
    near.write_all(b"never read").await.unwrap();
    far.read_exact(&mut [0; 5]).await.unwrap();

    drop(far);

    let read = near.read(&mut [0; 10]).await;
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    let write = near.write(b"more").await;
    assert_eq!(write.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn what_is_written_before_a_drop_arrives_with_its_end() {
    let (left, right, _link) = pair();
    let (mut near, far) = connect(&left, &right).await;

    let mut data = vec![0; MIB];
    Pattern::new(4).fill(&mut data);
    near.write_all(&data).await.unwrap();
    drop(near);

    expect(far, 4, MIB).await;
}

#[tokio::test]
async fn a_shutdown_waits_until_the_peer_has_what_was_written() {
    let (left, right, link) = pair();
    let (mut near, mut far) = connect(&left, &right).await;
    drop(link);

    near.write_all(b"on its way").await.unwrap();
    let early = poll_once(|context| std::pin::Pin::new(&mut near).poll_shutdown(context));
    let _link = join(&left, &right, |_| true);
    near.shutdown().await.unwrap();

    assert!(early.is_pending());
    let mut text = String::new();
    far.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "on its way");
}

#[tokio::test]
async fn a_shutdown_that_cannot_send_what_was_written_is_an_error() {
    for closes_stack in [true, false] {
        let (left, right, link) = pair();
        let (mut near, far) = connect(&left, &right).await;
        drop(link);
        near.write_all(b"lost").await.unwrap();

        let (shutdown, _link) = tokio::join!(near.shutdown(), async {
            if closes_stack {
                left.close();
                return None;
            }
            right.close();
            let link = join(&right, &left, |packet| packet[12..16] == RIGHT.octets());
            Some(link)
        });

        let kind = shutdown.unwrap_err().kind();
        let wanted = if closes_stack {
            io::ErrorKind::NotConnected
        } else {
            io::ErrorKind::ConnectionReset
        };
        assert_eq!(kind, wanted);
        drop(far);
    }
}

#[tokio::test]
async fn a_port_without_a_listener_refuses() {
    let (left, _right, _link) = pair();

    let refused = left.dial(SERVICE, LONG).await;

    assert!(matches!(refused, Err(TunnelError::Refused { address }) if address == SERVICE));
    sockets_settle_at(&left, 0).await;
}

#[tokio::test]
async fn silence_ends_a_dial_within_its_time_and_frees_the_socket() {
    let (left, right) = (stack(LEFT, LEFT6), stack(RIGHT, RIGHT6));
    let _link = join(&left, &right, |_| false);
    let allowed = Duration::from_millis(50);
    let started = std::time::Instant::now();

    let dial = left.dial(SERVICE, allowed).await;

    assert!(matches!(dial, Err(TunnelError::TimedOut)));
    assert!(started.elapsed() >= allowed);
    sockets_settle_at(&left, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_connections_at_once_are_all_served() {
    let (left, right, _link) = pair();
    let listener = right.listen(PORT, 32).unwrap();
    let service = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = tokio::io::split(stream);
                tokio::io::copy(&mut read, &mut write).await.unwrap();
                write.shutdown().await.unwrap();
            });
        }
    });

    let mut visits = tokio::task::JoinSet::new();
    for seed in 0..50 {
        let left = left.clone();
        visits.spawn(async move {
            let (read, write) = tokio::io::split(dial_patiently(&left).await);
            tokio::join!(send(write, seed, 50_000), expect(read, seed, 50_000));
        });
    }
    while let Some(visit) = visits.join_next().await {
        visit.unwrap();
    }

    service.abort();
}

#[tokio::test]
async fn a_reader_that_does_not_read_holds_the_writer_back() {
    let (left, right, _link) = pair();
    let (mut near, far) = connect(&left, &right).await;
    let buffers = 2 * StackOptions::default().buffer;

    // The near buffer can only be full for good once the far one is: each byte of the pattern fills one of them.
    let mut pattern = Pattern::new(5);
    let mut written = 0;
    let mut data = [0; 1000];
    while written < buffers {
        pattern.fill(&mut data);
        written += data.len();
        near.write_all(&data).await.unwrap();
        assert!(written <= buffers + data.len());
        if written + data.len() > buffers {
            break;
        }
    }
    let rest = buffers - written;
    let mut data = vec![0; rest + 1000];
    pattern.fill(&mut data);
    near.write_all(&data[..rest]).await.unwrap();
    let one_more =
        poll_once(|context| std::pin::Pin::new(&mut near).poll_write(context, &data[rest..]));
    assert!(one_more.is_pending(), "more than both buffers was taken");

    let (sent, ()) = tokio::join!(
        async move {
            near.write_all(&data[rest..]).await.unwrap();
            near.shutdown().await.unwrap();
            near
        },
        expect(far, 5, buffers + 1000),
    );
    drop(sent);
}

#[tokio::test]
async fn connections_and_ping_work_over_ipv6_too() {
    let (left, right, _link) = pair();
    let listener = right.listen(PORT, 1).unwrap();
    let address = SocketAddr::new(RIGHT6.into(), PORT);

    let (near, far) = tokio::join!(left.dial(address, LONG), listener.accept());
    let (near, (far, peer)) = (near.unwrap(), far.unwrap());
    tokio::join!(send(near, 6, 100_000), expect(far, 6, 100_000));

    assert_eq!(peer.ip(), IpAddr::from(LEFT6));
    assert!(left.ping(RIGHT6.into(), LONG).await.unwrap() < LONG);
}

#[tokio::test]
async fn an_echo_request_is_answered_and_silence_is_not() {
    let (left, _right, _link) = pair();
    let nobody = Ipv4Addr::new(10, 8, 0, 99);

    let answered = left.ping(RIGHT.into(), LONG).await;
    let silence = left.ping(nobody.into(), Duration::from_millis(30)).await;

    assert!(answered.unwrap() < LONG);
    assert!(matches!(silence, Err(TunnelError::TimedOut)));
    assert_eq!(left.statistics().sockets, 0);
}

#[tokio::test]
async fn a_stack_for_any_address_serves_a_whole_network() {
    let options = StackOptions {
        ipv4: Some(RIGHT),
        any_address: true,
        ..StackOptions::default()
    };
    let (left, right) = (stack(LEFT, LEFT6), Stack::new(options, clock()).unwrap());
    let _link = join(&left, &right, |_| true);
    let listener = right.listen(PORT, 1).unwrap();
    let host = SocketAddr::new(Ipv4Addr::new(192, 168, 77, 5).into(), PORT);

    let (near, far) = tokio::join!(left.dial(host, LONG), listener.accept());

    assert_eq!(near.unwrap().peer_addr(), host);
    assert_eq!(far.unwrap().0.local_addr(), Some(host));
}

#[tokio::test]
async fn sockets_are_bounded_and_come_back() {
    let options = StackOptions {
        ipv4: Some(LEFT),
        most_sockets: 3,
        ..StackOptions::default()
    };
    let (left, right) = (Stack::new(options, clock()).unwrap(), stack(RIGHT, RIGHT6));
    let _link = join(&left, &right, |_| true);
    let listener = right.listen(PORT, 8).unwrap();
    let service = tokio::spawn(async move {
        let mut streams = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            streams.push(stream);
        }
    });

    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(left.dial(SERVICE, LONG).await.unwrap());
    }
    let refused = left.dial(SERVICE, LONG).await;
    assert!(matches!(
        refused,
        Err(TunnelError::TooManySockets { limit: 3 })
    ));

    service.abort();
    let _ = service.await;
    held.clear();
    sockets_settle_at(&left, 0).await;
}

#[tokio::test]
async fn a_port_has_one_listener_and_is_free_after_it() {
    let (left, right, _link) = pair();
    let first = right.listen(PORT, 1).unwrap();

    assert!(matches!(
        right.listen(PORT, 1),
        Err(TunnelError::PortInUse { port: PORT })
    ));
    drop(first);

    assert!(matches!(
        left.dial(SERVICE, LONG).await,
        Err(TunnelError::Refused { .. })
    ));
    assert!(right.listen(PORT, 1).is_ok());
}

#[tokio::test]
async fn closing_the_stack_ends_what_waits_on_it() {
    let (left, right, _link) = pair();
    let listener = left.listen(8080, 1).unwrap();
    let (mut near, mut far) = connect(&left, &right).await;

    let mut there = [0; 10];
    let nobody = Ipv4Addr::new(10, 8, 0, 99);
    let (read, accepted, pinged, ()) = tokio::join!(
        near.read(&mut there),
        listener.accept(),
        left.ping(nobody.into(), LONG),
        async { left.close() }
    );

    assert!(
        matches!(pinged, Err(TunnelError::StackClosed)),
        "{pinged:?}"
    );
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::NotConnected);
    assert!(matches!(accepted, Err(TunnelError::StackClosed)));
    assert!(matches!(
        left.dial(SERVICE, LONG).await,
        Err(TunnelError::StackClosed)
    ));
    assert_eq!(
        far.read(&mut there).await.unwrap_err().kind(),
        io::ErrorKind::ConnectionReset
    );
}

#[tokio::test]
async fn connections_outlive_their_device_and_end_with_their_address() {
    let (left, right, link) = pair();
    let (mut near, mut far) = connect(&left, &right).await;

    drop(link);
    near.write_all(b"while away").await.unwrap();
    let _link = join(&left, &right, |_| true);
    let mut text = [0; 10];
    far.read_exact(&mut text).await.unwrap();
    assert_eq!(&text, b"while away");

    left.set_addresses(Some(Ipv4Addr::new(10, 9, 9, 9)), None)
        .unwrap();
    assert_eq!(
        near.read(&mut text).await.unwrap_err().kind(),
        io::ErrorKind::ConnectionReset
    );
}

#[tokio::test]
async fn an_idle_stack_sets_no_timer_and_asks_nothing() {
    let left = stack(LEFT, LEFT6);
    let mut device = left.device();
    let mut batch = Batch::new(0, 1400, Margin::default());

    // No waker is ever called, so a second look finds what the first found only if nothing is scheduled.
    assert!(poll_once(|context| device.source.poll_read(context, &mut batch)).is_pending());
    assert!(batch.is_empty());
}

#[test]
fn options_that_cannot_work_are_refused() {
    let with = |change: fn(&mut StackOptions)| {
        let mut options = StackOptions {
            ipv4: Some(LEFT),
            ..StackOptions::default()
        };
        change(&mut options);
        Stack::new(options, clock())
    };

    assert!(with(|_| ()).is_ok());
    assert!(matches!(
        with(|options| options.mtu = 500),
        Err(TunnelError::StackOptions(_))
    ));
    assert!(matches!(
        with(|options| options.buffer = 0),
        Err(TunnelError::StackOptions(_))
    ));
    assert!(matches!(
        with(|options| options.buffer = usize::MAX),
        Err(TunnelError::StackOptions(_))
    ));
    assert!(matches!(
        with(|options| options.most_sockets = 0),
        Err(TunnelError::StackOptions(_))
    ));
    for address in [
        Ipv4Addr::UNSPECIFIED,
        Ipv4Addr::BROADCAST,
        Ipv4Addr::new(224, 0, 0, 1),
    ] {
        let options = StackOptions {
            ipv4: Some(address),
            ..StackOptions::default()
        };
        assert!(matches!(
            Stack::new(options, clock()),
            Err(TunnelError::Unaddressable { .. })
        ));
    }
}

#[tokio::test]
async fn addresses_outside_the_tunnel_are_told_at_once() {
    let options = StackOptions {
        ipv4: Some(LEFT),
        ..StackOptions::default()
    };
    let left = Stack::new(options, clock()).unwrap();

    for address in [
        "[fd00::2]:80",
        "0.0.0.0:80",
        "224.0.0.1:80",
        "255.255.255.255:80",
    ] {
        let dial = left.dial(address.parse().unwrap(), LONG).await;
        assert!(
            matches!(dial, Err(TunnelError::Unaddressable { .. })),
            "{address}"
        );
    }
    assert_eq!(left.statistics().sockets, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_packet_upsets_the_stack(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), kind in 0_usize..4, cut in any::<prop::sample::Index>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut packet = samples().await.swap_remove(kind);
            for (place, value) in changes {
                let length = packet.len();
                packet[place.index(length)] = value;
            }
            packet.truncate(cut.index(packet.len() + 1));
            let right = stack(RIGHT, RIGHT6);
            let _listener = right.listen(PORT, 2).unwrap();
            let mut device = right.device();
            let mut batch = Batch::new(0, 1400, Margin::default());

            batch.push(&packet);
            let taken = poll_once(|context| device.sink.poll_write(context, &mut batch));

            prop_assert!(matches!(taken, Poll::Ready(Ok(()))));
            prop_assert!(batch.is_empty());
            let _ = poll_once(|context| device.source.poll_read(context, &mut batch));
            Ok(())
        })?;
    }
}

/// A packet of each kind that a stack answers: TCP and echo requests of both families.
async fn samples() -> Vec<Vec<u8>> {
    let mut samples = Vec::new();
    for address in [IpAddr::from(RIGHT), IpAddr::from(RIGHT6)] {
        let left = stack(LEFT, LEFT6);
        let mut device = left.device();
        let service = SocketAddr::new(address, PORT);
        tokio::select! {
            biased;
            _ = left.dial(service, LONG) => unreachable!(),
            packets = support::next_packets(&mut device) => samples.extend(packets.into_iter().take(1)),
        }
        let left = stack(LEFT, LEFT6);
        let mut device = left.device();
        tokio::select! {
            biased;
            _ = left.ping(address, LONG) => unreachable!(),
            packets = support::next_packets(&mut device) => samples.extend(packets.into_iter().take(1)),
        }
    }
    samples
}

fn pair() -> (Stack, Stack, tokio::task::JoinSet<()>) {
    let (left, right) = (stack(LEFT, LEFT6), stack(RIGHT, RIGHT6));
    let link = join(&left, &right, |_| true);
    (left, right, link)
}

async fn connect(near: &Stack, far: &Stack) -> (TcpStream, TcpStream) {
    let listener = far.listen(PORT, 4).unwrap();
    let (dialled, accepted) = tokio::join!(near.dial(SERVICE, LONG), listener.accept());
    (dialled.unwrap(), accepted.unwrap().0)
}

/// Dials again while the listener's backlog is full, as a browser would.
async fn dial_patiently(stack: &Stack) -> TcpStream {
    loop {
        match stack.dial(SERVICE, LONG).await {
            Ok(stream) => return stream,
            Err(TunnelError::Refused { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

async fn sockets_settle_at(stack: &Stack, count: usize) {
    let settled = async {
        while stack.statistics().sockets != count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, settled)
        .await
        .expect("sockets are left over");
}

fn poll_once<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    poll(&mut Context::from_waker(Waker::noop()))
}
