//! Renegotiation, which every independent implementation got wrong in the field, hours after its tests had passed.
//!
//! | what broke | test |
//! |---|---|
//! | each key has a TLS session of its own | `every_key_is_negotiated_in_a_tls_session_of_its_own` |
//! | key ids go 0, 1 … 7, 1 | `rekey::either_side_can_ask_for_new_keys_over_and_over`, `control_and_data_packets_carry_the_id_of_their_key` |
//! | only the next id, message 0, of this session opens a negotiation | `stale_repeated_and_foreign_soft_resets_are_ignored`, `rekey::only_the_next_key_of_this_session_can_be_asked_for` |
//! | both sides begin at once; a second reset while one is pending | `resets_that_cross_are_answers_to_each_other`, `a_second_reset_while_one_is_pending_is_ignored` |
//! | message ids begin anew, replay numbers do not | `message_ids_begin_anew_and_replay_numbers_go_on` |
//! | the old key opens for the transition, two keys live at most | `the_former_key_opens_packets_until_the_transition_is_over`, `a_transition_of_nothing_still_lets_the_peer_change_over`, `no_more_than_two_keys_live` |
//! | no pause, no loss at the boundary | `endurance::a_million_data_packets_lose_nothing_that_the_link_did_not_lose_and_none_comes_twice` |
//! | the sender stays on the old key, a quiet tunnel switches | `rekey::a_new_key_is_used_only_once_the_peer_has_proved_to_have_it_or_time_has_passed` |
//! | a failed decrypt is no evidence of the new key | `a_forged_packet_under_the_new_key_is_no_evidence_of_it` |
//! | `AUTH_PENDING` extends the wait | `rekey::a_pending_sign_in_keeps_the_former_key_in_use` |
//! | the gateway's key message without its trailing texts, and what follows it in the same record | `keying::tests`, `what_follows_the_key_message_in_its_record_is_kept` |
//! | tokens replace credentials; a lost request for fresh ones is repeated | `rekey::a_token_takes_the_place_of_the_credentials_from_then_on`, `rekey::credentials_that_wear_out_are_asked_for_ahead_of_time_and_shown_at_the_rekey` |
//! | packet ids and ciphers wear out, loudly | `data::tests::limits` |
//! | a changed push reply is applied, its parts are merged, an empty one is an error | `control_messages::settings_that_a_rekey_changed_are_told_of`, `push::tests::messages`, `control_messages::settings_that_cannot_be_taken_on_end_the_connection` |
//! | rekeys during loss, sleep, and failures of which the first counts | `endurance::sessions_stay_alive_and_renew_their_keys_where_three_packets_of_ten_are_lost`, `a_wake_from_a_long_sleep_does_each_thing_once`, `the_first_error_of_a_failed_rekey_is_the_one_that_is_told` |
//! | exported keys come from the TLS session of the negotiation | `rekey::packets_go_both_ways_before_during_and_after_a_rekey_in_all_formats` |
//! | nothing is sent under the former key id | `after_a_soft_reset_nothing_is_sent_under_the_former_key_id` |
//! | the gateway still speaks in the former TLS session | `what_the_gateway_still_says_under_the_former_key_is_heard` |
//! | a gateway begins before all is acknowledged | `a_rekey_waits_until_the_peer_has_all_that_was_said_under_the_former_key` |
//! | the sides' deadlines differ | `a_gateway_that_gives_up_first_leaves_the_client_its_own_deadline` |
//!
//! Soaks of minutes against OpenVPN 2.5, 2.6 and 2.7 are in the lab.

use std::time::Duration;

use super::link::Quality;
use super::pair::{Pair, Plan, push};
use super::plan::provider;
use super::rekey::renewing;
use super::trace::Way;
use crate::connection::CloseReason;
use crate::error::Error;
use crate::keying::{ServerKeyMessage, ServerSecrets};
use crate::packet::{ControlPacket, HEAD_LEN, KeyId, Opcode};
use crate::wrap::{Digest, Wrapping};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn every_key_is_negotiated_in_a_tls_session_of_its_own() {
    let mut pair = established(bare());
    for id in 0..=3 {
        let wire = pair.trace.wire_of(&format!("> control k{id} #1"));
        let payload = ControlPacket::parse(&wire).unwrap().payload.to_vec();
        assert_eq!(
            payload[0], 22,
            "a handshake record in clear, under key {id}"
        );
        assert_eq!(payload[5], 1, "the ClientHello, under key {id}");

        pair.client.rekey(pair.now);
        pair.pass(MINUTE);
    }
    assert_eq!(pair.client_end.rekeys, [1, 2, 3, 4]);
}

#[test]
fn control_and_data_packets_carry_the_id_of_their_key() {
    let mut pair = established(bare());
    let mut number = 0;
    for id in [1, 2, 3, 4, 5, 6, 7, 1, 2] {
        pair.trace.clear();
        pair.gateway.rekey(pair.now);
        pair.pass(MINUTE);
        pair.trace.expect(&format!(
            "< soft_reset k{id} #0 +
             > soft_reset k{id} #0 +0
             ...
             > control k{id}
             ..."
        ));
        pair.trace.clear();

        number += 1;
        assert!(pair.send_data(Way::ToGateway, number));
        assert!(pair.send_data(Way::ToClient, number));
        pair.exchange();
        pair.trace.expect(&format!("> data k{id}\n< data k{id}"));
    }
    let all: Vec<u64> = (1..=number).collect();
    assert_eq!(
        (&pair.gateway_end.delivered, &pair.client_end.delivered),
        (&all, &all)
    );
}

#[test]
fn stale_repeated_and_foreign_soft_resets_are_ignored() {
    let mut pair = established(bare());
    pair.gateway.rekey(pair.now);
    pair.pass(MINUTE);
    assert_eq!(pair.client_end.rekeys, [1]);
    pair.trace.clear();
    let before = pair.client.ignored_packets();

    pair.forge("< soft_reset k0 #0");
    pair.forge("< soft_reset k3 #0");
    pair.forge("< soft_reset k2 #1");
    pair.forge("< soft_reset k2 #0 from=stranger");
    pair.forge("< soft_reset k2 #0 +0 to=stranger");
    assert_eq!(pair.client.ignored_packets(), before + 5);
    pair.trace.expect("");

    // That of the key in use is a repetition: its acknowledgement may have been lost.
    pair.forge("< soft_reset k1 #0");
    pair.trace.expect("> ack k1");
    pair.pass(MINUTE);
    assert_eq!(pair.client_end.rekeys, [1]);
    assert_eq!(pair.client_end.closed, None);
}

#[test]
fn resets_that_cross_are_answers_to_each_other() {
    let slow = Quality {
        delay: Duration::from_millis(100),
        ..Quality::PERFECT
    };
    let mut pair = established(bare().over(slow, 1));
    pair.pass(SECOND);
    for id in [1, 2, 3] {
        pair.trace.clear();
        pair.client.rekey(pair.now);
        pair.gateway.rekey(pair.now);
        pair.pass(MINUTE);

        pair.trace.expect(&format!(
            "> soft_reset k{id} #0 +
             < soft_reset k{id} #0 +
             > control k{id} #1 +0
             ..."
        ));
        assert_eq!(pair.trace.count(&format!("> soft_reset k{id}")), 1);
        assert_eq!(pair.trace.count(&format!("< soft_reset k{id}")), 1);
    }
    assert_eq!(pair.client_end.rekeys, [1, 2, 3]);
    assert_eq!(pair.gateway_end.rekeys, [1, 2, 3]);
}

#[test]
fn a_second_reset_while_one_is_pending_is_ignored() {
    let mut pair = established(bare());
    pair.lose("> soft_reset k1");
    pair.client.rekey(pair.now);
    pair.exchange();
    let before = pair.client.ignored_packets();

    pair.forge("< soft_reset k2 #0");
    pair.client.rekey(pair.now);
    pair.exchange();

    assert_eq!(pair.client.ignored_packets(), before + 1);
    pair.pass(MINUTE);
    assert_eq!(pair.client_end.rekeys, [1]);
}

#[test]
fn message_ids_begin_anew_and_replay_numbers_go_on() {
    let plan = renewing(None, None).over_datagrams();
    let is_sha256 = |wrapping: &Wrapping| {
        matches!(
            wrapping,
            Wrapping::TlsAuth {
                digest: Digest::Sha256,
                ..
            }
        )
    };
    assert!(is_sha256(&plan.client.wrapping), "the tag is 32 bytes long");
    let number_at = HEAD_LEN + 32;
    let mut pair = established(plan);
    pair.client.rekey(pair.now);
    pair.pass(SECOND);
    pair.gateway.rekey(pair.now);
    pair.pass(SECOND);
    assert_eq!(pair.client_end.rekeys, [1, 2]);

    for key in ["k1", "k2"] {
        assert_eq!(pair.trace.count(&format!("> soft_reset {key} #0")), 1);
        assert_eq!(pair.trace.count(&format!("> control {key} #1")), 1);
    }
    for way in [Way::ToGateway, Way::ToClient] {
        let numbers: Vec<u32> = pair
            .trace
            .wires(way)
            .map(|wire| u32::from_be_bytes(wire[number_at..number_at + 4].try_into().unwrap()))
            .collect();
        let all: Vec<u32> = (1..=numbers.len() as u32).collect();
        assert_eq!(numbers, all);
    }
}

#[test]
fn the_former_key_opens_packets_until_the_transition_is_over() {
    for (wait, arrives) in [(MINUTE, true), (9 * MINUTE, true), (11 * MINUTE, false)] {
        let mut plan = bare();
        plan.client.renegotiation.transition = 10 * MINUTE;
        let mut pair = established(plan);
        pair.hold("< data k0");
        assert!(pair.send_data(Way::ToClient, 1));
        pair.gateway.rekey(pair.now);
        pair.pass(wait);
        assert!(pair.send_data(Way::ToClient, 2));
        pair.exchange();

        pair.release(Way::ToClient);

        let delivered = if arrives { vec![2, 1] } else { vec![2] };
        assert_eq!(pair.client_end.delivered, delivered, "after {wait:?}");
        let dropped = pair.client.data_statistics().unwrap().dropped_unknown_key;
        assert_eq!(dropped, u64::from(!arrives));
    }
}

#[test]
fn a_transition_of_nothing_still_lets_the_peer_change_over() {
    let mut plan = bare();
    plan.client.renegotiation.transition = Duration::ZERO;
    let mut pair = established(plan);
    pair.pass(10 * MINUTE);
    pair.client.rekey(pair.now);
    pair.pass(SECOND);
    assert_eq!(pair.client_end.rekeys, [1]);
    pair.trace.clear();

    for number in 0..70 {
        assert!(pair.send_data(Way::ToClient, number));
        pair.pass(SECOND);
    }

    let all: Vec<u64> = (0..70).collect();
    assert_eq!(pair.client_end.delivered, all);
    pair.trace.expect("< data k0\n...\n< data k1");
}

#[test]
fn no_more_than_two_keys_live() {
    let mut pair = established(bare());
    pair.hold("< data k0");
    assert!(pair.send_data(Way::ToClient, 1));
    for _ in 0..2 {
        pair.gateway.rekey(pair.now);
        pair.pass(MINUTE);
    }
    assert_eq!(pair.client_end.rekeys, [1, 2]);

    pair.release(Way::ToClient);

    assert_eq!(pair.client_end.delivered, [0; 0]);
    assert_eq!(
        pair.client.data_statistics().unwrap().dropped_unknown_key,
        1
    );
}

#[test]
fn a_forged_packet_under_the_new_key_is_no_evidence_of_it() {
    let mut pair = established(bare());
    pair.pass(10 * MINUTE);
    pair.client.rekey(pair.now);
    pair.pass(SECOND);
    assert_eq!(pair.client_end.rekeys, [1]);
    let mut forged = vec![Opcode::DataV1.first_byte(KeyId::FIRST.next())];
    forged.extend_from_slice(&[7; 60]);
    pair.deliver(Way::ToClient, forged);
    pair.pass(5 * SECOND);
    pair.trace.clear();

    assert!(pair.send_data(Way::ToGateway, 1));
    pair.exchange();

    pair.trace.expect("> data k0");
    assert_eq!(pair.gateway_end.delivered, [1]);
    assert_eq!(
        pair.client.data_statistics().unwrap().dropped_not_authentic,
        1
    );
}

#[test]
fn what_follows_the_key_message_in_its_record_is_kept() {
    let mut plan = bare();
    plan.hesitates = true;
    let mut pair = plan.meet();
    pair.exchange();
    let message = ServerKeyMessage {
        secrets: ServerSecrets::random(provider().secure_random).unwrap(),
        options: "V4".to_owned(),
        peer_info: String::new(),
    };
    let encoded = message.encode().unwrap();
    // As OpenVPN 3 sends it, which stops after the options; three empty texts are two bytes each.
    let short = &encoded[..encoded.len() - 6];

    pair.gateway_says(&[short, b"AUTH_FAILED,not today\0"].concat());

    let refused = Error::AuthenticationFailed("not today".to_owned());
    assert_eq!(pair.client_error(), Some(&refused));
}

#[test]
fn after_a_soft_reset_nothing_is_sent_under_the_former_key_id() {
    for asks in [Way::ToGateway, Way::ToClient] {
        let mut pair = established(bare());
        pair.pass(SECOND);
        pair.trace.clear();
        match asks {
            Way::ToGateway => pair.client.rekey(pair.now),
            Way::ToClient => pair.gateway.rekey(pair.now),
        }
        pair.pass(MINUTE);
        // A late packet of the former negotiation is not answered either.
        pair.forge("< control k0 #20");
        pair.pass(MINUTE);

        assert_eq!(pair.client_end.rekeys, [1]);
        for line in ["> control k0", "> ack k0", "< control k0", "< ack k0"] {
            assert_eq!(pair.trace.count(line), 0, "{}", pair.trace.render());
        }
    }
}

#[test]
fn what_the_gateway_still_says_under_the_former_key_is_heard() {
    let mut pair = established(bare());
    let next = pair.trace.next_id("< control k0");
    pair.hold(&format!("< control k0 #{next}"));
    pair.gateway_says(b"RESTART,later\0");
    pair.client.rekey(pair.now);
    pair.exchange();
    assert_eq!(pair.client_end.closed, None);

    pair.release(Way::ToClient);

    let error = pair.client_error();
    assert!(
        matches!(error, Some(Error::PeerRestart { .. })),
        "{error:?}"
    );
}

#[test]
fn a_token_refused_in_mid_rekey_is_told_from_refused_credentials() {
    let mut plan = bare();
    plan.push = push("ifconfig 172.16.0.2 255.255.255.0,topology subnet,auth-token one");
    let mut pair = established(plan);
    pair.client.rekey(pair.now);
    pair.pass(SECOND);
    let next = pair.trace.next_id("< control k1");
    pair.hold(&format!("< control k1 #{next}"));
    pair.gateway_says(b"AUTH_FAILED,expired\0");
    pair.lose_all("< control k2");
    pair.client.rekey(pair.now);
    pair.exchange();

    pair.release(Way::ToClient);

    let expired = Error::TokenExpired("expired".to_owned());
    assert_eq!(pair.client_error(), Some(&expired));
}

#[test]
fn a_rekey_waits_until_the_peer_has_all_that_was_said_under_the_former_key() {
    // The gateway's last packet of the handshake, which brings the settings, is late.
    let settings = established(bare()).trace.next_id("< control k0") - 1;
    let mut pair = bare().meet();
    pair.hold(&format!("< control k0 #{settings}"));
    pair.exchange();
    assert!(pair.gateway_end.established.is_some());
    assert!(pair.client_end.established.is_none());
    pair.gateway.rekey(pair.now);
    pair.pass(SECOND / 2);
    assert_eq!(pair.trace.count("< soft_reset"), 0);

    pair.release(Way::ToClient);
    pair.pass(MINUTE);

    assert!(pair.client_end.established.is_some());
    assert_eq!(pair.client_end.rekeys, [1], "it was not forgotten");
}

#[test]
fn a_gateway_that_gives_up_first_leaves_the_client_its_own_deadline() {
    let mut plan = bare();
    plan.gateway.timeouts.handshake = 10 * SECOND;
    let mut pair = established(plan);
    pair.lose_all("> control k1");
    pair.lose_all("< ack k1");
    pair.lose_all("< control k1");
    pair.gateway.rekey(pair.now);

    pair.pass(11 * SECOND);
    let gave_up = &pair.gateway_end.closed;
    assert!(
        matches!(
            gave_up,
            Some(CloseReason::Failed(Error::RekeyTimedOut { .. }))
        ),
        "{gave_up:?}"
    );
    assert_eq!(pair.client_end.closed, None);
    pair.pass(MINUTE);

    let error = pair.client_error();
    assert!(
        matches!(error, Some(Error::RekeyTimedOut { .. })),
        "{error:?}"
    );
}

#[test]
fn a_wake_from_a_long_sleep_does_each_thing_once() {
    let mut plan = renewing(Some(10 * MINUTE), None).over_datagrams();
    plan.client.credentials = Some(crate::Credentials {
        username: "alice".to_owned().into(),
        password: "secret".to_owned().into(),
    });
    plan.push = push("ifconfig 172.16.0.2 255.255.255.0,topology subnet,ping 10");
    let mut pair = established(plan);
    pair.trace.clear();
    let slept = pair.now;

    pair.sleep(8 * 60 * MINUTE);

    assert_eq!(pair.now - slept, 8 * 60 * MINUTE, "the clock has jumped");
    assert_eq!(
        pair.trace.count("> soft_reset"),
        1,
        "{}",
        pair.trace.render()
    );
    assert_eq!(pair.client_end.rekeys, [1]);
    assert!(pair.client_end.credentials_asked <= 1);
    assert_eq!(pair.client_end.keep_alives, 1, "no burst of them");
    assert_eq!(pair.client_end.closed, None);
}

#[test]
fn a_sleep_in_the_midst_of_a_rekey_ends_it_at_the_wake() {
    let mut pair = established(bare());
    pair.lose_all("< soft_reset");
    pair.client.rekey(pair.now);
    pair.pass(SECOND);

    pair.sleep(8 * 60 * MINUTE);

    let error = pair.client_error();
    assert!(
        matches!(error, Some(Error::RekeyTimedOut { .. })),
        "{error:?}"
    );
}

#[test]
fn the_first_error_of_a_failed_rekey_is_the_one_that_is_told() {
    let mut pair = established(bare());
    pair.refusal = Some("account disabled");
    pair.client.rekey(pair.now);
    pair.exchange();

    pair.client
        .transport_closed(Some(std::io::ErrorKind::BrokenPipe));
    pair.client.peer_left();
    pair.pass(MINUTE);

    let refused = Error::AuthenticationFailed("account disabled".to_owned());
    assert_eq!(pair.client_error(), Some(&refused));
}

/// Without wrapping, over datagrams, and with rekeys only where a test asks for them.
fn bare() -> Plan {
    let mut plan = renewing(None, None).over_datagrams();
    plan.client.wrapping = Wrapping::None;
    plan.gateway.wrapping = Wrapping::None;
    plan
}

fn established(plan: Plan) -> Pair {
    let mut pair = plan.meet();
    pair.run(MINUTE);
    assert!(pair.client_end.established.is_some());
    assert!(pair.gateway_end.established.is_some());
    pair
}
