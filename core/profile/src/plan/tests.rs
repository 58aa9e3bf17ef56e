//! Profiles that try to forge what is shown of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::Value;

use super::{Plan, Surroundings};
use crate::authentication::AuthenticationKind;
use crate::export::SecretsInExport;
use crate::json::{Document, SecretBundle, from_parts};
use crate::profile::Profile;

/// Turns a line around, clears the screen, and begins a line.
const HOSTILE: &str = "x\u{202e}y\u{1b}[2J\nFORGED";

/// What a profile's name takes of it.
const HOSTILE_NAME: &str = "x\u{202e}yFORGED";

/// Profiles in which every text stands in some form.
const PROFILES: [&str; 4] = [
    include_str!("../../tests/fixtures/everything.json"),
    include_str!("../../tests/fixtures/small.json"),
    include_str!("../../tests/fixtures/general.json"),
    include_str!("../../tests/fixtures/rest.json"),
];

/// Hosts make profiles of any text, and the store gives them back.
#[test]
fn no_text_of_a_profile_can_forge_what_is_shown_of_it() {
    let mut taken = Vec::new();
    let with_subject = PROFILES[3].replace("common_name_prefix", "subject");
    for json in PROFILES.into_iter().chain([with_subject.as_str()]) {
        let whole: Value = serde_json::from_str(json).unwrap();
        for place in texts_of(&whole, String::new()) {
            for hostile in [HOSTILE, HOSTILE_NAME] {
                let mut changed = whole.clone();
                *changed.pointer_mut(&place).unwrap() = hostile.into();
                let document: Document = serde_json::from_str(&changed.to_string()).unwrap();
                match from_parts(&document, &SecretBundle::default()) {
                    Ok(profile) => {
                        assert_shown_safely(profile, &place);
                        taken.push(place.rsplit('/').next().unwrap().to_owned());
                    }
                    Err(error) => assert_safe(&error.to_string(), &place),
                }
            }
        }
    }
    taken.sort();
    taken.dedup();
    for field in [
        "application_id",
        "audience",
        "common_name",
        "common_name_prefix",
        "display_name",
        "id",
        "issuer",
        "name",
        "parent",
        "secondary_profile",
        "subject",
        "text",
        "username",
        "xml",
    ] {
        assert!(taken.iter().any(|taken| taken == field), "{field}");
    }
}

/// The places of all texts, as JSON pointers.
fn texts_of(value: &Value, place: String) -> Vec<String> {
    match value {
        Value::String(_) => vec![place],
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .flat_map(|(index, element)| texts_of(element, format!("{place}/{index}")))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| texts_of(value, format!("{place}/{name}")))
            .collect(),
        _ => Vec::new(),
    }
}

fn assert_shown_safely(mut profile: Profile, place: &str) {
    for kind in [
        AuthenticationKind::Certificate,
        AuthenticationKind::Entra,
        AuthenticationKind::Password,
        AuthenticationKind::CertificateAndPassword,
    ] {
        profile.authentication.select(kind);
        let surroundings = Surroundings {
            profiles: Some(Vec::new()),
            ..Surroundings::default()
        };
        let plan = Plan::new(&profile, &surroundings);
        assert_page_safe(&plan.to_string(), place);
        let json: Value = serde_json::from_str(&plan.to_json()).unwrap();
        for text in texts_of(&json, String::new()) {
            assert_safe(json.pointer(&text).unwrap().as_str().unwrap(), place);
        }
    }
    for exported in [
        profile.to_azure_xml(SecretsInExport::LeftOut),
        profile.to_openvpn(SecretsInExport::LeftOut, &[]),
        profile.to_json(SecretsInExport::LeftOut),
    ] {
        for note in exported.notes {
            assert_safe(&note, place);
        }
    }
}

#[track_caller]
fn assert_page_safe(page: &str, place: &str) {
    for line in page.lines() {
        assert_safe(line, place);
        assert!(!line.trim_start().starts_with("FORGED"), "{place}: {page}");
    }
}

#[track_caller]
fn assert_safe(text: &str, place: &str) {
    let is_safe = |character: char| !character.is_control() && character != '\u{202e}';
    assert!(text.chars().all(is_safe), "{place}: {text:?}");
}
