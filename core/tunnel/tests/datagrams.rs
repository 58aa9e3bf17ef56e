//! Whole tunnels over datagrams on the loopback interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use p2svpn_openvpn::Error;
use p2svpn_tunnel::{TunnelEnd, TunnelError, TunnelStatistics, UdpOptions, UdpTransport, resolve};
use support::ends::{CLIENT, GATEWAY, Plan, connect, stack, udp_pair};
use support::{MIB, expect, send, transfers};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

const LONG: Duration = Duration::from_secs(50);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_directions_carry_16_mib_at_once_and_every_lost_packet_is_counted() {
    let (client, gateway) = Plan::over_datagrams().meet().await;
    let (near_stack, far_stack) = (stack(&client, CLIENT).await, stack(&gateway, GATEWAY).await);
    let (near, far) = connect(&near_stack, &far_stack).await;

    for transfer in transfers(near, far, 16 * MIB) {
        transfer.await.unwrap();
    }

    let accounted = async {
        loop {
            let (near, far) = (client.tunnel.statistics(), gateway.tunnel.statistics());
            if arrived_or_counted(&near, &far) && arrived_or_counted(&far, &near) {
                return (near, far);
            }
            tokio::task::yield_now().await;
        }
    };
    let (near, far) = tokio::time::timeout(LONG, accounted)
        .await
        .unwrap_or_else(|_| {
            let (near, far) = (client.tunnel.statistics(), gateway.tunnel.statistics());
            panic!("packets are missing: {near:?}, {far:?}")
        });
    assert!(near.sent_bytes > 16 * MIB as u64 && far.sent_bytes > 16 * MIB as u64);
    assert!(near.wire_sent_bytes > near.sent_bytes);
    assert_eq!((near.unreachable, far.unreachable), (0, 0));
}

/// Whether every packet that one end sent reached the other, or was counted there as lost.
fn arrived_or_counted(from: &TunnelStatistics, to: &TunnelStatistics) -> bool {
    from.sent_packets == to.received_packets + to.dropped.receive_buffer_full
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_loses_doubles_and_swaps_datagrams_carries_a_session() {
    let mut plan = Plan::over_datagrams();
    plan.push.peer_id = Some(3);
    let relay = Relay::new(|number| match number % 16 {
        3 => Fate::Lost,
        7 => Fate::Doubled,
        11 => Fate::Late,
        _ => Fate::Passed,
    });
    let (near, far, _relay) = relay.between().await;
    let (mut client, mut gateway) = (plan.run_client(near), plan.run_gateway(far));
    plan.admit(&mut gateway).await;
    tokio::join!(client.established(), gateway.established());
    let (near_stack, far_stack) = (stack(&client, CLIENT).await, stack(&gateway, GATEWAY).await);

    let (near, far) = connect(&near_stack, &far_stack).await;
    tokio::join!(send(near, 3, 200_000), expect(far, 3, 200_000));

    let statistics = gateway.tunnel.statistics();
    assert!(statistics.dropped.replayed > 0, "{statistics:?}");
    assert_eq!(statistics.dropped.not_authentic, 0);
}

#[tokio::test]
async fn a_gateway_that_starts_late_is_reached_in_spite_of_its_closed_port() {
    let plan = Plan::over_datagrams();
    let (near, far) = udp_pair().await;
    let (client_address, gateway_address) = (near.local_addr(), far.local_addr());
    drop(far);
    let mut client = plan.run_client(near);
    let told = async {
        while client.tunnel.statistics().unreachable == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, told).await.unwrap();

    let far = UdpSocket::bind(gateway_address).await.unwrap();
    far.connect(client_address).await.unwrap();
    let mut gateway = plan.run_gateway(UdpTransport::accepted(far, client_address).unwrap());
    plan.admit(&mut gateway).await;

    client.established().await;
}

#[tokio::test]
async fn leaving_is_told_over_datagrams_in_either_way() {
    for through_control_channel in [false, true] {
        let mut plan = Plan::over_datagrams();
        plan.push.protocol_flags.cc_exit = through_control_channel;
        for client_leaves in [true, false] {
            let (client, gateway) = plan.meet().await;
            let (leaver, mut other) = if client_leaves {
                (client, gateway)
            } else {
                (gateway, client)
            };

            leaver.tunnel.close().await;

            let end = other.closed().await;
            assert!(
                matches!(end, TunnelEnd::Connection(Error::PeerExit)),
                "{end:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_note_of_leaving_survives_the_loss_of_the_first_copies() {
    let mut plan = Plan::over_datagrams();
    plan.push.explicit_exit_notify = Some(3);
    let left = Arc::new(AtomicU64::new(u64::MAX));
    let losing = Arc::clone(&left);
    // Once armed, the next two datagrams are lost; the goodbye of TLS, in the control channel, is sent only once.
    let relay = Relay::new(move |_| {
        let number = losing.load(Ordering::Relaxed);
        if number == u64::MAX {
            return Fate::Passed;
        }
        losing.store(number + 1, Ordering::Relaxed);
        if number < 2 { Fate::Lost } else { Fate::Passed }
    });
    let (near, far, _relay) = relay.between().await;
    let (mut client, mut gateway) = (plan.run_client(near), plan.run_gateway(far));
    plan.admit(&mut gateway).await;
    tokio::join!(client.established(), gateway.established());

    left.store(0, Ordering::Relaxed);
    client.tunnel.close().await;

    assert!(matches!(
        gateway.closed().await,
        TunnelEnd::Connection(Error::PeerExit)
    ));
}

#[tokio::test]
async fn strange_datagrams_are_counted_and_end_nothing() {
    let plan = Plan::over_datagrams();
    let (near, far) = udp_pair().await;
    let far = far.into_socket();
    let client = plan.run_client(near);
    // Nothing, no opcode that there is, a data packet before the keys, and a control packet that is not authentic.
    for datagram in [
        &[][..],
        &[0xff],
        &[7; 60_000],
        &[0x30, 1, 2, 3],
        &[0x20; 60],
    ] {
        far.send(datagram).await.unwrap();
    }

    let counted = async {
        loop {
            let dropped = client.tunnel.statistics().dropped;
            if (dropped.malformed, dropped.control) == (4, 1) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, counted)
        .await
        .unwrap_or_else(|_| panic!("{:?}", client.tunnel.statistics()));
    client.tunnel.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn packets_too_long_for_a_datagram_are_dropped_and_counted() {
    use p2svpn_tunnel::{Device, HostFdOptions, PacketHeader};
    use socket2::{Domain, Socket, Type};

    let (client, gateway) = Plan::over_datagrams().meet().await;
    let far_stack = stack(&gateway, GATEWAY).await;
    let (ours, host) = Socket::pair(Domain::UNIX, Type::from(libc::SOCK_SEQPACKET), None).unwrap();
    let options = HostFdOptions {
        mtu: u16::MAX,
        header: PacketHeader::None,
    };
    let device = Device::host_fd(ours.into(), options).unwrap();
    client.tunnel.attach(device).await.unwrap();

    let mut packet = vec![0_u8; 65_500];
    packet[0] = 0x45;
    host.send(&packet).unwrap();
    host.send(&packet[..1_000]).unwrap();

    let counted = async {
        while gateway.tunnel.statistics().received_packets == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, counted).await.unwrap();
    let statistics = client.tunnel.statistics();
    assert_eq!(statistics.dropped.too_long_for_network, 1);
    assert_eq!((statistics.sent_packets, statistics.sent_bytes), (1, 1_000));
    drop(far_stack);
}

#[tokio::test]
async fn the_first_address_with_a_route_is_taken() {
    let gateway = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = gateway.local_addr().unwrap();
    // The system refuses to send to everybody.
    let everybody: SocketAddr = "255.255.255.255:9".parse().unwrap();
    let options = UdpOptions::default();

    let transport = UdpTransport::connect_to(&[everybody, address], &options).unwrap();
    let refused = UdpTransport::connect_to(&[everybody], &options);
    let nowhere = UdpTransport::connect_to(&[], &options);

    assert_eq!(transport.peer_addr(), address);
    assert!(matches!(
        refused,
        Err(TunnelError::Connect { address, source })
            if address == everybody && source.kind() == io::ErrorKind::PermissionDenied
    ));
    assert!(matches!(nowhere, Err(TunnelError::NameNotResolved { .. })));
}

#[tokio::test]
async fn a_name_leads_to_a_socket_and_to_all_its_addresses() {
    let options = UdpOptions::default();

    let addresses = resolve("localhost", 1194, options.timeout).await.unwrap();
    let transport = UdpTransport::connect("localhost", 1194, &options)
        .await
        .unwrap();
    let unknown = UdpTransport::connect("name.invalid", 1194, &options).await;

    assert!(addresses.contains(&transport.peer_addr()));
    assert!(
        addresses
            .iter()
            .all(|address| address.ip().is_loopback() && address.port() == 1194)
    );
    assert!(matches!(unknown, Err(TunnelError::NameNotResolved { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn the_host_protects_each_socket_and_may_refuse() {
    let refuse = UdpOptions {
        protect: Some(Arc::new(|_| Err(io::ErrorKind::PermissionDenied.into()))),
        ..UdpOptions::default()
    };

    let refused = UdpTransport::connect("127.0.0.1", 9, &refuse).await;

    assert!(matches!(
        refused,
        Err(TunnelError::Connect { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied
    ));
}

#[tokio::test]
async fn a_socket_connected_elsewhere_is_not_accepted() {
    let (near, far) = udp_pair().await;
    let address = near.local_addr();

    let accepted = UdpTransport::accepted(near.into_socket(), address);

    assert!(matches!(accepted, Err(TunnelError::Connect { .. })));
    drop(far);
}

/// What becomes of a datagram.
#[derive(Clone, Copy)]
enum Fate {
    Passed,
    Lost,
    Doubled,
    /// It comes after the next one.
    Late,
}

/// Stands between two ends and harms what passes.
struct Relay<F>(F);

impl<F: Fn(u64) -> Fate + Send + Clone + 'static> Relay<F> {
    /// `fate` says what becomes of the datagrams of each direction, by their number.
    fn new(fate: F) -> Self {
        Relay(fate)
    }

    /// The two ends' sockets, and the task, which ends when it is dropped.
    async fn between(self) -> (UdpTransport, UdpTransport, JoinSet<()>) {
        let ((near, near_relay), (far, far_relay)) = tokio::join!(udp_pair(), udp_pair());
        let near_relay = Arc::new(near_relay.into_socket());
        let far_relay = Arc::new(far_relay.into_socket());
        let mut tasks = JoinSet::new();
        tasks.spawn(pass(
            Arc::clone(&near_relay),
            Arc::clone(&far_relay),
            self.0.clone(),
        ));
        tasks.spawn(pass(far_relay, near_relay, self.0));
        (near, far, tasks)
    }
}

async fn pass(from: Arc<UdpSocket>, to: Arc<UdpSocket>, fate: impl Fn(u64) -> Fate) {
    let mut buffer = vec![0; 65_536];
    let mut late: Option<Vec<u8>> = None;
    for number in 0.. {
        let Ok(length) = from.recv(&mut buffer).await else {
            continue;
        };
        let datagram = &buffer[..length];
        let copies = match fate(number) {
            Fate::Passed => 1,
            Fate::Lost => 0,
            Fate::Doubled => 2,
            Fate::Late => {
                late = Some(datagram.to_vec());
                continue;
            }
        };
        for _ in 0..copies {
            let _ = to.send(datagram).await;
        }
        if let Some(late) = late.take() {
            let _ = to.send(&late).await;
        }
    }
}
