#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use super::*;
use crate::data::tests::{PLAINTEXT, published_material, unhex};
use crate::packet::{KeyId, Opcode};
use aws_lc_rs::aead::MAX_TAG_LEN;

const HEADER: Header = Header::V1([Opcode::DataV1.first_byte(KeyId::FIRST)]);
const PAYLOAD: usize = 16;

#[test]
fn the_last_packet_id_is_used_once_and_never_wraps() {
    let mut key = seal_key();
    key.last_id = u32::MAX - 1;

    assert_eq!(seal(&mut key, &KeySignals::default()), Ok(()));
    assert_eq!(
        seal(&mut key, &KeySignals::default()),
        Err(SealError::Exhausted)
    );
    assert_eq!(key.last_id, u32::MAX);
}

#[test]
fn a_new_key_is_wanted_long_before_packet_ids_run_out() {
    let mut key = seal_key();
    let signals = KeySignals::default();
    key.last_id = REKEY_ID - 2;

    seal(&mut key, &signals).unwrap();
    assert!(!signals.wants_rekey());
    seal(&mut key, &signals).unwrap();
    assert!(signals.wants_rekey());
}

#[test]
fn a_new_key_is_wanted_before_the_cipher_has_protected_too_much() {
    let mut key = seal_key();
    let signals = KeySignals::default();
    key.usage.set((1 << 36) / 8 * 7 - 10);

    seal(&mut key, &signals).unwrap();
    assert!(!signals.wants_rekey());
    for _ in 0..5 {
        seal(&mut key, &signals).unwrap();
    }
    assert!(signals.wants_rekey());
}

#[test]
fn a_peer_that_has_sent_nearly_too_much_under_a_key_makes_a_new_one_wanted() {
    let (mut sender, signals) = (seal_key(), KeySignals::default());
    let mut key =
        ClassicOpenKey::new(Cipher::Aes128Gcm, &material(), Direction::ClientToGateway).unwrap();
    key.usage.set((1 << 36) / 8 * 7 - 10);

    for wanted in [false, false, true] {
        assert_eq!(signals.wants_rekey(), wanted);
        let mut packet = packet();
        sender
            .seal(&HEADER, &mut packet, &KeySignals::default())
            .unwrap();
        key.open(1, &mut packet, &signals).unwrap();
    }
}

#[test]
fn a_cipher_that_has_protected_too_much_seals_nothing_more() {
    let mut key = seal_key();
    key.usage.set((1 << 36) - 3);

    assert_eq!(seal(&mut key, &KeySignals::default()), Ok(()));
    assert_eq!(
        seal(&mut key, &KeySignals::default()),
        Err(SealError::Exhausted)
    );
}

#[test]
fn a_key_that_has_seen_too_many_forgeries_opens_nothing_more() {
    let mut packet = packet();
    seal_key()
        .seal(&HEADER, &mut packet, &KeySignals::default())
        .unwrap();
    let mut key =
        ClassicOpenKey::new(Cipher::Aes128Gcm, &material(), Direction::ClientToGateway).unwrap();
    let signals = KeySignals::default();
    let mut forged = packet.clone();
    forged[10] ^= 1;

    key.forgeries.set((1 << 35) - 1);
    assert_eq!(
        key.open(1, &mut forged.clone(), &signals),
        Err(DropReason::NotAuthentic)
    );
    assert!(signals.wants_rekey());
    key.forgeries.set((1 << 36) - 1);
    assert_eq!(
        key.open(1, &mut forged, &signals),
        Err(DropReason::NotAuthentic)
    );
    assert_eq!(
        key.open(1, &mut packet, &signals),
        Err(DropReason::KeyUsedUp)
    );
}

#[test]
fn the_published_packet_is_sealed_and_opened() {
    let header = Header::V2([0x07, 0, 0, 0x17]);
    let frills = [0; Header::V2_LEN + CLASSIC_ID_LEN + TAG_LEN];
    let mut packet = [&frills, PLAINTEXT].concat();
    let (signals, direction) = (KeySignals::default(), Direction::ClientToGateway);

    let mut key = ClassicSealKey::new(Cipher::Aes256Gcm, &published_material(), direction).unwrap();
    key.seal(&header, &mut packet, &signals).unwrap();

    let expected = unhex(
        "07000017 00000001 1fdd908f0e9dc25e79d832020d58e73f 2262f977d6bb2118fa0ea82e6b1706d949aefcb5efcbbacd5c09a9ab45f4d391d3f68794cb0b82c3d33389b61622b3281598e2ff6d5cc38b",
    );
    assert_eq!(packet, expected);
    let mut key = ClassicOpenKey::new(Cipher::Aes256Gcm, &published_material(), direction).unwrap();
    assert_eq!(
        key.open(Header::V2_LEN, &mut packet, &signals).unwrap(),
        PLAINTEXT
    );
}

fn seal(key: &mut ClassicSealKey, signals: &KeySignals) -> Result<(), SealError> {
    key.seal(&HEADER, &mut packet(), signals)
}

fn seal_key() -> ClassicSealKey {
    ClassicSealKey::new(Cipher::Aes128Gcm, &material(), Direction::ClientToGateway).unwrap()
}

fn packet() -> Vec<u8> {
    vec![0x45; Header::V1_LEN + CLASSIC_ID_LEN + MAX_TAG_LEN + PAYLOAD]
}

fn material() -> KeyMaterial {
    KeyMaterial::from_exporter(&Zeroizing::new([7; KeyMaterial::LEN]))
}
