#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

use std::time::{Duration, Instant};

use super::{Acknowledgements, Receipt, ReceiveQueue, SendQueue};
use crate::frame::Framing;
use crate::packet::Opcode;

#[test]
fn acknowledgements_are_repeated_newest_first_as_openvpn_publishes() {
    let mut acknowledgements = Acknowledgements::default();
    // OpenVPN's own unit test feeds 2, 1, 3, 2; the repeated id is noted once here.
    for id in [2, 1, 3] {
        acknowledgements.note(id);
    }
    assert_eq!(ids(acknowledgements.take(8)), [2, 1, 3]);
    for id in 5..=11 {
        acknowledgements.note(id);
    }
    assert_eq!(ids(acknowledgements.take(8)), [5, 6, 7, 8, 9, 10, 11, 2]);
}

#[test]
fn acknowledgements_beyond_the_maximum_wait_for_the_next_packet() {
    let mut acknowledgements = Acknowledgements::default();
    for id in 0..6 {
        acknowledgements.note(id);
    }
    assert_eq!(ids(acknowledgements.take(4)), [0, 1, 2, 3]);
    assert!(acknowledgements.is_due());
    assert_eq!(ids(acknowledgements.take(4)), [4, 5, 0, 1]);
    assert!(!acknowledgements.is_due());
}

#[test]
fn payloads_come_out_in_order_whatever_order_they_arrive_in() {
    let mut queue = ReceiveQueue::new();
    for id in [2u32, 0, 1, 3] {
        assert_eq!(queue.insert(id, &[id as u8]), Receipt::Accepted);
    }
    let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
    assert_eq!(order, [[0], [1], [2], [3]]);
}

#[test]
fn a_packet_seen_before_is_a_duplicate_and_one_far_ahead_is_not_kept() {
    let mut queue = ReceiveQueue::new();
    assert_eq!(queue.insert(0, b"a"), Receipt::Accepted);
    assert_eq!(queue.insert(0, b"a"), Receipt::Duplicate);
    assert_eq!(queue.pop().unwrap(), b"a");
    assert_eq!(queue.insert(0, b"a"), Receipt::Duplicate);
    assert_eq!(queue.insert(12, b"m"), Receipt::Accepted);
    assert_eq!(queue.insert(13, b"n"), Receipt::OutsideWindow);
    assert_eq!(queue.insert(u32::MAX, b"z"), Receipt::Duplicate);
}

#[test]
fn an_unacknowledged_packet_is_sent_again_after_a_second_and_then_every_other_second() {
    let start = Instant::now();
    let second = |number| start + Duration::from_secs(number);
    let mut queue = SendQueue::new(Framing::Datagram);
    assert!(queue.push(Opcode::ControlV1, b"hello".to_vec()));
    assert_eq!(queue.due(start), Some(start));
    assert_eq!(queue.poll(start).unwrap().message_id, 0);
    assert!(queue.poll(start).is_none());
    for again in [1, 3, 5, 7] {
        assert_eq!(queue.due(start), Some(second(again)));
        assert_eq!(queue.poll(second(again)).unwrap().payload, b"hello");
        assert!(queue.poll(second(again)).is_none());
    }
    queue.acknowledge(0);
    assert_eq!(queue.due(start), None);
}

#[test]
fn no_more_than_four_packets_are_under_way() {
    let start = Instant::now();
    let mut queue = SendQueue::new(Framing::Datagram);
    for byte in 0..6 {
        assert!(queue.push(Opcode::ControlV1, vec![byte]));
    }
    let sent: Vec<_> =
        std::iter::from_fn(|| queue.poll(start).map(|packet| packet.message_id)).collect();
    assert_eq!(sent, [0, 1, 2, 3]);
    queue.acknowledge(1);
    assert!(
        queue.poll(start).is_none(),
        "the window is held open by packet 0"
    );
    queue.acknowledge(0);
    let sent: Vec<_> =
        std::iter::from_fn(|| queue.poll(start).map(|packet| packet.message_id)).collect();
    assert_eq!(sent, [4, 5]);
}

#[test]
fn three_acknowledgements_of_later_packets_send_the_missing_one_again_at_once() {
    let start = Instant::now();
    let mut queue = SendQueue::new(Framing::Datagram);
    for byte in 0..4 {
        assert!(queue.push(Opcode::ControlV1, vec![byte]));
    }
    while queue.poll(start).is_some() {}
    queue.acknowledge(1);
    queue.acknowledge(2);
    assert!(queue.poll(start).is_none());
    queue.acknowledge(3);
    assert_eq!(queue.poll(start).unwrap().message_id, 0);
}

fn ids(list: crate::packet::AckList) -> Vec<u32> {
    list.iter().collect()
}

#[test]
fn a_stream_is_trusted_for_thirty_seconds() {
    let start = Instant::now();
    let mut queue = SendQueue::new(Framing::Stream);
    assert!(queue.push(Opcode::ControlV1, Vec::new()));

    queue.poll(start).unwrap();

    assert_eq!(queue.due(start), Some(start + Duration::from_secs(30)));
}

#[test]
fn a_peer_that_acknowledges_nothing_cannot_make_the_queue_grow_for_ever() {
    let mut queue = SendQueue::new(Framing::Stream);
    let taken = (0..10_000)
        .take_while(|_| queue.push(Opcode::ControlV1, Vec::new()))
        .count();
    assert_eq!(taken, 512);
}
