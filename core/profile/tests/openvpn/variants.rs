//! What gateways and their administrators hand out.

use std::time::Duration;

use p2svpn_profile::{
    Authentication, CertificateUsage, ClientIdentity, CompressionFraming, DataCipher, Digest,
    KeyDirection, MssFix, Profile, ProtocolOptions, Renegotiation, Server, ServerName, ServerTrust,
    TlsVersions, Transport, TunnelMode, WarningKind, Wrapping, files_beside,
};

use crate::support::{
    AZURE_2022, AZURE_2026, EVERYTHING, STATIC_KEY, read, read_beside, read_silently, root,
};

pub(crate) const PIVPN: &str = include_str!("../fixtures/openvpn/pivpn.ovpn");
const PFSENSE: &str = include_str!("../fixtures/openvpn/pfsense.ovpn");
const AWS: &str = include_str!("../fixtures/openvpn/aws.ovpn");
const ACCESS_SERVER: &str = include_str!("../fixtures/openvpn/access-server.ovpn");

fn calls(profile: &Profile) -> Vec<String> {
    let servers = profile.servers.iter();
    servers
        .map(|server| format!("{server} {}", server.transport().name()))
        .collect()
}

fn routes<'a>(routes: impl IntoIterator<Item = impl ToString> + 'a) -> Vec<String> {
    routes.into_iter().map(|route| route.to_string()).collect()
}

fn trusts_root(profile: &Profile) -> bool {
    match &profile.server_validation.trust {
        ServerTrust::Authorities { roots, revocation } => {
            roots.iter().map(|root| root.thumbprint()).eq([root()]) && revocation.is_none()
        }
        _ => false,
    }
}

#[test]
fn azures_configuration_says_what_its_azurevpnconfig_xml_says() {
    let xml = Profile::from_azure_xml(include_bytes!("../fixtures/certificate.xml"));
    let azure = xml.unwrap().profile;
    for text in [AZURE_2022, AZURE_2026] {
        let profile = read_silently(text);

        assert_eq!(calls(&profile), calls(&azure));
        assert_eq!(profile.name, azure.servers.first().host());
        assert!(trusts_root(&profile));
        let validation = &profile.server_validation;
        assert_eq!(validation.wrapping, azure.server_validation.wrapping);
        assert_eq!(validation.usage, CertificateUsage::Server);
        let names = azure.servers.first().certificate_names();
        let expected = names.last().unwrap().clone();
        assert_eq!(validation.name, ServerName::CommonName(expected));
        assert_eq!(profile.protocol, ProtocolOptions::default());
        assert_eq!(profile.tunnel_mode(), TunnelMode::Split);
    }
}

#[test]
fn azures_places_to_fill_in_are_no_identity() {
    let profile = read_silently(AZURE_2026);

    let Authentication::Certificate(certificate) = profile.authentication.selected() else {
        panic!("{:?}", profile.authentication);
    };
    assert_eq!(certificate.identity, None);
}

#[test]
fn a_raspberry_pis_configuration_brings_its_certificate_along() {
    let imported = read(PIVPN);

    let profile = imported.profile;
    assert_eq!(calls(&profile), ["vpn.example.org:1194 udp"]);
    assert!(matches!(
        profile.server_validation.wrapping,
        Wrapping::TlsCrypt(_)
    ));
    let Authentication::Certificate(certificate) = profile.authentication.selected() else {
        panic!("{:?}", profile.authentication);
    };
    let Some(ClientIdentity::Pem { certificates, key }) = &certificate.identity else {
        panic!("{certificate:?}");
    };
    assert!(certificates.starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert!(key.as_str().ends_with("-----END PRIVATE KEY-----\n"));
    let told: Vec<_> = imported.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 10, column 1: 'cipher' names a cipher that is not spoken here; the gateway is \
          offered the usual ones"
        ]
    );
}

#[test]
fn pfsenses_configuration_finds_the_files_beside_it() {
    let names = files_beside(PFSENSE.as_bytes()).unwrap();
    assert_eq!(
        names,
        [
            "pfSense-UDP4-1194-alice.p12",
            "pfSense-UDP4-1194-alice-tls.key"
        ]
    );
    let with_ca = format!("{PFSENSE}ca ca.crt\r\n");
    let ca = crate::support::ca();
    let ca = &ca["<ca>\n".len()..ca.len() - "</ca>\n".len()];
    let files: [(&str, &[u8]); 3] = [
        (&names[0], b"0\x82 a PFX file"),
        (&names[1], STATIC_KEY.as_bytes()),
        ("ca.crt", ca.as_bytes()),
    ];

    let profile = read_beside(&with_ca, &files).unwrap().profile;

    assert_eq!(calls(&profile), ["203.0.113.7:1194 udp"]);
    assert!(trusts_root(&profile));
    let Wrapping::TlsAuth {
        digest, direction, ..
    } = &profile.server_validation.wrapping
    else {
        panic!("{:?}", profile.server_validation);
    };
    assert_eq!((*digest, *direction), (Digest::Sha256, KeyDirection::One));
    let Authentication::CertificateAndPassword(certificate, password) =
        profile.authentication.selected()
    else {
        panic!("{:?}", profile.authentication);
    };
    let Some(ClientIdentity::Pfx(pfx)) = &certificate.identity else {
        panic!("{certificate:?}");
    };
    assert_eq!(pfx.as_bytes(), b"0\x82 a PFX file");
    assert_eq!((&password.username, &password.password), (&None, &None));
    assert_eq!(
        profile.protocol.ciphers,
        [
            DataCipher::Aes256Gcm,
            DataCipher::Aes128Gcm,
            DataCipher::ChaCha20Poly1305
        ]
    );
}

#[test]
fn awss_configuration_asks_for_a_password() {
    let imported = read(AWS);

    let profile = imported.profile;
    assert!(matches!(
        profile.authentication.selected(),
        Authentication::Password(_)
    ));
    assert_eq!(profile.protocol.renegotiation, Renegotiation::Never);
    assert_eq!(profile.server_validation.wrapping, Wrapping::None);
    assert_eq!(imported.warnings.len(), 1, "{:?}", imported.warnings);
    assert_eq!(imported.warnings[0].kind, WarningKind::IgnoredOption);
    assert_eq!(imported.warnings[0].position.line, 5);
}

#[test]
fn an_access_servers_configuration_calls_its_servers_in_order() {
    let imported = read(ACCESS_SERVER);

    let profile = imported.profile;
    assert_eq!(
        calls(&profile),
        [
            "vpn.example.org:1194 udp",
            "vpn.example.org:1194 udp",
            "vpn.example.org:443 tcp",
            "vpn.example.org:1194 udp"
        ]
    );
    assert!(matches!(
        profile.server_validation.wrapping,
        Wrapping::TlsCryptV2(_)
    ));
    let protocol = &profile.protocol;
    assert_eq!(protocol.connect_timeout, Some(Duration::from_secs(4)));
    assert_eq!(protocol.mtu, Some(1420));
    assert_eq!(protocol.compression, CompressionFraming::LzoStub);
    let told: Vec<_> = imported.warnings.iter().map(|told| &told.message).collect();
    assert_eq!(
        told,
        [
            "'block-outside-dns' is ignored: which DNS servers the machine asks is the host \
             program's to choose"
        ]
    );
}

#[test]
fn every_option_that_a_profile_has_a_place_for_gets_there() {
    let profile = read_silently(EVERYTHING);

    assert_eq!(profile.name, "Branch office");
    assert_eq!(
        calls(&profile),
        [
            "gateway.example.org:1195 udp",
            "[2001:db8::7]:443 tcp",
            "[2001:db8::8]:443 tcp"
        ]
    );
    let validation = &profile.server_validation;
    assert_eq!(
        validation.name,
        ServerName::Subject("C=DE, O=Example, CN=gateway".to_owned())
    );
    let Wrapping::TlsAuth {
        digest, direction, ..
    } = &validation.wrapping
    else {
        panic!("{validation:?}");
    };
    assert_eq!((*digest, *direction), (Digest::Sha512, KeyDirection::Zero));
    let Authentication::CertificateAndPassword(certificate, password) =
        profile.authentication.selected()
    else {
        panic!("{:?}", profile.authentication);
    };
    let Some(ClientIdentity::Pem { certificates, .. }) = &certificate.identity else {
        panic!("{certificate:?}");
    };
    assert_eq!(certificates.matches("BEGIN CERTIFICATE").count(), 2);
    assert_eq!(password.username.as_deref(), Some("alice"));
    let secret = password.password.as_ref().unwrap();
    assert_eq!(secret.as_str(), "correct horse");
    let challenge = password.static_challenge.as_ref().unwrap();
    assert_eq!(challenge.text, "Code of the token?");
    assert!(challenge.echo);
    assert_eq!(
        routes(profile.include_routes.iter()),
        [
            "10.1.0.0/16",
            "10.2.3.4/32",
            "172.16.0.0/12",
            "2001:db8:1::/48",
            "0.0.0.0/1",
            "128.0.0.0/1",
            "::/0"
        ]
    );
    assert_eq!(profile.tunnel_mode(), TunnelMode::Full);
    assert_eq!(
        routes(profile.exclude_routes.iter()),
        ["192.168.7.0/24", "2001:db8:1:2::/64"]
    );
    assert_eq!(routes(&profile.dns_servers), ["10.1.0.4", "2001:db8::4"]);
    assert_eq!(
        routes(&profile.dns_suffixes),
        ["corp.example", "branch.example", "lab.example"]
    );
    let protocol = &profile.protocol;
    assert_eq!(
        protocol.ciphers,
        [
            DataCipher::ChaCha20Poly1305,
            DataCipher::Aes192Gcm,
            DataCipher::Aes128Gcm
        ]
    );
    assert_eq!(protocol.tls_versions, TlsVersions::Only13);
    assert_eq!(protocol.compression, CompressionFraming::StubV2);
    assert_eq!(protocol.mssfix, MssFix::Mtu(1300));
    assert_eq!(protocol.mtu, Some(1400));
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    assert_eq!(protocol.renegotiation, Renegotiation::After(minutes(30)));
    assert_eq!(protocol.transition_window, Some(minutes(10)));
    assert_eq!(protocol.handshake_window, Some(Duration::from_secs(30)));
    assert_eq!(protocol.connect_timeout, Some(Duration::from_secs(10)));
}

#[test]
fn a_configuration_in_utf16_or_with_a_mark_is_the_same() {
    let expected = read_silently(EVERYTHING);
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain(EVERYTHING.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked = format!("\u{feff}{EVERYTHING}");
    for bytes in [utf16, marked.into_bytes()] {
        let imported = Profile::from_openvpn(&bytes, &|_| None).unwrap();
        assert_eq!(imported.profile, expected);
        assert_eq!(imported.warnings, []);
    }
}

#[test]
fn openvpns_port_and_udp_are_used_unless_said_otherwise() {
    let profile = read_silently(&crate::support::minimal());

    let expected: Server = "vpn.example.org:1194".parse().unwrap();
    assert_eq!(
        profile.servers.first(),
        &expected.with_transport(Transport::Udp)
    );
}
