//! Promises of what the gateway hands out: certificates, containers and the profile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_auth::Identity;
use p2svpn_gateway::{Gateway, GatewayError, IdentityFlaw, IdentityRequest, KeyKind};
use p2svpn_openvpn::Error;
use p2svpn_profile::{Authentication, Profile};
use p2svpn_tunnel::TunnelEnd;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use sha1::{Digest, Sha1};
use support::{Client, Plan, identity_of};
use x509_parser::prelude::{FromDer, X509Certificate};

#[tokio::test]
async fn the_profile_is_read_without_a_warning_and_names_the_gateways_root_and_secret() {
    let gateway = Gateway::builder().name("a <b> & c").start().await.unwrap();

    let imported = Profile::from_azure_xml(gateway.profile_xml().as_bytes()).unwrap();

    let profile = imported.profile;
    assert!(imported.warnings.is_empty(), "{:?}", imported.warnings);
    assert_eq!(profile.name, "a <b> & c");
    assert_eq!(
        profile.servers.first().to_string(),
        gateway.address().to_string()
    );
    let root = CertificateDer::from_pem_slice(gateway.server_root_pem().as_bytes()).unwrap();
    let pinned = profile.server_validation.trust.pinned().next().unwrap();
    assert_eq!(pinned.as_bytes(), &<[u8; 20]>::from(Sha1::digest(&root)));
    assert_eq!(
        profile
            .server_validation
            .wrapping
            .static_key()
            .unwrap()
            .as_bytes(),
        gateway.server_secret()
    );
    let Authentication::Certificate(wanted) = profile.authentication.selected() else {
        panic!("another sign-in");
    };
    let issued = gateway.issue_client("alice").unwrap();
    let issuer = issued.chain().last().unwrap();
    assert_eq!(
        wanted.issuer.unwrap().as_bytes(),
        &<[u8; 20]>::from(Sha1::digest(issuer))
    );
}

#[tokio::test]
async fn pem_and_pfx_carry_the_same_identity() {
    let gateway = Gateway::builder().start().await.unwrap();
    for key in [KeyKind::P256, KeyKind::Rsa2048] {
        let issued = gateway
            .issue(&IdentityRequest::new("Alice Émile").key(key))
            .unwrap();

        let from_pem = Identity::from_pem(
            issued.certificate_pem().as_bytes(),
            Some(issued.key_pem().as_bytes()),
            None,
        )
        .unwrap();
        let from_pfx = Identity::from_pfx(&issued.pfx("pass word").unwrap(), "pass word").unwrap();

        assert_eq!(from_pem.summary(), from_pfx.summary());
        assert_eq!(from_pfx.chain().count(), 2);
        assert_eq!(issued.common_name(), "Alice Émile");
        assert!(Identity::from_pfx(&issued.pfx("right").unwrap(), "wrong").is_err());
    }
}

#[tokio::test]
async fn a_client_certificate_with_a_flaw_is_refused() {
    let gateway = Gateway::builder().start().await.unwrap();
    for flaw in [
        IdentityFlaw::Expired,
        IdentityFlaw::NotYetValid,
        IdentityFlaw::ForeignAuthority,
        IdentityFlaw::NotForClients,
    ] {
        let issued = gateway
            .issue(&IdentityRequest::new("mallory").flaw(flaw))
            .unwrap();

        let end = Client::try_connect(
            &gateway.profile_xml(),
            &identity_of(&issued),
            Plan::default(),
        )
        .await;

        let error = match end {
            Err(TunnelEnd::Connection(error)) => error,
            Err(end) => panic!("{flaw:?}: {end:?}"),
            Ok(_) => panic!("{flaw:?}: the client was let in"),
        };
        assert!(
            matches!(error, Error::ClientCertificateRefused(_)),
            "{flaw:?}: {error}"
        );
    }
    assert_eq!(gateway.statistics().admitted, 0);
}

#[tokio::test]
async fn the_gateways_certificate_is_named_as_azures_are() {
    let gateway = Gateway::builder().start().await.unwrap();
    let other = Gateway::builder().start().await.unwrap();

    let (guid, suffix) = gateway.certificate_name().split_once('.').unwrap();

    let lengths: Vec<usize> = guid.split('-').map(str::len).collect();
    assert_eq!((lengths, suffix), (vec![8, 4, 4, 4, 12], "vpn.azure.com"));
    assert_ne!(gateway.certificate_name(), other.certificate_name());
    assert_ne!(gateway.server_secret(), other.server_secret());
}

#[tokio::test]
async fn a_host_that_is_chosen_is_in_the_profile_and_in_the_certificate() {
    let gateway = Gateway::builder().host("localhost").start().await.unwrap();

    let client = Client::connect(&gateway).await;

    let profile = Profile::from_azure_xml(gateway.profile_xml().as_bytes())
        .unwrap()
        .profile;
    assert_eq!(profile.servers.first().host(), "localhost");
    let leaf = &client.settings.tls.peer_certificates[0];
    let (_, leaf) = X509Certificate::from_der(leaf).unwrap();
    let names = leaf.subject_alternative_name().unwrap().unwrap();
    let names: Vec<String> = names
        .value
        .general_names
        .iter()
        .map(ToString::to_string)
        .collect();
    for name in [gateway.certificate_name(), "localhost"] {
        assert!(names.contains(&format!("DNSName({name})")), "{names:?}");
    }
}

#[tokio::test]
async fn options_that_contradict_each_other_are_refused() {
    let small = Gateway::builder()
        .pool("10.0.0.0/31".parse().unwrap())
        .start()
        .await;
    let outside = Gateway::builder()
        .network("10.1.0.0/16".parse().unwrap(), "10.2.0.4".parse().unwrap())
        .start()
        .await;
    let taken = Gateway::builder().start().await.unwrap();
    let again = Gateway::builder().listen(taken.address()).start().await;

    assert!(matches!(small, Err(GatewayError::Options(_))));
    assert!(matches!(outside, Err(GatewayError::Options(_))));
    assert!(matches!(again, Err(GatewayError::Listen { .. })));
}
