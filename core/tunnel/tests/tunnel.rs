//! Whole tunnels: a client and a gateway over TCP on the loopback interface, with userspace stacks at both ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use p2svpn_openvpn::{Error, Stage};
use p2svpn_tunnel::{TunnelEnd, TunnelError, TunnelEvent};
use support::ends::{CLIENT, End, GATEWAY, Plan, connect, stack, tcp_pair};
use support::{MIB, expect, send, transfers};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

const LONG: Duration = Duration::from_secs(50);
/// A keepalive on the wire: length, opcode, packet id, tag and the message itself.
const KEEPALIVE: u64 = 2 + 1 + 4 + 16 + 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_directions_carry_16_mib_at_once_and_every_packet_is_counted() {
    let (client, gateway) = Plan::new().meet().await;
    let (near_stack, far_stack) = (stack(&client, CLIENT).await, stack(&gateway, GATEWAY).await);
    let (near, far) = connect(&near_stack, &far_stack).await;

    for transfer in transfers(near, far, 16 * MIB) {
        transfer.await.unwrap();
    }

    let (client, gateway) = agreeing_statistics(&client, &gateway).await;
    assert!(client.sent_bytes > 16 * MIB as u64 && client.received_bytes > 16 * MIB as u64);
    assert!(client.wire_sent_bytes > client.sent_bytes);
    assert_eq!((client.dropped, gateway.dropped), Default::default());
}

#[tokio::test]
async fn frames_cut_at_every_byte_arrive_whole() {
    let plan = Plan::new();
    let ((near, near_relay), (far, far_relay)) = tokio::join!(tcp_pair(), tcp_pair());
    let (from_client, to_client) = near_relay.into_split();
    let (from_gateway, to_gateway) = far_relay.into_split();
    let relays = [
        tokio::spawn(relay_byte_by_byte(from_client, to_gateway)),
        tokio::spawn(relay_byte_by_byte(from_gateway, to_client)),
    ];
    let (mut client, mut gateway) = (plan.start_client(near).await, plan.start_gateway(far).await);
    plan.admit(&mut gateway).await;
    tokio::join!(client.established(), gateway.established());
    let (near_stack, far_stack) = (stack(&client, CLIENT).await, stack(&gateway, GATEWAY).await);

    let (near, far) = connect(&near_stack, &far_stack).await;
    tokio::join!(send(near, 3, 50_000), expect(far, 3, 50_000));

    assert_eq!(client.tunnel.statistics().dropped, Default::default());
    assert_eq!(gateway.tunnel.statistics().dropped, Default::default());
    client.tunnel.close().await;
    for relay in relays {
        relay.abort();
    }
}

#[tokio::test]
async fn the_handshake_is_told_stage_by_stage() {
    let plan = Plan::new();
    let (mut client, mut gateway) = plan.start().await;
    plan.admit(&mut gateway).await;

    let mut stages = Vec::new();
    let settings = loop {
        match client.events.recv().await.unwrap() {
            TunnelEvent::Stage(stage) => stages.push(stage),
            TunnelEvent::Established(settings) => break settings,
            _ => panic!("another event"),
        }
    };

    assert_eq!(
        stages,
        [
            Stage::Tls,
            Stage::KeyExchange,
            Stage::Push,
            Stage::Established
        ]
    );
    assert_eq!(settings.push.addresses, plan.push.addresses);
    assert_eq!(settings.cipher, "AES-256-GCM");
}

#[tokio::test]
async fn closing_is_told_once_and_the_other_end_notices() {
    let (mut client, mut gateway) = Plan::new().meet().await;

    client.tunnel.close().await;

    assert!(matches!(client.closed().await, TunnelEnd::Local));
    assert!(matches!(gateway.closed().await, TunnelEnd::Connection(_)));
    assert!(matches!(
        client.tunnel.refuse("too late").await,
        Err(TunnelError::Ended)
    ));
}

#[tokio::test]
async fn an_agreed_exit_is_understood_as_one() {
    let mut plan = Plan::new();
    plan.push.protocol_flags.cc_exit = true;
    let (client, mut gateway) = plan.meet().await;

    client.tunnel.close().await;

    let end = gateway.closed().await;
    assert!(
        matches!(end, TunnelEnd::Connection(Error::PeerExit)),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_peer_that_vanishes_ends_the_tunnel() {
    let (mut client, gateway) = Plan::new().meet().await;

    drop(gateway);

    let end = client.closed().await;
    assert!(
        matches!(end, TunnelEnd::Connection(Error::TransportClosed(_))),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_refused_client_hears_why() {
    let (mut client, mut gateway) = Plan::new().start().await;
    gateway
        .find(|event| matches!(event, TunnelEvent::Admission(_)))
        .await;

    gateway.tunnel.refuse("account disabled").await.unwrap();

    let end = client.closed().await;
    let TunnelEnd::Connection(Error::AuthenticationFailed(text)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(text, "account disabled");
}

#[tokio::test]
async fn a_stream_out_of_step_ends_the_tunnel_and_says_so() {
    let (near, mut far) = tcp_pair().await;
    let mut client = Plan::new().start_client(near).await;

    far.write_all(&[0, 0]).await.unwrap();

    let end = client.closed().await;
    let TunnelEnd::Connection(Error::ClosedWithoutAnswer(kind)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(kind, Some(io::ErrorKind::InvalidData));
}

#[tokio::test]
async fn packets_before_a_device_are_dropped_and_counted() {
    let (client, gateway) = Plan::new().meet().await;
    let far_stack = stack(&gateway, GATEWAY).await;

    let silence = far_stack.ping(CLIENT.into(), Duration::from_millis(1));
    assert!(matches!(silence.await, Err(TunnelError::TimedOut)));
    while client.tunnel.statistics().dropped.not_attached == 0 {
        tokio::task::yield_now().await;
    }
    let near_stack = stack(&client, CLIENT).await;

    assert!(far_stack.ping(CLIENT.into(), LONG).await.is_ok());
    assert!(near_stack.ping(GATEWAY.into(), LONG).await.is_ok());
    let again = client.tunnel.attach(near_stack.device()).await;
    assert!(matches!(again, Err(TunnelError::Attached)));
}

#[tokio::test]
async fn an_idle_end_sends_keepalives() {
    let mut plan = Plan::new();
    plan.push.ping = Some(Duration::from_secs(1));
    let (client, gateway) = plan.meet().await;
    let (_, before) = agreeing_statistics(&client, &gateway).await;

    // An acknowledgement may still be on its way, but nothing else has the size of a keepalive.
    let heard = async {
        let mut last = before.wire_received_bytes;
        loop {
            let now = gateway.tunnel.statistics().wire_received_bytes;
            if now - last == KEEPALIVE {
                return;
            }
            last = now;
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, heard).await.unwrap();

    let statistics = gateway.tunnel.statistics();
    assert_eq!(
        (statistics.received_packets, statistics.dropped),
        (0, Default::default())
    );
}

#[tokio::test]
async fn a_peer_gone_silent_is_noticed_when_it_asked_to_be() {
    let mut plan = Plan::new();
    plan.push.ping_restart = Some(Duration::from_secs(1));
    let (near, far, stop) = stoppable_pair().await;
    let (mut client, mut gateway) = (plan.start_client(near).await, plan.start_gateway(far).await);

    plan.admit(&mut gateway).await;
    client.established().await;
    // The gateway goes too, for the same reason, and must not be heard to.
    stop.notify_one();

    let end = client.closed().await;
    assert!(
        matches!(end, TunnelEnd::Connection(Error::PeerSilent(_))),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_peer_that_takes_nothing_holds_neither_the_timers_nor_the_close_up() {
    let mut plan = Plan::new();
    plan.push.ping_restart = Some(Duration::from_secs(2));
    for closes in [true, false] {
        let (near, far, stop) = stoppable_pair().await;
        let (mut client, mut gateway) =
            (plan.start_client(near).await, plan.start_gateway(far).await);
        plan.admit(&mut gateway).await;
        client.established().await;
        let (near_stack, far_stack) =
            (stack(&client, CLIENT).await, stack(&gateway, GATEWAY).await);
        let (mut writer, _reader) = connect(&near_stack, &far_stack).await;

        stop.notify_one();
        let flood =
            tokio::spawn(async move { while writer.write_all(&[0; 65_536]).await.is_ok() {} });
        let started = Instant::now();
        if closes {
            client.tunnel.close().await;
            assert!(matches!(client.closed().await, TunnelEnd::Local));
        } else {
            let end = client.closed().await;
            assert!(
                matches!(end, TunnelEnd::Connection(Error::PeerSilent(_))),
                "{end:?}"
            );
        }

        assert!(started.elapsed() < Duration::from_secs(20));
        flood.abort();
    }
}

#[tokio::test]
async fn a_tunnel_that_is_dropped_without_a_goodbye_still_tells_its_end() {
    let (client, _gateway) = Plan::new().meet().await;
    let End { tunnel, mut events } = client;

    drop(tunnel);

    let mut said = Vec::new();
    while let Some(event) = tokio::time::timeout(LONG, events.recv()).await.unwrap() {
        if let TunnelEvent::Closed(end) = event {
            said.push(end);
        }
    }
    assert!(matches!(said.as_slice(), [TunnelEnd::Local]), "{said:?}");
}

#[tokio::test]
async fn an_owner_that_takes_no_events_can_still_close() {
    let (client, _gateway) = Plan::new().meet().await;
    let started = Instant::now();

    client.tunnel.close().await;

    assert!(started.elapsed() < Duration::from_secs(10));
}

#[cfg(unix)]
#[tokio::test]
async fn a_device_that_fails_is_the_cause_of_the_end() {
    let (mut client, _gateway) = Plan::new().meet().await;
    let (device, host) = sequential_device();
    client.tunnel.attach(device).await.unwrap();

    drop(host);

    let end = client.closed().await;
    assert!(
        matches!(end, TunnelEnd::Device(ref error) if error.kind() == io::ErrorKind::UnexpectedEof),
        "{end:?}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_closed_tunnel_has_let_go_of_its_device() {
    let (client, _gateway) = Plan::new().meet().await;
    let (device, host) = sequential_device();
    client.tunnel.attach(device).await.unwrap();

    client.tunnel.close().await;

    assert!(is_gone(&host), "the descriptor is still open");
}

#[cfg(unix)]
#[tokio::test]
async fn refused_ipv6_is_answered_and_never_leaves() {
    for plan in [Plan::new(), Plan::over_datagrams()] {
        let mut plan = plan;
        plan.push.block_ipv6 = true;
        let (client, gateway) = plan.meet().await;
        let (near, near_host) = sequential_device();
        let (far, far_host) = sequential_device();
        client.tunnel.attach(near).await.unwrap();
        gateway.tunnel.attach(far).await.unwrap();
        let mut ipv6 = [0; 60];
        ipv6[..8].copy_from_slice(&[0x60, 0, 0, 0, 0, 20, 17, 64]);
        ipv6[8..40].copy_from_slice(&[0x20; 32]);

        near_host.send(&ipv6).unwrap();
        near_host.send(&[0x45; 30]).unwrap();
        let answer = receive(&near_host).await;
        let carried = receive(&far_host).await;
        // The settings are the client's: its gateway may send IPv6.
        far_host.send(&ipv6).unwrap();
        let from_gateway = receive(&near_host).await;

        assert_eq!(answer.len(), 48 + ipv6.len());
        assert_eq!((answer[0], answer[6], answer[40]), (0x60, 58, 1));
        assert!(answer.ends_with(&ipv6));
        assert_eq!(carried, [0x45; 30]);
        assert_eq!(from_gateway, ipv6);
        let statistics = client.tunnel.statistics();
        assert_eq!(
            (statistics.dropped.blocked_ipv6, statistics.sent_packets),
            (1, 1)
        );
    }
}

/// The next packet that a host reads from its device.
#[cfg(unix)]
async fn receive(mut host: &socket2::Socket) -> Vec<u8> {
    host.set_nonblocking(true).unwrap();
    let received = async {
        let mut buffer = vec![0; 2_048];
        loop {
            if let Ok(length) = io::Read::read(&mut host, &mut buffer) {
                return buffer[..length].to_vec();
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, received).await.unwrap()
}

#[cfg(unix)]
fn sequential_device() -> (p2svpn_tunnel::Device, socket2::Socket) {
    use p2svpn_tunnel::{Device, HostFdOptions, PacketHeader};
    use socket2::{Domain, Socket, Type};

    let (ours, host) = Socket::pair(Domain::UNIX, Type::from(libc::SOCK_SEQPACKET), None).unwrap();
    let options = HostFdOptions {
        mtu: 1400,
        header: PacketHeader::None,
    };
    (Device::host_fd(ours.into(), options).unwrap(), host)
}

/// Whether the other side of a socket is closed.
#[cfg(unix)]
fn is_gone(mut host: &socket2::Socket) -> bool {
    host.set_nonblocking(true).unwrap();
    matches!(io::Read::read(&mut host, &mut [0; 1]), Ok(0))
}

/// Waits until both ends have counted what the other sent.
async fn agreeing_statistics(
    client: &End,
    gateway: &End,
) -> (
    p2svpn_tunnel::TunnelStatistics,
    p2svpn_tunnel::TunnelStatistics,
) {
    let agreed = async {
        loop {
            let (near, far) = (client.tunnel.statistics(), gateway.tunnel.statistics());
            if (near.sent_packets, near.sent_bytes, near.wire_sent_bytes)
                == (
                    far.received_packets,
                    far.received_bytes,
                    far.wire_received_bytes,
                )
                && (far.sent_packets, far.sent_bytes, far.wire_sent_bytes)
                    == (
                        near.received_packets,
                        near.received_bytes,
                        near.wire_received_bytes,
                    )
            {
                return (near, far);
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, agreed)
        .await
        .expect("the two ends count differently")
}

/// The ends of a connection over a relay, which moves nothing any more once it is notified; both stay open.
async fn stoppable_pair() -> (TcpStream, TcpStream, Arc<Notify>) {
    let ((near, mut near_relay), (far, mut far_relay)) = tokio::join!(tcp_pair(), tcp_pair());
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut near_relay, &mut far_relay) => {}
            () = stopped.notified() => {}
        }
        std::future::pending::<()>().await;
    });
    (near, far, stop)
}

async fn relay_byte_by_byte(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
) {
    to.as_ref().set_nodelay(true).unwrap();
    let mut buffer = vec![0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        for byte in &buffer[..length] {
            if to.write_all(std::slice::from_ref(byte)).await.is_err() {
                return;
            }
        }
    }
}
