#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use proptest::prelude::*;
use smoltcp::wire::{Icmpv6Repr, Ipv6Repr};

use super::*;

const ALICE: &str = "2001:db8::a";
const BOB: &str = "2001:db8::b";
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP: u8 = 58;

#[test]
fn a_packet_is_answered_with_a_valid_note_that_quotes_it() {
    for (router, expected) in [(None, "fe80::7"), (Some("fd00::1"), "fd00::1")] {
        let mut refusal =
            Ipv6Refusal::new(router.map(|router| router.parse().unwrap()), Instant::now());
        let refused = packet(ALICE, BOB, TCP, &[9; 60]);

        let answer = refusal.answer(Instant::now(), &refused, 1_500).unwrap();

        let ip = Ipv6Packet::new_checked(&answer[..]).unwrap();
        let header = Ipv6Repr::parse(&ip).unwrap();
        assert_eq!(header.src_addr.to_string(), expected);
        assert_eq!(header.dst_addr.to_string(), ALICE);
        let message = Icmpv6Packet::new_checked(ip.payload()).unwrap();
        // It checks the checksum as well.
        let note = Icmpv6Repr::parse(
            &header.src_addr,
            &header.dst_addr,
            &message,
            &smoltcp::phy::ChecksumCapabilities::default(),
        )
        .unwrap();
        let Icmpv6Repr::DstUnreachable { reason, data, .. } = note else {
            panic!("{note:?}")
        };
        assert_eq!(reason, Icmpv6DstUnreachable::NoRoute);
        assert_eq!(data, [9; 60]);
        assert!(answer.ends_with(&refused));
    }
}

#[test]
fn an_answer_is_no_longer_than_every_link_carries() {
    let mut refusal = Ipv6Refusal::new(None, Instant::now());
    let refused = packet(ALICE, BOB, UDP, &[9; 1_400]);

    for (longest, expected) in [(1_500, Some(1_280)), (1_000, Some(1_000)), (40, None)] {
        let answer = refusal.answer(Instant::now(), &refused, longest);

        assert_eq!(answer.as_ref().map(Vec::len), expected);
        assert!(answer.is_none_or(|answer| answer[48..] == refused[..expected.unwrap() - 48]));
    }
}

#[test]
fn errors_and_what_went_to_many_or_came_from_nobody_are_not_answered() {
    let fragment = |offset: u8| vec![ICMP, 0, 0, offset << 3, 0, 0, 0, 1, 128, 0, 0, 0];
    let behind_options = |kind: u8| vec![ICMP, 0, 1, 4, 0, 0, 0, 0, kind, 0, 0, 0];
    let endless: Vec<u8> = [60, 0, 1, 4, 0, 0, 0, 0].repeat(20);
    let table = [
        (
            "an echo request",
            packet(ALICE, BOB, ICMP, &[128, 0, 0, 0]),
            true,
        ),
        (
            "an unreachable",
            packet(ALICE, BOB, ICMP, &[1, 0, 0, 0]),
            false,
        ),
        (
            "a redirect",
            packet(ALICE, BOB, ICMP, &[137, 0, 0, 0]),
            false,
        ),
        ("no ICMP header", packet(ALICE, BOB, ICMP, &[]), false),
        (
            "an error behind options",
            packet(ALICE, BOB, 60, &behind_options(3)),
            false,
        ),
        (
            "a request behind options",
            packet(ALICE, BOB, 60, &behind_options(128)),
            true,
        ),
        (
            "options cut short",
            packet(ALICE, BOB, 0, &[ICMP, 9, 0, 0]),
            false,
        ),
        (
            "options without an end",
            packet(ALICE, BOB, 60, &endless),
            false,
        ),
        (
            "a first fragment",
            packet(ALICE, BOB, 44, &fragment(0)),
            true,
        ),
        (
            "a later fragment",
            packet(ALICE, BOB, 44, &fragment(1)),
            false,
        ),
        ("to a group", packet(ALICE, "ff02::1", UDP, &[0; 8]), false),
        ("from a group", packet("ff02::1", BOB, UDP, &[0; 8]), false),
        ("from nobody", packet("::", BOB, UDP, &[0; 8]), false),
        (
            "cut short",
            packet(ALICE, BOB, UDP, &[0; 8])[..44].to_vec(),
            false,
        ),
        ("hardly anything", vec![0x60], false),
    ];

    for (name, refused, answered) in table {
        let mut refusal = Ipv6Refusal::new(None, Instant::now());

        assert!(Ipv6Refusal::concerns(&refused), "{name}");
        let answer = refusal.answer(Instant::now(), &refused, 1_500);
        assert_eq!(answer.is_some(), answered, "{name}");
    }
    assert!(!Ipv6Refusal::concerns(&[0x45; 20]));
    assert!(!Ipv6Refusal::concerns(&[]));
}

#[test]
fn answers_have_a_limited_rate() {
    let start = Instant::now();
    let mut refusal = Ipv6Refusal::new(None, start);
    let refused = packet(ALICE, BOB, UDP, &[0; 8]);
    let mut answers = |from: u64, to: u64| {
        (from..to)
            .filter(|millis| {
                let now = start + Duration::from_millis(*millis);
                refusal.answer(now, &refused, 1_500).is_some()
            })
            .count()
    };

    // What is there at once, and what ten seconds add.
    assert_eq!(answers(0, 10_000), 100 + 999);
    // A long pause adds no more than is there at once.
    assert_eq!(answers(100_000, 100_100), 100);
}

proptest! {
    #[test]
    fn no_packet_is_answered_with_a_longer_one_or_harms(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        next in prop::sample::select(vec![0_u8, 43, 44, 51, 58, 60, 6, 17]),
    ) {
        if bytes.len() >= 40 {
            bytes[0] = 0x60;
            let length = (bytes.len() - 40) as u16;
            bytes[4..6].copy_from_slice(&length.to_be_bytes());
            bytes[6] = next;
        }
        let mut refusal = Ipv6Refusal::new(None, Instant::now());

        let answer = refusal.answer(Instant::now(), &bytes, 1_500);

        prop_assert!(answer.is_none_or(|answer| answer.len() == bytes.len() + 48));
    }
}

fn packet(from: &str, to: &str, next: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend_from_slice(&(payload.len() as u16).to_be_bytes());
    bytes.extend_from_slice(&[next, 64]);
    for address in [from, to] {
        bytes.extend_from_slice(&address.parse::<Ipv6Addr>().unwrap().octets());
    }
    bytes.extend_from_slice(payload);
    bytes
}
