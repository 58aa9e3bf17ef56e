//! Profiles written as OpenVPN configurations.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::collections::BTreeSet;

use p2svpn_profile::{
    Authentication, Certificate, Exported, PasswordAuthentication, Profile, Routes,
    SecretsInExport, ServerTrust,
};
use proptest::prelude::*;
use support::generated::any_profile;
use support::{CERTIFICATE, ENTRA, ROOT};

const FIXTURES: [&str; 5] = [
    include_str!("fixtures/openvpn/access-server.ovpn"),
    include_str!("fixtures/openvpn/aws.ovpn"),
    include_str!("fixtures/openvpn/azure-2026.ovpn"),
    include_str!("fixtures/openvpn/everything.ovpn"),
    include_str!("fixtures/openvpn/pivpn.ovpn"),
];

fn read(text: &str) -> Profile {
    let imported = Profile::from_openvpn(text.as_bytes(), &|_| None);
    imported
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
        .profile
}

fn azure(xml: &str) -> Profile {
    Profile::from_azure_xml(xml.as_bytes()).unwrap().profile
}

fn root() -> Certificate {
    Certificate::from_der(ROOT).unwrap()
}

fn export(profile: &Profile) -> Exported {
    profile.to_openvpn(SecretsInExport::Included, &[root()])
}

/// The options of a text, without what stands inline.
fn options(text: &str) -> BTreeSet<&str> {
    text.lines().collect()
}

#[test]
fn what_came_from_a_configuration_is_the_same_after_an_export() {
    for text in FIXTURES {
        let profile = read(text);

        let exported = export(&profile);

        assert_eq!(read(&exported.text), profile);
    }
    let everything = read(FIXTURES[3]);
    assert_eq!(
        export(&everything).notes,
        ["OpenVPN itself does not keep networks of IPv6 out of the tunnel."]
    );
}

#[test]
fn an_azure_profile_becomes_what_azures_own_configuration_says() {
    let exported = export(&azure(CERTIFICATE));

    let ours = options(&exported.text);
    let azures: BTreeSet<&str> = options(FIXTURES[2]);
    for option in [
        "client",
        "dev tun",
        "nobind",
        "remote-cert-tls server",
        "auth SHA256",
        "cipher AES-256-GCM",
        "tls-version-min 1.2",
        "key-direction 1",
        "<ca>",
        "<tls-auth>",
        "$CLIENTCERTIFICATE",
        "$PRIVATEKEY",
    ] {
        assert!(ours.contains(option) && azures.contains(option), "{option}");
    }
    let (again, own) = (read(&exported.text), read(FIXTURES[2]));
    assert_eq!(again.servers, own.servers);
    assert_eq!(again.server_validation, own.server_validation);
    assert_eq!(again.authentication, own.authentication);
    assert_eq!(again.protocol, own.protocol);
    let notes = exported.notes.join("\n");
    assert!(notes.contains("have to be put in the place of $CLIENTCERTIFICATE"));
    assert!(notes.contains("The roots are in the file as certificates"));
}

#[test]
fn a_root_that_nobody_has_is_asked_for_by_its_hash() {
    let profile = azure(CERTIFICATE);

    let exported = profile.to_openvpn(SecretsInExport::Included, &[]);

    let hash = root().thumbprint();
    let note = format!(
        "The root with the SHA-1 hash {hash} is left out, because only its hash is known: put its \
         certificate into 'ca'."
    );
    assert!(exported.notes.contains(&note), "{:?}", exported.notes);
    let refused = Profile::from_openvpn(exported.text.as_bytes(), &|_| None).unwrap_err();
    assert!(refused.to_string().contains("ca is missing"));
}

#[test]
fn a_sign_in_with_entra_id_needs_a_token_as_the_password() {
    let exported = export(&azure(ENTRA));

    assert!(
        exported.notes[0..]
            .iter()
            .any(|note| note.contains("access token"))
    );
    let profile = read(&exported.text);
    assert!(matches!(
        profile.authentication.selected(),
        Authentication::Password(_)
    ));
}

#[test]
fn an_export_without_secrets_holds_none() {
    let secrets = [
        "correct horse",
        "BEGIN PRIVATE KEY",
        "BEGIN OpenVPN Static key",
        "BEGIN OpenVPN tls-crypt-v2",
    ];
    for text in FIXTURES {
        let profile = read(text);

        let exported = profile.to_openvpn(SecretsInExport::LeftOut, &[]);

        for secret in secrets {
            assert!(!exported.text.contains(secret), "{secret}");
        }
        let told = secrets.iter().any(|secret| text.contains(secret));
        assert!(!told || exported.notes.iter().any(|note| note.contains("left out")));
        assert_eq!(read(&exported.text).servers, profile.servers);
    }
}

#[test]
fn all_traffic_is_written_as_openvpn_does_in_any_order() {
    let cases: [(&[&str], &[&str]); 6] = [
        (&["0.0.0.0/0"], &["redirect-gateway"]),
        (&["0.0.0.0/1", "128.0.0.0/1"], &["redirect-gateway def1"]),
        (&["0.0.0.0/0", "::/0"], &["redirect-gateway ipv6"]),
        (&["::/0"], &["redirect-gateway ipv6 !ipv4"]),
        (
            &["128.0.0.0/1", "0.0.0.0/1"],
            &[
                "route 128.0.0.0 128.0.0.0",
                "route 0.0.0.0 128.0.0.0",
                "redirect-private",
            ],
        ),
        (
            &["10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/0"],
            &[
                "route 10.0.0.0 255.0.0.0",
                "redirect-gateway def1",
                "route 0.0.0.0 0.0.0.0",
            ],
        ),
    ];
    for (networks, expected) in cases {
        let mut profile = read(FIXTURES[1]);
        let routes: Routes = networks.iter().map(|text| text.parse().unwrap()).collect();
        profile.include_routes = routes;

        let exported = export(&profile);

        let written: Vec<&str> = exported
            .text
            .lines()
            .filter(|line| line.starts_with("route") || line.starts_with("redirect"))
            .collect();
        assert_eq!(written, expected);
        assert_eq!(read(&exported.text), profile);
    }
}

#[test]
fn more_names_than_dhcp_can_carry_are_written_as_dns_options() {
    let mut profile = read(FIXTURES[1]);
    profile.dns_servers = (1..=7).map(|last| [10, 0, 0, last].into()).collect();
    let suffixes = (0..20).map(|index| format!("zone{index}.example").parse().unwrap());
    profile.dns_suffixes = suffixes.collect();

    let exported = export(&profile);

    assert!(exported.notes.is_empty(), "{:?}", exported.notes);
    assert!(!exported.text.contains("dhcp-option"));
    assert_eq!(read(&exported.text), profile);

    profile.dns_servers = (1..=9).map(|last| [10, 0, 0, last].into()).collect();
    assert_eq!(
        export(&profile).notes,
        ["Only the first eight DNS servers are in the file; OpenVPN takes no more."]
    );
}

#[test]
fn a_password_cannot_become_an_option() {
    for text in [
        "a\nup /bin/evil",
        "</auth-user-pass>",
        " </auth-user-pass>",
        "a\rb",
    ] {
        let mut profile = read(FIXTURES[1]);
        let password = PasswordAuthentication {
            username: Some(text.to_owned()),
            ..PasswordAuthentication::default()
        };
        profile
            .authentication
            .offer(Authentication::Password(password));

        let exported = export(&profile);

        assert!(!exported.text.contains("evil") && !exported.text.contains("</auth-user-pass>"));
        assert!(exported.notes[0].starts_with("User name and password are left out"));
    }
}

proptest! {
    #[test]
    fn an_export_without_notes_is_the_same_profile(profile in any_profile()) {
        let exported = export(&profile);

        let Ok(imported) = Profile::from_openvpn(exported.text.as_bytes(), &|_| None) else {
            // Nobody has the roots, whose hashes are made up.
            let is_pinned = matches!(
                profile.server_validation.trust,
                ServerTrust::PinnedRoots(_)
            );
            prop_assert!(is_pinned && !exported.notes.is_empty());
            return Ok(());
        };
        if exported.notes.is_empty() {
            prop_assert_eq!(&imported.profile, &profile);
        }
        let again = export(&imported.profile);
        prop_assert_eq!(read(&again.text), imported.profile);
    }

    #[test]
    fn what_openvpn_has_options_for_is_the_same_after_an_export(profile in any_profile()) {
        let mut expressible = read(FIXTURES[3]);
        expressible.name = profile.name;
        expressible.servers = profile.servers;
        expressible.include_routes = profile.include_routes;
        expressible.exclude_routes = profile.exclude_routes;
        expressible.dns_servers = profile.dns_servers;
        expressible.dns_suffixes = profile.dns_suffixes;
        expressible.protocol = profile.protocol;
        expressible.server_validation.wrapping = profile.server_validation.wrapping;

        let exported = export(&expressible);

        let again = read(&exported.text);
        if exported.notes.iter().all(|note| note.starts_with("OpenVPN itself")) {
            prop_assert_eq!(&again, &expressible);
        }
        prop_assert_eq!(&again.include_routes, &expressible.include_routes);
        prop_assert_eq!(&again.exclude_routes, &expressible.exclude_routes);
        prop_assert_eq!(&again.protocol, &expressible.protocol);
        prop_assert_eq!(&again.server_validation, &expressible.server_validation);
    }
}
