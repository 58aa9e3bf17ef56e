//! Plans as people read them, compared with files: `P2SVPN_BLESS=1 cargo test -p p2svpn-profile --test plan` writes
//! them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::fs;
use std::path::Path;

use p2svpn_profile::{
    Authentication, Certificate, CertificateAuthentication, ClientIdentity, DeviceKind, Imported,
    KnownCertificate, LocalNetwork, Moment, OneOrMore, PasswordAuthentication, Plan, Profile,
    Routes, SecretText, Server, ServerName, ServerSecret, ServerTrust, ServerValidation, Severity,
    StaticChallenge, Surroundings, Thumbprint, Transport, Wrapping,
};
use proptest::prelude::*;
use support::generated::any_profile;
use support::{CERTIFICATE, ENTRA, ROOT, SETTINGS_2022, import_package};

const EDITED: &str = include_str!("fixtures/edited-by-hand.xml");

const ACCESS_SERVER: &[u8] = include_bytes!("fixtures/openvpn/access-server.ovpn");

/// A client certificate that is valid until 10 December 2026.
const CLIENT: &str = include_str!("fixtures/client.pem");

#[test]
fn the_plan_of_the_entra_and_certificate_package_tells_what_will_happen() {
    let profile = both().profile;

    compare(&Plan::new(&profile, &home()), "entra-and-certificate");
}

#[test]
fn the_plan_of_a_certificate_package_asks_for_the_certificate() {
    let package = import_package(&[
        ("AzureVPN\\azurevpnconfig.xml", CERTIFICATE.as_bytes()),
        ("Generic\\VpnSettings.xml", SETTINGS_2022.as_bytes()),
        ("Generic\\VpnServerRoot.cer", ROOT),
    ]);
    let surroundings = Surroundings {
        certificates: Some(Vec::new()),
        ..home()
    };

    compare(&Plan::new(&package.profile, &surroundings), "certificate");
}

#[test]
fn the_plan_of_an_entra_package_tells_where_to_sign_in() {
    let profile = read(ENTRA);

    compare(&Plan::new(&profile, &Surroundings::default()), "entra");
}

#[test]
fn the_plan_of_a_forced_tunnel_tells_what_goes_through_it_and_what_past_it() {
    let mut profile = read(EDITED);
    profile.network = both().profile.network;

    compare(&Plan::new(&profile, &home()), "forced");
}

#[test]
fn the_plan_of_a_general_configuration_tells_certificate_and_password() {
    let trust = ServerTrust::Authorities {
        roots: OneOrMore::new(Certificate::from_der(ROOT).unwrap()),
        revocation: None,
    };
    let wrapping = Wrapping::TlsCrypt(ServerSecret::new(&[7; 256]));
    let mut validation = ServerValidation::new(trust, wrapping);
    validation.name = ServerName::CommonName("vpn.example.com".to_owned());
    let certificate = CertificateAuthentication {
        identity: Some(ClientIdentity::Pem {
            certificates: CLIENT.to_owned(),
            key: SecretText::new("-----BEGIN ENCRYPTED PRIVATE KEY-----".to_owned().into()),
        }),
        ..CertificateAuthentication::default()
    };
    let password = PasswordAuthentication {
        static_challenge: Some(StaticChallenge {
            text: "Code from the app".to_owned(),
            echo: true,
        }),
        ..PasswordAuthentication::default()
    };
    let server: Server = "vpn.example.com:1194".parse().unwrap();
    let mut profile = Profile::new(
        "office".parse().unwrap(),
        server.with_transport(Transport::Udp),
        Authentication::CertificateAndPassword(certificate, password),
        validation,
    );
    profile
        .servers
        .push("198.51.100.7".parse::<Server>().unwrap());
    profile.include_routes = routes(&["10.20.0.0/16", "192.168.1.0/24"]);
    profile.protocol.mtu = Some(1400);

    compare(&Plan::new(&profile, &home()), "general");
}

#[test]
fn the_plan_of_a_general_ovpn_file_tells_its_gateways_and_sign_in() {
    let imported = Profile::from_openvpn(ACCESS_SERVER, &|_| None).unwrap();

    compare(
        &Plan::new(&imported.profile, &Surroundings::default()),
        "access-server",
    );
}

#[test]
fn the_plan_of_an_ipv6_profile_tells_what_the_gateway_has_to_give() {
    let mut profile = read(CERTIFICATE);
    profile.include_routes = routes(&["0.0.0.0/0", "::/0", "fd00:1::/32"]);
    profile.dns_servers = ["fd00:1::53".parse().unwrap()].into_iter().collect();
    let known = KnownCertificate {
        thumbprint: Thumbprint::new([1; 20]),
        issuers: vec!["00112233445566778899AABBCCDDEEFF00112233".parse().unwrap()],
        subject: "O=Contoso, CN=alex".to_owned(),
        not_after: Moment(1_800_000_000),
    };
    let surroundings = Surroundings {
        certificates: Some(vec![known]),
        ..home()
    };

    compare(&Plan::new(&profile, &surroundings), "ipv6");
}

#[test]
fn a_plan_that_changes_nothing_on_the_machine_says_so() {
    let surroundings = Surroundings {
        device: DeviceKind::Program,
        ..home()
    };

    let text = Plan::new(&both().profile, &surroundings).to_string();

    assert!(
        text.contains("No address, route or DNS server of this machine changes."),
        "{text}"
    );
    assert!(!text.contains("A new one appears"), "{text}");
    // The host may have chosen so, or had to.
    assert!(!text.contains("because"), "{text}");
}

#[test]
fn without_surroundings_nothing_is_claimed_about_them() {
    let plan = Plan::new(&read(CERTIFICATE), &Surroundings::default());

    assert_eq!(plan.network.local_networks, None);
    assert_eq!(plan.network.changes_machine, None);
    assert!(plan.to_string().contains("unless this program has it"));
    assert!(
        plan.cautions
            .iter()
            .all(|caution| caution.severity == Severity::Note)
    );
}

#[test]
fn a_long_list_of_networks_is_shown_in_part() {
    let mut profile = read(CERTIFICATE);
    profile.include_routes = many(10, 10_000);

    let plan = Plan::new(&profile, &home());

    let text = plan.to_string();
    assert_eq!(plan.network.routes.len(), 10_000);
    assert!(text.contains("... and 9980 more"), "{text}");
    assert!(text.lines().count() < 100, "{text}");
}

#[test]
fn lines_fit_a_window_of_a_hundred_characters() {
    let plan = Plan::new(&both().profile, &home()).to_string();

    let too_long = plan.lines().find(|line| line.chars().count() > 100);
    let is_one_word = |line: &str| {
        line.trim()
            .split("  ")
            .last()
            .unwrap()
            .trim()
            .split(' ')
            .count()
            == 1
    };
    assert!(too_long.is_none_or(is_one_word), "{too_long:?}");
}

#[test]
fn what_a_profile_says_cannot_forge_lines_of_the_plan() {
    let mut profile = read(CERTIFICATE);
    profile.name = "a\u{202e}b".parse().unwrap();
    profile
        .authentication
        .offer(Authentication::Password(PasswordAuthentication {
            username: Some("alex\nLook out".to_owned()),
            ..PasswordAuthentication::default()
        }));
    profile
        .authentication
        .select(p2svpn_profile::AuthenticationKind::Password);

    let text = Plan::new(&profile, &home()).to_string();

    assert!(text.contains("a\\u{202e}b"), "{text}");
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("Look out"))
            .count(),
        1
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_profile_has_a_plan_without_its_secrets(profile in any_profile()) {
        let plan = Plan::new(&profile, &home());

        let all = format!("{plan}\n{}\n{plan:?}", plan.to_json());
        for secret in secrets(&profile) {
            prop_assert!(!all.contains(&secret), "{secret} in {all}");
        }
        let json: serde_json::Value = serde_json::from_str(&plan.to_json()).unwrap();
        prop_assert_eq!(json["network"]["routes"].as_array().unwrap().len(), plan.network.routes.len());
    }
}

/// The secrets of a profile that are long enough not to stand somewhere by chance.
fn secrets(profile: &Profile) -> Vec<String> {
    let mut secrets = Vec::new();
    if let Some(key) = profile.server_validation.wrapping.static_key() {
        let key: String = key
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        secrets.push(key[..32].to_owned());
    }
    if let Wrapping::TlsCryptV2(key) = &profile.server_validation.wrapping {
        secrets.push(key.as_str().to_owned());
    }
    for authentication in profile.authentication.iter() {
        let (certificate, password) = match authentication {
            Authentication::Certificate(certificate) => (Some(certificate), None),
            Authentication::Password(password) => (None, Some(password)),
            Authentication::CertificateAndPassword(certificate, password) => {
                (Some(certificate), Some(password))
            }
            _ => (None, None),
        };
        let identity = certificate.and_then(|certificate| certificate.identity.as_ref());
        if let Some(ClientIdentity::Pem { key, .. }) = identity {
            secrets.push(key.as_str().to_owned());
        }
        secrets.extend(
            password
                .and_then(|password| password.password.as_ref())
                .map(|password| password.as_str().to_owned()),
        );
    }
    let unknown = profile.unknown_elements.iter();
    secrets.extend(unknown.map(|element| element.xml.as_str().to_owned()));
    secrets.retain(|secret| secret.len() >= 8);
    secrets
}

/// So many networks of 256 addresses in `<first>.0.0.0/8`.
fn many(first: u8, count: u32) -> Routes {
    let networks = (0..count).map(|number| {
        let [_, high, low, _] = (number << 8).to_be_bytes();
        format!("{first}.{high}.{low}.0/24").parse().unwrap()
    });
    networks.collect()
}

fn routes(networks: &[&str]) -> Routes {
    networks
        .iter()
        .map(|network| network.parse::<ipnet::IpNet>().unwrap())
        .collect()
}

/// A package of two files for one gateway.
fn both() -> Imported {
    import_package(&[
        ("AzureVPN\\azurevpnconfig_aad.xml", ENTRA.as_bytes()),
        ("AzureVPN\\azurevpnconfig_cert.xml", CERTIFICATE.as_bytes()),
        ("Generic\\VpnSettings.xml", SETTINGS_2022.as_bytes()),
        ("Generic\\VpnServerRoot.cer", ROOT),
    ])
}

fn read(xml: &str) -> Profile {
    Profile::from_azure_xml(xml.as_bytes()).unwrap().profile
}

/// A machine at home on 23 November 2026.
fn home() -> Surroundings {
    Surroundings {
        now: Some(Moment(1_795_420_800)),
        local_networks: Some(vec![LocalNetwork {
            interface: "wlan0".to_owned(),
            address: "192.168.1.23/24".parse().unwrap(),
            is_default: true,
        }]),
        dns_servers: Some(vec!["192.168.1.1".parse().unwrap()]),
        profiles: Some(Vec::new()),
        device: DeviceKind::Machine,
        ..Surroundings::default()
    }
}

/// Compares a plan with the file of a name, or writes it there.
fn compare(plan: &Plan, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    for (extension, text) in [
        ("txt", plan.to_string()),
        ("json", format!("{}\n", plan.to_json())),
    ] {
        let file = folder.join(format!("{name}.{extension}"));
        if is_blessing() {
            fs::write(&file, &text).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(
            text,
            expected,
            "{} differs; P2SVPN_BLESS=1 writes it",
            file.display()
        );
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by whom it is run"
)]
fn is_blessing() -> bool {
    std::env::var_os("P2SVPN_BLESS").is_some()
}
