//! What `Profile::to_azure_xml` writes, and that it is read again as the same profile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::net::Ipv4Addr;

use ipnet::IpNet;
use p2svpn_profile::{Imported, Profile, Routes, SecretsInExport, Transport, Wrapping};
use proptest::prelude::*;
use support::generated::{any_azure_profile, any_profile};
use support::{CERTIFICATE, ENTRA, PASSWORD, crlf};

const CLIENT_EXPORT: &str = include_str!("fixtures/client-export.xml");
const EDITED_BY_HAND: &str = include_str!("fixtures/edited-by-hand.xml");

#[test]
fn an_export_has_the_portals_form_to_the_byte() {
    let fixture = String::from_utf8(crlf(CERTIFICATE)).unwrap();

    let exported = import(CERTIFICATE)
        .profile
        .to_azure_xml(SecretsInExport::Included);

    assert_eq!(exported.notes, [""; 0]);
    assert_eq!(*exported.text, fixture);
}

#[test]
fn the_portals_entra_profile_loses_nothing_but_a_trailing_space() {
    let fixture = String::from_utf8(crlf(ENTRA)).unwrap();

    let exported = import(ENTRA)
        .profile
        .to_azure_xml(SecretsInExport::Included);

    assert_eq!(
        *exported.text,
        fixture.replace(" </audience>", "</audience>")
    );
}

#[test]
fn every_fixture_is_exported_and_imported_as_the_same_profile() {
    for fixture in [CERTIFICATE, ENTRA, PASSWORD, CLIENT_EXPORT, EDITED_BY_HAND] {
        let profile = import(fixture).profile;

        let exported = profile.to_azure_xml(SecretsInExport::Included);

        assert_eq!(exported.notes, [""; 0]);
        assert_eq!(import(&exported.text).profile, profile);
    }
}

#[test]
fn unknown_elements_stand_at_their_places_again() {
    let exported = import(EDITED_BY_HAND)
        .profile
        .to_azure_xml(SecretsInExport::Included);

    let settings = between(&exported.text, "<clientconfig>", "</clientconfig>");
    assert!(settings.contains("    <madeup><nested /></madeup>\r\n"));
}

#[test]
fn what_microsofts_client_adds_is_written_again() {
    let exported = import(CLIENT_EXPORT)
        .profile
        .to_azure_xml(SecretsInExport::Included);

    let text = exported.text.as_str();
    assert_eq!(between(text, "<any", "/any>"), ">true<");
    assert_eq!(between(text, "<highavailability>", "<"), "false");
    let client = between(text, "<clientauth>", "</clientauth>");
    assert_eq!(between(client, "<ekulist>", "<"), "1.3.6.1.5.5.7.3.2");
    let server = between(text, "<servervalidation>", "</servervalidation>");
    assert_eq!(between(server, "<usepinnedroot>", "<"), "true");
}

#[test]
fn an_unknown_element_is_kept_with_what_it_holds_and_nothing_else() {
    let odd = "<x:odd xmlns:x='urn:x' a='1'> <!-- c -->\r\n <b xsi:nil='1'/> t&amp;<![CDATA[<]]>&#13;\r\nu <c></c></x:odd>";
    let profile = import(&CERTIFICATE.replace("<name>", &format!("{odd}<name>"))).profile;

    let kept = &profile.unknown_elements[0];

    assert_eq!(kept.parent, "");
    assert_eq!(
        kept.xml.as_str(),
        "<odd><b i:nil=\"true\" />t&amp;&lt;&#13;&#13;&#10;u<c /></odd>"
    );
    let exported = profile.to_azure_xml(SecretsInExport::Included);
    assert_eq!(import(&exported.text).profile, profile);
}

#[test]
fn too_many_unknown_elements_are_told_and_not_kept() {
    let text = CERTIFICATE.replace("<name>", &format!("{}<name>", "<odd/>".repeat(3_000)));

    let imported = import(&text);

    assert_eq!(imported.profile.unknown_elements.len(), 1_000);
    assert_eq!(imported.warnings.len() + imported.warnings_left_out, 3_001);
}

#[test]
fn an_unknown_element_that_is_damaged_or_homeless_is_left_out_with_a_note() {
    for (parent, xml) in [
        ("", "<a><b></a>"),
        ("", "<a/><name>b</name>"),
        ("", "</AzVpnProfile>"),
        ("clientconfig/includeroutes/route", "<a />"),
        ("clientauth/aad", "<a />"),
    ] {
        let mut profile = import(CERTIFICATE).profile;
        profile.unknown_elements = vec![p2svpn_profile::UnknownElement {
            parent: parent.to_owned(),
            xml: p2svpn_profile::SecretText::new(xml.to_owned().into()),
        }];

        let exported = profile.to_azure_xml(SecretsInExport::Included);

        assert_eq!(exported.notes.len(), 1, "{parent} {xml}");
        assert_eq!(import(&exported.text).profile.name, "contoso-vnet");
    }
}

#[test]
fn an_export_without_secrets_holds_none_and_says_so() {
    let text = PASSWORD
        .replace(
            "<password i:nil=\"true\" />",
            "<password>hunter2</password>",
        )
        .replace("<name>", "<odd>hush</odd><name>");

    let exported = import(&text).profile.to_azure_xml(SecretsInExport::LeftOut);

    assert_eq!(exported.notes.len(), 3, "{:?}", exported.notes);
    assert!(exported.text.contains("<serversecret i:nil=\"true\" />"));
    for secret in ["hunter2", "hush", "10111213"] {
        assert!(!exported.text.contains(secret), "{secret}");
    }
    assert!(Profile::from_azure_xml(exported.text.as_bytes()).is_err());
}

#[test]
fn routes_by_the_ten_thousand_are_exported_and_imported_as_the_same() {
    for (count, is_in_lines) in [(10_000, true), (13_000, false)] {
        let mut profile = import(CERTIFICATE).profile;
        profile.include_routes = routes(count);

        let exported = profile.to_azure_xml(SecretsInExport::Included);

        assert_eq!(exported.notes, [""; 0]);
        assert_eq!(exported.text.contains('\n'), is_in_lines);
        assert_eq!(import(&exported.text).profile, profile);
    }
}

#[test]
fn an_export_too_large_to_be_imported_says_so() {
    let mut profile = import(CERTIFICATE).profile;
    profile.include_routes = routes(20_000);

    let exported = profile.to_azure_xml(SecretsInExport::Included);

    assert_eq!(exported.notes.len(), 1);
    assert!(exported.notes[0].contains("cannot be imported"));
    assert!(Profile::from_azure_xml(exported.text.as_bytes()).is_err());
}

#[test]
fn debug_prints_nothing_of_an_export() {
    let exported = import(CERTIFICATE)
        .profile
        .to_azure_xml(SecretsInExport::Included);

    assert!(!format!("{exported:?}").contains("10111213"));
}

#[test]
fn what_the_format_cannot_say_is_told_in_a_note() {
    type Change = fn(&mut Profile);
    let changes: [(&str, Change); 5] = [
        ("connected always", |profile| profile.always_on = true),
        ("transport", |profile| {
            let udp = profile.servers.first().clone();
            profile.servers.push(udp.with_transport(Transport::Udp));
        }),
        ("server secret", |profile| {
            profile.server_validation.wrapping = Wrapping::None;
        }),
        ("OpenVPN", |profile| profile.protocol.mtu = Some(1400)),
        ("secondary", |profile| {
            profile.secondary_profile = Some("None".parse().unwrap());
        }),
    ];
    for (told, change) in changes {
        let mut profile = import(CERTIFICATE).profile;
        change(&mut profile);

        let exported = profile.to_azure_xml(SecretsInExport::Included);

        assert_eq!(exported.notes.len(), 1, "{:?}", exported.notes);
        assert!(exported.notes[0].contains(told), "{:?}", exported.notes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_the_format_can_say_is_imported_as_the_same_profile(profile in any_azure_profile()) {
        let exported = profile.to_azure_xml(SecretsInExport::Included);

        prop_assert_eq!(&exported.notes, &[""; 0]);
        prop_assert_eq!(import(&exported.text).profile, profile);
    }

    #[test]
    fn what_has_no_notes_is_imported_as_the_same_profile(profile in any_profile()) {
        let exported = profile.to_azure_xml(SecretsInExport::Included);

        match Profile::from_azure_xml(exported.text.as_bytes()) {
            Ok(imported) if exported.notes.is_empty() => prop_assert_eq!(imported.profile, profile),
            Ok(imported) => {
                let servers = |profile: &Profile| profile.servers.iter().map(ToString::to_string).collect::<Vec<_>>();
                prop_assert_eq!(servers(&imported.profile), servers(&profile));
                prop_assert_eq!(imported.profile.include_routes, profile.include_routes);
            }
            Err(_) => prop_assert!(exported.notes.iter().any(|note| note.contains("cannot be imported"))),
        }
    }

    #[test]
    fn notes_and_an_export_without_secrets_hold_no_secret(profile in any_profile()) {
        let exported = profile.to_azure_xml(SecretsInExport::LeftOut);

        let said = format!("{}{:?}", *exported.text, exported.notes);
        if let Some(key) = profile.server_validation.wrapping.static_key() {
            let digits: String = key.as_bytes()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
            prop_assert!(!said.contains(&digits));
        }
        for element in &profile.unknown_elements {
            prop_assert!(!said.contains(element.xml.as_str()));
        }
    }
}

fn import(text: &str) -> Imported {
    Profile::from_azure_xml(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn routes(count: u32) -> Routes {
    let address = |number: u32| Ipv4Addr::from(0x0A00_0000 + number * 256);
    let networks = (0..count).map(|number| IpNet::new(address(number).into(), 24).unwrap());
    networks.collect()
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("{start} in {text}"));
    rest.split_once(end).unwrap().0
}
