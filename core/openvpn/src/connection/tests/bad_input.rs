use std::io::ErrorKind;
use std::time::Duration;

use rcgen::ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};

use rustls::crypto::aws_lc_rs;

use super::pair::{AZURE_NAME, Authority, Flaw, Plan, UNIX_TIME, hosts, push};
use crate::certificate_error::ServerCertificateError;
use crate::connection::Stage;
use crate::error::Error;
use crate::keying::{ServerKeyMessage, ServerSecrets};
use crate::packet::{ControlPacket, Role};
use crate::tls::{RevocationLists, ServerTrust, TlsVersions};
use crate::wrap::{Digest, KeyDirection, StaticKey, Wrapper, Wrapping};

const A_MINUTE: Duration = Duration::from_secs(61);

#[test]
fn a_wrong_server_secret_ends_in_no_answer_within_its_deadline() {
    let mut plan = Plan::azure();
    plan.client.wrapping = Wrapping::TlsAuth {
        key: StaticKey::from_bytes(&[9; 256]),
        direction: KeyDirection::One,
        digest: Digest::Sha256,
    };
    let answer = plan.client.timeouts.answer;
    let mut pair = plan.meet();
    let start = pair.now;

    pair.run(A_MINUTE);

    assert_eq!(pair.client_error(), Some(&Error::NoAnswer(answer)));
    assert_eq!(pair.now - start, answer);
    assert!(pair.gateway.ignored_packets() > 0);
}

#[test]
fn a_root_that_is_not_the_pinned_one_is_refused() {
    let mut plan = Plan::azure();
    plan.client.validation.trust = ServerTrust::PinnedRoots {
        hashes: vec![[7; 20]],
        known: Vec::new(),
        revocation: RevocationLists::default(),
    };
    assert_refused(plan, ServerCertificateError::NotPinned);
}

#[test]
fn a_certificate_for_another_name_is_refused_and_both_names_are_told() {
    let mut plan = Plan::azure();
    plan.client.validation.name = hosts("other.vpn.azure.com", true);
    assert_refused(
        plan,
        ServerCertificateError::WrongName {
            expected: vec!["other.vpn.azure.com".to_owned()],
            presented: vec![AZURE_NAME.to_owned()],
        },
    );
}

#[test]
fn a_wildcard_stands_for_one_label_and_only_where_it_is_allowed() {
    for (name, allowed, accepted) in [
        ("gateway.vpn.azure.com", true, true),
        ("gateway.vpn.azure.com", false, false),
        ("deep.gateway.vpn.azure.com", true, false),
        ("vpn.azure.com", true, false),
    ] {
        let (mut plan, servers) = with_own_servers();
        plan.gateway.identity = servers.issue("*.vpn.azure.com", ServerAuth, Flaw::None);
        plan.client.validation.name = hosts(name, allowed);
        let mut pair = plan.meet();
        pair.run(A_MINUTE);
        assert_eq!(pair.client_end.established.is_some(), accepted, "{name}");
    }
}

#[test]
fn an_expired_gateway_certificate_is_refused() {
    assert_flaw_is_refused(Flaw::Expired, ServerCertificateError::Expired);
}

#[test]
fn a_gateway_certificate_that_is_not_valid_yet_is_refused() {
    assert_flaw_is_refused(Flaw::NotYetValid, ServerCertificateError::NotYetValid);
}

#[test]
fn a_gateway_certificate_without_server_usage_is_refused() {
    assert_flaw_is_refused(Flaw::NoServerUsage, ServerCertificateError::NotForServers);
}

#[test]
fn a_client_certificate_of_another_authority_is_refused_by_the_gateway() {
    let mut plan = Plan::azure();
    plan.client.identity =
        Some(Authority::new("Strangers").issue("mallory", ClientAuth, Flaw::None));
    let error = run_to_error(plan);
    assert!(
        matches!(error, Error::ClientCertificateRefused(_)),
        "{error:?}"
    );
}

#[test]
fn an_expired_client_certificate_is_refused_by_the_gateway() {
    let mut plan = Plan::azure();
    let users = Authority::new("Users");
    plan.gateway.client_roots = vec![users.root()];
    plan.client.identity = Some(users.issue("alice", ClientAuth, Flaw::Expired));
    let error = run_to_error(plan);
    assert!(
        matches!(error, Error::ClientCertificateRefused(ref text) if text.contains("expired")),
        "{error:?}"
    );
}

#[test]
fn no_client_certificate_where_one_is_demanded_is_told_apart() {
    let mut plan = Plan::azure();
    plan.client.identity = None;
    let error = run_to_error(plan);
    assert!(
        matches!(error, Error::ClientCertificateRefused(_)),
        "{error:?}"
    );
}

#[test]
fn a_refused_sign_in_carries_the_gateways_words() {
    let mut plan = Plan::azure();
    plan.refusal = Some("account disabled");
    assert_eq!(
        run_to_error(plan),
        Error::AuthenticationFailed("account disabled".to_owned())
    );
}

#[test]
fn a_push_reply_without_an_address_is_refused() {
    let mut plan = Plan::azure();
    plan.push = push("route 10.1.0.0 255.255.0.0");
    assert_eq!(run_to_error(plan), Error::NoAddress);
}

#[test]
fn a_cipher_that_is_not_allowed_is_refused_by_name() {
    let mut plan = Plan::azure();
    plan.push = push("ifconfig 172.16.0.2 255.255.255.0,topology subnet,cipher AES-128-GCM");
    assert_eq!(run_to_error(plan), Error::Cipher("AES-128-GCM".to_owned()));
}

#[test]
fn silence_after_the_first_answer_ends_at_the_handshake_deadline() {
    let plan = Plan::azure();
    let after = plan.client.timeouts.handshake;
    let mut pair = plan.meet();
    pair.lose_all("> control");
    pair.lose_all("> ack");
    let start = pair.now;

    pair.run(Duration::from_secs(120));

    let stage = Stage::Tls;
    assert_eq!(
        pair.client_error(),
        Some(&Error::HandshakeTimedOut { stage, after })
    );
    assert_eq!(pair.now - start, after);
}

#[test]
fn a_transport_that_ends_is_told_by_the_stage_it_ended_in() {
    let mut pair = Plan::azure().meet();
    pair.client
        .transport_closed(Some(ErrorKind::ConnectionReset));
    pair.exchange();
    let reset = Some(ErrorKind::ConnectionReset);
    assert_eq!(
        pair.client_error(),
        Some(&Error::ClosedWithoutAnswer(reset))
    );

    let mut pair = Plan::azure().meet();
    pair.lose_all("> control");
    pair.lose_all("> ack");
    pair.exchange();
    pair.client.transport_closed(None);
    pair.exchange();
    let error = pair.client_error().unwrap();
    assert!(matches!(
        error,
        Error::ClosedDuringHandshake {
            stage: Stage::Tls,
            certificate_sent: false,
            ..
        }
    ));

    let mut pair = Plan::azure().meet();
    pair.run(Duration::ZERO);
    pair.client.transport_closed(None);
    pair.exchange();
    assert_eq!(pair.client_error(), Some(&Error::TransportClosed(None)));
}

#[test]
fn a_gateway_that_goes_without_a_word_after_asking_for_the_certificate_hints_at_it() {
    for versions in [TlsVersions::Only12, TlsVersions::Only13] {
        let mut plan = Plan::azure();
        plan.client.tls.versions = versions;
        let strangers = Authority::new("Strangers");
        plan.client.identity = Some(strangers.issue("mallory", ClientAuth, Flaw::None));
        let mut pair = plan.meet();
        pair.gateway_is_mute_once_closed = true;

        pair.exchange();
        pair.client.transport_closed(None);
        pair.exchange();

        let error = pair.client_error().unwrap();
        assert!(
            matches!(
                error,
                Error::ClosedDuringHandshake {
                    certificate_sent: true,
                    ..
                }
            ),
            "{versions:?}: {error:?}"
        );
    }
}

#[test]
fn a_verdict_after_the_end_changes_nothing() {
    let mut plan = Plan::azure();
    plan.hesitates = true;
    let settings = plan.push.clone();
    let mut pair = plan.meet();
    pair.exchange();
    pair.gateway.transport_closed(None);
    pair.exchange();
    assert!(pair.gateway_end.closed.is_some());

    pair.gateway.admit(pair.now, settings);
    pair.exchange();

    assert!(pair.gateway_end.established.is_none());
}

#[test]
fn a_gateway_cannot_keep_a_client_waiting_for_a_sign_in_for_ever() {
    let mut plan = Plan::azure();
    plan.hesitates = true;
    let mut pair = plan.meet();
    pair.exchange();
    let start = pair.now;
    let secrets = ServerSecrets::random(aws_lc_rs::default_provider().secure_random).unwrap();
    let message = ServerKeyMessage {
        secrets,
        options: "V4".to_owned(),
        peer_info: String::new(),
    };
    pair.gateway_says(&message.encode().unwrap());

    // What a gateway that waits for an approval would say, ever again.
    while pair.client_end.closed.is_none() && pair.now - start < Duration::from_secs(7_200) {
        pair.gateway_says(b"AUTH_PENDING,timeout 3000\0");
        pair.pass(Duration::from_secs(50));
    }

    assert!(matches!(pair.client_error(), Some(Error::PushTimedOut(_))));
    assert!(pair.now - start > Duration::from_secs(1_700));
    assert!(pair.now - start < Duration::from_secs(1_900));
}

#[test]
fn a_refusal_counts_before_what_is_damaged_behind_it() {
    let mut plan = Plan::azure();
    plan.hesitates = true;
    let (of_client, of_gateway) = (plan.client.wrapping.clone(), plan.gateway.wrapping.clone());
    let mut pair = plan.meet();
    pair.exchange();
    let secrets = ServerSecrets::random(aws_lc_rs::default_provider().secure_random).unwrap();
    let message = ServerKeyMessage {
        secrets,
        options: "V4".to_owned(),
        peer_info: String::new(),
    };
    pair.gateway_says(&message.encode().unwrap());
    let refusal = b"AUTH_FAILED,account disabled\0";
    pair.gateway.core.send_key_message(refusal).unwrap();
    let mut wire = pair.gateway.poll_transmit(pair.now).unwrap();
    let mut reader = Wrapper::new(&of_client, Role::Client);
    let packet = reader.unwrap(&mut wire[2..]).unwrap();

    // The same packet with a record behind the refusal that does not decrypt.
    let payload = [packet.payload, &[23, 3, 3, 0, 32][..], &[0; 32]].concat();
    let damaged = ControlPacket {
        payload: &payload,
        ..packet
    };
    let mut writer = Wrapper::new(&of_gateway, Role::Gateway);
    let mut wire = Vec::new();
    let later = UNIX_TIME as u32 + 9;
    writer.wrap(&damaged, later, &mut wire).unwrap();
    pair.client.receive(pair.now, &mut wire);
    pair.exchange();

    let refused = Error::AuthenticationFailed("account disabled".to_owned());
    assert_eq!(pair.client_error(), Some(&refused));
}

#[test]
fn garbage_before_and_in_mid_session_is_counted_and_changes_nothing() {
    let mut pair = Plan::azure().meet();
    for length in 0..200 {
        let mut garbage: Vec<u8> = (0..length)
            .map(|index| (index * 37 + length) as u8)
            .collect();
        if let Some(first) = garbage.first_mut() {
            *first = 0x40;
        }
        pair.client.receive(pair.now, &mut garbage);
    }
    assert_eq!(pair.client.ignored_packets(), 199);

    pair.run(Duration::ZERO);

    assert!(pair.client_end.established.is_some());
}

fn with_own_servers() -> (Plan, Authority) {
    let mut plan = Plan::azure();
    let servers = Authority::new("Own Servers");
    plan.client.validation.trust = ServerTrust::Roots {
        roots: vec![servers.root()],
        revocation: RevocationLists::default(),
    };
    (plan, servers)
}

fn assert_flaw_is_refused(flaw: Flaw, cause: ServerCertificateError) {
    let (mut plan, servers) = with_own_servers();
    plan.gateway.identity = servers.issue(AZURE_NAME, ServerAuth, flaw);
    assert_refused(plan, cause);
}

fn assert_refused(plan: Plan, cause: ServerCertificateError) {
    assert_eq!(run_to_error(plan), Error::ServerCertificate(cause));
}

fn run_to_error(plan: Plan) -> Error {
    let mut pair = plan.meet();
    pair.run(A_MINUTE);
    assert!(pair.client_end.established.is_none() || pair.client_end.closed.is_some());
    pair.client_error().expect("the client must fail").clone()
}
