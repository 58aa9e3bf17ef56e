#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::time::Duration;

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::reader::read_profile;
use super::value::{Origin, Source};
use super::{Document, SecretBundle, from_parts, to_parts};
use crate::authentication::{
    Authentication, AuthenticationKind, CertificateAuthentication, ClientIdentity,
    EntraAuthentication, PasswordAuthentication, StaticChallenge,
};
use crate::certificate::Certificate;
use crate::error::ImportError;
use crate::export::SecretsInExport;
use crate::one_or_more::OneOrMore;
use crate::profile::Profile;
use crate::protocol::{
    CompressionFraming, DataCipher, MssFix, ProtocolOptions, Renegotiation, TlsVersions,
};
use crate::secret::ServerSecret;
use crate::secret_value::{SecretBytes, SecretText};
use crate::server::Server;
use crate::transport::Transport;
use crate::unknown_element::UnknownElement;
use crate::validation::{
    CertificateUsage, Digest, Fingerprint, KeyDirection, PinnedRoot, ServerName, ServerTrust,
    ServerValidation, Wrapping,
};
use generated::any_profile;

#[path = "../../tests/support/generated.rs"]
#[allow(
    dead_code,
    clippy::field_reassign_with_default,
    reason = "it is written for other crates, which take what they need"
)]
mod generated;

/// DigiCert Global Root G2, in DER.
const ROOT: &[u8] = include_bytes!("../../tests/fixtures/digicert-global-root-g2.cer");

const SECRETS: [&str; 5] = [
    "the password \"with\" \\ and \u{1} ü",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "<vendor>the elements</vendor>",
    "the other password",
    "the key of tls-crypt-v2",
];

fn text(secret: &str) -> SecretText {
    SecretText::new(Zeroizing::new(secret.to_owned()))
}

fn root() -> Certificate {
    Certificate::from_der(ROOT).unwrap()
}

fn plain(trust: ServerTrust, wrapping: Wrapping) -> Profile {
    Profile::new(
        "Plain".parse().unwrap(),
        "gateway.example".parse().unwrap(),
        Authentication::Certificate(CertificateAuthentication::default()),
        ServerValidation::new(trust, wrapping),
    )
}

fn networks(texts: &[&str]) -> crate::Routes {
    let networks = texts.iter().map(|text| text.parse::<ipnet::IpNet>());
    networks.map(Result::unwrap).collect()
}

/// A profile as the Azure portal makes it.
fn small() -> Profile {
    let mut small = plain(fingerprints(), Wrapping::None);
    small.name = "Contoso".parse().unwrap();
    let root = OneOrMore::new(PinnedRoot::from(root().thumbprint()));
    small.server_validation = ServerValidation::azure(root, ServerSecret::new(&[0x5A; 256]));
    small
}

/// A profile as an `.ovpn` makes it.
fn general() -> Profile {
    let authorities = ServerTrust::Authorities {
        roots: OneOrMore::new(root()),
        revocation: Some(vec![1, 2, 3]),
    };
    let mut general = plain(authorities, Wrapping::TlsCryptV2(text(SECRETS[4])));
    general.server_validation.name = ServerName::CommonName("gateway".to_owned());
    general.server_validation.usage = CertificateUsage::Any;
    general.protocol.tls_versions = TlsVersions::Only12;
    general.protocol.compression = CompressionFraming::LzoStub;
    general.protocol.mssfix = MssFix::Packet(1450);
    general.protocol.renegotiation = Renegotiation::Never;
    general
}

/// A profile with what is left.
fn rest() -> Profile {
    let key = ServerSecret::new(&[7; 256]);
    let mut rest = plain(fingerprints(), Wrapping::TlsCrypt(key));
    rest.server_validation.name = ServerName::CommonNamePrefix("gate".to_owned());
    rest.protocol.ciphers = vec![DataCipher::Aes192Gcm, DataCipher::Aes256Gcm];
    rest.protocol.compression = CompressionFraming::Stub;
    rest.protocol.mssfix = MssFix::Off;
    rest
}

fn fingerprints() -> ServerTrust {
    ServerTrust::Fingerprints(OneOrMore::new(Fingerprint::new([0xAB; 32])))
}

/// A profile in which everything differs from its default.
fn full() -> Profile {
    let roots = OneOrMore::from_vec(vec![
        PinnedRoot::from(root()),
        PinnedRoot::from(
            "0102030405060708090A0B0C0D0E0F1011121314"
                .parse::<crate::Thumbprint>()
                .unwrap(),
        ),
    ]);
    let server = "azuregateway-00000000-0000-0000-0000-000000000000-0123456789ab.vpn.azure.com";
    let mut entra = EntraAuthentication::new(
        "https://login.microsoftonline.com/tenant".parse().unwrap(),
        "audience",
        "https://sts.windows.net/tenant/",
    );
    entra.application_id = Some("application".to_owned());
    entra.cache_sign_in_user = false;
    entra.enable_group_token = true;
    entra.disable_single_sign_on = true;
    entra.enable_device_single_sign_on = true;
    let mut profile = Profile::new(
        "Everything \"quoted\" – ü".parse().unwrap(),
        server.parse::<Server>().unwrap().with_display_name("One"),
        Authentication::Entra(entra),
        ServerValidation::azure(roots.unwrap(), ServerSecret::new(&[0xC5; 256])),
    );
    profile.version = 2;
    let second: Server = "[2001:db8::1]:1194".parse().unwrap();
    profile.servers.push(second.with_transport(Transport::Udp));
    let certificate = CertificateAuthentication {
        thumbprint: Some("DF3C24F9BFD666761B268073FE06D1CC8D4F82A4".parse().unwrap()),
        issuer: Some("0102030405060708090A0B0C0D0E0F1011121314".parse().unwrap()),
        identity: Some(ClientIdentity::Pem {
            certificates: "-----BEGIN CERTIFICATE-----\r\n".to_owned(),
            key: text(SECRETS[1]),
        }),
    };
    let password = PasswordAuthentication {
        username: Some("alice".to_owned()),
        password: Some(text(SECRETS[0])),
        static_challenge: Some(StaticChallenge {
            text: "PIN?".to_owned(),
            echo: true,
        }),
    };
    let both = Authentication::CertificateAndPassword(
        CertificateAuthentication {
            identity: Some(ClientIdentity::Pfx(SecretBytes::new(Zeroizing::new(
                vec![0x5A; 100],
            )))),
            ..CertificateAuthentication::default()
        },
        PasswordAuthentication {
            password: Some(text(SECRETS[3])),
            ..PasswordAuthentication::default()
        },
    );
    for other in [
        Authentication::Certificate(certificate),
        Authentication::Password(password),
        both,
    ] {
        profile.authentication.offer(other);
    }
    profile.include_routes = networks(&["0.0.0.0/1", "128.0.0.0/1", "fd00::/8"]);
    profile.exclude_routes = networks(&["192.0.2.1/32"]);
    profile.dns_servers = ["10.0.0.4", "fd00::4"]
        .map(|it| it.parse().unwrap())
        .into_iter()
        .collect();
    profile.dns_suffixes = ["corp.example".parse().unwrap()].into_iter().collect();
    profile.secondary_profile = Some("Another".parse().unwrap());
    profile.always_on = true;
    profile.trusted_networks = ["office.example".parse().unwrap()].into_iter().collect();
    profile.protocol = ProtocolOptions {
        ciphers: vec![DataCipher::ChaCha20Poly1305, DataCipher::Aes128Gcm],
        tls_versions: TlsVersions::Only13,
        compression: CompressionFraming::StubV2,
        mssfix: MssFix::Fixed(1300),
        mtu: Some(1400),
        renegotiation: Renegotiation::After(Duration::from_secs(600)),
        transition_window: Some(Duration::from_secs(60)),
        handshake_window: Some(Duration::from_millis(30_500)),
        connect_timeout: Some(Duration::from_secs(10)),
    };
    profile.network.name = Some("Net".to_owned());
    profile.network.id = Some("00000000-0000-0000-0000-000000000000".to_owned());
    profile.network.routes = networks(&["10.0.0.0/16"]);
    profile.network.address_pool = networks(&["172.16.0.0/24"]);
    profile.network.dns_servers = ["10.0.0.5".parse().unwrap()].into_iter().collect();
    profile.unknown_elements = vec![UnknownElement {
        parent: "clientconfig".to_owned(),
        xml: text(SECRETS[2]),
    }];
    profile
}

/// Profiles with each form of each choice.
fn samples() -> Vec<Profile> {
    let key = || ServerSecret::new(&[7; 256]);
    let authorities = |revocation| ServerTrust::Authorities {
        roots: OneOrMore::new(root()),
        revocation,
    };
    let mut samples = vec![
        full(),
        small(),
        general(),
        rest(),
        plain(fingerprints(), Wrapping::None),
        plain(authorities(None), Wrapping::TlsCrypt(key())),
        plain(
            authorities(Some(vec![1, 2, 3])),
            Wrapping::TlsCryptV2(text(SECRETS[4])),
        ),
    ];
    for (digest, direction) in [
        (Digest::Sha1, KeyDirection::Both),
        (Digest::Sha384, KeyDirection::Zero),
        (Digest::Sha512, KeyDirection::One),
    ] {
        let key = key();
        samples.push(plain(
            fingerprints(),
            Wrapping::TlsAuth {
                key,
                digest,
                direction,
            },
        ));
    }
    for name in [
        ServerName::Host,
        ServerName::Subject("C=KG, CN=gateway".to_owned()),
        ServerName::CommonName("gateway".to_owned()),
        ServerName::CommonNamePrefix("gate".to_owned()),
    ] {
        let mut sample = plain(fingerprints(), Wrapping::None);
        sample.server_validation.name = name;
        sample.server_validation.usage = CertificateUsage::Any;
        samples.push(sample);
    }
    for mssfix in [MssFix::Off, MssFix::Mtu(1), MssFix::Packet(u16::MAX)] {
        let mut sample = plain(fingerprints(), Wrapping::None);
        sample.protocol.mssfix = mssfix;
        sample.protocol.renegotiation = Renegotiation::Never;
        sample.protocol.tls_versions = TlsVersions::Only12;
        sample.protocol.compression = CompressionFraming::LzoStub;
        samples.push(sample);
    }
    samples
}

#[test]
fn a_profile_comes_back_from_its_parts() {
    for profile in samples() {
        let (document, secrets) = to_parts(&profile);
        let stored = serde_json::to_string_pretty(&document).unwrap();
        let document: Document = serde_json::from_str(&stored).unwrap();
        let secrets = SecretBundle::from_bytes(&secrets.to_bytes()).unwrap();

        assert_eq!(from_parts(&document, &secrets).unwrap(), profile);
    }
}

#[test]
fn the_document_of_the_parts_holds_no_secret() {
    let (document, secrets) = to_parts(&full());

    let shown = format!("{} {document:?} {secrets:?}", document.as_str());
    for secret in [
        "password \\\"",
        "PRIVATE KEY",
        "<vendor>the elements</vendor>",
        "the other",
        "c5c5",
        "WlpaWl",
    ] {
        let bytes = secrets.to_bytes();
        assert!(
            std::str::from_utf8(&bytes).unwrap().contains(secret),
            "{secret}"
        );
        assert!(!shown.contains(secret), "{secret}");
    }
    assert!(!secrets.is_empty());
    assert!(
        to_parts(&plain(fingerprints(), Wrapping::None))
            .1
            .is_empty()
    );
}

#[test]
fn a_document_without_its_secrets_is_refused() {
    let (document, _) = to_parts(&full());

    let error = from_parts(&document, &SecretBundle::default()).unwrap_err();

    assert!(matches!(error, ImportError::Value { .. }), "{error}");
    assert!(error.to_string().contains("kept apart"), "{error}");
}

#[test]
fn what_the_store_once_took_it_gives_back_whatever_a_host_put_in() {
    let mut profile = plain(fingerprints(), Wrapping::None);
    let line = "a\nline\u{0}".repeat(1000);
    profile.servers.push(
        "other.example"
            .parse::<Server>()
            .unwrap()
            .with_display_name(&line),
    );
    profile.server_validation.name = ServerName::Subject(line);
    for index in 0..=crate::Routes::MOST {
        let address = u32::try_from(index).unwrap().to_be_bytes();
        profile
            .include_routes
            .insert(ipnet::IpNet::new(address.into(), 32).unwrap());
    }

    let (document, secrets) = to_parts(&profile);

    assert_eq!(from_parts(&document, &secrets).unwrap(), profile);
}

#[test]
fn a_private_key_among_the_certificates_is_not_kept() {
    let everything = full().to_json(SecretsInExport::Included).text;
    let with_key = everything.replace(
        r#""certificates": "-----BEGIN CERTIFICATE-----\r\n""#,
        r#""certificates": "-----BEGIN PRIVATE KEY-----\nKEYKEY\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----""#,
    );
    assert_ne!(with_key, *everything);

    let imported = Profile::from_json(with_key.as_bytes()).unwrap();

    let mut profile = imported.profile;
    profile
        .authentication
        .select(AuthenticationKind::Certificate);
    let shown = format!("{profile:?}");
    let exported = profile.to_openvpn(SecretsInExport::LeftOut, &[]);
    let (stored, _) = to_parts(&profile);
    for public in [&shown, exported.text.as_str(), stored.as_str()] {
        assert!(public.contains("BEGIN CERTIFICATE"), "{public}");
        assert!(!public.contains("KEYKEY"), "{public}");
    }
    let damaged = with_key.replace("-----END CERTIFICATE-----", "");
    let refused = Profile::from_json(damaged.as_bytes())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("damaged PEM block") || refused.contains("cut short"),
        "{refused}"
    );
    assert!(!refused.contains("KEYKEY"), "{refused}");
}

/// Otherwise each would be a walk through up to 2 MiB, and there may be ten thousand.
#[test]
fn no_position_is_looked_for_where_nothing_is_wrong() {
    for profile in samples() {
        let exported = profile.to_json(SecretsInExport::Included);
        let text = format!("{}{}", " \n".repeat(1000), *exported.text);
        let source = Source::new(&text, Origin::File);

        assert_eq!(read_profile(source.root().unwrap()).unwrap(), profile);

        assert_eq!(source.located.get(), 0);
    }
}

#[test]
fn a_bundle_of_other_bytes_is_refused_without_being_repeated() {
    for bytes in [
        &b"[\"hunter2\""[..],
        b"{\"hunter2\":1}",
        b"\xff",
        b"[1]",
        b"",
    ] {
        let error = SecretBundle::from_bytes(bytes).unwrap_err();

        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

/// `P2SVPN_BLESS=1 cargo test -p p2svpn-profile the_format_does_not_change` writes the files anew, which is
/// right for what is added, and never for what they hold already.
#[test]
#[allow(clippy::disallowed_methods, reason = "a test may look at the machine")]
fn the_format_does_not_change() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for (name, profile) in [
        ("everything.json", full()),
        ("small.json", small()),
        ("general.json", general()),
        ("rest.json", rest()),
    ] {
        let written = profile.to_json(SecretsInExport::Included);
        assert!(written.notes.is_empty(), "{:?}", written.notes);
        if std::env::var_os("P2SVPN_BLESS").is_some() {
            std::fs::write(folder.join(name), written.text.as_bytes()).unwrap();
        }

        let golden = std::fs::read_to_string(folder.join(name)).unwrap();

        assert_eq!(written.text.as_str(), golden, "{name}");
        assert_eq!(
            Profile::from_json(golden.as_bytes()).unwrap().profile,
            profile,
            "{name}"
        );
    }
}

proptest! {
    #[test]
    fn every_profile_comes_back_from_its_parts(profile in any_profile()) {
        let (document, secrets) = to_parts(&profile);
        let secrets = SecretBundle::from_bytes(&secrets.to_bytes()).unwrap();

        prop_assert_eq!(from_parts(&document, &secrets).unwrap(), profile);
    }
}
