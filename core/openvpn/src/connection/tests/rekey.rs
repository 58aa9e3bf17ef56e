use std::time::Duration;

use super::data_path::carry;
use super::pair::{Pair, Plan, UNIX_TIME, push};
use crate::connection::{Established, Renegotiation};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::packet::{AckList, ControlPacket, KeyId, Opcode, Role};
use crate::wrap::{Wrapper, Wrapping};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn either_side_can_ask_for_new_keys_over_and_over() {
    for (client, gateway) in [(Some(MINUTE), None), (None, Some(MINUTE))] {
        let mut pair = established(renewing(client, gateway));

        pair.pass(10 * MINUTE + MINUTE / 2);

        assert_eq!(pair.client_end.closed, None);
        assert_eq!(pair.client_end.rekeys, [1, 2, 3, 4, 5, 6, 7, 1, 2, 3]);
        assert_eq!(pair.gateway_end.rekeys, pair.client_end.rekeys);
    }
}

#[test]
fn both_sides_can_ask_for_new_keys_at_once() {
    let mut pair = established(renewing(None, None));

    for round in 1..=8 {
        pair.client.rekey(pair.now);
        pair.gateway.rekey(pair.now);
        pair.pass(Duration::from_secs(1));

        assert_eq!(pair.client_end.rekeys.len(), round);
        assert_eq!(pair.gateway_end.rekeys, pair.client_end.rekeys);
    }
    assert_eq!(pair.client_end.closed, None);
}

#[test]
fn packets_go_both_ways_before_during_and_after_a_rekey_in_all_formats() {
    for options in [
        "",
        ",peer-id 5",
        ",peer-id 5,key-derivation tls-ekm",
        ",peer-id 5,protocol-flags tls-ekm dyn-tls-crypt",
        ",peer-id 5,protocol-flags tls-ekm dyn-tls-crypt aead-epoch",
    ] {
        let mut plan = renewing(None, None);
        plan.push = push(&format!(
            "ifconfig 172.16.0.2 255.255.255.0,topology subnet{options}"
        ));
        let mut pair = established(plan);
        let (mut client, mut gateway) = halves(&mut pair);
        for _ in 0..9 {
            pair.client.rekey(pair.now);
            exchange_data(&pair, &mut client, &mut gateway);
            for _ in 0..70 {
                pair.pass(Duration::from_secs(1));
                exchange_data(&pair, &mut client, &mut gateway);
            }
        }
        assert_eq!(pair.client_end.closed, None, "{options}");
        assert_eq!(pair.client_end.rekeys.len(), 9, "{options}");
    }
}

#[test]
fn a_new_key_is_used_only_once_the_peer_has_proved_to_have_it_or_time_has_passed() {
    let mut pair = established(renewing(None, None));
    let (mut client, mut gateway) = halves(&mut pair);
    pair.pass(10 * MINUTE);
    pair.client.rekey(pair.now);
    pair.exchange();
    assert_eq!(key_of(&mut client, &pair), 0);

    pair.pass(MINUTE - Duration::from_secs(1));
    assert_eq!(key_of(&mut client, &pair), 0);
    pair.pass(Duration::from_secs(2));
    assert_eq!(
        key_of(&mut client, &pair),
        1,
        "a quiet tunnel switches by itself"
    );

    // Both have switched by now, so a packet of the gateway comes under the next key as soon as it is held no longer.
    pair.client.rekey(pair.now);
    pair.exchange();
    assert_eq!(key_of(&mut client, &pair), 1);
    pair.pass(MINUTE);
    carry(&mut gateway.sealer, &mut client.opener, &pair, b"\x45");
    pair.pass(Duration::from_secs(1));
    assert_eq!(key_of(&mut client, &pair), 2);
}

#[test]
fn a_pending_sign_in_keeps_the_former_key_in_use() {
    let mut pair = established(renewing(None, None));
    let (mut client, _gateway) = halves(&mut pair);
    pair.pass(10 * MINUTE);
    pair.client.rekey(pair.now);
    pair.exchange();
    pair.gateway_says(b"AUTH_PENDING,timeout 600\0");

    pair.pass(9 * MINUTE);
    assert_eq!(key_of(&mut client, &pair), 0);
    pair.pass(MINUTE + Duration::from_secs(1));
    assert_eq!(key_of(&mut client, &pair), 1);
}

#[test]
fn only_the_next_key_of_this_session_can_be_asked_for() {
    let plan = renewing(None, None);
    let wrapping = plan.gateway.wrapping.clone();
    let mut pair = established(plan);
    let (client, gateway) = pair.session_ids();
    // The gateway's own numbers have come further than this wrapper's, but it begins at a later time.
    let mut wrapper = Wrapper::new(&wrapping, Role::Gateway);
    let soft_reset = |key_id, session_id| ControlPacket {
        opcode: Opcode::SoftResetV1,
        key_id,
        session_id,
        acks: AckList::default(),
        peer_session_id: None,
        message_id: Some(0),
        payload: &[],
    };
    let mut send = |pair: &mut Pair, packet: &ControlPacket<'_>| {
        let mut wire = Vec::new();
        wrapper
            .wrap(packet, UNIX_TIME as u32 + 9, &mut wire)
            .unwrap();
        pair.client.receive(pair.now, &mut wire);
        assert!(pair.client_end.closed.is_none());
        pair.client.poll_transmit(pair.now).is_some()
    };
    let next = KeyId::FIRST.next();

    assert!(
        !send(&mut pair, &soft_reset(next, client)),
        "another session"
    );
    assert!(
        !send(&mut pair, &soft_reset(KeyId::FIRST, gateway)),
        "this key"
    );
    assert!(
        !send(&mut pair, &soft_reset(next.next(), gateway)),
        "a later key"
    );
    assert!(send(&mut pair, &soft_reset(next, gateway)));
}

#[test]
fn a_rekey_that_is_never_answered_ends_the_connection_after_its_time() {
    let mut pair = established(renewing(None, None));
    pair.lose_all("> soft_reset k1");
    pair.client.rekey(pair.now);

    pair.pass(MINUTE - Duration::from_secs(1));
    assert_eq!(pair.client_end.closed, None);
    pair.pass(Duration::from_secs(2));

    assert!(matches!(
        pair.client_error(),
        Some(Error::RekeyTimedOut { after, .. }) if *after == MINUTE
    ));
}

#[test]
fn credentials_that_wear_out_are_asked_for_ahead_of_time_and_shown_at_the_rekey() {
    let mut plan = renewing(Some(8 * MINUTE), None);
    plan.client.credentials = Some(credentials("first"));
    let mut pair = established(plan);

    pair.pass(6 * MINUTE - Duration::from_secs(1));
    assert_eq!(pair.client_end.credentials_asked, 0);
    pair.pass(Duration::from_secs(2));
    assert_eq!(pair.client_end.credentials_asked, 1);
    pair.pass(MINUTE);
    assert_eq!(pair.client_end.credentials_asked, 2, "asked again, once");
    pair.client.set_credentials(credentials("second"));
    pair.pass(2 * MINUTE);

    assert_eq!(pair.client_end.rekeys, [1]);
    assert_eq!(shown(&pair), ["first", "second"]);
}

#[test]
fn a_token_takes_the_place_of_the_credentials_from_then_on() {
    let mut plan = renewing(Some(MINUTE), None);
    plan.client.credentials = Some(credentials("password"));
    plan.push = push(
        "ifconfig 172.16.0.2 255.255.255.0,topology subnet,auth-token one,auth-token-user dG9t",
    );
    let mut pair = established(plan);
    pair.pass(MINUTE + Duration::from_secs(1));
    pair.gateway_says(b"PUSH_REPLY,auth-token two\0");
    pair.pass(MINUTE);

    assert_eq!(pair.client_end.tokens, ["one", "two"]);
    assert_eq!(shown(&pair), ["password", "one", "two"]);
    assert_eq!(pair.shown.last().unwrap().0, "tom");
    assert_eq!(pair.client_end.credentials_asked, 0);
}

#[test]
fn a_refused_token_is_told_from_refused_credentials() {
    let mut plan = renewing(None, None);
    plan.push = push("ifconfig 172.16.0.2 255.255.255.0,topology subnet,auth-token one");
    let mut pair = established(plan);
    pair.refusal = Some("expired");
    pair.client.rekey(pair.now);
    pair.pass(Duration::from_secs(1));

    assert_eq!(
        pair.client_error(),
        Some(&Error::TokenExpired("expired".to_owned()))
    );
}

#[test]
fn rekeys_are_wrapped_with_a_key_of_their_own_even_where_nothing_else_is_wrapped() {
    let mut plan = renewing(None, None);
    plan.client.wrapping = Wrapping::None;
    plan.gateway.wrapping = Wrapping::None;
    plan.push = push(
        "ifconfig 172.16.0.2 255.255.255.0,topology subnet,protocol-flags tls-ekm dyn-tls-crypt",
    );
    let mut pair = established(plan);

    pair.client.rekey(pair.now);
    let mut wire = pair.client.poll_transmit(pair.now).unwrap();
    assert_eq!(wire[2], Opcode::SoftResetV1.first_byte(KeyId::FIRST.next()));
    assert_eq!(wire.len(), 2 + 9 + 8 + 32 + 1 + 4);
    pair.gateway.receive(pair.now, &mut wire[2..]);
    pair.exchange();

    assert_eq!(pair.client_end.rekeys, [1]);
}

pub(super) fn renewing(client: Option<Duration>, gateway: Option<Duration>) -> Plan {
    let mut plan = Plan::azure();
    let every = |after| Renegotiation {
        after,
        ..Renegotiation::default()
    };
    plan.client.renegotiation = every(client);
    plan.gateway.renegotiation = every(gateway);
    plan
}

fn established(plan: Plan) -> Pair {
    let mut pair = plan.meet();
    pair.run(Duration::ZERO);
    assert!(pair.client_end.established.is_some());
    pair
}

fn halves(pair: &mut Pair) -> (Box<Established>, Box<Established>) {
    (
        pair.client_end.established.take().unwrap(),
        pair.gateway_end.established.take().unwrap(),
    )
}

fn exchange_data(pair: &Pair, client: &mut Established, gateway: &mut Established) {
    assert_eq!(
        carry(&mut client.sealer, &mut gateway.opener, pair, b"\x45 up"),
        b"\x45 up"
    );
    assert_eq!(
        carry(&mut gateway.sealer, &mut client.opener, pair, b"\x45 down"),
        b"\x45 down"
    );
}

/// The key id that a packet is sealed under now.
fn key_of(end: &mut Established, pair: &Pair) -> u8 {
    let mut frame = Vec::new();
    end.sealer.seal_keepalive(pair.now, &mut frame).unwrap();
    frame[2] & 7
}

fn credentials(password: &str) -> Credentials {
    Credentials {
        username: "alice".to_owned().into(),
        password: password.to_owned().into(),
    }
}

fn shown(pair: &Pair) -> Vec<&str> {
    pair.shown
        .iter()
        .map(|(_, password)| password.as_str())
        .collect()
}
