#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use super::*;
use crate::data::tests::{PLAINTEXT, published_material, unhex};
use crate::packet::{KeyId, Opcode};

const HEADER: Header = Header::V2([Opcode::DataV2.first_byte(KeyId::FIRST), 0, 0, 0x17]);
const FRILLS: usize = Header::V2_LEN + EPOCH_ID_LEN + TAG_LEN;

#[test]
fn epochs_are_known_from_the_previous_one_to_the_last_of_the_future() {
    let mut keys = open_key(13);
    assert!((1..=14).all(|epoch| keys.find(epoch).is_some()));
    assert!([0, 15].iter().all(|&epoch| keys.find(epoch).is_none()));

    advance_to(&mut keys, 7);
    assert_eq!(keys.find(1), Some(Place::Previous));
    assert_eq!(keys.find(7), Some(Place::Current));
    assert!((8..=20).all(|epoch| keys.find(epoch).is_some()));
    assert!(
        [0, 2, 3, 4, 5, 6, 21]
            .iter()
            .all(|&epoch| keys.find(epoch).is_none())
    );

    advance_to(&mut keys, 8);
    assert_eq!(keys.find(7), Some(Place::Previous));
    assert!((1..=6).all(|epoch| keys.find(epoch).is_none()));
}

#[test]
fn the_last_epochs_of_all_are_never_entered() {
    let mut keys = open_key(FUTURE_EPOCHS);
    keys.current.number = LAST_EPOCH - 3;
    keys.future.clear();
    keys.look_ahead().unwrap();

    assert!(keys.find(LAST_EPOCH).is_some());
    assert!(keys.find(LAST_EPOCH + 1).is_none());
    advance_to(&mut keys, LAST_EPOCH);
    assert!(keys.future.is_empty());
}

#[test]
fn a_used_up_counter_moves_to_the_next_epoch() {
    let mut key = seal_key();
    key.counter = LAST_COUNTER - 1;

    assert_eq!(sealed_id(&mut key), 0x0001_ffff_ffff_ffff);
    assert_eq!(sealed_id(&mut key), 0x0002_0000_0000_0001);
}

#[test]
fn a_used_up_cipher_moves_to_the_next_epoch() {
    let mut key = seal_key();
    key.usage.set((1 << 36) - 2);

    assert_eq!(sealed_id(&mut key), 0x0002_0000_0000_0001);
}

#[test]
fn the_last_epoch_ends_in_an_error_rather_than_in_a_repetition() {
    let mut key = seal_key();
    key.epoch = LAST_EPOCH;
    key.counter = LAST_COUNTER;
    let mut packet = [0; FRILLS + 8];

    assert_eq!(
        key.seal(&HEADER, &mut packet, &KeySignals::default()),
        Err(SealError::Exhausted)
    );
}

#[test]
fn a_new_handshake_is_wanted_long_before_epochs_run_out() {
    let mut key = seal_key();
    key.epoch = REKEY_EPOCH - 1;
    key.counter = LAST_COUNTER;
    let signals = KeySignals::default();

    key.seal(&HEADER, &mut [0; FRILLS + 8], &signals).unwrap();

    assert!(signals.wants_rekey());
}

#[test]
fn a_peer_whose_epochs_run_out_makes_a_new_handshake_wanted() {
    let (mut sender, mut keys) = (seal_key(), open_key(FUTURE_EPOCHS));
    for _ in 1..REKEY_EPOCH - 1 {
        sender.secret = sender.secret.next().unwrap();
    }
    sender.epoch = REKEY_EPOCH - 1;
    sender.key = EpochKey::new(sender.cipher, &sender.secret).unwrap();
    sender.counter = LAST_COUNTER - 1;
    keys.future.clear();
    keys.current.number = REKEY_EPOCH - 2;
    keys.last_secret = EpochSecret::first(&material(), Direction::ClientToGateway).unwrap();
    for _ in 1..REKEY_EPOCH - 2 {
        keys.last_secret = keys.last_secret.next().unwrap();
    }
    keys.look_ahead().unwrap();
    let signals = KeySignals::default();

    for (epoch, wanted) in [(REKEY_EPOCH - 1, false), (REKEY_EPOCH, true)] {
        let mut packet = [0; FRILLS + 8];
        sender
            .seal(&HEADER, &mut packet, &KeySignals::default())
            .unwrap();
        keys.open(Header::V2_LEN, &mut packet, &signals).unwrap();
        assert_eq!(keys.current.number, epoch);
        assert_eq!(signals.wants_rekey(), wanted);
    }
}

#[test]
fn packet_ids_are_written_epoch_first() {
    let mut key = seal_key();
    key.epoch = 0x23;
    assert_eq!(sealed_id(&mut key), 0x0023_0000_0000_0001);
    key.epoch = 0xfffe;
    key.counter = 0xfa07_9ab9_d2e8;
    assert_eq!(sealed_id(&mut key), 0xfffe_fa07_9ab9_d2e9);
}

#[test]
fn a_future_epoch_moves_both_directions() {
    let (mut ahead, mut behind, mut keys) = (seal_key(), seal_key(), open_key(FUTURE_EPOCHS));
    let signals = KeySignals::default();
    ahead.counter = LAST_COUNTER;
    let mut packet = [0; FRILLS + 8];
    ahead.seal(&HEADER, &mut packet, &signals).unwrap();

    keys.open(Header::V2_LEN, &mut packet, &signals).unwrap();
    behind.seal(&HEADER, &mut packet, &signals).unwrap();

    assert_eq!(
        (keys.current.number, behind.epoch, behind.counter),
        (2, 2, 1)
    );
}

#[test]
fn a_forged_future_epoch_moves_nothing() {
    let mut keys = open_key(FUTURE_EPOCHS);
    let mut packet = [0; FRILLS + 8];
    packet[5] = 9;

    let opened = keys.open(Header::V2_LEN, &mut packet, &KeySignals::default());

    assert_eq!(opened, Err(DropReason::NotAuthentic));
    assert_eq!(keys.current.number, 1);
}

#[test]
fn the_previous_epoch_keeps_its_own_replay_window() {
    let (mut sender, mut keys, signals) =
        (seal_key(), open_key(FUTURE_EPOCHS), KeySignals::default());
    let mut first = [0; FRILLS + 8];
    let mut second = first;
    let mut third = first;
    sender.seal(&HEADER, &mut first, &signals).unwrap();
    sender.seal(&HEADER, &mut second, &signals).unwrap();
    sender.counter = LAST_COUNTER;
    sender.seal(&HEADER, &mut third, &signals).unwrap();

    assert!(
        keys.open(Header::V2_LEN, &mut first.clone(), &signals)
            .is_ok()
    );
    assert!(keys.open(Header::V2_LEN, &mut third, &signals).is_ok());
    assert!(keys.open(Header::V2_LEN, &mut second, &signals).is_ok());
    assert_eq!(
        keys.open(Header::V2_LEN, &mut first, &signals),
        Err(DropReason::Replayed)
    );
}

fn sealed_id(key: &mut EpochSealKey) -> u64 {
    let mut packet = [0; FRILLS + 8];
    key.seal(&HEADER, &mut packet, &KeySignals::default())
        .unwrap();
    u64::from_be_bytes(packet[4..12].try_into().unwrap())
}

fn advance_to(keys: &mut EpochOpenKey, epoch: u16) {
    match keys.find(epoch) {
        Some(Place::Future(index)) => keys.advance(index).unwrap(),
        other => panic!("epoch {epoch} is {other:?}"),
    }
}

fn seal_key() -> EpochSealKey {
    EpochSealKey::new(Cipher::Aes256Gcm, &material(), Direction::ClientToGateway).unwrap()
}

fn open_key(future: u16) -> EpochOpenKey {
    EpochOpenKey::new(
        Cipher::Aes256Gcm,
        &material(),
        Direction::ClientToGateway,
        future,
    )
    .unwrap()
}

fn material() -> KeyMaterial {
    KeyMaterial::from_exporter(&Zeroizing::new([7; KeyMaterial::LEN]))
}

/// The key chain that OpenVPN's unit tests publish: epoch, its secret, its key, its bytes for nonces.
const CHAIN: [(u16, &str, &str, &str); 4] = [
    (
        1,
        "616361676163616f3838383838383838515351575153515f72726f7874787073",
        "d1db3525002c0f60b59485545b15a6ba8d6dc57d691c87b16a61638a81891a96",
        "82cb0094a2cdbecff132333c",
    ),
    (
        2,
        "84df1cd673eb8ef166cc1b217504f0536a39e909e4b7743f432d3e882b876f4d",
        "9e066b2c322b990d730feacdc5fe706ed56893123a9d2d10e5dc3011895ff708",
        "37dfa02ddc649742995393e1",
    ),
    (
        3,
        "0941777b6550182e07f7f2f4f3f7ca1f29c917c36735c52a0a0af6cbcff14f47",
        "0ed585090e8f593638b64cbbf495fae5422e91706a808d11b46b7cb32f6be53e",
        "cef7a57cd664f8d9c93a4d43",
    ),
    (
        4,
        "10f7f2bf8543e6492f6915fa82457fae6144709679d5dfbd219c495f75e717b5",
        "137f8871a9f6a8b1688128ac5e82f2d87d611e4b3aab98180bb9fcdd9e2a223b",
        "b2e7dce36da8d32f22b97da8",
    ),
];

#[test]
fn the_published_chain_of_epoch_keys_is_derived() {
    let mut secret = EpochSecret::first(&published_material(), Direction::ClientToGateway).unwrap();
    for (epoch, expected, key, iv) in CHAIN {
        assert_eq!(secret.0[..], unhex(expected), "{epoch}");
        let derived = secret.key_and_iv(Cipher::Aes256Gcm).unwrap();
        assert_eq!(*derived.0, unhex(key), "{epoch}");
        assert_eq!(derived.1[..], unhex(iv), "{epoch}");
        secret = secret.next().unwrap();
    }
}

#[test]
fn the_published_key_of_192_bits_is_derived() {
    let mut secret = [0; SECRET_LEN];
    secret[..2].copy_from_slice(&[0x13, 0x0c]);

    let (key, iv) = EpochSecret(Box::new(secret))
        .key_and_iv(Cipher::Aes192Gcm)
        .unwrap();

    assert_eq!(
        *key,
        unhex("ed8533db1c28ace418e9006ab29c17417d60ebe6cd90bf0a")
    );
    assert_eq!(iv[..], unhex("86890aabf032cb59f4cfa34e"));
}

#[test]
fn the_published_labels_are_expanded() {
    let secret = unhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    for expected in [
        "185eaa1c7f228ab8eb29773214d92046",
        "875a8eec18556380b8d933ed323c2df8e8eccf4972e683f06a83ac",
    ] {
        let expected = unhex(expected);
        let mut out = vec![0; expected.len()];

        expand_label(&secret, b"unit test", &mut out).unwrap();

        assert_eq!(out, expected);
    }
}

#[test]
fn the_examples_of_rfc_5869_are_expanded() {
    let long_info: Vec<u8> = (0xb0..=0xff).collect();
    for (secret, info, expected) in [
        (
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            unhex("f0f1f2f3f4f5f6f7f8f9"),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
            long_info,
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            Vec::new(),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ] {
        let expected = unhex(expected);
        let mut out = vec![0; expected.len()];

        expand(&unhex(secret), &[&info], &mut out).unwrap();

        assert_eq!(out, expected);
    }
}

#[test]
fn the_published_packet_of_epoch_4_is_sealed_and_opened() {
    let signals = KeySignals::default();
    signals.note_peer_epoch(4);
    let mut packet = published_frame();

    published_seal_key()
        .seal(&PUBLISHED_HEADER, &mut packet, &signals)
        .unwrap();

    let expected = unhex(
        "07000017 0004000000000001 6eacea349ca836aab4d49ce685399a9bab964526e9cd11ece8cb7d77bdbc5c6ac4f49f36ea02e9c1f5d97644afa9118ba9f9a892623f1a13 0ffff5913d39d75b18573b5748589a7d",
    );
    assert_eq!(packet, expected);
    let mut keys = EpochOpenKey::new(
        Cipher::Aes256Gcm,
        &published_material(),
        Direction::ClientToGateway,
        13,
    )
    .unwrap();
    assert_eq!(
        keys.open(Header::V2_LEN, &mut packet, &signals).unwrap(),
        PLAINTEXT
    );
}

#[test]
fn the_published_packet_of_epoch_1_has_the_published_tag() {
    let mut packet = published_frame();

    published_seal_key()
        .seal(&PUBLISHED_HEADER, &mut packet, &KeySignals::default())
        .unwrap();

    assert_eq!(
        packet[packet.len() - TAG_LEN..],
        unhex("a0b54cdd93ff0b01a3265ecf19d56a06")
    );
}

#[test]
fn a_packet_with_the_short_header_is_refused() {
    let mut packet = vec![0x30; FRILLS];

    let opened = open_key(1).open(Header::V1_LEN, &mut packet, &KeySignals::default());

    assert_eq!(opened, Err(DropReason::Malformed));
}

/// The header of OpenVPN's unit tests, which is none of a real packet.
const PUBLISHED_HEADER: Header = Header::V2([0x07, 0, 0, 0x17]);

fn published_seal_key() -> EpochSealKey {
    EpochSealKey::new(
        Cipher::Aes256Gcm,
        &published_material(),
        Direction::ClientToGateway,
    )
    .unwrap()
}

fn published_frame() -> Vec<u8> {
    [
        &[0; Header::V2_LEN + EPOCH_ID_LEN][..],
        PLAINTEXT,
        &[0; TAG_LEN],
    ]
    .concat()
}
