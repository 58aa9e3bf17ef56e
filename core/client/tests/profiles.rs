//! Profiles and certificates as hosts hand them in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::path::PathBuf;

use p2svpn_client::{
    Certificate, Client, ConnectOptions, ErrorCode, EventKind, ExportFormat, Field, ProfileChange,
    ProfileEdit, Profiles, SecretsInExport, SignIn, WarningKind,
};
use support::{Bench, options, within};

const CERTIFICATE: &[u8] = include_bytes!("../../profile/tests/fixtures/certificate.xml");
const ENTRA: &[u8] = include_bytes!("../../profile/tests/fixtures/entra.xml");
const EDITED: &[u8] = include_bytes!("../../profile/tests/fixtures/edited-by-hand.xml");

fn profiles() -> Profiles {
    Client::builder().build().unwrap().profiles()
}

#[test]
fn the_same_bytes_are_the_same_profile_whatever_its_name() {
    let profiles = profiles();
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
    let profiles = profiles();
    let id = *profiles.import(CERTIFICATE, None).unwrap().id();

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
    let imported = profiles().import(EDITED, None).unwrap();

    assert!(!imported.warnings.is_empty());
    for warning in &imported.warnings {
        assert_eq!(warning.kind, WarningKind::Profile);
        assert!(warning.to_string().starts_with("line "), "{warning}");
    }
}

#[test]
fn files_that_are_no_profile_have_their_errors_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let profiles = profiles();
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
        let error = profiles().import(CERTIFICATE, Some(name)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument, "{name:?}");
    }
}

#[test]
fn ids_of_other_forms_are_none() {
    for text in ["", "xyz", "../../etc/passwd", "0123456789ABCDEF"] {
        assert!(text.parse::<p2svpn_client::ProfileId>().is_err(), "{text}");
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

#[test]
fn each_change_of_a_profile_is_told() {
    let client = Client::builder().build().unwrap();
    let profiles = client.profiles();
    let told = || match client.try_event().map(|event| (event.session, event.kind)) {
        Some((None, EventKind::ProfilesChanged(changes))) => changes,
        other => panic!("{other:?}"),
    };

    let id = *profiles.import(CERTIFICATE, None).unwrap().id();
    assert_eq!(told(), [ProfileChange::Added(id)]);
    profiles.import(CERTIFICATE, None).unwrap();
    assert!(client.try_event().is_none());
    let copy = profiles.duplicate(&id, "Copy").unwrap().id;
    assert_eq!(told(), [ProfileChange::Added(copy)]);
    profiles
        .edit(&id, ProfileEdit::new().force_tunnel(true))
        .unwrap();
    assert_eq!(told(), [ProfileChange::Changed(id)]);
    profiles.move_to(&id, 1).unwrap();
    assert_eq!(told(), [ProfileChange::Reordered]);
    profiles.remove(&id).unwrap();
    assert_eq!(told(), [ProfileChange::Removed(id)]);
}

#[test]
fn an_edit_changes_all_or_nothing() {
    let profiles = profiles();
    let id = *profiles.import(CERTIFICATE, None).unwrap().id();
    let mut edit = ProfileEdit::new();
    edit.rename("Office").unwrap();
    edit.include("10.7.0.0/16").unwrap();
    edit.remove_excludes("203.0.113.0/24").unwrap();

    let refusal = profiles.edit(&id, &edit).unwrap_err();

    assert_eq!(refusal.code(), ErrorCode::EditRefused);
    assert!(!profiles.get(&id).unwrap().edited);

    let mut edit = ProfileEdit::new();
    edit.rename("Office").unwrap();
    edit.include("10.7.0.1/16").unwrap();
    let report = profiles.edit(&id, &edit).unwrap();

    assert_eq!(report.changed, [Field::Name, Field::IncludeRoutes]);
    assert_eq!(report.host_bits.len(), 1);
    let details = profiles.details(&id).unwrap();
    assert_eq!(details.summary.name, "Office");
    let network = "10.7.0.0/16".parse().unwrap();
    assert!(details.include_routes.contains(&network));
}

#[test]
fn a_text_that_is_no_network_is_refused_with_its_reason() {
    let refusal = ProfileEdit::new().include("10.0.0.0/33").map(|_| ());
    let error = p2svpn_client::Error::from(refusal.unwrap_err());

    assert_eq!(error.code(), ErrorCode::EditRefused);
    assert!(error.context().contains("10.0.0.0/33"), "{error}");
    assert!(!error.remedy().is_empty());
}

/// A profile like `certificate.xml` of another gateway.
fn of_another_gateway() -> Vec<u8> {
    let text = std::str::from_utf8(CERTIFICATE).unwrap();
    let (before, rest) = text.split_once("azuregateway-").unwrap();
    let rest = rest.split_once('-').unwrap().1;
    format!("{before}azuregateway-ffffffff-{rest}").into_bytes()
}

/// A newer package of the gateway in `certificate.xml`: it was set up anew, and has another host.
fn newer_certificate() -> Vec<u8> {
    let text = std::str::from_utf8(CERTIFICATE).unwrap();
    let (before, rest) = text.split_once("azuregateway-").unwrap();
    let (guid, rest) = rest.split_at(36);
    let changed = format!("{before}azuregateway-{guid}-0123456789ab{}", &rest[13..]);
    changed.into_bytes()
}

#[test]
fn a_newer_package_is_recognized_and_keeps_the_edits() {
    let profiles = profiles();
    let id = *profiles.import(CERTIFICATE, None).unwrap().id();
    let mut edit = ProfileEdit::new();
    edit.rename("Office").unwrap();
    profiles.edit(&id, &edit).unwrap();

    let newer = profiles.import(&newer_certificate(), None).unwrap();
    assert_eq!(newer.update_of, Some(id));
    let updated = profiles.update(&id, &newer_certificate()).unwrap();

    assert_eq!(updated.removed.as_ref(), Some(newer.id()));
    assert_eq!(updated.summary.id, id);
    assert_eq!(updated.summary.name, "Office");
    assert_eq!(updated.kept, [Field::Name]);
    assert!(updated.summary.servers[0].contains("0123456789ab"));
    assert_eq!(profiles.list().len(), 1);
}

#[test]
fn several_files_of_a_gateway_are_one_update() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::str::from_utf8(CERTIFICATE).unwrap();
    let authentication = |text: &str| {
        let (_, rest) = text.split_once("<clientauth>").unwrap();
        rest.split_once("</clientauth>").unwrap().0.to_owned()
    };
    let entra = std::str::from_utf8(ENTRA).unwrap();
    let other = text.replace(&authentication(text), &authentication(entra));
    let paths = [("certificate.xml", text), ("entra.xml", &*other)].map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    let profiles = profiles();
    let id = *profiles.import(CERTIFICATE, None).unwrap().id();

    let updated = profiles.update_files(&id, &paths).unwrap();

    assert_eq!(updated.summary.id, id);
    assert_eq!(updated.summary.sign_ins.len(), 2);
    assert_eq!(profiles.list().len(), 1);
}

#[test]
fn a_profile_of_another_gateway_is_no_update() {
    let profiles = profiles();
    let id = *profiles.import(CERTIFICATE, None).unwrap().id();
    let before = profiles.details(&id).unwrap();

    let refusal = profiles.update(&id, &of_another_gateway()).unwrap_err();

    assert_eq!(refusal.code(), ErrorCode::UpdateMismatch);
    assert_eq!(profiles.details(&id).unwrap(), before);
}

#[test]
fn an_export_with_secrets_imports_to_the_same_profile() {
    let exporter = profiles();
    let id = *exporter.import(CERTIFICATE, None).unwrap().id();
    for format in ExportFormat::ALL {
        let exported = exporter
            .export(&id, format, SecretsInExport::Included)
            .unwrap();
        let again = profiles().import(exported.text.as_bytes(), None).unwrap();

        assert_eq!(again.summary.servers, exporter.get(&id).unwrap().servers);
    }
}

#[test]
fn an_openvpn_configuration_has_the_certificate_of_a_root_that_is_known() {
    let profiles = profiles();
    let id = *profiles.import(CERTIFICATE, None).unwrap().id();

    let exported = profiles
        .export(&id, ExportFormat::OpenVpn, SecretsInExport::Included)
        .unwrap();

    assert!(exported.text.contains("<ca>\n-----BEGIN CERTIFICATE-----"));
    assert!(exported.text.contains("<tls-auth>"));
}

#[test]
fn an_export_without_secrets_has_none_and_says_so() {
    let profiles = profiles();
    let id = *profiles.import(CERTIFICATE, None).unwrap().id();
    let text = std::str::from_utf8(CERTIFICATE).unwrap();
    let (_, secret) = text.split_once("<serversecret>").unwrap();
    let (secret, _) = secret.split_once('<').unwrap();
    for format in ExportFormat::ALL {
        let exported = profiles
            .export(&id, format, SecretsInExport::LeftOut)
            .unwrap();

        assert!(!exported.text.contains(&secret[..32]), "{format:?}");
        assert!(!exported.notes.is_empty(), "{format:?}");
    }
    let exported = profiles.export(&id, ExportFormat::Json, SecretsInExport::LeftOut);
    let refusal = profiles.import(exported.unwrap().text.as_bytes(), None);
    assert_eq!(refusal.unwrap_err().code(), ErrorCode::SecretsMissing);
}

#[test]
fn files_with_several_gateways_are_imported_together_only() {
    let folder = tempfile::tempdir().unwrap();
    let other = of_another_gateway();
    let paths = [("a.xml", CERTIFICATE), ("b.xml", &*other)].map(|(name, bytes)| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    });
    let client = Client::builder().build().unwrap();

    let explained = client
        .explain_files(&paths, &ConnectOptions::default())
        .unwrap();
    assert_eq!(explained.len(), 2);
    assert!(client.profiles().list().is_empty());
    let imported = client.profiles().import_files(&paths).unwrap();
    assert_eq!(imported.len(), 2);
    assert_eq!(client.profiles().list().len(), 2);
}

#[test]
fn a_sign_in_at_an_unknown_page_is_refused_unless_the_host_allows_it() {
    let text = std::str::from_utf8(ENTRA).unwrap();
    let bait = text.replace("login.microsoftonline.com", "login.example.com");
    let allowing = Client::builder().allow_authority("Login.Example.com");

    let refusal = profiles().import(bait.as_bytes(), None).unwrap_err();
    let allowed = allowing
        .build()
        .unwrap()
        .profiles()
        .import(bait.as_bytes(), None);

    assert_eq!(refusal.code(), ErrorCode::AuthorityUnknown);
    assert!(allowed.is_ok(), "{allowed:?}");
}

#[tokio::test]
async fn an_openvpn_configuration_finds_the_files_beside_it() {
    let gateway = p2svpn_gateway::Gateway::builder().start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.ovpn");
    let configuration = "client\nremote vpn.example.com 1194 udp\nca root.pem\nauth-user-pass\n\
        remote-cert-tls server\nverify-x509-name vpn.example.com name\n";
    std::fs::write(&path, configuration).unwrap();

    let refusal = profiles().import_file(&path).unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::FileBesideMissing);
    let root = gateway.server_root_pem();
    std::fs::write(folder.path().join("root.pem"), root).unwrap();
    let imported = profiles().import_file(&path).unwrap();

    assert_eq!(imported.summary.name, "office");
    assert_eq!(imported.summary.servers, ["vpn.example.com:1194"]);
    assert_eq!(imported.summary.sign_in, SignIn::Password);
}

#[test]
fn a_configuration_never_gets_the_files_of_another_folder() {
    // The import tells files apart without regard to case.
    for names in [["ca.crt", "ca.crt"], ["CA.crt", "ca.crt"]] {
        let root = tempfile::tempdir().unwrap();
        let places = ["office", "lab"].into_iter().zip(names);
        let paths: Vec<PathBuf> = places
            .map(|(place, name)| {
                let folder = root.path().join(place);
                std::fs::create_dir(&folder).unwrap();
                std::fs::write(folder.join(name), place).unwrap();
                let path = folder.join(format!("{place}.ovpn"));
                let text =
                    format!("client\nremote {place}.example 1194\nca {name}\nauth-user-pass\n");
                std::fs::write(&path, text).unwrap();
                path
            })
            .collect();

        let refusal = profiles().import_files(&paths).unwrap_err();

        assert_eq!(refusal.code(), ErrorCode::InvalidArgument);
        assert!(refusal.to_string().contains("ca.crt"), "{refusal}");
    }
}
