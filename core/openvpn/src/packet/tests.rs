#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use proptest::prelude::*;
use rustls::crypto::{GetRandomFailed, SecureRandom};

use super::{AckList, ControlPacket, KeyId, Opcode, PacketError, Role, SessionId, opcode_and_key};

// Packets of OpenVPN's unit test test_pkt.c.
const CLIENT_RESET: &str = "386891923fa31034370000000000";
const CONTROL_WITH_ACK: &str = "207819bf2ebcd19a450100000000eafebfa4418ae31b00000001160301";
const ACK_OF_THREE: &str = "28aeb9afe1f01d79c803000000000000000100000002dd85db535623b02e";

#[test]
fn the_published_client_reset_is_read() {
    let bytes = unhex(CLIENT_RESET);

    let packet = ControlPacket::parse(&bytes).unwrap();

    assert_eq!(packet.opcode, Opcode::HardResetClientV2);
    assert_eq!(packet.key_id, KeyId::FIRST);
    assert_eq!(packet.session_id, session_id("6891923fa3103437"));
    assert!(packet.acks.is_empty());
    assert_eq!(packet.peer_session_id, None);
    assert_eq!(packet.message_id, Some(0));
    assert!(packet.payload.is_empty());
}

#[test]
fn the_published_control_packet_with_an_acknowledgement_is_read() {
    let bytes = unhex(CONTROL_WITH_ACK);

    let packet = ControlPacket::parse(&bytes).unwrap();

    assert_eq!(packet.opcode, Opcode::ControlV1);
    assert_eq!(packet.acks, acks(&[0]));
    assert_eq!(packet.peer_session_id, Some(session_id("eafebfa4418ae31b")));
    assert_eq!(packet.message_id, Some(1));
    assert_eq!(packet.payload, [0x16, 3, 1]);
}

#[test]
fn the_published_acknowledgement_of_three_is_read_without_a_message_id() {
    let bytes = unhex(ACK_OF_THREE);

    let packet = ControlPacket::parse(&bytes).unwrap();

    assert_eq!(packet.opcode, Opcode::AckV1);
    assert_eq!(packet.acks.as_slice(), [0, 1, 2]);
    assert_eq!(packet.peer_session_id, Some(session_id("dd85db535623b02e")));
    assert_eq!(packet.message_id, None);
}

#[test]
fn what_was_read_is_written_alike() {
    for text in [CLIENT_RESET, CONTROL_WITH_ACK, ACK_OF_THREE] {
        let bytes = unhex(text);
        let packet = ControlPacket::parse(&bytes).unwrap();
        let mut written = Vec::new();

        packet.write(&mut written).unwrap();

        assert_eq!(written, bytes);
    }
}

#[test]
fn every_packet_cut_before_its_payload_is_refused() {
    for (text, fixed_len) in [
        (CLIENT_RESET, 14),
        (CONTROL_WITH_ACK, 26),
        (ACK_OF_THREE, 30),
    ] {
        let bytes = unhex(text);
        for len in 0..fixed_len {
            assert_eq!(
                ControlPacket::parse(&bytes[..len]),
                Err(PacketError::Truncated),
                "{len}"
            );
        }
        assert!(ControlPacket::parse(&bytes[..fixed_len]).is_ok());
    }
}

#[test]
fn more_than_eight_acknowledgements_are_refused() {
    let with_acks = |count: u8| {
        let mut bytes = unhex("28aeb9afe1f01d79c8");
        bytes.push(count);
        bytes.extend(vec![1; 4 * usize::from(count) + SessionId::LEN]);
        bytes
    };

    assert_eq!(ControlPacket::parse(&with_acks(8)).unwrap().acks.len(), 8);
    assert_eq!(
        ControlPacket::parse(&with_acks(9)),
        Err(PacketError::TooManyAcks)
    );
    assert_eq!(
        ControlPacket::parse(&with_acks(255)),
        Err(PacketError::TooManyAcks)
    );
}

#[test]
fn session_ids_of_zero_are_refused() {
    let sender = unhex("3800000000000000000000000000");
    let receiver = unhex("28aeb9afe1f01d79c801000000000000000000000000");

    assert_eq!(
        ControlPacket::parse(&sender),
        Err(PacketError::ZeroSessionId)
    );
    assert_eq!(
        ControlPacket::parse(&receiver),
        Err(PacketError::ZeroSessionId)
    );
}

#[test]
fn data_and_unknown_kinds_are_no_control_packets() {
    for number in [0_u8, 1, 2, 6, 9, 12, 13, 14, 31] {
        let mut bytes = unhex(CLIENT_RESET);
        bytes[0] = number << 3;
        assert_eq!(
            ControlPacket::parse(&bytes),
            Err(PacketError::NotControl),
            "{number}"
        );
    }
}

#[test]
fn an_inconsistent_packet_is_not_written() {
    let bytes = unhex(CONTROL_WITH_ACK);
    let good = ControlPacket::parse(&bytes).unwrap();
    let without_peer = ControlPacket {
        peer_session_id: None,
        ..good
    };
    let without_acks = ControlPacket {
        acks: AckList::default(),
        ..good
    };
    let numbered_ack = ControlPacket {
        opcode: Opcode::AckV1,
        ..good
    };
    let unnumbered = ControlPacket {
        message_id: None,
        ..good
    };
    let data = ControlPacket {
        opcode: Opcode::DataV2,
        ..good
    };
    let mut out = Vec::new();

    assert_eq!(
        without_peer.write(&mut out),
        Err(PacketError::AcksWithoutPeer)
    );
    assert_eq!(
        without_acks.write(&mut out),
        Err(PacketError::AcksWithoutPeer)
    );
    assert_eq!(
        numbered_ack.write(&mut out),
        Err(PacketError::MessageIdMismatch)
    );
    assert_eq!(
        unnumbered.write(&mut out),
        Err(PacketError::MessageIdMismatch)
    );
    assert_eq!(data.write(&mut out), Err(PacketError::NotControl));
    assert!(out.is_empty());
}

#[test]
fn first_bytes_are_read_as_openvpn_writes_them() {
    let known = [
        (0x18, Opcode::SoftResetV1),
        (0x20, Opcode::ControlV1),
        (0x28, Opcode::AckV1),
        (0x30, Opcode::DataV1),
        (0x38, Opcode::HardResetClientV2),
        (0x40, Opcode::HardResetServerV2),
        (0x48, Opcode::DataV2),
        (0x50, Opcode::HardResetClientV3),
        (0x58, Opcode::ControlWkcV1),
    ];
    for first in 0..=u8::MAX {
        let expected = known
            .iter()
            .find(|(base, _)| base >> 3 == first >> 3)
            .map(|(_, opcode)| (*opcode, KeyId::new(first & 7).unwrap()));

        let read = opcode_and_key(first);

        assert_eq!(read, expected);
        if let Some((opcode, key_id)) = read {
            assert_eq!(opcode.first_byte(key_id), first);
        }
    }
}

#[test]
fn key_ids_never_return_to_the_first() {
    let mut key_id = KeyId::FIRST;
    let mut seen = Vec::new();
    for _ in 0..9 {
        key_id = key_id.next();
        seen.push(key_id.number());
    }

    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7, 1, 2]);
    assert_eq!(KeyId::new(8), None);
}

#[test]
fn a_full_acknowledgement_list_takes_no_more() {
    let mut list = acks(&[1, 2, 3, 4, 5, 6, 7, 8]);

    assert!(!list.push(9));

    assert_eq!(list.as_slice(), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn session_ids_come_from_the_given_randomness() {
    assert_eq!(
        SessionId::new(&Constant(7)).unwrap(),
        SessionId::from_bytes([7; 8]).unwrap()
    );
    assert!(SessionId::new(&Constant(0)).is_err());
    assert_eq!(
        format!("{:?}", session_id("6891923fa3103437")),
        "6891923fa3103437"
    );
}

#[test]
fn the_peer_of_each_role_is_the_other() {
    assert_eq!(Role::Client.peer(), Role::Gateway);
    assert_eq!(Role::Gateway.peer(), Role::Client);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused_and_what_is_read_is_written_alike(
        bytes in prop::collection::vec(any::<u8>(), 0..100),
        first in any::<u8>(),
    ) {
        let mut bytes = bytes;
        if let Some(byte) = bytes.first_mut() {
            *byte = first;
        }
        if let Ok(packet) = ControlPacket::parse(&bytes) {
            let mut written = Vec::new();
            packet.write(&mut written).unwrap();
            // Bytes behind the last field of an acknowledgement are ignored.
            prop_assert_eq!(&written, &bytes[..written.len()]);
            prop_assert!(written.len() == bytes.len() || packet.opcode == Opcode::AckV1);
        }
    }

    #[test]
    fn every_packet_that_can_be_written_is_read_back(
        opcode in prop::sample::select(vec![
            Opcode::SoftResetV1, Opcode::ControlV1, Opcode::AckV1, Opcode::HardResetClientV2,
            Opcode::HardResetServerV2, Opcode::HardResetClientV3, Opcode::ControlWkcV1,
        ]),
        key in 0_u8..8,
        ids in prop::collection::vec(any::<u32>(), 0..=8),
        message_id in any::<u32>(),
        payload in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let is_ack = opcode == Opcode::AckV1;
        let packet = ControlPacket {
            opcode,
            key_id: KeyId::new(key).unwrap(),
            session_id: SessionId::from_bytes([1; 8]).unwrap(),
            acks: acks(&ids),
            peer_session_id: (!ids.is_empty()).then(|| SessionId::from_bytes([2; 8]).unwrap()),
            message_id: (!is_ack).then_some(message_id),
            payload: if is_ack { &[] } else { &payload },
        };
        let mut bytes = Vec::new();

        packet.write(&mut bytes).unwrap();

        prop_assert_eq!(ControlPacket::parse(&bytes), Ok(packet));
    }
}

#[derive(Debug)]
struct Constant(u8);

impl SecureRandom for Constant {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), GetRandomFailed> {
        buffer.fill(self.0);
        Ok(())
    }
}

fn acks(ids: &[u32]) -> AckList {
    let mut list = AckList::default();
    assert!(ids.iter().all(|id| list.push(*id)));
    list
}

fn session_id(hex: &str) -> SessionId {
    SessionId::from_bytes(unhex(hex).try_into().unwrap()).unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).unwrap() as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
