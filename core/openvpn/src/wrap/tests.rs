#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
//! The packets of OpenVPN's unit tests test_pkt.c and test_tls_crypt.c, and what hostile ones must not do.

use proptest::prelude::*;

use super::config::{Digest, KeyDirection, Wrapping};
use super::key_error::KeyError;
use super::key_tests::{KEY, client_key, server_key, unhex};
use super::static_key::StaticKey;
use super::tls_crypt::TlsCryptKeys;
use super::wrapper::{WrapError, Wrapper};
use crate::packet::{AckList, ControlPacket, KeyId, Opcode, PacketError, Role, SessionId};

const PLAIN_RESET: &str = "386891923fa31034370000000000";
const TLS_AUTH_RESET: &str =
    "38de694c5c7bfba27493537c1ded4e781529ae7cfe4b8c6d6b2b51f05a0000000161d3bf6c0000000000";
const TLS_AUTH_RESET_TIME: u32 = 0x61d3_bf6c;
const TLS_CRYPT_RESET: &str = "38f419cb12d1f9e48f0000000161d3f8e1330206f56802be44fbed905064e3db43416bec5e526719462b7eb90c96defc9b05c44879f7";
const TLS_CRYPT_RESET_TIME: u32 = 0x61d3_f8e1;
const TLS_AUTH_CONTROL: &str = "\
    2014014ebc80c6142b7bc876fbc52e27b1c507355bb6006bae71ba4e38000000\
    0361d3ff530000000001160301010c0100010803038caaac3a1a07bde7b75006\
    9b940c344b5a35cac479bdc909b07bd9eebb7de725203938e2183336149f34f0\
    4459968d0ed24776648859e9380397969845fbf5ff230032130213031301c02c\
    c030009fcca9cca8ccaac02bc02f009ec024c028006bc023c0270067c00ac014\
    0039c009c013003300ff0100008d000b000403000102000a000c000a001d0017\
    001e001900180016000000170000000d0030002e040305030603080708080809\
    080a080b08040805080604010501060103030203030102010302020204020502\
    0602002b00050403040303002d00020101003300260024001d00200ec97aff58\
    db56f640d1eddb9181d6ef83868ab23d88923fd8519cd62656336b";

#[test]
fn without_wrapping_packets_travel_as_they_are() {
    let mut bytes = unhex(PLAIN_RESET);
    let packet = Wrapper::new(&Wrapping::None, Role::Gateway)
        .unwrap(&mut bytes)
        .unwrap();

    let written = wrap(&mut Wrapper::new(&Wrapping::None, Role::Client), &packet, 1);

    assert_eq!(written, unhex(PLAIN_RESET));
}

#[test]
fn the_published_tls_auth_reset_is_authentic_and_written_alike() {
    let mut bytes = unhex(TLS_AUTH_RESET);

    let packet = gateway(&tls_auth(KeyDirection::Zero))
        .unwrap(&mut bytes)
        .unwrap();

    assert_eq!(packet.opcode, Opcode::HardResetClientV2);
    assert_eq!(packet.message_id, Some(0));
    let written = wrap(
        &mut client(&tls_auth(KeyDirection::One)),
        &packet,
        TLS_AUTH_RESET_TIME,
    );
    assert_eq!(written, unhex(TLS_AUTH_RESET));
}

#[test]
fn the_published_tls_auth_control_packet_is_authentic_until_a_byte_of_its_hmac_changes() {
    let mut good = unhex(TLS_AUTH_CONTROL);
    let mut bad = good.clone();
    bad[20] = 0x23;

    let packet = gateway(&tls_auth(KeyDirection::Zero))
        .unwrap(&mut good)
        .unwrap();

    assert_eq!(packet.opcode, Opcode::ControlV1);
    assert!(packet.acks.is_empty());
    assert_eq!(packet.message_id, Some(1));
    assert_eq!(packet.payload[..6], [0x16, 3, 1, 1, 0x0c, 1]);
    let refused = gateway(&tls_auth(KeyDirection::Zero))
        .unwrap(&mut bad)
        .unwrap_err();
    assert_eq!(refused, WrapError::NotAuthentic);
}

#[test]
fn a_wrong_key_direction_is_refused() {
    for direction in [KeyDirection::One, KeyDirection::Bidirectional] {
        let mut bytes = unhex(TLS_AUTH_RESET);
        let refused = gateway(&tls_auth(direction)).unwrap(&mut bytes);
        assert_eq!(refused.unwrap_err(), WrapError::NotAuthentic);
    }
}

#[test]
fn a_wrong_digest_is_refused() {
    for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
        let wrapping = Wrapping::TlsAuth {
            key: key(),
            direction: KeyDirection::Zero,
            digest,
        };
        let mut bytes = unhex(TLS_AUTH_RESET);
        let refused = gateway(&wrapping).unwrap(&mut bytes);
        assert!(matches!(
            refused.unwrap_err(),
            WrapError::NotAuthentic | WrapError::Packet(PacketError::Truncated)
        ));
    }
}

#[test]
fn the_published_tls_crypt_reset_is_authentic_and_written_alike() {
    let mut bytes = unhex(TLS_CRYPT_RESET);

    let packet = gateway(&tls_crypt()).unwrap(&mut bytes).unwrap();

    assert_eq!(packet.opcode, Opcode::HardResetClientV2);
    assert!(packet.acks.is_empty());
    assert_eq!(packet.message_id, Some(0));
    let written = wrap(&mut client(&tls_crypt()), &packet, TLS_CRYPT_RESET_TIME);
    assert_eq!(written, unhex(TLS_CRYPT_RESET));
}

#[test]
fn any_change_of_any_byte_is_refused() {
    for (text, wrapping) in [
        (TLS_AUTH_RESET, tls_auth(KeyDirection::Zero)),
        (TLS_CRYPT_RESET, tls_crypt()),
    ] {
        let mut wrapper = gateway(&wrapping);
        let good = unhex(text);
        for place in 0..good.len() {
            for change in 1..=u8::MAX {
                let mut bad = good.clone();
                bad[place] ^= change;
                assert!(
                    wrapper.unwrap(&mut bad).is_err(),
                    "byte {place} changed by {change:#x}"
                );
            }
        }
        // Not one of them spoilt the window for the real packet.
        assert!(wrapper.unwrap(&mut good.clone()).is_ok());
    }
}

#[test]
fn every_packet_cut_short_is_refused() {
    for (text, wrapping) in [
        (TLS_AUTH_RESET, tls_auth(KeyDirection::Zero)),
        (TLS_AUTH_CONTROL, tls_auth(KeyDirection::Zero)),
        (TLS_CRYPT_RESET, tls_crypt()),
    ] {
        let good = unhex(text);
        for len in 0..good.len() {
            assert!(
                gateway(&wrapping)
                    .unwrap(&mut good[..len].to_vec())
                    .is_err(),
                "{len}"
            );
        }
    }
}

#[test]
fn packets_of_another_wrapping_are_refused() {
    for text in [PLAIN_RESET, TLS_AUTH_RESET, TLS_AUTH_CONTROL] {
        assert!(gateway(&tls_crypt()).unwrap(&mut unhex(text)).is_err());
    }
    for text in [PLAIN_RESET, TLS_CRYPT_RESET] {
        assert!(
            gateway(&tls_auth(KeyDirection::Zero))
                .unwrap(&mut unhex(text))
                .is_err()
        );
    }
}

#[test]
fn a_repeated_packet_is_a_replay() {
    for (text, wrapping) in [
        (TLS_AUTH_RESET, tls_auth(KeyDirection::Zero)),
        (TLS_CRYPT_RESET, tls_crypt()),
    ] {
        let mut wrapper = gateway(&wrapping);

        assert!(wrapper.unwrap(&mut unhex(text)).is_ok());

        assert_eq!(
            wrapper.unwrap(&mut unhex(text)).unwrap_err(),
            WrapError::Replayed
        );
    }
}

#[test]
fn data_packets_are_no_control_packets() {
    for first in [0x30, 0x48] {
        for wrapping in [Wrapping::None, tls_auth(KeyDirection::Zero), tls_crypt()] {
            let mut bytes = unhex(TLS_CRYPT_RESET);
            bytes[0] = first;
            let refused = gateway(&wrapping).unwrap(&mut bytes);
            assert_eq!(
                refused.unwrap_err(),
                WrapError::Packet(PacketError::NotControl)
            );
        }
    }
}

#[test]
fn each_wrapping_adds_what_it_says() {
    let all = [
        (Wrapping::None, 0),
        (tls_auth(KeyDirection::One), 28),
        (
            Wrapping::TlsAuth {
                key: key(),
                direction: KeyDirection::One,
                digest: Digest::Sha256,
            },
            40,
        ),
        (
            Wrapping::TlsAuth {
                key: key(),
                direction: KeyDirection::One,
                digest: Digest::Sha512,
            },
            72,
        ),
        (tls_crypt(), 40),
        (
            Wrapping::TlsCryptV2 {
                client_key: client_key(),
            },
            40,
        ),
    ];
    for (wrapping, overhead) in all {
        let mut wrapper = client(&wrapping);
        assert_eq!(wrapper.overhead(), overhead);
        let packet = control(b"hello");
        let plain = wrap(&mut client(&Wrapping::None), &packet, 1);
        assert_eq!(wrap(&mut wrapper, &packet, 1).len(), plain.len() + overhead);
    }
}

#[test]
fn both_roles_understand_each_other_under_every_wrapping() {
    let digests = [Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512];
    let tls_auth = |direction, digest| Wrapping::TlsAuth {
        key: key(),
        direction,
        digest,
    };
    let mut pairs: Vec<_> = digests
        .map(|digest| {
            (
                tls_auth(KeyDirection::One, digest),
                tls_auth(KeyDirection::Zero, digest),
            )
        })
        .to_vec();
    let both_ways = tls_auth(KeyDirection::Bidirectional, Digest::Sha1);
    pairs.push((both_ways.clone(), both_ways));
    pairs.push((Wrapping::None, Wrapping::None));
    pairs.push((tls_crypt(), tls_crypt()));
    for (client_side, gateway_side) in pairs {
        let (mut client, mut gateway) = (client(&client_side), gateway(&gateway_side));
        for round in 0..3 {
            let packet = control(b"to the gateway");
            let mut wire = wrap(&mut client, &packet, round);
            assert_eq!(gateway.unwrap(&mut wire), Ok(packet));
            let packet = control(b"to the client");
            let mut wire = wrap(&mut gateway, &packet, round);
            assert_eq!(client.unwrap(&mut wire), Ok(packet));
        }
    }
}

#[test]
fn what_an_end_sends_is_not_accepted_when_reflected() {
    for wrapping in [tls_auth(KeyDirection::One), tls_crypt()] {
        let mut client = client(&wrapping);
        let mut wire = wrap(&mut client, &control(b"hello"), 1);
        assert_eq!(
            client.unwrap(&mut wire).unwrap_err(),
            WrapError::NotAuthentic
        );
    }
}

#[test]
fn wrapping_appends_and_leaves_the_buffer_alone_on_an_error() {
    for wrapping in [Wrapping::None, tls_auth(KeyDirection::One), tls_crypt()] {
        let mut wrapper = client(&wrapping);
        let mut out = b"before".to_vec();
        let inconsistent = ControlPacket {
            message_id: None,
            ..control(b"")
        };
        let without_client_key = ControlPacket {
            opcode: Opcode::HardResetClientV3,
            ..control(b"")
        };

        assert!(wrapper.wrap(&inconsistent, 1, &mut out).is_err());
        let refused = wrapper.wrap(&without_client_key, 1, &mut out);
        assert_eq!(refused, Err(WrapError::NoClientKey));
        assert_eq!(out, b"before");

        wrapper.wrap(&control(b"hello"), 1, &mut out).unwrap();
        assert!(out.starts_with(b"before"));
    }
}

#[test]
fn the_published_dynamic_key_seals_as_published() {
    let exported = [0xba; 256];
    let keys = TlsCryptKeys::new(&StaticKey::from_bytes(&exported), Role::Client);
    let mut text = b"1234567890".to_vec();

    let tag = keys
        .send
        .seal(&unhex("0000000100000000"), &mut text)
        .unwrap();

    assert_eq!(
        tag.to_vec(),
        unhex("e319277f1c8d6e6a7796a855337b9cfb56e1f13a870e6647dfa195c92c17a015")
    );
    assert_eq!(text, unhex("ba4967a11d55ea1a06a7"));
}

#[test]
fn the_dynamic_key_is_what_was_exported_combined_with_the_shared_key() {
    let exported = [0xba; 256];
    let packet = ControlPacket {
        key_id: KeyId::FIRST.next(),
        ..control(b"1234567890")
    };
    let rekey_under =
        |wrapping: &Wrapping| wrap(&mut client(wrapping).dynamic(&exported), &packet, 0);
    let tls_crypt = |byte| Wrapping::TlsCrypt {
        key: StaticKey::from_bytes(&[byte; 256]),
    };
    let expected = wrap(&mut client(&tls_crypt(0xba)), &packet, 0);

    assert_eq!(rekey_under(&Wrapping::None), expected);
    assert_eq!(rekey_under(&tls_crypt(0)), expected);
    assert_eq!(
        rekey_under(&tls_crypt(0x42)),
        wrap(&mut client(&tls_crypt(0xba ^ 0x42)), &packet, 0)
    );
    assert_ne!(rekey_under(&tls_crypt(0x42)), expected);
    assert_ne!(rekey_under(&tls_auth(KeyDirection::One)), expected);
}

#[test]
fn dynamic_wrappers_of_both_ends_understand_each_other_and_count_anew() {
    let exported = [0x5a; 256];
    let (mut client, gateway) = (
        client(&tls_auth(KeyDirection::One)),
        gateway(&tls_auth(KeyDirection::Zero)),
    );
    wrap(&mut client, &control(b"key 0"), 7);

    let (mut client, mut gateway) = (client.dynamic(&exported), gateway.dynamic(&exported));

    let packet = ControlPacket {
        opcode: Opcode::SoftResetV1,
        key_id: KeyId::FIRST.next(),
        ..control(b"")
    };
    let mut wire = wrap(&mut client, &packet, 9);
    assert_eq!(wire[9..17], [0, 0, 0, 1, 0, 0, 0, 9]);
    assert_eq!(gateway.unwrap(&mut wire), Ok(packet));
    let mut wire = wrap(&mut gateway, &packet, 9);
    assert_eq!(client.unwrap(&mut wire), Ok(packet));
}

#[test]
fn a_tls_crypt_v2_client_brings_its_key_and_announces_that_it_can_repeat_it() {
    let wrapping = Wrapping::TlsCryptV2 {
        client_key: client_key(),
    };
    let mut client = client(&wrapping);
    let reset = ControlPacket {
        opcode: client.client_reset_opcode(),
        message_id: Some(0),
        ..control(b"")
    };

    let wire = wrap(&mut client, &reset, 9);

    assert_eq!(reset.opcode, Opcode::HardResetClientV3);
    assert_eq!(client.client_key_len(), 299);
    assert_eq!(wire.len(), 54 + 299);
    assert_eq!(wire[9..13], [0x0f, 0, 0, 1]);
    assert!(wire.ends_with(client_key().wrapped().as_bytes()));
    let next = wrap(&mut client, &control(b""), 9);
    assert_eq!(next[9..13], [0x0f, 0, 0, 2]);
    assert_eq!(next.len(), 54);
}

#[test]
fn a_tls_crypt_v2_gateway_learns_the_key_that_the_client_brings() {
    let mut client = client(&Wrapping::TlsCryptV2 {
        client_key: client_key(),
    });
    let mut gateway = gateway(&Wrapping::TlsCryptV2Gateway {
        server_key: server_key(),
    });
    let reset = ControlPacket {
        opcode: Opcode::HardResetClientV3,
        ..control(b"")
    };
    let answer = ControlPacket {
        opcode: Opcode::HardResetServerV2,
        ..control(&[0, 1, 0, 2, 0, 1])
    };
    let with_key = ControlPacket {
        opcode: Opcode::ControlWkcV1,
        ..control(b"ClientHello")
    };
    let without_key = control(b"more");

    let too_early = gateway.wrap(&answer, 1, &mut Vec::new());
    assert_eq!(too_early, Err(WrapError::NoClientKey));
    let mut wire = wrap(&mut client, &reset, 9);
    assert_eq!(gateway.unwrap(&mut wire), Ok(reset));
    let mut wire = wrap(&mut gateway, &answer, 9);
    assert_eq!(client.unwrap(&mut wire), Ok(answer));
    let mut wire = wrap(&mut client, &with_key, 9);
    assert_eq!(gateway.unwrap(&mut wire), Ok(with_key));
    let mut wire = wrap(&mut client, &without_key, 9);
    assert_eq!(gateway.unwrap(&mut wire), Ok(without_key));

    let (mut client, mut gateway) = (client.dynamic(&[1; 256]), gateway.dynamic(&[1; 256]));
    let mut wire = wrap(&mut client, &without_key, 9);
    assert_eq!(gateway.unwrap(&mut wire), Ok(without_key));
}

#[test]
fn a_tls_crypt_v2_gateway_refuses_packets_without_a_usable_client_key() {
    let foreign = super::TlsCryptV2ServerKey::from_bytes(&[9; 128])
        .wrap(&key(), &[0])
        .unwrap();
    let reset = ControlPacket {
        opcode: Opcode::HardResetClientV3,
        ..control(b"")
    };
    let mut gateway = gateway(&Wrapping::TlsCryptV2Gateway {
        server_key: server_key(),
    });

    let mut wire = wrap(
        &mut client(&Wrapping::TlsCryptV2 {
            client_key: foreign,
        }),
        &reset,
        9,
    );
    let refused = gateway.unwrap(&mut wire).unwrap_err();
    assert_eq!(refused, WrapError::ClientKey(KeyError::ForeignClientKey));
    let mut wire = wrap(&mut client(&tls_crypt()), &control(b""), 9);
    assert_eq!(
        gateway.unwrap(&mut wire).unwrap_err(),
        WrapError::NoClientKey
    );
    let mut without_key = unhex(TLS_CRYPT_RESET);
    without_key[0] = 0x50;
    assert_eq!(
        gateway.unwrap(&mut without_key).unwrap_err(),
        WrapError::NoClientKey
    );
}

#[test]
fn a_forged_packet_with_a_copied_client_key_does_not_settle_the_gateways_key() {
    let mut gateway = gateway(&Wrapping::TlsCryptV2Gateway {
        server_key: server_key(),
    });
    let reset = ControlPacket {
        opcode: Opcode::HardResetClientV3,
        ..control(b"")
    };
    let good = wrap(
        &mut client(&Wrapping::TlsCryptV2 {
            client_key: client_key(),
        }),
        &reset,
        9,
    );
    let mut forged = good.clone();
    forged[20] ^= 1;

    assert_eq!(
        gateway.unwrap(&mut forged).unwrap_err(),
        WrapError::NotAuthentic
    );

    let unanswered = gateway.wrap(&control(b""), 1, &mut Vec::new());
    assert_eq!(unanswered, Err(WrapError::NoClientKey));
    assert_eq!(gateway.unwrap(&mut good.clone()), Ok(reset));
}

#[test]
fn another_client_cannot_take_over_a_gateways_wrapper() {
    let mut gateway = gateway(&Wrapping::TlsCryptV2Gateway {
        server_key: server_key(),
    });
    let reset = ControlPacket {
        opcode: Opcode::HardResetClientV3,
        ..control(b"")
    };
    let other = server_key()
        .wrap(&StaticKey::from_bytes(&[3; 256]), &[0])
        .unwrap();
    let mut first = wrap(
        &mut client(&Wrapping::TlsCryptV2 {
            client_key: client_key(),
        }),
        &reset,
        9,
    );
    let mut second = wrap(
        &mut client(&Wrapping::TlsCryptV2 { client_key: other }),
        &reset,
        10,
    );

    assert!(gateway.unwrap(&mut first).is_ok());

    assert_eq!(
        gateway.unwrap(&mut second).unwrap_err(),
        WrapError::NotAuthentic
    );
}

proptest! {
    #[test]
    fn arbitrary_packets_are_refused_by_every_wrapping(
        first in any::<u8>(),
        rest in prop::collection::vec(any::<u8>(), 0..700),
        wkc_len in prop::option::of(any::<u16>()),
    ) {
        let mut bytes = rest;
        bytes.insert(0, first);
        bytes.extend(wkc_len.into_iter().flat_map(u16::to_be_bytes));
        for wrapping in [
            tls_auth(KeyDirection::Zero),
            tls_crypt(),
            Wrapping::TlsCryptV2 { client_key: client_key() },
            Wrapping::TlsCryptV2Gateway { server_key: server_key() },
        ] {
            prop_assert!(client(&wrapping).unwrap(&mut bytes.clone()).is_err());
            prop_assert!(gateway(&wrapping).unwrap(&mut bytes.clone()).is_err());
        }
        // Without wrapping some are well-formed; none may do harm.
        let _ = gateway(&Wrapping::None).unwrap(&mut bytes);
    }
}

fn client(wrapping: &Wrapping) -> Wrapper {
    Wrapper::new(wrapping, Role::Client)
}

fn gateway(wrapping: &Wrapping) -> Wrapper {
    Wrapper::new(wrapping, Role::Gateway)
}

fn wrap(wrapper: &mut Wrapper, packet: &ControlPacket<'_>, unix_time: u32) -> Vec<u8> {
    let mut wire = Vec::new();
    wrapper.wrap(packet, unix_time, &mut wire).unwrap();
    wire
}

fn control(payload: &[u8]) -> ControlPacket<'_> {
    ControlPacket {
        opcode: Opcode::ControlV1,
        key_id: KeyId::FIRST,
        session_id: SessionId::from_bytes([1; 8]).unwrap(),
        acks: AckList::default(),
        peer_session_id: None,
        message_id: Some(1),
        payload,
    }
}

fn key() -> StaticKey {
    StaticKey::from_hex(KEY).unwrap()
}

fn tls_auth(direction: KeyDirection) -> Wrapping {
    Wrapping::TlsAuth {
        key: key(),
        direction,
        digest: Digest::Sha1,
    }
}

fn tls_crypt() -> Wrapping {
    Wrapping::TlsCrypt { key: key() }
}
