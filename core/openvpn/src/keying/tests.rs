#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
//! The published examples of the derivation, the captured sessions, and bad input.

use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::Value;
use sha1::Sha1;
use zeroize::Zeroizing;

use super::prf::prf;
use super::*;
use crate::packet::{Role, SessionId};

const CAPTURES: &str = include_str!("../../tests/vectors/openvpn-live.json");

const LOREM: &[u8; 117] = b"Lorem ipsum dolor sit amet, consectetur adipisici elit, sed eiusmod tempor incidunt ut labore et dolore magna aliqua.";

#[test]
fn the_published_outputs_of_the_function_are_computed() {
    let seed = b"Quis aute iure reprehenderit in voluptate velit esse cillum dolore";
    let mut long = [0; 32];
    let mut short = [0; 8];

    prf(LOREM, &[seed], &mut long);
    prf(
        b"tls1-prf-test-secret",
        &[b"tls1-", b"prf-", b"test"],
        &mut short,
    );

    assert_eq!(
        long[..],
        unhex("d98c8518c85e946927916acfc2d592fbb1567e4b4b1459e6a904ac2ddab72d67")
    );
    assert_eq!(short[..], unhex("7144fe2540737595"));
}

#[test]
fn the_master_secret_of_the_key_expansion_example_is_derived() {
    let pre_master: [u8; 48] = std::array::from_fn(|index| index as u8);
    let mut master = [0; 48];

    prf(
        &pre_master,
        &[b"OpenVPN master secret", &[0x11; 32], &[0x33; 32]],
        &mut master,
    );

    assert_eq!(
        master[..],
        unhex(
            "7c7d0aa80f877d74f501c2ea05659ec1e9c43e7f245177a047cd1915d2d348c74033f9abecf460388499d42ed73346f5"
        )
    );
}

#[test]
fn the_published_hmac_is_computed() {
    let mut key = [0; 20];
    key[0] = 0x0b;

    let mut hmac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
    hmac.update(LOREM);
    hmac.update(LOREM);

    assert_eq!(
        hmac.finalize().into_bytes()[..],
        unhex("58ea5af04294e917ed84b9f0833023ae8ba77eb8")
    );
}

#[test]
fn the_key_expansion_example_is_derived() {
    let client = ClientSecrets {
        pre_master: std::array::from_fn(|index| index as u8),
        random1: [0x11; 32],
        random2: [0x22; 32],
    };
    let server = ServerSecrets {
        random1: [0x33; 32],
        random2: [0x44; 32],
    };

    let material = KeyMaterial::from_prf(
        &client,
        &server,
        session_id("0102030405060708"),
        session_id("a1a2a3a4a5a6a7a8"),
    );

    assert_eq!(
        bytes_of(&material),
        unhex(
            "e209e0f20dccfec99c6245c57f6c82e14fa12bfa1fb82ce6257e3969e4f7716c21a490fee24e29f3e829e326be4a06407db14afaf89d70b5698a6215815d9c8e
             1b2fef4997aee38e5d7513dbd22b869e210d39bba5b3d6f921e7c449b1ef81aacbcf552304c83295343757ac40083831db52fd5f1c3fe7da65c5d2dcda7fd5c7
             43f27392aa6924bbacc41a978b03d65b43fb646d13f943fd41a0be9dc67b7622207d82f21197be15077f2ffca097384bbf2d19dd186895db1e87dc541ed7e049
             993a878c52de10ad427af585c0b98cc354b9172f690a41b2dcd56067600390ffc278f78f5cb24de3106c09c532a4ca8d1c2cfc615ee49c888d665f1966d9c652"
        )
    );
}

#[test]
fn captured_messages_are_read_and_written_alike() {
    for session in captures() {
        let client = unhex(text(&session["key_method2_client_plaintext"]));
        let server = unhex(text(&session["key_method2_server_plaintext"]));

        let (client_message, rest) = ClientKeyMessage::decode(&client).unwrap();
        assert_eq!((rest, client_message.username.as_str()), (&[][..], "u"));
        assert_eq!(client_message.password.as_str(), "p");
        assert!(
            client_message
                .options
                .starts_with("V4,dev-type tun,link-mtu 1541,")
        );
        assert!(
            client_message
                .peer_info
                .starts_with("IV_VER=probe\nIV_PLAT=linux\n")
        );
        let (server_message, rest) = ServerKeyMessage::decode(&server).unwrap();
        assert_eq!((rest, server_message.peer_info.as_str()), (&[][..], ""));
        assert!(server_message.options.ends_with(",key-method 2,tls-server"));

        assert_eq!(
            *client_message.encode().unwrap(),
            client,
            "{}",
            session["name"]
        );
        assert_eq!(
            *server_message.encode().unwrap(),
            server,
            "{}",
            session["name"]
        );
    }
}

#[test]
fn the_captured_session_without_exporter_has_the_derived_keys() {
    let sessions = captures();
    let mut derived = sessions
        .iter()
        .filter(|session| session["key_source"] == "TLS1-PRF");
    let session = derived.next().unwrap();
    let client = unhex(text(&session["key_method2_client_plaintext"]));
    let server = unhex(text(&session["key_method2_server_plaintext"]));

    let material = KeyMaterial::from_prf(
        &ClientKeyMessage::decode(&client).unwrap().0.secrets,
        &ServerKeyMessage::decode(&server).unwrap().0.secrets,
        session_id(text(&session["client_sid"])),
        session_id(text(&session["server_sid"])),
    );

    assert_eq!(bytes_of(&material), unhex(text(&session["datakeys_256"])));
    assert!(derived.next().is_none());
}

#[test]
fn both_roles_take_the_same_key_for_the_same_direction() {
    assert_eq!(
        Direction::sent_by(Role::Client),
        Direction::received_by(Role::Gateway)
    );
    assert_eq!(
        Direction::sent_by(Role::Gateway),
        Direction::received_by(Role::Client)
    );
    assert_ne!(
        Direction::sent_by(Role::Client),
        Direction::sent_by(Role::Gateway)
    );
}

#[test]
fn a_cipher_key_of_zeros_is_refused_and_others_are_not() {
    let mut bytes = [0; KeyMaterial::LEN];
    bytes[20] = 1;
    let material = KeyMaterial::from_exporter(&Zeroizing::new(bytes));

    let to_gateway = Direction::ClientToGateway;
    assert_eq!(
        material.cipher_key(to_gateway, 16),
        Err(KeyMethodError::ZeroKey)
    );
    assert_eq!(material.cipher_key(to_gateway, 24).unwrap()[20], 1);
    assert_eq!(
        material.cipher_key(Direction::GatewayToClient, 32),
        Err(KeyMethodError::ZeroKey)
    );
    assert_eq!(
        material.cipher_key(to_gateway, 65),
        Err(KeyMethodError::Refused)
    );
}

#[test]
fn secrets_do_not_print() {
    let material = KeyMaterial::from_exporter(&Zeroizing::new([7; KeyMaterial::LEN]));
    assert_eq!(format!("{material:?}"), "KeyMaterial(..)");
}

#[test]
fn random_numbers_are_drawn_anew() {
    let random = rustls::crypto::aws_lc_rs::default_provider().secure_random;

    let (first, second) = (
        ClientSecrets::random(random).unwrap(),
        ClientSecrets::random(random).unwrap(),
    );
    let server = ServerSecrets::random(random).unwrap();

    assert_ne!(first.pre_master, second.pre_master);
    assert_ne!(first.random1, first.random2);
    assert_ne!(server.random1, server.random2);
}

#[test]
fn texts_of_any_length_up_to_the_limit_travel() {
    for len in [0, 1, 127, 2_048, 16_384, 65_534] {
        let message = client_message(&"x".repeat(len));

        let encoded = message.encode().unwrap();
        let (decoded, _) = ClientKeyMessage::decode(&encoded).unwrap();

        assert_eq!(decoded.password.len(), len);
    }
}

#[test]
fn texts_that_cannot_travel_are_refused() {
    let too_long = client_message(&"x".repeat(65_535)).encode();
    let zero_byte = client_message("a\0b").encode();

    assert_eq!(too_long.unwrap_err(), KeyMethodError::TooLong("password"));
    assert_eq!(zero_byte.unwrap_err(), KeyMethodError::ZeroByte("password"));
}

#[test]
fn a_client_message_cut_anywhere_is_incomplete_but_after_the_password() {
    let encoded = client_message("secret").encode().unwrap();
    let without_peer_info = encoded.len() - 2 - "IV_VER=1\n\0".len();
    for len in 0..encoded.len() {
        let decoded = ClientKeyMessage::decode(&encoded[..len]).map(|_| ());
        let expected = if len == without_peer_info {
            Ok(())
        } else {
            Err(KeyMethodError::Truncated)
        };
        assert_eq!(decoded, expected, "{len}");
    }
}

#[test]
fn a_server_message_may_end_after_its_options_and_what_follows_is_kept() {
    let message = ServerKeyMessage {
        secrets: ServerSecrets {
            random1: [1; 32],
            random2: [2; 32],
        },
        options: "V4,cipher AES-256-GCM".to_owned(),
        peer_info: "ID=5".to_owned(),
    };
    let whole = [&message.encode().unwrap()[..], b"PUSH_REPLY\0"].concat();
    let short_len = 5 + 64 + 2 + message.options.len() + 1;
    let short = [&whole[..short_len], b"PUSH_REPLY\0"].concat();

    let (from_whole, rest) = ServerKeyMessage::decode(&whole).unwrap();
    assert_eq!(
        (from_whole.peer_info.as_str(), rest),
        ("ID=5", &b"PUSH_REPLY\0"[..])
    );
    let (from_short, rest) = ServerKeyMessage::decode(&short).unwrap();
    assert_eq!(
        (from_short.peer_info.as_str(), rest),
        ("", &b"PUSH_REPLY\0"[..])
    );
    for len in 0..short_len {
        assert_eq!(
            ServerKeyMessage::decode(&whole[..len]).map(|_| ()),
            Err(KeyMethodError::Truncated)
        );
    }
}

#[test]
fn other_key_methods_are_refused_and_their_flags_are_not() {
    let mut encoded = client_message("").encode().unwrap();
    encoded[4] = 0x12;
    assert!(ClientKeyMessage::decode(&encoded).is_ok());
    for method in [0, 1, 3] {
        encoded[4] = method;
        assert_eq!(
            ClientKeyMessage::decode(&encoded).map(|_| ()),
            Err(KeyMethodError::Method)
        );
        assert_eq!(
            ServerKeyMessage::decode(&encoded).map(|_| ()),
            Err(KeyMethodError::Method)
        );
    }
}

#[test]
fn credentials_that_are_not_utf8_are_refused_rather_than_changed() {
    let mut encoded = client_message("secret").encode().unwrap();
    let place = encoded
        .windows(6)
        .position(|window| window == b"secret")
        .unwrap();
    encoded[place] = 0xff;

    assert_eq!(
        ClientKeyMessage::decode(&encoded).map(|_| ()),
        Err(KeyMethodError::NotUtf8("password"))
    );
}

proptest! {
    #[test]
    fn arbitrary_messages_are_read_without_a_panic(mut message in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = ClientKeyMessage::decode(&message);
        if let Some(method) = message.get_mut(4) {
            *method = 2;
        }
        let _ = ClientKeyMessage::decode(&message);
        let _ = ServerKeyMessage::decode(&message);
    }
}

fn client_message(password: &str) -> ClientKeyMessage {
    ClientKeyMessage {
        secrets: ClientSecrets {
            pre_master: [1; 48],
            random1: [2; 32],
            random2: [3; 32],
        },
        options: "V4".to_owned(),
        username: Zeroizing::new("user".to_owned()),
        password: Zeroizing::new(password.to_owned()),
        peer_info: "IV_VER=1\n".to_owned(),
    }
}

fn bytes_of(material: &KeyMaterial) -> Vec<u8> {
    let directions = [Direction::ClientToGateway, Direction::GatewayToClient];
    let slots = directions.map(|direction| {
        [
            material.cipher_key(direction, 64).unwrap(),
            material.hmac_slot(direction),
        ]
        .concat()
    });
    slots.concat()
}

fn session_id(text: &str) -> SessionId {
    SessionId::from_bytes(unhex(text).try_into().unwrap()).unwrap()
}

fn captures() -> Vec<Value> {
    let captures: Vec<Value> = serde_json::from_str(CAPTURES).unwrap();
    assert_eq!(captures.len(), 6);
    captures
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|character| character.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
