use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::data::magic;

#[test]
fn an_own_packet_that_comes_back_is_not_authentic() {
    let mut end = End::of(CLASSIC, Role::Client);
    let mut packet = end.seal(PACKET);

    assert_eq!(end.open(&mut packet), Err(DropReason::NotAuthentic));
}

#[test]
fn a_repeated_packet_is_dropped_and_an_overtaken_one_is_not() {
    for format in [V1, CLASSIC, EPOCH] {
        let (mut client, mut gateway) = pair(format);
        let (first, second) = (client.seal(PACKET), client.seal(PACKET));

        assert!(gateway.open(&mut second.clone()).is_ok());
        assert!(gateway.open(&mut first.clone()).is_ok());
        assert_eq!(gateway.open(&mut first.clone()), Err(DropReason::Replayed));
        assert_eq!(gateway.open(&mut second.clone()), Err(DropReason::Replayed));
    }
}

#[test]
fn a_forged_packet_does_not_shut_the_genuine_one_out() {
    for format in [V1, CLASSIC, EPOCH] {
        let (mut client, mut gateway) = pair(format);
        let mut genuine = client.seal(PACKET);
        let mut forged = genuine.clone();
        *forged.last_mut().unwrap() ^= 1;

        assert_eq!(gateway.open(&mut forged), Err(DropReason::NotAuthentic));
        assert_eq!(gateway.open(&mut genuine), Ok(PACKET.to_vec()));
    }
}

#[test]
fn no_bit_of_a_packet_can_be_changed_but_for_the_unprotected_header() {
    for format in [V1, CLASSIC, EPOCH] {
        let (mut client, mut gateway) = pair(format);
        let packet = client.seal(PACKET);
        for bit in 8..8 * packet.len() {
            let mut changed = packet.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(gateway.open(&mut changed).is_err(), "{format:?} bit {bit}");
        }
        assert!(gateway.open(&mut packet.clone()).is_ok());
    }
}

#[test]
fn a_packet_cut_anywhere_is_dropped() {
    for format in [V1, CLASSIC, EPOCH] {
        let (mut client, mut gateway) = pair(format);
        let packet = client.seal(PACKET);
        for len in 0..packet.len() {
            assert!(
                gateway.open(&mut packet[..len].to_vec()).is_err(),
                "{format:?} {len}"
            );
        }
    }
}

#[test]
fn control_packets_and_unknown_kinds_are_malformed() {
    let mut end = End::of(CLASSIC, Role::Client);
    for opcode in (0..32_u8).filter(|opcode| ![6, 9].contains(opcode)) {
        assert_eq!(
            end.open(&mut [opcode << 3; 100]),
            Err(DropReason::Malformed),
            "{opcode}"
        );
    }
}

#[test]
fn a_message_that_cannot_be_sealed_leaves_the_buffer_as_it_was() {
    let (_channel, mut sealer, _opener) = DataChannel::new(STREAM, None, Instant::now());
    let mut buffer = vec![1, 2, 3];

    assert_eq!(
        sealer.seal_keepalive(Instant::now(), &mut buffer),
        Err(SealError::NoKey)
    );

    assert_eq!(buffer, [1, 2, 3]);
}

#[test]
fn frames_of_unusable_length_are_refused_and_use_no_packet_id() {
    for format in [V1, CLASSIC, STREAM, EPOCH, EPOCH_STREAM] {
        let mut end = End::of(format, Role::Client);
        let room = end.sealer.headroom() + end.sealer.tailroom();
        let longest = 65_535 + format.framing.header_len();
        for len in (0..=room).chain([longest + 1]) {
            let sealed = end.sealer.seal(end.now, &mut vec![0; len]);
            assert_eq!(sealed, Err(SealError::FrameLength), "{format:?} {len}");
        }
        assert_eq!(end.sealer.seal(end.now, &mut vec![0x45; longest]), Ok(()));
        let id = format.framing.header_len() + if format == V1 { 1 } else { 4 };
        let expected = if format.epoch {
            vec![0, 1, 0, 0, 0, 0, 0, 2]
        } else {
            vec![0, 0, 0, 2]
        };
        assert_eq!(end.seal(PACKET)[id..id + expected.len()], expected);
    }
}

proptest! {
    #[test]
    fn arbitrary_packets_are_dropped_without_a_panic(mut packet in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in [V1, CLASSIC, EPOCH] {
            prop_assert!(End::of(format, Role::Client).open(&mut packet).is_err());
        }
    }

    #[test]
    fn any_payload_arrives_unchanged(payload in prop::collection::vec(any::<u8>(), 1..2_000)) {
        prop_assume!(magic::purpose_of(&payload) == magic::Purpose::Tunnel);
        for format in [V1, CLASSIC, EPOCH] {
            let (mut client, mut gateway) = pair(format);
            prop_assert_eq!(gateway.open(&mut client.seal(&payload)), Ok(payload.clone()));
        }
    }
}
