//! What an import says of a file cannot forge a line, a colour or a direction, whatever stands in the file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_profile::{ImportOptions, SourceFile, import};
use serde_json::Value;
use support::{CERTIFICATE, ENTRA, PASSWORD, zip};

/// Each turns a line around, colours it, begins another one, or is invisible.
const HOSTILE: [&str; 4] = ["x\u{202e}y", "x\u{1b}[2Jy", "x\nFORGED", "x\u{200b}y"];

#[test]
fn no_text_of_an_azure_profile_is_repeated_as_it_is() {
    for xml in [CERTIFICATE, ENTRA, PASSWORD] {
        for (hostile, place) in HOSTILE.iter().flat_map(|hostile| {
            let texts = xml.match_indices('>').map(|(at, _)| at + 1);
            texts.map(move |place| (hostile, place))
        }) {
            let (before, after) = xml.split_at(place);
            let Some((_, after)) = after.split_once('<') else {
                continue;
            };
            assert_told_safely(format!("{before}{hostile}<{after}").as_bytes());
        }
    }
}

#[test]
fn no_name_of_an_element_is_repeated_as_it_is() {
    for hostile in HOSTILE {
        for xml in [CERTIFICATE, ENTRA, PASSWORD] {
            for name in ["displayname", "route", "serversecret", "type"] {
                let named = xml
                    .replace(&format!("<{name}>"), &format!("<{hostile}>"))
                    .replace(&format!("</{name}>"), &format!("</{hostile}>"));
                assert_told_safely(named.as_bytes());
            }
        }
    }
}

#[test]
fn no_text_or_name_of_a_profile_in_json_is_repeated_as_it_is() {
    let whole: Value = serde_json::from_str(include_str!("fixtures/everything.json")).unwrap();
    for hostile in HOSTILE {
        for place in places(&whole, String::new()) {
            let mut changed = whole.clone();
            *changed.pointer_mut(&place).unwrap() = hostile.into();
            assert_told_safely(changed.to_string().as_bytes());

            let mut changed = whole.clone();
            if let Some(fields) = changed.pointer_mut(&place).and_then(Value::as_object_mut) {
                fields.insert(hostile.to_owned(), Value::Null);
                assert_told_safely(changed.to_string().as_bytes());
            }
        }
    }
}

#[test]
fn no_word_of_an_openvpn_configuration_is_repeated_as_it_is() {
    let whole = include_str!("fixtures/openvpn/everything.ovpn");
    for hostile in HOSTILE {
        for (at, _) in whole.match_indices([' ', '\n']) {
            // In the place of a word, and of a whole line.
            for (end, quote) in [(' ', "\""), ('\n', "\""), ('\n', "")] {
                let (before, after) = whole.split_at(at + 1);
                let rest = after.find([end, '\n']).map_or("", |rest| &after[rest..]);
                assert_told_safely(format!("{before}{quote}{hostile}{quote}{rest}").as_bytes());
            }
        }
    }
}

#[test]
fn no_name_of_a_file_is_repeated_as_it_is() {
    let edited = CERTIFICATE.replace("<version>1", "<unknown/><version>1");
    for hostile in HOSTILE {
        let name = format!("{hostile}.xml");
        assert_told_safely(&zip(&[(&name, edited.as_bytes())]));
        for bytes in [&b"<html>"[..], b"PK\x03\x04", b""] {
            let files = [SourceFile { name: &name, bytes }];
            let refused = import(&files, &ImportOptions::default()).unwrap_err();
            assert_safe(&refused.to_string());
        }
    }
}

fn places(value: &Value, place: String) -> Vec<String> {
    let below: Vec<String> = match value {
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .flat_map(|(index, element)| places(element, format!("{place}/{index}")))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| places(value, format!("{place}/{name}")))
            .collect(),
        _ => Vec::new(),
    };
    std::iter::once(place).chain(below).collect()
}

/// Imports a file, and looks at all that is said of it.
#[track_caller]
fn assert_told_safely(bytes: &[u8]) {
    let files = [SourceFile {
        name: "profile",
        bytes,
    }];
    match import(&files, &ImportOptions::default()) {
        Ok(imported) => {
            for warning in imported.iter().flat_map(|imported| &imported.warnings) {
                assert_safe(&warning.to_string());
            }
        }
        Err(failure) => assert_safe(&failure.to_string()),
    }
}

#[track_caller]
fn assert_safe(said: &str) {
    let is_safe =
        |character: char| !character.is_control() && !matches!(character, '\u{202e}' | '\u{200b}');
    assert!(said.chars().all(is_safe), "{said:?}");
}
