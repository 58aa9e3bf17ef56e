//! What independent implementations stumbled over before and after the handshake, each as a script of packets.
//!
//! | trap | test |
//! |---|---|
//! | a stateless gateway wants its reset acknowledged in the third packet, alone | `the_third_packet_acknowledges_the_gateways_reset_and_nothing_else` |
//! | the gateway resets once for each retransmission | `a_repeated_reset_is_acknowledged_again_and_changes_nothing` |
//! | the gateway's reset comes from another session | `a_second_gateway_that_answers_is_ignored` |
//! | wrong key or direction is total silence | `bad_input::a_wrong_server_secret_ends_in_no_answer_within_its_deadline` |
//! | settings come before they are asked for, or after a refusal to wait | `settings_that_come_unasked_are_taken`, `bad_input::a_gateway_cannot_keep_a_client_waiting_for_a_sign_in_for_ever` |
//! | data before the settings | `data_that_overtakes_the_settings_is_dropped_without_an_error` |
//! | `P_DATA_V1` although peer ids were announced | `a_gateway_that_gives_no_peer_id_gets_packets_without_one` |
//! | streams cut anywhere; a first frame that `port-share` knows | `a_session_over_a_stream_cut_anywhere_is_none_the_worse`, `the_first_frame_is_as_long_as_port_share_expects` |
//! | acknowledgements have no message id; empty control packets are legal | `packet::tests`, `an_empty_control_packet_is_acknowledged_and_changes_nothing` |
//! | 0 is a peer id | `handshake::both_ends_establish_with_every_tls_version_key_derivation_and_packet_format` |
//! | the wrapped client key counts its own length and is not authenticated | `wrap::tests` |
//! | a second push reply with a token only | `a_later_push_reply_changes_nothing_but_the_token` |
//! | cipher names in any case; `none` is refused | `a_cipher_is_known_by_its_name_in_any_case_and_none_is_none` |
//! | user names and tokens that are long | `handshake::an_access_token_of_40_kib_goes_through` |
//! | data and acknowledgements of an earlier session on the same ports | `packets_of_an_earlier_session_are_ignored` |
//! | control packets longer than older servers' buffers | `no_control_packet_is_longer_than_old_servers_expect` |
//! | acknowledgements that are lost | `a_lost_acknowledgement_rides_along_with_the_next_packet` |
//! | `hand-window` and `reneg-sec` differ per side | `renegotiation` |
//! | SoftEther | `servers` |
//!
//! Roaming behind NAT and servers with the kernel's data channel are for the driver and for real servers.

use std::time::Duration;

use super::link::Quality;
use super::pair::{Plan, push};
use super::plan::provider;
use super::trace::Way;
use crate::connection::Stage;
use crate::error::Error;
use crate::frame::Framing;
use crate::keying::{ServerKeyMessage, ServerSecrets};

const A_MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_third_packet_acknowledges_the_gateways_reset_and_nothing_else() {
    for plan in [Plan::bare(), Plan::azure()] {
        let mut pair = plan.over_datagrams().meet();

        pair.run(A_MINUTE);

        pair.trace.expect(
            "> client_reset k0 #0 +
             < server_reset k0 #0 +0
             > control k0 #1 +0
             ...",
        );
    }
}

#[test]
fn a_repeated_reset_is_acknowledged_again_and_changes_nothing() {
    let mut pair = Plan::bare().over_datagrams().meet();
    pair.run(A_MINUTE);
    let sent = pair.trace.len();

    pair.replay("< server_reset");

    // New ids come first, and this one is to be acknowledged anew.
    let answer = pair.trace.render();
    let answer: Vec<_> = answer.lines().skip(sent).collect();
    assert_eq!(answer.len(), 1, "{answer:?}");
    assert!(answer[0].starts_with("> ack k0 +0"), "{answer:?}");
    assert_eq!(pair.client.stage(), Stage::Established);
    assert_eq!(pair.client_end.closed, None);
}

#[test]
fn a_second_gateway_that_answers_is_ignored() {
    let mut pair = Plan::bare().over_datagrams().meet();
    pair.run(A_MINUTE);
    pair.trace.clear();
    let before = pair.client.ignored_packets();

    pair.forge("< server_reset k0 #0 +0 from=stranger");
    pair.forge("< server_reset k0 #1");
    pair.forge("< server_reset k1 #0");

    assert_eq!(pair.client.ignored_packets(), before + 3);
    pair.trace.expect("");
    assert_eq!(pair.client_end.closed, None);
}

#[test]
fn a_lost_reset_is_sent_again_by_the_client_alone() {
    let mut pair = Plan::bare().over_datagrams().meet();
    pair.lose("< server_reset");

    pair.run(A_MINUTE);

    pair.trace.expect(
        "> client_reset k0 #0
         < server_reset k0 #0 +0 lost
         ...
         > client_reset k0 #0
         ...
         < server_reset k0 #0
         > control k0 #1 +0
         ...",
    );
    assert!(pair.client_end.established.is_some());
}

#[test]
fn a_lost_acknowledgement_rides_along_with_the_next_packet() {
    let mut pair = Plan::bare().over_datagrams().meet();
    let start = pair.now;
    pair.lose_all("> ack");
    pair.lose_all("< ack");

    pair.run(A_MINUTE);

    assert!(pair.client_end.established.is_some());
    assert!(
        pair.now - start < Duration::from_secs(3),
        "one pause of two seconds at most, not {:?}",
        pair.now - start
    );
}

#[test]
fn packets_in_the_wrong_order_are_put_right() {
    let mut pair = Plan::bare().over_datagrams().meet();
    pair.hold("< control k0 #1");
    pair.hold("< control k0 #2");
    pair.exchange();
    pair.release(Way::ToClient);

    pair.run(A_MINUTE);

    pair.trace
        .expect("...\n< control k0 #1 held\n< control k0 #2 held\n...");
    assert!(pair.client_end.established.is_some());
}

#[test]
fn settings_that_come_unasked_are_taken() {
    let mut plan = Plan::bare().over_datagrams();
    plan.hesitates = true;
    let mut pair = plan.meet();
    pair.exchange();
    // As a gateway does that reads in the peer info that nobody will ask: both in one flight.
    let message = ServerKeyMessage {
        secrets: ServerSecrets::random(provider().secure_random).unwrap(),
        options: "V4".to_owned(),
        peer_info: String::new(),
    };
    let gateway = &mut pair.gateway.core;
    gateway
        .send_key_message(&message.encode().unwrap())
        .unwrap();
    let settings = b"PUSH_REPLY,ifconfig 172.16.0.2 255.255.255.0,topology subnet\0";
    gateway.send_key_message(settings).unwrap();

    pair.exchange();

    let established = pair.client_end.established.as_ref().unwrap();
    assert_eq!(established.push.addresses.len(), 1);
}

#[test]
fn data_that_overtakes_the_settings_is_dropped_without_an_error() {
    let mut plan = Plan::bare().over_datagrams();
    plan.client.extensions = false;
    let mut pair = plan.meet();
    // The last control packet of the gateway brings the settings.
    pair.pass_until(A_MINUTE, |pair| pair.gateway_end.established.is_some());
    let settings = pair.trace.render();
    let last = settings.lines().rfind(|line| line.starts_with("< control"));
    let last = last.unwrap().to_owned();

    let mut plan = Plan::bare().over_datagrams();
    plan.client.extensions = false;
    let mut pair = plan.meet();
    let id = last.split(' ').find(|word| word.starts_with('#')).unwrap();
    pair.hold(&format!("< control k0 {id}"));
    pair.exchange();
    assert!(pair.gateway_end.established.is_some(), "{last}");
    assert!(pair.send_data(Way::ToClient, 1));
    pair.exchange();
    assert_eq!(pair.client_end.early_data, 1);
    assert_eq!(pair.client.stage(), Stage::Push);

    pair.release(Way::ToClient);
    assert!(pair.send_data(Way::ToClient, 2));
    pair.exchange();

    assert_eq!(pair.client_end.delivered, [2]);
    assert_eq!(pair.client_end.closed, None);
}

#[test]
fn a_gateway_that_gives_no_peer_id_gets_packets_without_one() {
    for (options, sent) in [("", "> data k0"), (",peer-id 0", "> data_v2 k0")] {
        let mut plan = Plan::azure();
        assert!(plan.client.extensions);
        plan.push = push(&format!(
            "ifconfig 172.16.0.2 255.255.255.0,topology subnet{options}"
        ));
        let mut pair = plan.meet();
        pair.run(A_MINUTE);

        assert!(pair.send_data(Way::ToGateway, 1));
        pair.exchange();

        pair.trace.expect(&format!("...\n{sent}"));
        assert_eq!(pair.gateway_end.delivered, [1]);
    }
}

#[test]
fn a_session_over_a_stream_cut_anywhere_is_none_the_worse() {
    for seed in 0..20 {
        let mut pair = Plan::azure().over(Quality::DREADFUL, seed).meet();
        pair.run(A_MINUTE);
        for number in 0..100 {
            assert!(pair.send_data(Way::ToGateway, number));
            assert!(pair.send_data(Way::ToClient, number));
        }
        pair.pass(Duration::from_secs(1));

        let all: Vec<_> = (0..100).collect();
        assert_eq!(pair.gateway_end.delivered, all, "seed {seed}");
        assert_eq!(pair.client_end.delivered, all, "seed {seed}");
    }
}

#[test]
fn the_first_frame_is_as_long_as_port_share_expects() {
    for (plan, lengths) in [
        (Plan::bare(), 14..=255),
        (Plan::azure(), 14..=255),
        (Plan::azure().with_tls_crypt_v2(), 336..=1_278),
    ] {
        assert_eq!(plan.client.framing, Framing::Stream);
        let mut pair = plan.meet();
        let first = pair.client.poll_transmit(pair.now).unwrap();
        assert!(lengths.contains(&(first.len() - 2)), "{}", first.len());
    }
}

#[test]
fn no_control_packet_is_longer_than_old_servers_expect() {
    // 1,250 bytes with the headers of IPv6 and UDP.
    let narrow = Quality {
        mtu: 1_250 - 48,
        ..Quality::PERFECT
    };
    for plan in [
        Plan::bare(),
        Plan::azure(),
        Plan::azure().with_tls_crypt_v2(),
    ] {
        let mut plan = plan.over_datagrams().over(narrow, 1);
        plan.client.credentials = Some(crate::Credentials {
            username: "alice".to_owned().into(),
            password: "t".repeat(5_000).into(),
        });
        let mut pair = plan.meet();
        pair.run(A_MINUTE);
        pair.client.rekey(pair.now);
        pair.pass(A_MINUTE);

        assert_eq!(pair.client_end.rekeys, [1]);
        assert_eq!(pair.to_gateway.control.lost, 0);
    }
}

#[test]
fn an_empty_control_packet_is_acknowledged_and_changes_nothing() {
    let mut pair = Plan::bare().over_datagrams().meet();
    pair.run(A_MINUTE);
    pair.pass(Duration::from_secs(1));
    let next = (0..100)
        .find(|id| pair.trace.count(&format!("< control k0 #{id}")) == 0 && *id > 0)
        .unwrap();
    pair.trace.clear();

    pair.forge(&format!("< control k0 #{next}"));

    assert_eq!(pair.trace.count("> ack k0"), 1, "{}", pair.trace.render());
    assert_eq!(pair.client_end.closed, None);
}

#[test]
fn a_later_push_reply_changes_nothing_but_the_token() {
    let mut pair = Plan::bare().meet();
    pair.run(A_MINUTE);

    pair.gateway_says(b"PUSH_REPLY,auth-token SESS_ID_AT_x\0");

    assert_eq!(pair.client_end.closed, None);
    assert_eq!(pair.client.stage(), Stage::Established);
    assert!(pair.send_data(Way::ToClient, 1));
    pair.exchange();
    assert_eq!(pair.client_end.delivered, [1]);
}

#[test]
fn a_cipher_is_known_by_its_name_in_any_case_and_none_is_none() {
    for (name, known) in [
        ("AES-256-GCM", true),
        ("aes-256-gcm", true),
        ("none", false),
        ("NONE", false),
        ("[null-cipher]", false),
    ] {
        let mut plan = Plan::bare();
        plan.push.cipher = Some("AES-256-GCM".to_owned());
        plan.hesitates = true;
        let mut pair = plan.meet();
        pair.exchange();
        let settings = push(&format!(
            "ifconfig 10.0.0.2 255.255.255.0,topology subnet,cipher {name}"
        ));
        pair.gateway.admit(pair.now, settings);
        pair.exchange();
        if known {
            assert!(pair.client_end.established.is_some(), "{name}");
        } else {
            assert!(pair.client_end.established.is_none(), "{name}");
        }
    }
}

#[test]
fn packets_of_an_earlier_session_are_ignored() {
    let mut pair = Plan::bare().over_datagrams().meet();
    pair.run(A_MINUTE);
    let before = pair.client.ignored_packets();
    pair.trace.clear();

    pair.forge("< ack k0 +1 from=stranger");
    pair.forge("< ack k0 +1 to=stranger");
    pair.forge("< control k0 #1 from=stranger payload=16030300");
    pair.forge("< control k0 #40 +1 to=stranger");
    pair.forge("< control k3 #0");

    assert_eq!(pair.client.ignored_packets(), before + 5);
    pair.trace.expect("");
    assert_eq!(pair.client_end.closed, None::<crate::CloseReason>);
    assert_eq!(pair.client_error(), None::<&Error>);
}
