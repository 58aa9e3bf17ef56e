use std::time::Instant;

use zeroize::Zeroizing;

use super::*;
use crate::keying::KeyMethodError;

#[test]
fn packets_before_any_key_are_dropped_and_none_can_be_sealed() {
    let (_channel, mut sealer, mut opener) = DataChannel::new(CLASSIC, None, Instant::now());
    let mut frame = vec![0; 100];

    assert_eq!(
        sealer.seal(Instant::now(), &mut frame),
        Err(SealError::NoKey)
    );
    let mut packet = [0x48; 100];
    let opened = opener.open(Instant::now(), &mut packet);
    assert_eq!(opened, Opened::Dropped(DropReason::UnknownKey));
}

#[test]
fn an_installed_key_opens_at_once_and_seals_when_it_is_activated() {
    let (mut client, mut gateway) = pair(CLASSIC);
    let key_id = KeyId::FIRST.next();
    client.install(key_id, 2);
    gateway.install(key_id, 2);
    gateway.channel.activate(key_id);

    assert_eq!(client.seal(PACKET)[0], 0x48);
    let mut packet = gateway.seal(PACKET);
    assert_eq!(packet[0], 0x49);
    assert!(!client.channel.has_received_under(key_id));
    assert_eq!(client.open(&mut packet), Ok(PACKET.to_vec()));
    assert!(client.channel.has_received_under(key_id));

    client.channel.activate(key_id);
    assert_eq!(client.seal(PACKET)[0], 0x49);
}

#[test]
fn neither_forged_nor_repeated_packets_are_evidence_of_the_new_key() {
    for format in [V1, CLASSIC, EPOCH] {
        let (mut client, mut gateway) = pair(format);
        let key_id = KeyId::FIRST.next();
        let mut of_old_key = gateway.seal(PACKET);
        client.install(key_id, 2);
        gateway.install(key_id, 2);
        gateway.channel.activate(key_id);
        let genuine = gateway.seal(PACKET);
        let mut forged = genuine.clone();
        *forged.last_mut().unwrap() ^= 1;

        client.open(&mut forged).unwrap_err();
        client.open(&mut genuine[..9].to_vec()).unwrap_err();
        client.open(&mut of_old_key.clone()).unwrap();
        client.open(&mut of_old_key).unwrap_err();
        assert!(!client.channel.has_received_under(key_id), "{format:?}");

        client.open(&mut genuine.clone()).unwrap();
        assert!(client.channel.has_received_under(key_id), "{format:?}");
    }
}

#[test]
fn the_old_key_opens_until_it_is_retired() {
    let (mut client, mut gateway) = pair(CLASSIC);
    let (first, second) = (gateway.seal(PACKET), gateway.seal(PACKET));
    let key_id = KeyId::FIRST.next();
    client.install(key_id, 2);
    client.channel.activate(key_id);

    assert!(client.open(&mut first.clone()).is_ok());
    client.channel.retire(KeyId::FIRST);
    assert_eq!(
        client.open(&mut second.clone()),
        Err(DropReason::UnknownKey)
    );
    assert_eq!(client.seal(PACKET)[0], 0x49);
}

#[test]
fn nothing_is_sealed_after_the_active_key_was_retired() {
    let mut end = End::of(CLASSIC, Role::Client);
    end.channel.retire(KeyId::FIRST);

    assert_eq!(end.try_seal(PACKET), Err(SealError::NoKey));
}

#[test]
fn a_key_id_that_comes_around_again_has_its_new_key() {
    let (mut client, mut gateway) = pair(CLASSIC);
    let mut old = client.seal(PACKET);
    for end in [&mut client, &mut gateway] {
        end.channel.retire(KeyId::FIRST);
        end.install(KeyId::FIRST, 2);
        end.channel.activate(KeyId::FIRST);
    }

    assert_eq!(gateway.open(&mut old), Err(DropReason::NotAuthentic));
    assert_eq!(gateway.open(&mut client.seal(PACKET)), Ok(PACKET.to_vec()));
}

#[test]
fn keys_that_change_while_both_halves_run_lose_nothing() {
    let (client, gateway) = pair(CLASSIC);
    let End {
        channel: sending,
        mut sealer,
        now,
        ..
    } = client;
    let End {
        channel: receiving,
        mut opener,
        ..
    } = gateway;
    let (wires, arrived) = std::sync::mpsc::sync_channel::<Vec<u8>>(8);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..2_000 {
                let mut frame = frame_of(&sealer, PACKET);
                sealer.seal(now, &mut frame).unwrap();
                wires.send(frame).unwrap();
            }
        });
        scope.spawn(move || {
            let mut key_id = KeyId::FIRST;
            for seed in 2..9 {
                key_id = key_id.next();
                receiving
                    .install(key_id, Cipher::Aes128Gcm, &material(seed), Role::Gateway)
                    .unwrap();
                sending
                    .install(key_id, Cipher::Aes128Gcm, &material(seed), Role::Client)
                    .unwrap();
                sending.activate(key_id);
                std::thread::yield_now();
            }
        });
        let mut opened = 0;
        for mut wire in arrived {
            assert_eq!(
                opener.open(now, &mut wire),
                Opened::Packet(&mut PACKET.to_vec())
            );
            opened += 1;
        }
        assert_eq!(opened, 2_000);
    });
}

#[test]
fn the_halves_can_move_to_other_threads() {
    fn assert_send<T: Send + 'static>() {}

    assert_send::<Sealer>();
    assert_send::<Opener>();
}

#[test]
fn a_key_of_zeros_is_refused() {
    let (channel, ..) = DataChannel::new(CLASSIC, None, Instant::now());
    let zeros = KeyMaterial::from_exporter(&Zeroizing::new([0; KeyMaterial::LEN]));

    let installed = channel.install(KeyId::FIRST, Cipher::Aes256Gcm, &zeros, Role::Client);

    assert_eq!(installed, Err(KeyMethodError::ZeroKey));
}

#[test]
fn a_fresh_key_needs_no_rekey() {
    let (mut client, _) = pair(CLASSIC);
    client.seal(PACKET);

    assert!(!client.channel.needs_rekey());
    assert!(!client.channel.is_exhausted());
}
