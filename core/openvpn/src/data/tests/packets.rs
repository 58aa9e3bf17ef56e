use serde_json::Value;
use zeroize::Zeroizing;

use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;

use super::*;
use crate::data::magic;
use crate::keying::Direction;

const CAPTURES: &str = include_str!("../../../tests/vectors/openvpn-live.json");

#[test]
fn the_published_packets_are_sealed_and_opened() {
    for (format, cipher, expected) in [
        (
            CLASSIC,
            Cipher::Aes256Gcm,
            "48000017 00000001 4b25c6606449c0e04c573546d802e261 2262f977d6bb2118fa0ea82e6b1706d949aefcb5efcbbacd5c09a9ab45f4d391d3f68794cb0b82c3d33389b61622b3281598e2ff6d5cc38b",
        ),
        (
            V1,
            Cipher::Aes256Gcm,
            "30 00000001 15dac3c372a148256d36dae123e08b93 2262f977d6bb2118fa0ea82e6b1706d949aefcb5efcbbacd5c09a9ab45f4d391d3f68794cb0b82c3d33389b61622b3281598e2ff6d5cc38b",
        ),
        (
            CLASSIC,
            Cipher::ChaCha20Poly1305,
            "48000017 00000001 f2c9320d1ed7eb8a24d70ccb6f0da098 1e9df44cbc61e8e65b606504faaf107f3b94da1fa1c9b860fbdff86ad8ae6b5fbe762ba5beb3f09ad395efd7b47656ec824bbd83a44bbed5",
        ),
    ] {
        let mut sender = End::new(format, cipher, Role::Client, &published_material());
        let mut receiver = End::new(format, cipher, Role::Gateway, &published_material());

        let mut packet = sender.seal(PLAINTEXT);

        assert_eq!(packet, unhex(expected), "{cipher} {format:?}");
        assert_eq!(receiver.open(&mut packet), Ok(PLAINTEXT.to_vec()));
    }
}

#[test]
fn captured_packets_are_opened_and_sealed_again_byte_by_byte() {
    let mut packets = 0;
    for session in captures() {
        for (direction, sender) in [
            ("data_client_to_server", Role::Client),
            ("data_server_to_client", Role::Gateway),
        ] {
            let mut receiving = captured_end(&session, sender.peer());
            let mut sending = captured_end(&session, sender);
            for pair in session[direction].as_array().unwrap() {
                let (wire, plaintext) = (unhex(text(&pair[0])), unhex(text(&pair[1])));

                let opened = receiving
                    .opener
                    .open(receiving.now, &mut wire.clone())
                    .to_owned();

                match opened {
                    Owned::Packet(packet) => assert_eq!(packet, plaintext),
                    Owned::KeepAlive => assert_eq!(plaintext, magic::PING),
                    other => panic!("{other:?}"),
                }
                assert_eq!(
                    sending.seal_as_in(&wire, &plaintext),
                    wire,
                    "{}",
                    session["name"]
                );
                packets += 1;
            }
        }
    }
    assert_eq!(packets, 26);
}

#[test]
fn a_stream_gets_the_same_packets_behind_their_length() {
    for (datagram, stream) in [(CLASSIC, STREAM), (EPOCH, EPOCH_STREAM)] {
        let packet = End::of(datagram, Role::Client).seal(PACKET);
        let frame = End::of(stream, Role::Client).seal(PACKET);

        assert_eq!(frame[..2], (packet.len() as u16).to_be_bytes());
        assert_eq!(frame[2..], packet);
    }
}

#[test]
fn room_around_the_payload_is_what_the_format_adds() {
    for (format, head, tail) in [
        (V1, 21, 0),
        (CLASSIC, 24, 0),
        (STREAM, 26, 0),
        (EPOCH, 12, 16),
        (EPOCH_STREAM, 14, 16),
    ] {
        let end = End::of(format, Role::Client);
        assert_eq!(
            (end.sealer.headroom(), end.sealer.tailroom()),
            (head, tail),
            "{format:?}"
        );
    }
}

/// OpenVPN's unit tests publish the segment size that fits into a link of some size; what they take off for the data
/// channel is this room.
#[test]
fn the_room_agrees_with_the_published_segment_sizes() {
    let end = End::of(CLASSIC, Role::Client);
    let inner_headers = 20 + 20;

    for link in 1_000..1_600 {
        let room = end.sealer.headroom() + end.sealer.tailroom();
        assert_eq!(link - room - inner_headers, link - 4 - 4 - 16 - 40);
    }
    let over_udp = 1_492 - 28 - end.sealer.headroom() - inner_headers;
    assert_eq!(over_udp, 1_400);
}

#[test]
fn packets_go_both_ways_with_every_cipher_and_format() {
    for cipher in Cipher::ALL {
        for format in [V1, CLASSIC, EPOCH] {
            let mut client = End::new(format, cipher, Role::Client, &material(1));
            let mut gateway = End::new(format, cipher, Role::Gateway, &material(1));
            for _ in 0..3 {
                assert_eq!(
                    gateway.open(&mut client.seal(PACKET)),
                    Ok(PACKET.to_vec()),
                    "{cipher}"
                );
                assert_eq!(
                    client.open(&mut gateway.seal(PACKET)),
                    Ok(PACKET.to_vec()),
                    "{cipher}"
                );
            }
        }
    }
}

#[test]
fn either_header_is_understood_whatever_the_own_one_is() {
    for (ours, theirs) in [(V1, CLASSIC), (CLASSIC, V1)] {
        let mut packet = End::of(theirs, Role::Gateway).seal(PACKET);
        assert_eq!(
            End::of(ours, Role::Client).open(&mut packet),
            Ok(PACKET.to_vec())
        );
    }
}

#[test]
fn keepalives_and_exit_notes_are_told_apart_from_packets() {
    for format in [V1, STREAM, EPOCH] {
        let (mut client, mut gateway) = pair(format);
        let start = format.framing.header_len();
        let (mut keepalive, mut exit) = (vec![1, 2, 3], Vec::new());

        client
            .sealer
            .seal_keepalive(client.now, &mut keepalive)
            .unwrap();
        client
            .sealer
            .seal_exit_notification(client.now, &mut exit)
            .unwrap();

        assert_eq!(keepalive[..3], [1, 2, 3]);
        let mut keepalive = keepalive.split_off(3 + start);
        assert_eq!(
            gateway.opener.open(gateway.now, &mut keepalive),
            Opened::KeepAlive
        );
        assert_eq!(
            gateway.opener.open(gateway.now, &mut exit[start..]),
            Opened::ExitNotification
        );
        assert_eq!(client.channel.statistics().sent_messages, 2);
        assert_eq!(gateway.channel.statistics().received_messages, 2);
        assert_eq!(gateway.channel.statistics().received_packets, 0);
    }
}

#[test]
fn other_notes_and_empty_packets_never_reach_the_tunnel() {
    let mut request = magic::EXIT;
    request[16] = 0;

    assert_eq!(magic::purpose_of(&request), magic::Purpose::Nothing);
    assert_eq!(magic::purpose_of(&[]), magic::Purpose::Nothing);
    assert_eq!(magic::purpose_of(&[0x28, 1, 2]), magic::Purpose::Tunnel);
    let (mut client, mut gateway) = pair(CLASSIC);
    assert_eq!(
        gateway.open(&mut client.seal(&request)),
        Err(DropReason::NotForTunnel)
    );
}

#[test]
fn ciphers_go_by_their_openvpn_names_and_weak_ones_are_unknown() {
    for cipher in Cipher::ALL {
        assert_eq!(cipher.name().to_lowercase().parse(), Ok(cipher));
        assert_eq!(cipher.to_string().parse(), Ok(cipher));
    }
    for name in [
        "AES-256-CBC",
        "BF-CBC",
        "none",
        "[null-cipher]",
        "",
        "AES-256-GCM ",
    ] {
        assert_eq!(name.parse::<Cipher>(), Err(UnknownCipher), "{name}");
    }
}

fn captures() -> Vec<Value> {
    let captures: Vec<Value> = serde_json::from_str(CAPTURES).unwrap();
    assert_eq!(captures.len(), 6);
    captures
}

fn captured_end(session: &Value, role: Role) -> End {
    let format = DataFormat {
        framing: Framing::Datagram,
        peer_id: session["peer_id"].as_u64().map(|id| id as u32),
        epoch: session["epoch_format"].as_bool().unwrap(),
        compression: CompressionFraming::None,
    };
    let keys = unhex(text(&session["datakeys_256"]));
    let material = KeyMaterial::from_exporter(&Zeroizing::new(keys.try_into().unwrap()));
    End::new(
        format,
        text(&session["cipher"]).parse().unwrap(),
        role,
        &material,
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// AES-256-CBC is refused as a data cipher, but its published packet shows that the slots of the key material lie where
/// every OpenVPN looks for them.
#[test]
fn the_published_cbc_packet_is_protected_with_the_slots_of_the_material() {
    let material = published_material();
    let direction = Direction::ClientToGateway;
    let packet = unhex(
        "480000172af32a338a94ec529370165eb11f03cc3b169278000102030405060708090a0b0c0d0e0f\
         6efb40f40151bc2120079cb5d676f055e407fe553da2d47cb279fc4d89726fc92fc27adbb27f0910\
         3a3a4f182f432f6a3224844c6ae9b6d18ea5e141d79303ef",
    );
    let (tag, protected) = packet[4..].split_at(20);
    let (iv, ciphertext) = protected.split_at(16);

    let hmac_key = hmac::Key::new(
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        &material.hmac_slot(direction)[..20],
    );
    hmac::verify(&hmac_key, protected, tag).unwrap();
    let cipher_key = material.cipher_key(direction, 32).unwrap();
    let cipher_key = UnboundCipherKey::new(&AES_256, cipher_key).unwrap();
    let iv = DecryptionContext::Iv128(FixedLength::from(<[u8; 16]>::try_from(iv).unwrap()));
    let mut text = ciphertext.to_vec();
    let opened = PaddedBlockDecryptingKey::cbc_pkcs7(cipher_key)
        .unwrap()
        .decrypt(&mut text, iv)
        .unwrap();

    assert_eq!(opened, [&[0, 0, 0, 1], PLAINTEXT].concat());
}
