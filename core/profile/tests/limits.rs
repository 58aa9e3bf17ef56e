//! An export of more than is read again says so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use p2svpn_profile::{
    Authentication, AuthenticationChoice, Exported, Fingerprint, Imported, OneOrMore,
    PasswordAuthentication, PinnedRoot, Profile, Routes, SecretText, SecretsInExport, ServerTrust,
    Thumbprint, UnknownElement,
};
use support::CERTIFICATE;

type Change = (&'static str, fn(&mut Profile, u32));

/// Each list of a profile and its bound.
const LISTS: [(u32, Change); 7] = [
    (
        1_000,
        ("servers", |profile, count| {
            let servers = (0..count).map(|number| format!("{number}.vpn.example").parse().unwrap());
            profile.servers = OneOrMore::from_vec(servers.collect()).unwrap();
        }),
    ),
    (
        1_000,
        ("DNS servers", |profile, count| {
            profile.dns_servers = (0..count).map(address).collect();
        }),
    ),
    (
        1_000,
        ("domains", |profile, count| {
            let suffixes = (0..count).map(|number| format!("{number}.example").parse().unwrap());
            profile.dns_suffixes = suffixes.collect();
        }),
    ),
    (
        1_000,
        ("unknown elements", |profile, count| {
            let elements = (0..count).map(|_| UnknownElement {
                parent: String::new(),
                xml: SecretText::new("<a />".to_owned().into()),
            });
            profile.unknown_elements = elements.collect();
        }),
    ),
    (
        200,
        ("roots", |profile, count| {
            let roots = (0..count).map(|number| {
                let mut hash = [0; 20];
                hash[..4].copy_from_slice(&number.to_be_bytes());
                PinnedRoot::from(Thumbprint::new(hash))
            });
            let roots = OneOrMore::from_vec(roots.collect()).unwrap();
            profile.server_validation.trust = ServerTrust::PinnedRoots(roots);
        }),
    ),
    (
        200,
        ("fingerprints", |profile, count| {
            let fingerprints = (0..count).map(|number| {
                let mut hash = [0; 32];
                hash[..4].copy_from_slice(&number.to_be_bytes());
                Fingerprint::new(hash)
            });
            let fingerprints = OneOrMore::from_vec(fingerprints.collect()).unwrap();
            profile.server_validation.trust = ServerTrust::Fingerprints(fingerprints);
        }),
    ),
    (
        256,
        ("characters of a user name", |profile, count| {
            let username = "a".repeat(count.try_into().unwrap());
            let password = Authentication::Password(PasswordAuthentication {
                username: Some(username),
                ..PasswordAuthentication::default()
            });
            profile.authentication = AuthenticationChoice::new(password);
        }),
    ),
];

#[test]
fn an_export_within_the_bounds_is_read_again() {
    for (most, (what, change)) in LISTS {
        let mut profile = small();
        change(&mut profile, most);

        for (form, exported) in exports(&profile) {
            let again = exported.notes.is_empty().then(|| read(form, &exported));
            let is_same = again.is_none_or(|again| again.profile == profile);
            assert!(is_same, "{what} as {form}");
            let has_note = exported.notes.iter().any(|note| note.contains("more than"));
            assert!(!has_note, "{what} as {form}: {:?}", exported.notes);
        }
        let json = profile.to_json(SecretsInExport::Included);
        assert_eq!(json.notes, [""; 0], "{what}");
    }
}

#[test]
fn an_export_beyond_the_bounds_says_so() {
    for (most, (what, change)) in LISTS {
        let mut profile = small();
        change(&mut profile, most + 1);

        for (form, exported) in exports(&profile) {
            let is_told = exported
                .notes
                .iter()
                .any(|note| note.starts_with("The profile has "));
            assert!(is_told, "{what} as {form}: {:?}", exported.notes);
        }
        let json = profile.to_json(SecretsInExport::Included);
        assert!(Profile::from_json(json.text.as_bytes()).is_err(), "{what}");
    }
}

#[test]
fn networks_have_a_bound_for_each_list_and_for_all() {
    let networks = |count| -> Routes {
        let networks = (0..count).map(|number| IpNet::new(address(number), 32).unwrap());
        networks.collect()
    };
    for (included, excluded, of_network, is_read) in [
        (50_000, 0, 0, true),
        (50_001, 0, 0, false),
        (40_000, 30_000, 5_000, true),
        (40_000, 30_000, 5_001, false),
    ] {
        let mut profile = small();
        profile.include_routes = networks(included);
        profile.exclude_routes = networks(excluded);
        profile.network.routes = networks(of_network);

        let exported = profile.to_json(SecretsInExport::Included);

        assert_eq!(exported.notes.is_empty(), is_read, "{:?}", exported.notes);
        let again = Profile::from_json(exported.text.as_bytes());
        assert_eq!(again.is_ok(), is_read);
    }
}

fn small() -> Profile {
    let imported = Profile::from_azure_xml(CERTIFICATE.as_bytes()).unwrap();
    imported.profile
}

fn exports(profile: &Profile) -> [(&'static str, Exported); 3] {
    let secrets = SecretsInExport::Included;
    [
        ("xml", profile.to_azure_xml(secrets)),
        ("ovpn", profile.to_openvpn(secrets, &[])),
        ("json", profile.to_json(secrets)),
    ]
}

fn read(form: &str, exported: &Exported) -> Imported {
    let bytes = exported.text.as_bytes();
    match form {
        "xml" => Profile::from_azure_xml(bytes),
        "ovpn" => Profile::from_openvpn(bytes, &|_| None),
        _ => Profile::from_json(bytes),
    }
    .unwrap_or_else(|error| panic!("{form}: {error}"))
}

fn address(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x0A00_0000 + number))
}
