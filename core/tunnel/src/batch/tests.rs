#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use proptest::prelude::*;

use super::*;

const MARGIN: Margin = Margin {
    before: 24,
    after: 16,
};

proptest! {
    #[test]
    fn frames_stand_back_to_back_around_their_packets(
        lengths in prop::collection::vec(1_usize..=200, 0..60),
        before in 0_usize..40,
        after in 0_usize..20,
    ) {
        let margin = Margin { before, after };
        let mut batch = Batch::new(0, 200, margin);
        let packets: Vec<Vec<u8>> = lengths.iter().zip(1_u8..).map(|(length, byte)| vec![byte; *length]).collect();

        for packet in &packets {
            prop_assert!(batch.push(packet));
        }
        let mut frames = Vec::new();
        let (sealed, failure) = batch.seal(|frame| {
            frame[..before].fill(0xaa);
            let end = frame.len() - after;
            frame[end..].fill(0xbb);
            frames.extend_from_slice(frame);
            Ok::<(), ()>(())
        });

        prop_assert_eq!(sealed, packets.len());
        prop_assert_eq!(failure, None);
        prop_assert_eq!(batch.frames(), frames.as_slice());
        prop_assert_eq!(batch.packet_bytes(), lengths.iter().sum::<usize>());
        let expected: usize = lengths.iter().map(|length| length + margin.total()).sum();
        prop_assert_eq!(frames.len(), expected);
        let plain: Vec<Vec<u8>> = batch.packets().map(<[u8]>::to_vec).collect();
        prop_assert_eq!(plain, packets);
    }

    #[test]
    fn a_failed_seal_keeps_the_frames_before_it_and_no_more(count in 1_usize..40, failing in 0_usize..40) {
        let mut batch = Batch::new(0, 100, MARGIN);
        for _ in 0..count {
            prop_assert!(batch.push(&[7; 50]));
        }

        let mut seen = 0;
        let (sealed, failure) = batch.seal(|_| {
            seen += 1;
            if seen == failing + 1 { Err("exhausted") } else { Ok(()) }
        });

        prop_assert_eq!(sealed, failing.min(count));
        prop_assert_eq!(failure.is_some(), failing < count);
        prop_assert_eq!(batch.frames().len(), sealed * (50 + MARGIN.total()));
        prop_assert_eq!(batch.len(), sealed);
    }

    #[test]
    fn marks_are_in_order_apart_and_inside_the_arena(marks in prop::collection::vec((0_usize..70_000, 0_usize..70_000), 0..50)) {
        let mut batch = Batch::new(65_536, 1500, Margin::default());
        let capacity = batch.buffer_mut().len();

        let mut end = 0;
        let mut accepted = Vec::new();
        for (start, stop) in marks {
            let fits = start >= end && start < stop && stop <= capacity;
            prop_assert_eq!(batch.mark(start..stop), fits);
            if fits {
                accepted.push(stop - start);
                end = stop;
            }
        }

        let lengths: Vec<usize> = batch.packets().map(<[u8]>::len).collect();
        prop_assert_eq!(lengths, accepted);
    }

    #[test]
    fn what_one_super_packet_splits_into_fits(max_packet in 300_usize..=9_216, before in 0_usize..64, after in 0_usize..64) {
        let mut batch = Batch::new(0, max_packet, Margin { before, after });

        let payload = max_packet - 120;
        let mut left = SUPER_PACKET;
        while left > 0 {
            let segment = left.min(payload);
            prop_assert!(batch.slot().is_some());
            batch.commit(segment + 120);
            left -= segment;
        }
    }
}

#[test]
fn a_full_batch_refuses_and_an_emptied_one_takes_again() {
    let mut batch = Batch::new(0, 1500, MARGIN);
    let mut taken = 0;
    while batch.push(&[1; 1500]) {
        taken += 1;
    }
    assert!(!batch.has_room());
    assert!(batch.slot().is_none());

    for _ in 0..taken {
        batch.pop();
    }

    assert!(batch.is_empty());
    assert!(batch.push(&[2; 1500]));
}

#[test]
fn packets_leave_in_order_and_the_rejected_are_counted_once() {
    let mut batch = Batch::new(0, 100, MARGIN);
    for byte in 1..=3 {
        assert!(batch.push(&[byte; 10]));
    }

    assert_eq!(batch.front().unwrap(), [1; 10]);
    batch.reject();
    assert_eq!(batch.front().unwrap(), [2; 10]);
    batch.pop();
    assert_eq!(batch.front().unwrap(), [3; 10]);
    batch.reject();
    batch.reject();

    assert_eq!(batch.front(), None);
    assert_eq!(batch.take_rejected(), 2);
    assert_eq!(batch.take_rejected(), 0);
}

#[test]
fn empty_and_oversized_packets_add_nothing() {
    let mut batch = Batch::new(0, 100, MARGIN);

    batch.commit(0);
    batch.commit(101);

    assert!(batch.is_empty());
    assert!(batch.frames().is_empty());
    assert!(!batch.push(&[0; 101]));
}

#[test]
fn printing_a_batch_shows_no_packet() {
    let mut batch = Batch::new(0, 100, MARGIN);
    assert!(batch.push(b"secret"));

    let text = format!("{batch:?}");

    assert!(text.contains("packets: 1"));
    assert!(
        !text.contains("115"),
        "the bytes of the packet are printed: {text}"
    );
}

proptest! {
    #[test]
    fn packets_taken_out_leave_no_gaps(kept in prop::collection::vec(any::<bool>(), 0..50)) {
        let mut batch = Batch::new(0, 100, MARGIN);
        let packets: Vec<Vec<u8>> = (0..kept.len())
            .map(|index| vec![index as u8; 1 + index])
            .collect();
        for packet in &packets {
            prop_assert!(batch.push(packet));
        }

        batch.retain(|packet| kept[usize::from(packet[0])]);

        let left: Vec<&[u8]> = packets
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| **kept)
            .map(|(packet, _)| packet.as_slice())
            .collect();
        prop_assert_eq!(batch.packets().collect::<Vec<_>>(), left.clone());
        let bytes: usize = left.iter().map(|packet| packet.len() + MARGIN.total()).sum();
        prop_assert_eq!(batch.frames().len(), bytes);
        let sealed = batch.sealed();
        for (index, packet) in left.iter().enumerate() {
            let frame = sealed.get(index).unwrap();
            prop_assert_eq!(&frame[MARGIN.before..frame.len() - MARGIN.after], *packet);
        }
    }
}
