//! What is left of a user's edits when a newer package of the gateway comes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_profile::{
    Authentication, AuthenticationKind, CertificateAuthentication, Field, Profile, ProfileEdit,
    Routes, Updated,
};
use proptest::prelude::*;
use support::generated::any_profile;

const THUMBPRINT: &str = "00112233445566778899AABBCCDDEEFF00112233";

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn without_edits_the_newer_package_is_the_profile(
        original in profiles(),
        newer in profiles(),
    ) {
        let updated = Profile::updated_from(&original, &original, &newer);

        prop_assert_eq!(updated.profile, newer);
        prop_assert_eq!((updated.kept, updated.conflicts), (vec![], vec![]));
    }

    #[test]
    fn a_package_that_says_the_same_leaves_the_profile_as_edited(
        original in profiles(),
        edited in profiles(),
    ) {
        let updated = Profile::updated_from(&original, &edited, &original);

        prop_assert_eq!(&updated.profile, &edited);
        prop_assert_eq!(updated.kept, Field::that_differ(&original, &edited));
        prop_assert_eq!(updated.conflicts, vec![]);
    }

    #[test]
    fn edits_that_the_package_makes_as_well_are_no_conflict(
        original in profiles(),
        newer in profiles(),
    ) {
        let updated = Profile::updated_from(&original, &newer, &newer);

        prop_assert_eq!((updated.kept, updated.conflicts), (vec![], vec![]));
        let differing = Field::that_differ(&updated.profile, &newer);
        prop_assert!(differing.is_empty(), "{:?}", differing);
    }

    #[test]
    fn nothing_is_told_that_was_not_edited(
        original in profiles(),
        edited in profiles(),
        newer in profiles(),
    ) {
        let updated = Profile::updated_from(&original, &edited, &newer);

        let edits = Field::that_differ(&original, &edited);
        for field in updated.kept.iter().chain(&updated.conflicts) {
            prop_assert!(edits.contains(field), "{}", field);
        }
    }
}

#[test]
fn an_edit_survives_a_newer_package() {
    let original = certificate_profile();
    let edited = ProfileEdit::new()
        .rename("Office")
        .unwrap()
        .set_client_certificate(THUMBPRINT)
        .unwrap()
        .set_secondary_profile("Backup")
        .unwrap()
        .apply(&original)
        .unwrap()
        .profile;
    let newer = at_host(&original, "fedcba987654");

    let Updated {
        profile,
        kept,
        conflicts,
        ..
    } = Profile::updated_from(&original, &edited, &newer);

    assert_eq!(profile.name, "Office");
    assert_eq!(profile.secondary_profile, edited.secondary_profile);
    assert_eq!(profile.authentication, edited.authentication);
    assert_eq!(profile.servers, newer.servers);
    assert_eq!(
        kept,
        [
            Field::Name,
            Field::ClientCertificate,
            Field::SecondaryProfile
        ]
    );
    assert_eq!(conflicts, []);
}

#[test]
fn servers_of_the_newer_package_win_and_the_lost_edit_is_told() {
    let original = certificate_profile();
    let edited = edit(&original, |edit| {
        edit.add_server("mine.example").unwrap();
    });
    let newer = at_host(&original, "fedcba987654");

    let updated = Profile::updated_from(&original, &edited, &newer);

    assert_eq!(updated.profile, newer);
    assert_eq!(updated.kept, []);
    assert_eq!(updated.conflicts, [Field::Servers]);
}

#[test]
fn an_edited_value_that_the_package_changes_too_stays_and_is_told() {
    let original = certificate_profile();
    let edited = edit(&original, |edit| {
        edit.rename("Mine").unwrap();
    });
    let newer = edit(&original, |edit| {
        edit.rename("Theirs").unwrap();
    });

    let updated = Profile::updated_from(&original, &edited, &newer);

    assert_eq!(updated.profile.name, "Mine");
    assert_eq!(updated.kept, [Field::Name]);
    assert_eq!(updated.conflicts, [Field::Name]);
}

#[test]
fn edits_of_lists_are_made_again_in_the_newer_lists() {
    let original = edit(&certificate_profile(), |edit| {
        edit.include("10.1.0.0/16, 10.2.0.0/16").unwrap();
        edit.replace_dns_servers("10.1.0.4").unwrap();
    });
    let edited = edit(&original, |edit| {
        edit.remove_includes("10.1.0.0/16").unwrap();
        edit.include("10.9.0.0/16").unwrap();
        edit.add_dns_servers("10.9.0.4").unwrap();
    });
    let newer = edit(&original, |edit| {
        edit.include("10.3.0.0/16").unwrap();
        edit.replace_dns_servers("10.3.0.4").unwrap();
    });

    let updated = Profile::updated_from(&original, &edited, &newer);

    assert_eq!(
        shown(&updated.profile.include_routes),
        "10.2.0.0/16 10.3.0.0/16 10.9.0.0/16"
    );
    let dns_servers: Vec<String> = updated
        .profile
        .dns_servers
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(dns_servers, ["10.3.0.4", "10.9.0.4"]);
    assert_eq!(updated.kept, [Field::IncludeRoutes, Field::DnsServers]);
    assert_eq!(updated.conflicts, []);
}

#[test]
fn the_selected_way_to_sign_in_stays_selected_while_it_is_offered() {
    let mut original = profile(support::ENTRA);
    let certificate = Authentication::Certificate(CertificateAuthentication::default());
    original.authentication.offer(certificate.clone());
    let edited = edit(&original, |edit| {
        edit.select_authentication(AuthenticationKind::Certificate);
    });

    let mut newer = at_host(&profile(support::ENTRA), "fedcba987654");
    let without = Profile::updated_from(&original, &edited, &newer);
    newer.authentication.offer(certificate);
    let with = Profile::updated_from(&original, &edited, &newer);

    let selected = |updated: &Updated| updated.profile.authentication.selected().kind();
    assert_eq!(selected(&with), AuthenticationKind::Certificate);
    assert_eq!(with.kept, [Field::Authentication]);
    assert_eq!(selected(&without), AuthenticationKind::Entra);
    assert_eq!(without.kept, []);
}

#[test]
fn a_thumbprint_stays_when_the_issuer_changes() {
    let original = certificate_profile();
    let edited = edit(&original, |edit| {
        edit.set_client_certificate(THUMBPRINT).unwrap();
    });
    let newer = edit(&original, |edit| {
        edit.set_certificate_issuer(&"AB".repeat(20)).unwrap();
    });

    let updated = Profile::updated_from(&original, &edited, &newer);

    let certificate = updated.profile.authentication.selected().certificate();
    assert_eq!(
        certificate.unwrap().thumbprint,
        Some(THUMBPRINT.parse().unwrap())
    );
    assert_eq!(
        certificate.unwrap().issuer,
        Some("AB".repeat(20).parse().unwrap())
    );
    assert_eq!(updated.kept, [Field::ClientCertificate]);
}

/// Boxed, because two generators of so large a model fill the stack of a test.
fn profiles() -> BoxedStrategy<Profile> {
    any_profile().boxed()
}

fn profile(text: &str) -> Profile {
    Profile::from_azure_xml(text.as_bytes()).unwrap().profile
}

fn certificate_profile() -> Profile {
    profile(support::CERTIFICATE)
}

/// The profile of the same gateway after it was set up anew.
fn at_host(profile: &Profile, deployment: &str) -> Profile {
    let id = profile.servers.first().network_id().unwrap();
    let host = format!("azuregateway-{id}-{deployment}.vpn.azure.com");
    edit(profile, |edit| {
        edit.replace_servers([host]).unwrap();
    })
}

fn edit(profile: &Profile, build: impl FnOnce(&mut ProfileEdit)) -> Profile {
    let mut edit = ProfileEdit::new();
    build(&mut edit);
    edit.apply(profile).unwrap().profile
}

fn shown(routes: &Routes) -> String {
    let texts: Vec<String> = routes.iter().map(ToString::to_string).collect();
    texts.join(" ")
}
