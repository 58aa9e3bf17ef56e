//! TLS as a whole connection sees it: its first message, its providers, and what only a real handshake can refuse.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use rcgen::ExtendedKeyUsagePurpose::ServerAuth;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;

use super::pair::{AZURE_NAME, Authority, Flaw, Pair, Plan, push};
use super::plan::provider;
use crate::certificate_error::ServerCertificateError;
use crate::connection::CloseReason;
use crate::error::Error;
use crate::tls::{CertificateUsage, ServerTrust, TlsVersions};
use crate::wrap::{Digest, KeyDirection, StaticKey, Wrapping};

#[test]
fn the_first_message_takes_one_packet_in_every_wrapping_with_either_provider() {
    for provider in [provider(), Arc::new(p2svpn_ring::provider())] {
        for (wrapping, plan) in wrapped() {
            let plan = with_provider(plan, &provider);

            let pair = met(plan);

            assert_eq!(first_flight(&pair), 1, "{wrapping}");
        }
    }
}

#[test]
fn a_first_message_of_two_packets_establishes_in_every_wrapping() {
    for (wrapping, mut plan) in wrapped() {
        plan.client.tls.post_quantum = true;

        let pair = met(plan);

        assert_eq!(first_flight(&pair), 2, "{wrapping}");
    }
}

#[test]
fn the_second_packet_of_the_first_message_may_arrive_first() {
    let mut plan = Plan::azure().over_datagrams();
    plan.client.tls.post_quantum = true;
    let mut pair = plan.meet();
    pair.hold("> control k0 #1");
    pair.exchange();

    pair.release(super::trace::Way::ToGateway);
    pair.run(Duration::ZERO);

    assert!(pair.client_end.established.is_some());
}

#[test]
fn both_ends_establish_with_ring_and_one_of_each() {
    let ring = Arc::new(p2svpn_ring::provider());
    for versions in [TlsVersions::Only12, TlsVersions::Only13] {
        for (client, gateway) in [(&ring, &ring), (&ring, &provider()), (&provider(), &ring)] {
            let mut plan = Plan::azure();
            plan.client.tls.versions = versions;
            plan.client.provider = Arc::clone(client);
            plan.gateway.provider = Arc::clone(gateway);
            plan.push =
                push("ifconfig 172.16.0.2 255.255.255.0,topology subnet,key-derivation tls-ekm");

            let pair = met(plan);

            let established = pair.client_end.established.as_ref().unwrap();
            assert!(!established.tls.cipher_suite.is_empty());
        }
    }
}

#[test]
fn a_refusal_is_the_same_with_ring() {
    let ring = Arc::new(p2svpn_ring::provider());
    let mut plan = with_provider(Plan::azure(), &ring);
    plan.gateway.identity = Authority::new("Strangers").issue(AZURE_NAME, ServerAuth, Flaw::None);
    let refused = Error::ServerCertificate(ServerCertificateError::NotPinned);
    assert_eq!(refusal(plan), refused);
}

#[test]
fn the_gateway_hears_by_an_alert_that_it_was_refused() {
    for versions in [TlsVersions::Only12, TlsVersions::Only13] {
        let mut plan = Plan::azure();
        plan.client.tls.versions = versions;
        plan.client.validation.trust = ServerTrust::default();
        let mut pair = plan.meet();

        pair.run(Duration::from_secs(5));
        pair.exchange();

        assert!(pair.client_error().is_some());
        let Some(CloseReason::Failed(Error::Tls(heard))) = &pair.gateway_end.closed else {
            panic!("{:?}", pair.gateway_end.closed);
        };
        assert!(heard.contains("alert"), "{heard}");
    }
}

#[test]
fn a_goodbye_instead_of_the_key_exchange_hints_at_the_client_certificate() {
    let mut plan = Plan::azure();
    plan.hesitates = true;
    plan.client.tls.versions = TlsVersions::Only13;
    let mut pair = plan.meet();
    pair.exchange();

    pair.gateway.close();
    pair.run(Duration::from_secs(5));

    let hint = matches!(
        pair.client_error(),
        Some(Error::ClosedDuringHandshake {
            certificate_sent: true,
            ..
        })
    );
    assert!(hint, "{:?}", pair.client_error());
}

#[test]
fn a_fingerprint_is_enough_and_whoever_shows_the_certificate_must_have_its_key() {
    for versions in [TlsVersions::Only12, TlsVersions::Only13] {
        let servers = Authority::new("Nobody's");
        let right = servers.issue("gateway", ServerAuth, Flaw::None);
        let other = servers.issue("gateway", ServerAuth, Flaw::None);
        let fingerprint = digest(&SHA256, &right.cert[0]);
        let mut plan = Plan::azure();
        plan.client.tls.versions = versions;
        plan.client.validation.trust =
            ServerTrust::Fingerprints(vec![fingerprint.as_ref().try_into().unwrap()]);
        plan.client.validation.name = crate::tls::CertificateName::Any;
        plan.client.validation.usage = CertificateUsage::remote_cert_tls();
        plan.client.validation.usage.key = crate::tls::KeyUsage::Any;
        let mut impostor = Plan::azure();
        impostor.client = plan.client.clone();
        impostor.gateway.wrapping = plan.gateway.wrapping.clone();
        impostor.gateway.client_roots = plan.gateway.client_roots.clone();
        impostor.gateway.identity = Arc::new(CertifiedKey::new(
            right.cert.clone(),
            Arc::clone(&other.key),
        ));
        plan.gateway.identity = right;

        met(plan);
        let refused = refusal(impostor);

        assert!(
            matches!(
                refused,
                Error::ServerCertificate(ServerCertificateError::Damaged(_))
            ),
            "{versions:?}: {refused:?}"
        );
    }
}

/// Plans of every wrapping, the largest of its kind.
fn wrapped() -> Vec<(&'static str, Plan)> {
    let key = StaticKey::from_bytes(&[5; 256]);
    let mut with_auth = Plan::azure();
    for (wrapping, direction) in [
        (&mut with_auth.client.wrapping, KeyDirection::One),
        (&mut with_auth.gateway.wrapping, KeyDirection::Zero),
    ] {
        *wrapping = Wrapping::TlsAuth {
            key: key.clone(),
            direction,
            digest: Digest::Sha512,
        };
    }
    let mut with_crypt = Plan::azure();
    for wrapping in [
        &mut with_crypt.client.wrapping,
        &mut with_crypt.gateway.wrapping,
    ] {
        *wrapping = Wrapping::TlsCrypt { key: key.clone() };
    }
    vec![
        ("none", Plan::bare().over_datagrams()),
        ("tls-auth", with_auth.over_datagrams()),
        ("tls-crypt", with_crypt.over_datagrams()),
        (
            "tls-crypt-v2",
            Plan::azure().with_tls_crypt_v2().over_datagrams(),
        ),
    ]
}

fn with_provider(mut plan: Plan, provider: &Arc<CryptoProvider>) -> Plan {
    plan.client.provider = Arc::clone(provider);
    plan.gateway.provider = Arc::clone(provider);
    plan
}

fn met(plan: Plan) -> Pair {
    let mut pair = plan.meet();
    pair.run(Duration::from_secs(5));
    assert!(
        pair.client_end.established.is_some(),
        "{:?}",
        pair.client_error()
    );
    pair
}

fn refusal(plan: Plan) -> Error {
    let mut pair = plan.meet();
    pair.run(Duration::from_secs(5));
    pair.client_error().expect("the client must refuse").clone()
}

/// How many control packets the client sends before the gateway's first.
fn first_flight(pair: &Pair) -> usize {
    let run = pair.trace.render();
    let flight = run
        .lines()
        .take_while(|line| !line.starts_with("< control"));
    flight.filter(|line| line.starts_with("> control")).count()
}
