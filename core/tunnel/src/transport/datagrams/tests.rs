#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use super::*;
use crate::margin::Margin;

type Receive = fn(&UdpSocket, &mut [u8], usize, &mut Received) -> io::Result<()>;
type Send = fn(&UdpSocket, Frames<'_>, usize) -> io::Result<usize>;

/// The ways that this system has.
const WAYS: &[(Send, Receive)] = &[
    (one_by_one::send, one_by_one::receive),
    #[cfg(any(target_os = "linux", target_os = "android"))]
    (many_at_once::send, many_at_once::receive),
];

/// Room for the datagrams of these tests.
const SMALL_SLOT: usize = 2_048;

#[tokio::test]
async fn every_way_keeps_datagrams_apart_whole_and_in_order() {
    for (send, receive) in WAYS {
        let (near, far) = pair().await;
        let (bytes, places) = frames(100);
        let frames = Frames::new(&bytes, &places, Margin::default());
        let mut buffer = vec![0; MOST_RECEIVED * SMALL_SLOT];
        let mut received = Received::default();

        let mut sent = 0;
        while sent < frames.len() {
            sent += send(&near, frames, sent).unwrap();
        }
        let mut seen = 0;
        while seen < sent {
            receive(&far, &mut buffer, SMALL_SLOT, &mut received).unwrap();
            assert!(received.len() > 0);
            for index in 0..received.len() {
                let start = index * SMALL_SLOT;
                let datagram = &buffer[start..start + received.length(index).unwrap()];
                assert_eq!(datagram, frames.get(seen).unwrap());
                seen += 1;
            }
        }

        let nothing = receive(&far, &mut buffer, SMALL_SLOT, &mut received).unwrap_err();
        assert_eq!(nothing.kind(), io::ErrorKind::WouldBlock);
        assert_eq!((received.len(), received.bytes()), (0, 0));
    }
}

#[tokio::test]
async fn every_way_refuses_to_send_nothing_and_what_is_too_long() {
    for (send, _) in WAYS {
        let (near, _far) = pair().await;
        let bytes = vec![0; 65_530];
        let places = std::slice::from_ref(&(0..65_530));

        let nothing = send(&near, Frames::new(&[], &[], Margin::default()), 0).unwrap_err();
        let too_long = send(&near, Frames::new(&bytes, places, Margin::default()), 0).unwrap_err();

        assert_eq!(nothing.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(Failure::of(&too_long), Failure::TooLong);
    }
}

#[tokio::test]
async fn one_datagram_that_is_too_long_does_not_hold_the_others_up() {
    let (near, far) = pair().await;
    let bytes = vec![7; 10 + 65_530 + 20];
    let places = [0..10, 10..65_540, 65_540..65_560];
    let (_, mut writer) = split(near, &Arc::default());

    let written = writer
        .write(Frames::new(&bytes, &places, Margin::default()))
        .await
        .unwrap();

    let expected = Written {
        frames: 2,
        bytes: 30,
    };
    assert_eq!(written, expected);
    assert_eq!(writer.counters.too_long_for_network.get(), 1);
    let mut buffer = [0; 100];
    assert_eq!(far.recv(&mut buffer).await.unwrap(), 10);
    assert_eq!(far.recv(&mut buffer).await.unwrap(), 20);
}

#[tokio::test]
async fn a_closed_port_is_counted_and_ends_neither_direction() {
    let (near, far) = pair().await;
    let counters = Arc::new(Counters::default());
    let (_reader, mut writer) = split(near, &counters);
    drop(far);
    let (bytes, places) = frames(2);

    // Each of the datagrams makes the next call tell of it.
    for _ in 0..3 {
        let frames = Frames::new(&bytes, &places, Margin::default());
        assert_eq!(writer.write(frames).await.unwrap().frames, 2);
    }

    assert!(counters.unreachable.get() > 0);
    assert_eq!(counters.not_sent.get(), 0);
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[tokio::test]
async fn what_finds_the_receive_buffer_full_is_counted() {
    let (near, far) = pair().await;
    socket2::SockRef::from(&far)
        .set_recv_buffer_size(16 * 1024)
        .unwrap();
    let counters = Arc::new(Counters::default());
    let (mut reader, _writer) = split(far, &counters);
    let mut buffer = vec![0; DatagramReader::BUFFER];

    for _ in 0..100 {
        near.send(&[1; 1_000]).await.unwrap();
    }
    let mut seen = 0;
    // The count comes with the next datagram that does arrive.
    let mut last = false;
    while !last {
        poll_fn(|context| reader.poll_read(context, &mut buffer))
            .await
            .unwrap();
        while let Some(place) = reader.next_packet(&buffer).unwrap() {
            match buffer[place][0] {
                1 => seen += 1,
                _ => last = true,
            }
        }
        near.send(&[2]).await.unwrap();
    }

    let lost = counters.receive_buffer_full.get();
    assert!(lost > 0);
    assert_eq!(seen + lost, 100);
}

#[test]
fn the_systems_count_of_what_it_dropped_may_begin_anew() {
    let mut received = Received::default();

    received.set_overflows(u32::MAX - 1);
    received.set_overflows(3);

    assert_eq!(received.overflows(), u64::from(u32::MAX) + 4);
}

#[test]
fn no_more_datagrams_are_noted_than_there_is_room_for() {
    let mut received = Received::default();

    for _ in 0..=MOST_RECEIVED {
        received.push(1);
    }

    assert_eq!((received.len(), received.bytes()), (32, 32));
    assert_eq!(received.length(MOST_RECEIVED), None);
}

#[test]
fn failures_that_are_about_one_datagram_are_told_from_those_of_the_socket() {
    let kinds = [
        (io::ErrorKind::Interrupted, Failure::Interrupted),
        (io::ErrorKind::ConnectionRefused, Failure::PeerUnreachable),
        (io::ErrorKind::NetworkUnreachable, Failure::NoRoute),
        (io::ErrorKind::HostUnreachable, Failure::NoRoute),
        (io::ErrorKind::PermissionDenied, Failure::NoRoute),
        (io::ErrorKind::NotConnected, Failure::Other),
    ];

    for (kind, failure) in kinds {
        assert_eq!(Failure::of(&kind.into()), failure, "{kind:?}");
    }
}

/// What Linux makes of each kind of ICMP and ICMPv6 error that it tells a connected socket of.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[test]
fn no_message_of_the_network_ends_the_connection_that_the_peer_has_answered_in() {
    let told = [
        libc::ECONNREFUSED,
        libc::EHOSTDOWN,
        libc::ENONET,
        libc::ENOPROTOOPT,
        libc::EPROTO,
        libc::EMSGSIZE,
        libc::ENETUNREACH,
        libc::EHOSTUNREACH,
        libc::EACCES,
    ];

    for code in told {
        let failure = Failure::of(&io::Error::from_raw_os_error(code));
        assert_ne!(failure, Failure::Other, "{code}");
    }
}

/// Two sockets, each connected to the other.
async fn pair() -> (UdpSocket, UdpSocket) {
    let near = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let far = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    near.connect(far.local_addr().unwrap()).await.unwrap();
    far.connect(near.local_addr().unwrap()).await.unwrap();
    (near, far)
}

/// Frames of different lengths, back to back.
fn frames(count: usize) -> (Vec<u8>, Vec<Range<usize>>) {
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    for number in 0..count {
        let start = bytes.len();
        bytes.resize(start + 1 + number * 13, number as u8);
        places.push(start..bytes.len());
    }
    (bytes, places)
}
