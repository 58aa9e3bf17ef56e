#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use proptest::prelude::*;

use super::*;

const SYN_ACK: u8 = 0x12;
const ACK: u8 = 0x10;

/// The option that announces 1460 bytes.
const ANNOUNCED: [u8; 4] = [2, 4, 0x05, 0xb4];

#[test]
fn both_segments_that_open_a_connection_are_lowered_and_their_checksums_hold() {
    for flags in [SYN, SYN_ACK] {
        for (packet, start, largest) in [
            (ipv4(&tcp(flags, &ANNOUNCED)), 20, 1_400),
            (ipv6(TCP, &tcp(flags, &ANNOUNCED)), 40, 1_380),
        ] {
            let lowered = clamped(&packet);

            assert_eq!(announcement(&lowered[start + 22..]), largest);
            assert!(checksum_holds(&lowered, start));
            assert_eq!(lowered[..start + 16], packet[..start + 16]);
            assert_eq!(
                lowered[start + 18..start + 22],
                packet[start + 18..start + 22]
            );
            assert_eq!(lowered[start + 24..], packet[start + 24..]);
        }
    }
}

#[test]
fn an_announcement_is_never_raised() {
    for announced in [0_u16, 536, 1_399, 1_400] {
        let [high, low] = announced.to_be_bytes();
        let packet = ipv4(&tcp(SYN, &[2, 4, high, low]));
        assert_eq!(clamped(&packet), packet, "{announced}");
    }
}

#[test]
fn an_announcement_is_found_behind_other_options_wherever_it_lies() {
    for before in [
        &[][..],
        &[1],
        &[1, 1],
        &[3, 3, 7],
        &[8, 10, 1, 2, 3, 4, 5, 6, 7, 8],
        &[1, 4, 2, 1, 3, 3, 7],
    ] {
        let mut options = [before, &ANNOUNCED].concat();
        options.resize(options.len().next_multiple_of(4), 0);
        let packet = ipv4(&tcp(SYN, &options));

        let lowered = clamped(&packet);

        assert_eq!(announcement(&lowered[40 + before.len() + 2..]), 1_400);
        assert!(checksum_holds(&lowered, 20), "{before:?}");
    }
}

#[test]
fn ip_options_and_extension_headers_are_looked_behind() {
    let mut with_options = ipv4(&tcp(SYN, &ANNOUNCED));
    with_options[0] = 0x46;
    with_options.splice(20..20, [1; 4]);
    let hop_by_hop = [&[TCP, 0, 1, 4, 0, 0, 0, 0][..], &tcp(SYN, &ANNOUNCED)].concat();
    let two = [
        &[60, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
        &[TCP, 0, 1, 4, 0, 0, 0, 0],
        &tcp(SYN, &ANNOUNCED),
    ]
    .concat();
    let first_fragment = [&[TCP, 0, 0, 1, 9, 9, 9, 9][..], &tcp(SYN, &ANNOUNCED)].concat();

    for (packet, start, largest) in [
        (with_options, 24, 1_400),
        (ipv6(0, &hop_by_hop), 48, 1_380),
        (ipv6(0, &two), 64, 1_380),
        (ipv6(44, &first_fragment), 48, 1_380),
    ] {
        let lowered = clamped(&packet);
        assert_eq!(announcement(&lowered[start + 22..]), largest);
    }
}

#[test]
fn what_opens_no_connection_is_left_alone() {
    let segment = tcp(SYN, &ANNOUNCED);
    let mut later_fragment = ipv4(&segment);
    later_fragment[7] = 1;
    let mut udp = ipv4(&segment);
    udp[9] = 17;
    let mut no_header = ipv4(&segment);
    no_header[0] = 0x44;
    for packet in [
        ipv4(&tcp(ACK, &ANNOUNCED)),
        ipv6(TCP, &tcp(ACK, &ANNOUNCED)),
        later_fragment,
        udp,
        no_header,
        ipv6(17, &segment),
        ipv6(50, &segment),
        ipv6(44, &[&[TCP, 0, 0, 9, 0, 0, 0, 0][..], &segment].concat()),
        // Authentication covers the segment.
        ipv6(51, &[&[TCP, 0, 0, 0, 0, 0, 0, 0][..], &segment].concat()),
        [&[0x70][..], &segment].concat(),
        Vec::new(),
    ] {
        assert_eq!(clamped(&packet), packet);
    }
}

#[test]
fn an_announcement_behind_the_end_of_the_options_or_cut_short_is_none() {
    for options in [
        [&[0, 0, 0, 0][..], &ANNOUNCED].concat(),
        vec![1, 1, 2, 4],
        vec![2, 3, 0x05, 0xb4],
        vec![3, 0, 2, 4],
        vec![3, 1, 2, 4],
        vec![3, 200, 2, 4],
        vec![1, 1, 1, 2],
    ] {
        let packet = ipv4(&tcp(SYN, &options));
        assert_eq!(clamped(&packet), packet, "{options:?}");
    }
    let whole = ipv4(&tcp(SYN, &ANNOUNCED));
    for len in 0..whole.len() {
        assert_eq!(clamped(&whole[..len]), whole[..len], "{len}");
    }
}

#[test]
fn a_chain_of_extension_headers_has_an_end() {
    let endless: Vec<u8> = [0_u8, 0, 1, 4, 0, 0, 0, 0].repeat(1_000);
    let packet = ipv6(0, &endless);

    assert_eq!(clamped(&packet), packet);
}

#[test]
fn so_small_a_segment_is_no_limit() {
    assert_eq!(MssClamp::new(47), None);
    assert!(MssClamp::new(48).is_some());
}

/// RFC 1624 section 4: the example of a checksum that becomes zero.
#[test]
fn the_example_of_rfc_1624_is_adjusted() {
    assert_eq!(adjusted(0xdd2f, 0x5555, 0x3285), 0x0000);
}

proptest! {
    #[test]
    fn arbitrary_packets_keep_their_length_and_do_not_panic(
        mut packet in prop::collection::vec(any::<u8>(), 0..200),
        shape in 0_u8..4,
    ) {
        if let (Some(first), 1..) = (packet.first_mut(), shape) {
            *first = if shape == 1 { 0x60 } else { 0x45 };
        }
        if let (Some(protocol), true) = (packet.get_mut(if shape == 1 { 6 } else { 9 }), shape < 3) {
            *protocol = TCP;
        }
        prop_assert_eq!(clamped(&packet).len(), packet.len());
    }

    #[test]
    fn arbitrary_options_leave_a_checksum_that_holds(
        mut options in prop::collection::vec(prop_oneof![any::<u8>(), 0_u8..5], 0..=40),
        flags in any::<u8>(),
        largest in LEAST..,
    ) {
        options.resize(options.len().next_multiple_of(4), 0);
        let mut packet = ipv4(&tcp(flags | SYN, &options));
        prop_assert!(checksum_holds(&packet, 20));

        MssClamp::new(largest).unwrap().apply(&mut packet);

        prop_assert!(checksum_holds(&packet, 20));
    }
}

fn clamped(packet: &[u8]) -> Vec<u8> {
    let mut packet = packet.to_vec();
    MssClamp::new(1_400).unwrap().apply(&mut packet);
    packet
}

fn announcement(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

fn tcp(flags: u8, options: &[u8]) -> Vec<u8> {
    let mut segment = vec![0x9c, 0x40, 0x01, 0xbb, 1, 2, 3, 4, 0, 0, 0, 0];
    segment.push(((20 + options.len()) as u8 / 4) << 4);
    segment.extend([flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend_from_slice(options);
    segment
}

fn ipv4(segment: &[u8]) -> Vec<u8> {
    let len = (20 + segment.len()) as u16;
    let mut packet = vec![0x45, 0];
    packet.extend(len.to_be_bytes());
    packet.extend([0, 7, 0x40, 0, 64, TCP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    packet.extend_from_slice(segment);
    fill_checksum(&mut packet, 20);
    packet
}

fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend((payload.len() as u16).to_be_bytes());
    packet.extend([next, 64]);
    packet.extend([0xfd; 16]);
    packet.extend([0xfc; 16]);
    packet.extend_from_slice(payload);
    if next == TCP {
        fill_checksum(&mut packet, 40);
    }
    packet
}

fn fill_checksum(packet: &mut [u8], start: usize) {
    let sum = checksum(packet, start);
    packet[start + 16..start + 18].copy_from_slice(&sum.to_be_bytes());
}

/// Computed from scratch, over the pseudo header as well (RFC 9293 section 3.1).
fn checksum(packet: &[u8], start: usize) -> u16 {
    let addresses = if packet[0] >> 4 == 4 {
        &packet[12..20]
    } else {
        &packet[8..40]
    };
    let segment = &packet[start..];
    let len = segment.len() as u32;
    let mut bytes = [addresses, &[0, TCP], &(len as u16).to_be_bytes(), segment].concat();
    let place = bytes.len() - segment.len() + 16;
    bytes[place..place + 2].fill(0);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// Both zeros of one's complement arithmetic are the same.
fn checksum_holds(packet: &[u8], start: usize) -> bool {
    let stated = u16::from_be_bytes([packet[start + 16], packet[start + 17]]);
    let computed = checksum(packet, start);
    stated == computed || [stated, computed] == [0, 0xffff] || [stated, computed] == [0xffff, 0]
}
