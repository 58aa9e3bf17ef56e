//! Profiles and certificates as hosts hand them in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_client::{Certificate, Client, ErrorCode, Profiles, SignIn, WarningKind};
use support::{Bench, options, within};

const CERTIFICATE: &[u8] = include_bytes!("../../profile/tests/fixtures/certificate.xml");
const ENTRA: &[u8] = include_bytes!("../../profile/tests/fixtures/entra.xml");
const EDITED: &[u8] = include_bytes!("../../profile/tests/fixtures/edited-by-hand.xml");

#[test]
fn the_same_bytes_are_the_same_profile_whatever_its_name() {
    let profiles = Profiles::default();
    let first = profiles.import(CERTIFICATE, None).unwrap();
    let second = profiles.import(CERTIFICATE, Some(" Office ")).unwrap();
    let other = profiles.import(ENTRA, None).unwrap();

    assert_eq!(first.id(), second.id());
    assert_ne!(first.id(), other.id());
    assert_eq!(profiles.list().len(), 2);
    assert_eq!(profiles.get(first.id()).unwrap().name, "Office");
    assert_eq!(
        (second.summary.sign_in, other.summary.sign_in),
        (SignIn::Certificate, SignIn::Entra)
    );
    assert_eq!(first.id().as_str().parse().as_ref(), Ok(first.id()));
}

#[test]
fn removing_a_profile_forgets_it_once() {
    let profiles = Profiles::default();
    let id = profiles.import(CERTIFICATE, None).unwrap().id().clone();

    profiles.remove(&id).unwrap();

    assert_eq!(
        profiles.remove(&id).unwrap_err().code(),
        ErrorCode::ProfileUnknown
    );
    assert_eq!(
        profiles.get(&id).unwrap_err().code(),
        ErrorCode::ProfileUnknown
    );
    assert!(profiles.list().is_empty());
}

#[test]
fn warnings_of_an_import_say_where() {
    let imported = Profiles::default().import(EDITED, None).unwrap();

    assert!(!imported.warnings.is_empty());
    for warning in &imported.warnings {
        assert_eq!(warning.kind, WarningKind::Profile);
        assert!(warning.to_string().starts_with("line "), "{warning}");
    }
}

#[test]
fn files_that_are_no_profile_have_their_errors_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let profiles = Profiles::default();
    let import = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        profiles.import_file(path).unwrap_err().code()
    };

    let missing = profiles
        .import_file(folder.path().join("missing.xml"))
        .unwrap_err();
    assert_eq!(missing.code(), ErrorCode::ProfileUnreadable);
    assert!(!missing.causes().is_empty());
    assert_eq!(
        profiles.import_file(folder.path()).unwrap_err().code(),
        ErrorCode::ProfileUnreadable
    );
    assert_eq!(
        import("web.html", b"<!doctype html><html></html>"),
        ErrorCode::ProfileForeign
    );
    assert_eq!(
        import("huge.xml", &vec![b' '; 64 << 20]),
        ErrorCode::ProfileForeign
    );
    assert_eq!(
        import("cut.xml", &CERTIFICATE[..CERTIFICATE.len() / 2]),
        ErrorCode::ProfileDamaged
    );
    assert_eq!(
        import("bomb.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><AzVpnProfile/>"),
        ErrorCode::ProfileUnsafe
    );
    assert_eq!(
        import("empty.xml", b"<AzVpnProfile></AzVpnProfile>"),
        ErrorCode::ProfileIncomplete
    );
    assert!(profiles.list().is_empty());
}

#[test]
fn a_name_that_could_forge_lines_is_refused() {
    for name in ["", "  ", "one\ntwo", &"x".repeat(257)] {
        let error = Profiles::default()
            .import(CERTIFICATE, Some(name))
            .unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument, "{name:?}");
    }
}

#[test]
fn ids_of_other_forms_are_unknown() {
    for text in ["", "xyz", "../../etc/passwd", "0123456789ABCDEF"] {
        let error = text.parse::<p2svpn_client::ProfileId>().unwrap_err();
        assert_eq!(error.code(), ErrorCode::ProfileUnknown);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_with_another_sign_in_say_that_it_is_not_supported_yet() {
    let client = Client::builder().build().unwrap();
    let password = include_bytes!("../../profile/tests/fixtures/password.xml");
    let rows = [
        (ENTRA, ErrorCode::EntraUnsupported),
        (password, ErrorCode::PasswordSignInUnsupported),
    ];
    for (xml, expected) in rows {
        let profile = client.profiles().import(xml, None).unwrap();
        let session = client.connect(profile.id(), options()).unwrap();
        assert_eq!(
            within(session.closed()).await.error.unwrap().code(),
            expected
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_come_from_files_too() {
    let bench = Bench::new().await;
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let both = format!(
        "{}{}",
        bench.identity.certificate_pem(),
        bench.identity.key_pem().as_str()
    );
    std::fs::write(place("both.pem"), both).unwrap();
    std::fs::write(place("certificate.pem"), bench.identity.certificate_pem()).unwrap();
    std::fs::write(place("key.pem"), bench.identity.key_pem().as_bytes()).unwrap();
    std::fs::write(place("me.pfx"), bench.identity.pfx("secret").unwrap()).unwrap();

    for certificate in [
        Certificate::pem_file(place("both.pem"), None),
        Certificate::pem_file(place("certificate.pem"), Some(place("key.pem"))),
        Certificate::pfx_file(place("me.pfx")).password("secret"),
    ] {
        let session = bench.connect(options().certificate(certificate));
        within(session.connected()).await.unwrap();
        session.disconnect();
        within(session.closed()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_cannot_be_used_have_their_errors() {
    let mut bench = Bench::new().await;
    let other = bench.gateway.issue_client("bob").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("huge.pfx");
    std::fs::File::create(&huge)
        .unwrap()
        .set_len(5 << 20)
        .unwrap();
    let rows = [
        (
            Certificate::pem(bench.identity.certificate_pem()),
            ErrorCode::CertificateIncomplete,
        ),
        (
            Certificate::pem_with_key(bench.identity.certificate_pem(), other.key_pem().as_bytes()),
            ErrorCode::CertificateIncomplete,
        ),
        (
            Certificate::pfx("not a container"),
            ErrorCode::CertificateDamaged,
        ),
        (
            Certificate::pfx_file(folder.path().join("missing.pfx")),
            ErrorCode::CertificateUnreadable,
        ),
        (
            Certificate::pfx_file(huge),
            ErrorCode::CertificateUnreadable,
        ),
    ];
    for (certificate, expected) in rows {
        let text = format!("{certificate:?}");
        let error = bench
            .end_of(options().certificate(certificate))
            .await
            .error
            .unwrap();
        assert_eq!(error.code(), expected, "{text}");
    }

    let error = bench
        .end_of(bench.options().trusted_root("not a certificate"))
        .await
        .error
        .unwrap();
    assert_eq!(error.code(), ErrorCode::TrustedRootUnreadable);
}
