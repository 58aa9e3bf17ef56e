use std::time::Duration;

use super::pair::{Plan, push};
use crate::connection::{Stage, TimeoutReason, Timeouts};
use crate::data::Cipher;
use crate::tls::TlsVersions;

#[test]
fn both_ends_establish_with_every_tls_version_key_derivation_and_packet_format() {
    for versions in [TlsVersions::Only12, TlsVersions::Only13, TlsVersions::Any] {
        for options in [
            "",
            ",peer-id 7",
            ",key-derivation tls-ekm",
            ",peer-id 0,protocol-flags cc-exit tls-ekm",
            ",peer-id 3,protocol-flags tls-ekm aead-epoch",
        ] {
            let mut plan = Plan::azure();
            plan.client.tls.versions = versions;
            plan.push = push(&format!(
                "ifconfig 172.16.0.2 255.255.255.0,topology subnet{options}"
            ));
            let mut pair = plan.meet();

            pair.run(Duration::ZERO);

            let client = pair.client_end.established.as_ref();
            assert!(
                client.is_some(),
                "{versions:?} {options}: {:?}",
                pair.client_error()
            );
            assert_eq!(client.unwrap().push.addresses.len(), 1);
            assert_eq!(pair.gateway.stage(), Stage::Established);
        }
    }
}

#[test]
fn timeouts_may_have_any_length() {
    let mut plan = Plan::azure();
    let endless = Timeouts {
        answer: Duration::MAX,
        handshake: Duration::MAX,
        push: Duration::MAX,
    };
    (plan.client.timeouts, plan.gateway.timeouts) = (endless, endless);
    plan.client.renegotiation.transition = Duration::MAX;
    let mut pair = plan.meet();

    pair.run(Duration::ZERO);
    pair.client.rekey(pair.now);
    pair.exchange();

    assert_eq!(pair.client_end.rekeys, [1]);
}

#[test]
fn the_handshake_needs_no_timer_on_a_link_that_loses_nothing() {
    let mut pair = Plan::azure().meet();
    let start = pair.now;

    pair.run(Duration::from_secs(60));

    assert!(pair.client_end.established.is_some());
    assert_eq!(pair.now, start);
}

#[test]
fn a_push_reply_of_a_thousand_routes_arrives_whole() {
    let mut plan = Plan::azure();
    let routes: String = (0..1_000)
        .map(|number| {
            format!(
                ",route 10.{}.{}.0 255.255.255.0",
                number / 250,
                number % 250
            )
        })
        .collect();
    plan.push = push(&format!(
        "ifconfig 172.16.0.2 255.255.255.0,topology subnet{routes}"
    ));
    let mut pair = plan.meet();

    pair.run(Duration::ZERO);

    assert_eq!(
        pair.client_end.established.unwrap().push.routes.len(),
        1_000
    );
}

#[test]
fn an_access_token_of_40_kib_goes_through() {
    let mut plan = Plan::azure();
    let token = "t".repeat(40 * 1024);
    plan.client.credentials = Some(crate::Credentials {
        username: "AzureAD".to_owned().into(),
        password: token.into(),
    });
    let mut pair = plan.meet();

    pair.run(Duration::ZERO);

    assert!(
        pair.client_end.established.is_some(),
        "{:?}",
        pair.client_error()
    );
}

#[test]
fn a_gateway_that_names_no_cipher_gets_the_clients_first() {
    let mut plan = Plan::azure();
    plan.client.ciphers = vec![Cipher::Aes256Gcm, Cipher::ChaCha20Poly1305];
    let mut pair = plan.meet();

    pair.run(Duration::ZERO);

    assert_eq!(pair.client_end.established.unwrap().cipher, "AES-256-GCM");
}

#[test]
fn an_idle_connection_waits_for_nothing_unless_the_gateway_pushed_keepalives() {
    let mut pair = super::rekey::renewing(None, None).meet();
    pair.run(Duration::ZERO);
    assert_eq!(pair.client.poll_timeout(pair.now), None);

    pair.pass(Duration::from_secs(3600));

    assert_eq!(pair.client_end.closed, None);
    assert_eq!(pair.client_end.keep_alives, 0);
}

#[test]
fn keepalives_are_asked_for_as_often_as_the_gateway_pushed() {
    let mut plan = Plan::azure();
    plan.push = push("ifconfig 172.16.0.2 255.255.255.0,topology subnet,ping 10");
    let mut pair = plan.meet();
    pair.run(Duration::ZERO);
    let (due, reason) = pair.client.poll_timeout(pair.now).unwrap();
    assert_eq!(
        (due - pair.now, reason),
        (Duration::from_secs(10), TimeoutReason::KeepAlive)
    );

    pair.pass(Duration::from_secs(35));

    assert_eq!(pair.client_end.keep_alives, 3);
}
