//! Each message of a gateway, through a real connection.

use std::time::{Duration, Instant};

use rustls::crypto::aws_lc_rs;

use super::pair::{Pair, Plan, push};
use super::trace::Way;
use crate::auth_failure::Advance;
use crate::challenge::{AnswerError, ChallengeId, ChallengeKind};
use crate::connection::TimeoutReason;
use crate::error::Error;
use crate::keying::{ServerKeyMessage, ServerSecrets};
use crate::push::PushError;
use crate::warning::Warning;

const SECOND: Duration = Duration::from_secs(1);

const ADDRESS: &str = "ifconfig 172.16.0.2 255.255.255.0,topology subnet";

#[test]
fn pushed_options_without_effect_are_told_of() {
    let mut pair = awaiting_settings(Plan::azure());

    pair.gateway_says(
        format!("PUSH_REPLY,{ADDRESS},teleport 5,up /bin/sh,shaper 1000,tun-mtu 9000\0").as_bytes(),
    );

    let options: Vec<_> = pair
        .client_end
        .warnings
        .iter()
        .map(|warning| warning.option.as_str())
        .collect();
    assert_eq!(options, ["teleport", "up", "shaper", "tun-mtu"]);
    let established = pair.client_end.established.unwrap();
    assert_eq!(established.push.tun_mtu, Some(1_500));
}

// ---- questions ----

#[test]
fn a_question_comes_out_and_its_answer_reaches_the_gateway() {
    let mut pair = awaiting_settings(Plan::azure());
    let start = pair.now;
    pair.gateway_says(b"AUTH_PENDING,timeout 300\0");
    pair.gateway_says(b"INFO_PRE,CR_TEXT:R:Enter the code\0");

    let challenge = pair.client_end.challenges.remove(0);
    assert_eq!(challenge.kind, ChallengeKind::Text);
    assert_eq!(challenge.text, "Enter the code");
    assert!(challenge.masked && challenge.response_required);
    assert_eq!(challenge.expiry, Some(start + 300 * SECOND));

    assert_eq!(pair.client.answer(challenge.id, "8675309"), Ok(()));
    pair.exchange();

    assert_eq!(pair.gateway_end.answers, ["8675309"]);
    pair.gateway_says(format!("PUSH_REPLY,{ADDRESS}\0").as_bytes());
    assert!(pair.client_end.established.is_some());
}

#[test]
fn a_web_sign_in_comes_out_with_its_address() {
    let mut pair = awaiting_settings(Plan::azure());

    pair.gateway_says(b"INFO_PRE,WEB_AUTH:external:https://login.example/?x=1\0");
    pair.gateway_says(b"INFO,OPEN_URL:https://open.example/\0");

    let urls: Vec<_> = pair
        .client_end
        .challenges
        .iter()
        .filter_map(|challenge| challenge.url.as_deref())
        .collect();
    assert_eq!(
        urls,
        ["https://login.example/?x=1", "https://open.example/"]
    );
    let id = pair.client_end.challenges[1].id;
    assert_eq!(pair.client.answer(id, "x"), Err(AnswerError::NotByText));
}

#[test]
fn answers_to_questions_that_are_not_open_are_errors() {
    let mut pair = awaiting_settings(Plan::azure());
    assert_eq!(
        pair.client.answer(ChallengeId(0), "x"),
        Err(AnswerError::Unknown)
    );
    pair.gateway_says(b"INFO_PRE,CR_TEXT:R:one\0");
    let id = pair.client_end.challenges[0].id;
    assert_eq!(
        pair.gateway.answer(id, "x"),
        Err(AnswerError::Unknown),
        "gateways are not asked"
    );

    pair.gateway_says(format!("PUSH_REPLY,{ADDRESS}\0").as_bytes());
    assert_eq!(pair.client.answer(id, "x"), Err(AnswerError::Late));

    pair.gateway_says(b"INFO_PRE,CR_TEXT:R:two\0");
    let id = pair.client_end.challenges[1].id;
    pair.client.close();
    assert_eq!(pair.client.answer(id, "x"), Err(AnswerError::Late));
}

#[test]
fn an_answer_that_cannot_be_sent_is_an_error() {
    let mut pair = established(Plan::azure());
    pair.gateway_says(b"INFO_PRE,CR_TEXT:R:code\0");
    let id = pair.client_end.challenges[0].id;
    pair.client.rekey(pair.now);
    while pair
        .client
        .core
        .send_message(b"waits for the new keys")
        .is_ok()
    {}

    assert_eq!(pair.client.answer(id, "x"), Err(AnswerError::Late));
    assert_eq!(pair.client.poll_timeout(pair.now), None, "it is over");
}

#[test]
fn a_question_in_a_running_session_is_answered_too() {
    let mut pair = established(Plan::azure());
    pair.gateway_says(b"INFO_PRE,CR_TEXT:E:still there?\0");
    let challenge = pair.client_end.challenges.remove(0);
    assert!(!challenge.masked && !challenge.response_required);
    assert_eq!(challenge.expiry, None);

    pair.client.answer(challenge.id, "yes").unwrap();
    pair.exchange();

    assert_eq!(pair.gateway_end.answers, ["yes"]);
    assert_eq!(pair.client_end.closed, None);
}

#[test]
fn notices_that_cannot_be_obeyed_are_told_of_and_harm_nothing() {
    let mut pair = established(Plan::azure());

    for message in [
        "INFO_PRE,OPEN_URL:file:///etc/passwd",
        "INFO,CR_TEXT",
        "INFO,TELEPATHY:x",
        "INFO,ACC:x",
        "ACC,x",
        "RELAY",
        "TELEPORT,x",
        "PUSH_REQUEST",
    ] {
        pair.gateway_says(format!("{message}\0").as_bytes());
    }

    assert_eq!(
        pair.client_end.oddities,
        [
            Warning::RefusedAddress,
            Warning::MalformedQuestion,
            Warning::UnknownNotice("TELEPATHY".to_owned()),
            Warning::UnknownMessage("TELEPORT".to_owned()),
        ]
    );
    assert_eq!(pair.client_end.closed, None);
    assert!(pair.client_end.challenges.is_empty());
}

#[test]
fn a_flood_of_unknown_messages_is_not_told_of_without_end() {
    let mut pair = established(Plan::azure());

    for _ in 0..100 {
        pair.gateway_says(b"TELEPORT\0");
    }

    assert_eq!(pair.client_end.oddities.len(), 65);
    assert_eq!(pair.client_end.oddities[64], Warning::Suppressed);
}

#[test]
fn a_wait_for_a_sign_in_is_at_most_half_of_a_keys_life() {
    let mut plan = Plan::azure();
    plan.client.renegotiation.after = Some(240 * SECOND);
    let mut pair = awaiting_settings(plan);
    let start = pair.now;
    pair.gateway_says(b"AUTH_PENDING,timeout 3000\0");

    let end = end_of_client(&mut pair, 300 * SECOND);

    assert_eq!(end - start, 120 * SECOND);
    assert_eq!(
        pair.client_error(),
        Some(&Error::PushTimedOut(120 * SECOND))
    );
}

// ---- farewells ----

#[test]
fn each_farewell_of_a_gateway_has_its_error() {
    let restart = |message: &str, keep_credentials, next_remote| Error::PeerRestart {
        message: message.to_owned(),
        keep_credentials,
        next_remote,
    };
    let busy = |backoff: Option<u64>, advance, message: &str| Error::TemporarilyRefused {
        message: message.to_owned(),
        backoff: backoff.map(Duration::from_secs),
        advance,
    };
    for (message, expected) in [
        ("RESTART", restart("", false, false)),
        ("RESTART,[N]", restart("", false, true)),
        ("RESTART,[P]:back soon", restart("back soon", true, false)),
        ("HALT,gone", Error::PeerHalt("gone".to_owned())),
        ("HALT", Error::PeerHalt(String::new())),
        ("EXIT", Error::PeerExit),
        (
            "AUTH_FAILED,TEMP[backoff 42,advance no]",
            busy(Some(42), Advance::Stay, ""),
        ),
        (
            "AUTH_FAILED,TEMP[advance addr]:later",
            busy(None, Advance::Address, "later"),
        ),
        (
            "AUTH_FAILED,TEMP[advance remote]",
            busy(None, Advance::Remote, ""),
        ),
        (
            "AUTH_FAILED,SESSION: expired",
            Error::TokenExpired("expired".to_owned()),
        ),
        (
            "AUTH_FAILED,no\n",
            Error::AuthenticationFailed("no".to_owned()),
        ),
    ] {
        for mut pair in [awaiting_settings(Plan::azure()), established(Plan::azure())] {
            pair.gateway_says(format!("{message}\0").as_bytes());

            assert_eq!(pair.client_error(), Some(&expected), "{message}");
        }
    }
}

#[test]
fn a_dynamic_challenge_is_answered_by_the_credentials_of_the_next_connection() {
    let mut pair = awaiting_settings(Plan::azure());
    pair.gateway_says(
        b"AUTH_FAILED,CRV1:R,E:Om01u7Fh4LrGBS7uh0SWmzwabUiGiW6l:Y3Ix:Please enter token PIN\0",
    );
    let Some(Error::Challenge(challenge)) = pair.client_error() else {
        panic!("{:?}", pair.client_error())
    };

    let mut plan = Plan::azure();
    plan.client.credentials = Some(challenge.credentials("8675309"));
    let next = established(plan);

    assert_eq!(
        next.shown,
        [(
            "cr1".to_owned(),
            "CRV1::Om01u7Fh4LrGBS7uh0SWmzwabUiGiW6l::8675309".to_owned()
        )]
    );
}

// ---- settings in mid-session ----

#[test]
fn an_update_is_applied_and_told_of() {
    let mut pair = established(Plan::azure());

    pair.gateway_says(b"PUSH_UPDATE,route 10.55.0.0 255.255.0.0,push-continuation 2\0");
    assert!(pair.client_end.reconfigured.is_empty());
    pair.gateway_says(b"PUSH_UPDATE,dhcp-option DNS 10.0.0.9,push-continuation 1\0");

    let [told] = &pair.client_end.reconfigured[..] else {
        panic!("{:?}", pair.client_end.reconfigured)
    };
    assert_eq!(told.push.routes.len(), 1);
    assert_eq!(told.push.addresses.len(), 1);
    assert_eq!(told.changes.routes_added, told.push.routes);
    assert_eq!(told.changes.routes_removed.len(), 1);
    assert!(told.changes.dns && !told.changes.addresses);

    pair.gateway_says(b"PUSH_UPDATE,-route\0");
    assert!(pair.client_end.reconfigured[1].push.routes.is_empty());
    assert_eq!(pair.client_end.reconfigured[1].push.resolvers.len(), 1);
}

#[test]
fn an_update_that_changes_nothing_is_not_told_of() {
    let mut pair = established(Plan::azure());

    pair.gateway_says(b"PUSH_UPDATE\0");
    pair.gateway_says(b"PUSH_UPDATE,route 10.1.0.0 255.255.0.0\0");
    pair.gateway_says(b"PUSH_UPDATE,?teleport\0");

    assert!(pair.client_end.reconfigured.is_empty());
    assert_eq!(pair.client_end.warnings[0].option, "teleport");
}

#[test]
fn an_update_before_the_settings_is_passed_over() {
    let mut pair = awaiting_settings(Plan::azure());

    pair.gateway_says(b"PUSH_UPDATE,tun-mtu 1300\0");

    assert_eq!(pair.client_end.oddities, [Warning::EarlyUpdate]);
    pair.gateway_says(format!("PUSH_REPLY,{ADDRESS}\0").as_bytes());
    let established = pair.client_end.established.unwrap();
    assert_eq!(established.push.tun_mtu, None);
}

#[test]
fn settings_that_cannot_be_taken_on_end_the_connection() {
    let not_updatable = |name: &str| Error::NotUpdatable(name.to_owned());
    for (message, expected) in [
        ("PUSH_UPDATE,cipher AES-128-GCM", not_updatable("cipher")),
        ("PUSH_UPDATE,teleport", not_updatable("teleport")),
        ("PUSH_UPDATE,-ifconfig", Error::NoAddress),
        (
            "PUSH_UPDATE,push-continuation 7",
            Error::Push(PushError::BrokenContinuation),
        ),
        ("PUSH_REPLY,peer-id 3", not_updatable("peer-id")),
        ("PUSH_REPLY,cipher AES-128-GCM", not_updatable("cipher")),
        ("PUSH_REPLY", Error::Push(PushError::Empty)),
    ] {
        let mut pair = established(Plan::azure());

        pair.gateway_says(format!("{message}\0").as_bytes());

        assert_eq!(pair.client_error(), Some(&expected), "{message}");
    }
}

#[test]
fn a_changed_reply_in_mid_session_is_told_of_and_keeps_the_addresses() {
    let mut pair = established(Plan::azure());

    pair.gateway_says(b"PUSH_REPLY,route 10.9.0.0 255.255.0.0,ping 7\0");

    let [told] = &pair.client_end.reconfigured[..] else {
        panic!("{:?}", pair.client_end.reconfigured)
    };
    assert_eq!(told.push.addresses.len(), 1);
    assert!(told.changes.ping && !told.changes.addresses);
    assert_eq!(
        (
            told.changes.routes_added.len(),
            told.changes.routes_removed.len()
        ),
        (1, 1)
    );
    assert_eq!(
        pair.client.poll_timeout(pair.now).map(|(_, reason)| reason),
        Some(TimeoutReason::KeepAlive)
    );
}

#[test]
fn a_repeated_reply_and_one_with_nothing_but_a_token_are_no_changes() {
    let mut pair = established(Plan::azure());

    pair.gateway_says(format!("PUSH_REPLY,{ADDRESS},route 10.1.0.0 255.255.0.0\0").as_bytes());
    pair.gateway_says(b"PUSH_REPLY,auth-token renewed\0");
    pair.gateway_says(b"PUSH_REPLY,echo hello\0");

    assert!(pair.client_end.reconfigured.is_empty());
    assert_eq!(pair.client_end.tokens, ["renewed"]);
    assert_eq!(pair.client_end.closed, None);
}

#[test]
fn settings_that_a_rekey_changed_are_told_of() {
    let mut pair = established(Plan::azure());
    pair.push = push(&format!("{ADDRESS},route 10.2.0.0 255.255.0.0"));

    pair.client.rekey(pair.now);
    pair.pass(SECOND);

    assert_eq!(pair.client_end.rekeys, [1]);
    let [told] = &pair.client_end.reconfigured[..] else {
        panic!("{:?}", pair.client_end.reconfigured)
    };
    assert_eq!(told.changes.routes_added, told.push.routes);
}

#[test]
fn an_mtu_above_the_clients_is_lowered_in_mid_session_too() {
    let mut pair = established(Plan::azure());

    pair.gateway_says(b"PUSH_UPDATE,tun-mtu 9000\0");

    assert_eq!(pair.client_end.reconfigured[0].push.tun_mtu, Some(1_500));
    assert_eq!(pair.client_end.warnings[0].option, "tun-mtu");
}

// ---- ends that were pushed ----

#[test]
fn ping_exit_and_ping_restart_are_told_apart() {
    for (option, expected) in [
        ("ping-restart 30", Error::PeerSilent(30 * SECOND)),
        ("ping-exit 30", Error::PingExit(30 * SECOND)),
        ("ping-exit 30,ping-restart 60", Error::PingExit(30 * SECOND)),
        (
            "ping-exit 30,ping-restart 30",
            Error::PeerSilent(30 * SECOND),
        ),
    ] {
        let mut plan = Plan::azure();
        plan.push = push(&format!("{ADDRESS},{option}"));
        let mut pair = established(plan);
        let start = pair.now;

        let end = end_of_client(&mut pair, 100 * SECOND);

        assert_eq!(pair.client_error(), Some(&expected), "{option}");
        assert_eq!(end - start, 30 * SECOND);
    }
}

#[test]
fn a_keepalive_that_was_changed_in_mid_session_counts_at_once() {
    let mut pair = established(Plan::azure());
    pair.gateway_says(b"PUSH_UPDATE,keepalive 10 20\0");
    let start = pair.now;

    let end = end_of_client(&mut pair, 100 * SECOND);

    assert_eq!(end - start, 20 * SECOND);
    assert_eq!(pair.client_error(), Some(&Error::PeerSilent(20 * SECOND)));
}

#[test]
fn a_session_ends_at_the_pushed_time() {
    let mut plan = Plan::azure();
    plan.push = push(&format!("{ADDRESS},session-timeout 90"));
    let mut pair = established(plan);
    let start = pair.now;

    let end = end_of_client(&mut pair, 200 * SECOND);

    assert_eq!(end - start, 90 * SECOND);
    assert_eq!(
        pair.client_error(),
        Some(&Error::SessionTimedOut(90 * SECOND))
    );
}

#[test]
fn changes_that_come_at_once_are_told_of_at_once() {
    let mut pair = established(Plan::azure());
    let first = pair.client_end.established.as_ref().unwrap().push.clone();

    let updates: String = (0..200)
        .map(|number| format!("PUSH_UPDATE,route-metric {number},tun-mtu 1300\0"))
        .collect();
    pair.gateway_says(updates.as_bytes());

    assert_eq!(pair.client_end.reconfigured.len(), 1);
    let reconfigured = pair.client_end.reconfigured.remove(0);
    assert_eq!(reconfigured.push.route_metric, Some(199));
    assert_eq!(
        reconfigured.push.changes_since(&first),
        reconfigured.changes
    );

    let there_and_back = "PUSH_UPDATE,tun-mtu 1400\0PUSH_UPDATE,tun-mtu 1300\0";
    pair.gateway_says(there_and_back.as_bytes());
    assert_eq!(pair.client_end.reconfigured, []);
}

#[test]
fn changes_without_effect_are_told_of_a_bounded_number_of_times() {
    let mut pair = established(Plan::azure());

    for _ in 0..200 {
        pair.gateway_says(b"PUSH_UPDATE,?teleport\0");
    }

    assert_eq!(pair.client_end.warnings.len(), 64);
    assert_eq!(pair.client_end.oddities, [Warning::Suppressed]);
}

#[test]
fn an_idle_session_ends_and_keepalives_are_no_traffic() {
    let mut plan = Plan::azure();
    plan.push = push(&format!("{ADDRESS},inactive 60,ping 5"));
    let mut pair = established(plan);
    let start = pair.now;
    pair.pass(40 * SECOND);
    assert!(pair.send_data(Way::ToGateway, 1));
    pair.exchange();

    let end = end_of_client(&mut pair, 300 * SECOND);

    assert!((100..=110).contains(&(end - start).as_secs()));
    assert_eq!(pair.client_error(), Some(&Error::Inactive(60 * SECOND)));
}

/// A client that has exchanged keys with a gateway that says nothing by itself.
fn awaiting_settings(mut plan: Plan) -> Pair {
    plan.hesitates = true;
    let mut pair = plan.meet();
    pair.exchange();
    let message = ServerKeyMessage {
        secrets: ServerSecrets::random(aws_lc_rs::default_provider().secure_random).unwrap(),
        options: "V4".to_owned(),
        peer_info: String::new(),
    };
    pair.gateway_says(&message.encode().unwrap());
    pair
}

fn established(plan: Plan) -> Pair {
    let mut pair = plan.meet();
    pair.run(Duration::ZERO);
    assert!(
        pair.client_end.established.is_some(),
        "{:?}",
        pair.client_error()
    );
    pair
}

/// Lets time pass until the client is closed; when that was.
fn end_of_client(pair: &mut Pair, limit: Duration) -> Instant {
    assert!(pair.pass_until(limit, |pair| pair.client_end.closed.is_some()));
    pair.now
}
