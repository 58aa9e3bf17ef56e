#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
//! The first control packets of sessions captured between OpenVPN clients and servers.

use serde_json::Value;

use super::config::{Digest, KeyDirection, Wrapping};
use super::key_tests::unhex;
use super::static_key::StaticKey;
use super::tls_crypt_v2::TlsCryptV2ClientKey;
use super::wrapper::Wrapper;
use crate::packet::{HEAD_LEN, Opcode, Role, SessionId};

const CAPTURES: &str = include_str!("../../tests/vectors/openvpn-live.json");

#[test]
fn every_captured_control_packet_is_read_and_written_alike() {
    let mut read = 0;
    for capture in captures() {
        let mut ends = Ends::of(&capture);
        for (direction, wire) in packets(&capture) {
            let (sender, time, receiver) = ends.of_direction(&direction);
            let mut received = wire.clone();
            let packet = receiver.unwrap(&mut received).unwrap();
            let mut written = Vec::new();

            sender.wrap(&packet, time, &mut written).unwrap();

            assert_eq!(written, wire, "{} {direction} {packet:?}", capture["name"]);
            read += 1;
        }
    }
    assert_eq!(read, 30);
}

#[test]
fn the_fields_of_captured_packets_are_those_of_the_session() {
    for capture in captures() {
        let mut ends = Ends::of(&capture);
        let client = session_id(&capture["client_sid"]);
        let server = session_id(&capture["server_sid"]);
        let mut kinds = Vec::new();
        for (direction, mut wire) in packets(&capture) {
            let (_, _, receiver) = ends.of_direction(&direction);
            let packet = receiver.unwrap(&mut wire).unwrap();
            let (sender, peer) = if direction == "tx" {
                (client, server)
            } else {
                (server, client)
            };

            assert_eq!(packet.session_id, sender);
            assert_eq!(
                packet.peer_session_id,
                (!packet.acks.is_empty()).then_some(peer)
            );
            assert_eq!(packet.message_id.is_none(), packet.opcode == Opcode::AckV1);
            kinds.push(packet.opcode);
        }
        let with_client_key = capture.get("wkc").is_some();
        let reset = if with_client_key {
            Opcode::HardResetClientV3
        } else {
            Opcode::HardResetClientV2
        };
        let hello = if with_client_key {
            Opcode::ControlWkcV1
        } else {
            Opcode::ControlV1
        };
        assert_eq!(
            kinds[..3],
            [reset, Opcode::HardResetServerV2, hello],
            "{}",
            capture["name"]
        );
    }
}

#[test]
fn the_third_packet_of_every_session_acknowledges_the_reset_and_opens_tls() {
    for capture in captures() {
        let mut ends = Ends::of(&capture);
        let (_, mut wire) = packets(&capture).swap_remove(2);

        let packet = ends.server.unwrap(&mut wire).unwrap();

        assert_eq!(packet.acks.as_slice(), [0]);
        assert_eq!(packet.message_id, Some(1));
        assert!(packet.payload.is_empty() || packet.payload.starts_with(&[0x16, 3, 1]));
    }
}

#[test]
fn a_server_that_wants_the_client_key_again_says_so_in_its_reset() {
    let capture = captures()
        .into_iter()
        .find(|capture| capture.get("wkc").is_some())
        .unwrap();
    let mut ends = Ends::of(&capture);
    let (_, mut wire) = packets(&capture).swap_remove(1);

    let packet = ends.client.unwrap(&mut wire).unwrap();

    assert_eq!(packet.payload, [0, 1, 0, 2, 0, 1]);
}

#[test]
fn captured_packets_with_any_byte_changed_are_refused_where_they_are_protected() {
    for capture in captures()
        .iter()
        .filter(|capture| capture["wrap"] != "none")
    {
        let mut ends = Ends::of(capture);
        for (direction, wire) in packets(capture) {
            let (_, _, receiver) = ends.of_direction(&direction);
            for place in 0..protected_len(capture, &wire) {
                let mut changed = wire.clone();
                changed[place] ^= 0x40;
                assert!(receiver.unwrap(&mut changed).is_err(), "byte {place}");
            }
            assert!(receiver.unwrap(&mut wire.clone()).is_ok());
        }
    }
}

/// Both ends of a captured session: the wrapper of the server stands in for what was captured there.
struct Ends {
    client: Wrapper,
    server: Wrapper,
    /// When each end sent its first packet, which it writes into all later ones.
    client_time: u32,
    server_time: u32,
}

impl Ends {
    fn of(capture: &Value) -> Self {
        let key = || StaticKey::from_hex(capture["wrap_key_256"].as_str().unwrap()).unwrap();
        let tls_auth = |direction| Wrapping::TlsAuth {
            key: key(),
            direction,
            digest: Digest::Sha1,
        };
        let (client, server, number_start) =
            match (capture["wrap"].as_str().unwrap(), capture.get("wkc")) {
                ("none", _) => (Wrapping::None, Wrapping::None, None),
                ("auth", _) => (
                    tls_auth(KeyDirection::One),
                    tls_auth(KeyDirection::Zero),
                    Some(HEAD_LEN + Digest::Sha1.output_len()),
                ),
                ("crypt", Some(wkc)) => {
                    let client_key =
                        TlsCryptV2ClientKey::from_parts(key(), &unhex(wkc.as_str().unwrap()))
                            .unwrap();
                    let wrapping = Wrapping::TlsCryptV2 { client_key };
                    (wrapping.clone(), wrapping, Some(HEAD_LEN))
                }
                ("crypt", None) => (
                    Wrapping::TlsCrypt { key: key() },
                    Wrapping::TlsCrypt { key: key() },
                    Some(HEAD_LEN),
                ),
                (other, _) => panic!("unknown wrapping {other}"),
            };
        let packets = packets(capture);
        let time_of = |index: usize| {
            let wire: &[u8] = &packets[index].1;
            number_start.map_or(0, |start| {
                u32::from_be_bytes(wire[start + 4..start + 8].try_into().unwrap())
            })
        };
        Self {
            client: Wrapper::new(&client, Role::Client),
            server: Wrapper::new(&server, Role::Gateway),
            client_time: time_of(0),
            server_time: time_of(1),
        }
    }

    /// The sender's wrapper and time, and the receiver's wrapper.
    fn of_direction(&mut self, direction: &str) -> (&mut Wrapper, u32, &mut Wrapper) {
        match direction {
            "tx" => (&mut self.client, self.client_time, &mut self.server),
            "rx" => (&mut self.server, self.server_time, &mut self.client),
            other => panic!("unknown direction {other}"),
        }
    }
}

/// The wrapped client key lies behind what is authenticated.
fn protected_len(capture: &Value, wire: &[u8]) -> usize {
    let carries_client_key = wire[0] >> 3 == Opcode::HardResetClientV3 as u8
        || wire[0] >> 3 == Opcode::ControlWkcV1 as u8;
    let client_key_len = capture
        .get("wkc")
        .map_or(0, |wkc| wkc.as_str().unwrap().len() / 2);
    if carries_client_key {
        wire.len() - client_key_len
    } else {
        wire.len()
    }
}

fn captures() -> Vec<Value> {
    let captures: Vec<Value> = serde_json::from_str(CAPTURES).unwrap();
    assert_eq!(captures.len(), 6);
    captures
}

fn packets(capture: &Value) -> Vec<(String, Vec<u8>)> {
    let packets = capture["first_control_packets"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    packets
        .iter()
        .map(|packet| (text(&packet[0]), unhex(&text(&packet[1]))))
        .collect()
}

fn session_id(value: &Value) -> SessionId {
    SessionId::from_bytes(unhex(value.as_str().unwrap()).try_into().unwrap()).unwrap()
}
