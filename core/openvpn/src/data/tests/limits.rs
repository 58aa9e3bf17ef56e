//! A key that nears its end asks for the next one in time, once; one that is used up says so with every packet.

use super::*;

/// The packet id from which OpenVPN wants a new key, and the last one of all.
const REKEY_ID: u64 = 0xff00_0000;
const LAST_ID: u64 = u32::MAX as u64;

/// The epoch from which OpenVPN wants a new key, and the last counter of each.
const REKEY_EPOCH: u64 = 0xf000;
const LAST_COUNTER: u64 = (1 << 48) - 1;

#[test]
fn a_fresh_key_asks_for_nothing() {
    let (mut client, mut gateway) = pair(CLASSIC);

    gateway.open(&mut client.seal(PACKET)).unwrap();

    assert!(!client.sealer.take_rekey_request() && !client.opener.take_rekey_request());
    assert!(!gateway.sealer.take_rekey_request() && !gateway.opener.take_rekey_request());
}

#[test]
fn halves_without_a_key_ask_for_nothing() {
    let (_channel, mut sealer, mut opener) = DataChannel::new(CLASSIC, None, Instant::now());

    assert!(!sealer.take_rekey_request() && !opener.take_rekey_request());
}

#[test]
fn packet_ids_that_run_out_ask_for_a_new_key_at_both_ends() {
    let mut client = worn(CLASSIC, Role::Client, REKEY_ID - 2);
    let mut gateway = End::of(CLASSIC, Role::Gateway);

    gateway.open(&mut client.seal(PACKET)).unwrap();
    assert!(!client.sealer.take_rekey_request() && !gateway.opener.take_rekey_request());
    gateway.open(&mut client.seal(PACKET)).unwrap();

    assert!(client.channel.needs_rekey() && gateway.channel.needs_rekey());
    assert!(client.sealer.take_rekey_request() && gateway.opener.take_rekey_request());
}

#[test]
fn a_key_asks_once_whichever_half_is_heard_first() {
    for sealer_first in [true, false] {
        let mut end = worn(CLASSIC, Role::Client, REKEY_ID);
        end.seal(PACKET);
        end.open(&mut []).unwrap_err();

        let mut asked = [
            end.sealer.take_rekey_request(),
            end.opener.take_rekey_request(),
        ];
        if !sealer_first {
            end = worn(CLASSIC, Role::Client, REKEY_ID);
            end.seal(PACKET);
            end.open(&mut []).unwrap_err();
            asked = [
                end.opener.take_rekey_request(),
                end.sealer.take_rekey_request(),
            ];
        }
        end.seal(PACKET);

        assert_eq!(asked, [true, false]);
        assert!(!end.sealer.take_rekey_request() && !end.opener.take_rekey_request());
        assert!(end.channel.needs_rekey(), "until there is a new key");
    }
}

#[test]
fn the_next_key_asks_for_itself() {
    let mut end = worn(CLASSIC, Role::Client, REKEY_ID);
    end.seal(PACKET);
    assert!(end.sealer.take_rekey_request());
    let next = KeyId::FIRST.next();

    end.install(next, 2);
    end.channel
        .wear(next, |seal, _| seal.go_on_behind(REKEY_ID - 2));
    end.channel.activate(next);

    end.seal(PACKET);
    assert!(!end.channel.needs_rekey() && !end.sealer.take_rekey_request());
    end.seal(PACKET);
    assert!(end.sealer.take_rekey_request());
}

#[test]
fn epochs_that_run_out_ask_for_a_new_key() {
    let mut client = worn(
        EPOCH,
        Role::Client,
        ((REKEY_EPOCH - 1) << 48) | (LAST_COUNTER - 1),
    );

    client.seal(PACKET);
    assert!(!client.sealer.take_rekey_request());
    client.seal(PACKET);

    assert!(client.sealer.take_rekey_request());
}

#[test]
fn forged_packets_in_great_number_ask_for_a_new_key() {
    for format in [CLASSIC, EPOCH] {
        let mut client = End::of(format, Role::Client);
        let mut gateway = unused(format, Role::Gateway);
        gateway
            .channel
            .wear(KeyId::FIRST, |_, open| open.set_forgeries((1 << 35) - 2));
        gateway.channel.activate(KeyId::FIRST);
        let mut forged = client.seal(PACKET);
        *forged.last_mut().unwrap() ^= 1;

        gateway.open(&mut forged.clone()).unwrap_err();
        assert!(!gateway.opener.take_rekey_request());
        gateway.open(&mut forged).unwrap_err();

        assert!(gateway.opener.take_rekey_request(), "{format:?}");
    }
}

#[test]
fn a_key_that_is_used_up_refuses_every_packet_and_message_out_loud() {
    let last_epoch = (u64::from(u16::MAX - 17) << 48) | LAST_COUNTER;
    for (format, last) in [(V1, LAST_ID), (CLASSIC, LAST_ID), (EPOCH, last_epoch)] {
        let mut end = worn(format, Role::Client, last);

        for _ in 0..3 {
            assert_eq!(end.try_seal(PACKET), Err(SealError::Exhausted));
        }
        let keepalive = end.sealer.seal_keepalive(end.now, &mut Vec::new());

        assert_eq!(keepalive, Err(SealError::Exhausted), "{format:?}");
        assert!(end.channel.is_exhausted());
        assert_eq!(end.channel.statistics().unsealed_packets, 3);
        assert_eq!(end.channel.last_sent(), None);
    }
}

#[test]
fn a_key_with_too_many_forgeries_names_that_for_every_packet_and_counts_it() {
    for format in [CLASSIC, EPOCH] {
        let mut client = End::of(format, Role::Client);
        let mut gateway = unused(format, Role::Gateway);
        gateway
            .channel
            .wear(KeyId::FIRST, |_, open| open.set_forgeries(1 << 36));
        gateway.channel.activate(KeyId::FIRST);

        for _ in 0..3 {
            let opened = gateway.open(&mut client.seal(PACKET));
            assert_eq!(opened, Err(DropReason::KeyUsedUp), "{format:?}");
        }

        assert_eq!(gateway.channel.statistics().dropped_key_used_up, 3);
        assert_eq!(gateway.channel.last_received(), None);
    }
}

/// An end whose key has sealed packets up to this id.
fn worn(format: DataFormat, role: Role, id: u64) -> End {
    let end = unused(format, role);
    end.channel
        .wear(KeyId::FIRST, |seal, _| seal.go_on_behind(id));
    end.channel.activate(KeyId::FIRST);
    end
}

/// An end whose key is installed but not active.
fn unused(format: DataFormat, role: Role) -> End {
    let now = Instant::now();
    let (channel, sealer, opener) = DataChannel::new(format, None, now);
    channel
        .install(KeyId::FIRST, Cipher::Aes128Gcm, &material(1), role)
        .unwrap();
    End {
        channel,
        sealer,
        opener,
        role,
        now,
    }
}
