//! Profiles in this library's own JSON: what is written is read again, and nothing else is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use ipnet::IpNet;
use p2svpn_profile::{
    Content, ImportError, MAXIMUM_JSON_BYTES, MAXIMUM_JSON_DEPTH, Position, Profile, Routes,
    SecretsInExport, WarningKind,
};
use proptest::prelude::*;
use support::generated::any_profile;
use support::{CERTIFICATE, import_one, refusal};

/// Everything that a profile can say.
const EVERYTHING: &str = include_str!("fixtures/everything.json");
/// A profile as the Azure portal makes it.
const SMALL: &str = include_str!("fixtures/small.json");

const GENERAL: &str = include_str!("fixtures/general.json");
const REST: &str = include_str!("fixtures/rest.json");
const DOCUMENTATION: &str = include_str!("../../../docs/profiles.md");

fn read(text: &str) -> Profile {
    let imported = Profile::from_json(text.as_bytes()).unwrap();
    assert_eq!(imported.warnings, []);
    imported.profile
}

fn error(text: &str) -> ImportError {
    let error = Profile::from_json(text.as_bytes()).unwrap_err();
    assert!(!error.remedy().is_empty());
    error
}

/// The small profile with other words in it.
fn small_with(from: &str, to: &str) -> String {
    assert_eq!(SMALL.matches(from).count(), 1, "{from}");
    SMALL.replace(from, to)
}

/// The small profile with a further field.
fn small_and(field: &str) -> String {
    small_with("\"version\": 1,", &format!("\"version\": 1,\n  {field},"))
}

#[test]
fn what_is_as_usual_is_not_written() {
    let profile = Profile::from_azure_xml(CERTIFICATE.as_bytes())
        .unwrap()
        .profile;

    let text = profile.to_json(SecretsInExport::Included).text;

    for absent in [
        "network",
        "protocol",
        "include_routes",
        "always_on",
        "port",
        "null",
    ] {
        assert!(!text.contains(absent), "{absent}: {}", text.as_str());
    }
    assert_eq!(read(&text), profile);
}

proptest! {
    #[test]
    fn every_profile_comes_back(profile in any_profile()) {
        let exported = profile.to_json(SecretsInExport::Included);
        prop_assert!(exported.notes.is_empty());

        let imported = Profile::from_json(exported.text.as_bytes()).unwrap();

        prop_assert_eq!(&imported.profile, &profile);
        prop_assert_eq!(imported.warnings, []);
    }

    #[test]
    fn what_is_written_is_json_to_others(profile in any_profile()) {
        let text = profile.to_json(SecretsInExport::Included).text;

        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        // Laid out by somebody else it is the same profile.
        let again = Profile::from_json(value.to_string().as_bytes()).unwrap();

        prop_assert_eq!(value["name"].as_str(), Some(profile.name.as_str()));
        prop_assert_eq!(again.profile, profile);
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,300}", at in any::<prop::sample::Index>()) {
        let cut = EVERYTHING.floor_char_boundary(at.index(EVERYTHING.len()));
        let mut damaged = EVERYTHING.to_owned();
        damaged.insert_str(cut, &text);
        let damaged = [text.as_bytes(), &EVERYTHING.as_bytes()[..cut], damaged.as_bytes()];

        for bytes in damaged {
            if let Err(error) = Profile::from_json(bytes) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}

#[test]
fn an_export_without_secrets_holds_none() {
    let profile = read(EVERYTHING);

    let exported = profile.to_json(SecretsInExport::LeftOut);

    let document: serde_json::Value = serde_json::from_str(EVERYTHING).unwrap();
    let authentication = &document["authentication"];
    for secret in [
        &document["server_validation"]["wrapping"]["tls_auth"]["key"],
        &authentication["password"]["password"],
        &authentication["certificate"]["identity"]["pem"]["key"],
        &authentication["certificate_and_password"]["certificate"]["identity"]["pfx"]["file"],
        &authentication["certificate_and_password"]["password"]["password"],
        &document["unknown_elements"][0]["xml"],
    ] {
        let secret = secret.as_str().unwrap();
        let escaped = serde_json::to_string(secret).unwrap();
        assert!(EVERYTHING.contains(&escaped), "{escaped}");
        assert!(!exported.text.contains(&escaped), "{escaped}");
        assert!(!format!("{exported:?}").contains(secret), "{secret}");
    }
    assert_eq!(exported.notes.len(), 4, "{:?}", exported.notes);
}

#[test]
fn a_profile_without_the_secret_of_its_gateway_says_that_it_was_left_out() {
    let text = read(SMALL).to_json(SecretsInExport::LeftOut).text;

    let error = error(&text);

    let ImportError::SecretsLeftOut { position, path } = error else {
        panic!("{error}");
    };
    assert_eq!(path, "server_validation.wrapping.tls_auth.key");
    let line = text.lines().nth(position.line as usize - 1).unwrap();
    assert_eq!(line.find("null"), Some(position.column as usize - 1));
}

#[test]
fn a_profile_that_needs_no_secret_comes_back_without_its_own() {
    let mut document: serde_json::Value = serde_json::from_str(EVERYTHING).unwrap();
    document["server_validation"]["wrapping"] = "none".into();
    let profile = read(&document.to_string());

    let again = read(&profile.to_json(SecretsInExport::LeftOut).text);

    assert_eq!(again.servers, profile.servers);
    assert!(again.unknown_elements.is_empty());
}

#[test]
fn a_field_that_is_not_known_is_ignored_with_its_place() {
    let text = small_and("\"colour\": {\"of\": [\"the\", 1, null]}");
    let text = text.replace("\"host\":", "\"weight\": 5, \"host\":");

    let imported = Profile::from_json(text.as_bytes()).unwrap();

    assert_eq!(imported.profile, read(SMALL));
    let said: Vec<_> = imported.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "line 4, column 13: 'colour' is not known here; it is ignored",
            "line 8, column 17: 'weight' is not known here; it is ignored",
        ]
    );
    assert!(
        imported
            .warnings
            .iter()
            .all(|it| it.kind == WarningKind::UnknownElement)
    );
}

#[test]
fn warnings_are_bounded() {
    let fields = |from: usize| {
        let fields = (from..from + 60).map(|index| format!("\"x{index}\": 1, "));
        fields.collect::<String>()
    };
    let server = format!("{{{}\"host\": \"gateway.example\"}}", fields(0));
    let servers = vec![server; 10].join(",");
    let host = "{\n      \"host\": \"gateway.example\"\n    }";

    let imported = Profile::from_json(small_with(host, &servers).as_bytes()).unwrap();

    assert_eq!(imported.warnings.len(), 200);
    assert_eq!(imported.warnings_left_out, 400);
}

#[test]
fn a_newer_format_is_refused_by_name() {
    let newer = error(&small_with("\"version\": 1", "\"version\": 2"));

    assert!(matches!(
        newer,
        ImportError::NewerFormat {
            found: 2,
            known: 1,
            ..
        }
    ));
    assert_eq!(
        newer.position(),
        Some(Position {
            line: 3,
            column: 14
        })
    );
    assert!(
        error(&small_with("\"version\": 1", "\"version\": 0"))
            .to_string()
            .contains("is 0")
    );
}

#[test]
fn other_json_is_told_apart() {
    for other in [
        "{}",
        "{\"format\": \"p2svpn-profile-list\"}",
        "{\"format\": [\"p2svpn-profile\"]}",
        "{\"name\": \"p2svpn-profile\"}",
        "{broken",
    ] {
        let found = Content::Json;
        assert_eq!(
            error(other),
            ImportError::NotAzureProfile { found },
            "{other}"
        );
    }
}

#[test]
fn damaged_json_names_its_place() {
    for (damaged, line, column) in [
        (small_with("\"version\": 1,", "\"version\": 1"), 4, 3),
        (SMALL.replacen("\"name\"", "ü \"name\"", 1), 4, 3),
        (small_and("\"x\": NaN"), 4, 8),
        (small_and("\"x\": 01"), 4, 9),
        (small_and("\"x\": \"a\tb\""), 4, 10),
        (small_and("\"ä\": \"\\x\""), 4, 10),
        (SMALL[..30].to_owned(), 2, 29),
        (format!("{SMALL}x"), SMALL.lines().count() as u32 + 1, 1),
    ] {
        let error = error(&damaged);

        assert!(
            matches!(error, ImportError::MalformedJson { .. }),
            "{error}"
        );
        // Within one column, for what is wrong may be a character or what should come before it.
        let position = error.position().unwrap();
        assert_eq!(position.line, line, "{error}");
        assert!(position.column.abs_diff(column) <= 1, "{error}");
        assert!(!error.to_string().contains(" at line "), "{error}");
    }
}

#[test]
fn a_file_with_a_nul_is_no_text() {
    let found = Content::OtherBinary;

    assert_eq!(
        error(&small_and("\"x\": \"a\0b\"")),
        ImportError::NotAzureProfile { found }
    );
}

#[test]
fn each_wrong_value_is_refused_with_its_place_and_path() {
    for (from, to, path) in [
        ("\"name\": \"Contoso\"", "\"name\": \" \"", "name"),
        ("\"name\": \"Contoso\"", "\"name\": 1e999", "name"),
        ("\"name\": \"Contoso\"", "\"name\": \"\\ud800\"", "name"),
        ("\"name\": \"Contoso\"", "\"name\": \"a\\u0000b\"", "name"),
        ("gateway.example", "gateway.example:443", "servers.host"),
        ("gateway.example", "a b", "servers.host"),
        (
            "gateway.example\"",
            "g.example\", \"port\": 0",
            "servers.host",
        ),
        (
            "gateway.example\"",
            "g.example\", \"port\": 65536",
            "servers.port",
        ),
        (
            "gateway.example\"",
            "g.example\", \"port\": 1.5",
            "servers.port",
        ),
        (
            "gateway.example\"",
            "g.example\", \"transport\": \"TCP\"",
            "servers.transport",
        ),
        (
            "\"SHA256\"",
            "\"MD5\"",
            "server_validation.wrapping.tls_auth.digest",
        ),
        (
            "\"one\"",
            "1",
            "server_validation.wrapping.tls_auth.direction",
        ),
        (
            "\"key\": \"5a",
            "\"key\": \"",
            "server_validation.wrapping.tls_auth.key",
        ),
        (
            "\"key\": \"5a",
            "\"key\": \"zz",
            "server_validation.wrapping.tls_auth.key",
        ),
        (
            "\"tls_auth\"",
            "\"tls_magic\"",
            "server_validation.wrapping",
        ),
        (
            "\"name\": \"host\"",
            "\"name\": \"subject\"",
            "server_validation.name",
        ),
        (
            "\"name\": \"host\"",
            "\"name\": {\"any\": true}",
            "server_validation.name",
        ),
        (
            "\"selected\": \"certificate\"",
            "\"selected\": \"entra\"",
            "authentication.selected",
        ),
        (
            "\"selected\": \"certificate\"",
            "\"selected\": \"x\"",
            "authentication.selected",
        ),
    ] {
        let text = small_with(from, to);
        let refused = error(&text);
        let ImportError::Value {
            position,
            path: found,
            ..
        } = &refused
        else {
            panic!("{to}: {refused}");
        };
        assert_eq!(*found, path, "{refused}");
        assert!(position.line > 3, "{refused}");
        assert!(!refused.to_string().contains("5a5a"), "{refused}");
    }
}

#[test]
fn each_wrong_field_is_refused_with_its_place_and_path() {
    for (field, path) in [
        ("\"always_on\": \"yes\"", "always_on"),
        ("\"always_on\": 1", "always_on"),
        ("\"azure_version\": -1", "azure_version"),
        ("\"azure_version\": 99999999999999999999", "azure_version"),
        ("\"include_routes\": [\"10.0.0.1/8\"]", "include_routes"),
        ("\"include_routes\": [\"10.0.0.0\"]", "include_routes"),
        ("\"include_routes\": \"10.0.0.0/8\"", "include_routes"),
        ("\"include_routes\": {\"10.0.0.0/8\": 1}", "include_routes"),
        ("\"dns_servers\": [\"dns.example\"]", "dns_servers"),
        ("\"dns_suffixes\": [\"a b\"]", "dns_suffixes"),
        ("\"secondary_profile\": \"\"", "secondary_profile"),
        ("\"protocol\": []", "protocol"),
        (
            "\"protocol\": {\"ciphers\": [\"BF-CBC\"]}",
            "protocol.ciphers",
        ),
        ("\"protocol\": {\"mtu\": 65536}", "protocol.mtu"),
        (
            "\"protocol\": {\"mssfix\": {\"mtu\": \"x\"}}",
            "protocol.mssfix.mtu",
        ),
        ("\"protocol\": {\"mssfix\": {\"x\": 1}}", "protocol.mssfix"),
        (
            "\"unknown_elements\": [{\"xml\": \"</a><b>\"}]",
            "unknown_elements.xml",
        ),
        (
            "\"unknown_elements\": [{\"xml\": \"<a/><b/>\"}]",
            "unknown_elements.xml",
        ),
        (
            "\"unknown_elements\": [{\"xml\": \"<!DOCTYPE a><a/>\"}]",
            "unknown_elements.xml",
        ),
        (
            "\"unknown_elements\": [{\"xml\": \"<?xml version='1.0'?><a/>\"}]",
            "unknown_elements.xml",
        ),
        (
            "\"unknown_elements\": [{\"xml\": \"<a>\\u0001</a>\"}]",
            "unknown_elements.xml",
        ),
        (
            "\"unknown_elements\": [{\"xml\": {\"apart\": 0}}]",
            "unknown_elements.xml",
        ),
    ] {
        let refused = error(&small_and(field));
        let ImportError::Value {
            position,
            path: found,
            ..
        } = &refused
        else {
            panic!("{field}: {refused}");
        };
        assert_eq!((*found, position.line), (path, 4), "{refused}");
    }
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    for text in [
        small_and("\"always_on\": true, \"always_on\": false"),
        small_and("\"x\": 1, \"\\u0078\": 1"),
    ] {
        assert!(error(&text).to_string().contains("twice"), "{text}");
    }
}

#[test]
fn what_is_missing_is_named() {
    for (field, path) in [
        ("name", "name"),
        ("servers", "servers"),
        ("host", "servers.host"),
        ("selected", "authentication.selected"),
        ("trust", "server_validation.trust"),
        ("wrapping", "server_validation.wrapping"),
        (
            "thumbprint",
            "server_validation.trust.pinned_roots.thumbprint",
        ),
        ("key", "server_validation.wrapping.tls_auth.key"),
    ] {
        // The first of the name, for two objects have a field "name".
        let text = SMALL.replacen(&format!("\"{field}\":"), "\"other\":", 1);
        let missing = error(&text);
        let ImportError::Missing { path: found, .. } = missing else {
            panic!("{field}: {missing}");
        };
        assert_eq!(found, path);
    }
}

#[test]
fn a_root_that_is_not_the_one_pinned_is_refused() {
    let other = EVERYTHING.replacen(
        "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4",
        &"0A".repeat(20),
        2,
    );

    assert!(
        error(&other)
            .to_string()
            .contains("is not the one with the thumbprint 0A0A")
    );
}

#[test]
fn nothing_is_unbounded() {
    let deep = |levels: usize| {
        let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        small_and(&format!("\"x\": {nested}"))
    };
    assert!(Profile::from_json(deep(MAXIMUM_JSON_DEPTH - 1).as_bytes()).is_ok());
    assert!(matches!(
        error(&deep(MAXIMUM_JSON_DEPTH)),
        ImportError::TooDeep {
            limit: MAXIMUM_JSON_DEPTH,
            ..
        }
    ));
    assert!(matches!(error(&deep(900_000)), ImportError::TooDeep { .. }));

    let list = |count: usize| {
        let networks = vec!["\"10.0.0.0/8\""; count].join(",");
        small_and(&format!("\"include_routes\": [{networks}]"))
    };
    assert!(Profile::from_json(list(Routes::MOST).as_bytes()).is_ok());
    assert!(
        error(&list(Routes::MOST + 1))
            .to_string()
            .contains("more than 50000")
    );

    let fields: String = (0..70).map(|index| format!("\"x{index}\": 1,")).collect();
    let fields = small_and(fields.trim_end_matches(','));
    assert!(error(&fields).to_string().contains("more than 64 fields"));

    let large = format!("{SMALL}{}", " ".repeat(MAXIMUM_JSON_BYTES));
    assert!(matches!(error(&large), ImportError::TooLarge { .. }));
}

#[test]
fn texts_for_people_hold_no_control_character() {
    for field in [
        "\"network\": {\"name\": \"a\\nb\"}",
        "\"network\": {\"id\": \"a\\u001bb\"}",
    ] {
        assert!(
            error(&small_and(field))
                .to_string()
                .contains("control character")
        );
    }
    let long = format!("\"network\": {{\"name\": \"{}\"}}", "x".repeat(257));
    assert!(
        error(&small_and(&long))
            .to_string()
            .contains("longer than 256")
    );
}

#[test]
fn escapes_and_encodings_change_nothing() {
    let utf16: Vec<u8> = format!("\u{feff}{SMALL}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();

    for bytes in [
        SMALL
            .replace("gateway.example", "\\u0067ateway.example")
            .into_bytes(),
        format!("\u{feff}{SMALL}").into_bytes(),
        SMALL.replace('\n', "\r\n").into_bytes(),
        utf16,
    ] {
        assert_eq!(Profile::from_json(&bytes).unwrap().profile, read(SMALL));
    }
}

#[test]
fn an_import_tells_it_by_what_it_holds() {
    let imported = import_one("whatever.txt", SMALL.as_bytes()).unwrap();

    assert_eq!(imported.len(), 1);
    assert_eq!(imported[0].profile, read(SMALL));

    let found = Content::Json;
    assert_eq!(
        refusal(b"{\"a\": 1}"),
        ImportError::NotAzureProfile { found }
    );
    let untrusted = EVERYTHING.replace("login.microsoftonline.com", "login.example.com");
    assert!(matches!(
        refusal(untrusted.as_bytes()),
        ImportError::UnknownAuthority { .. }
    ));
}

#[test]
fn a_large_export_can_be_imported_or_says_that_it_cannot() {
    let mut profile = read(SMALL);
    for (count, is_too_large) in [(40_000u32, false), (70_000, false), (120_000, true)] {
        for number in 0..count {
            let network = 0x2001_0DB8_u128 << 96 | u128::from(0x1000_1000 + number) << 64;
            let network = IpNet::new(network.to_be_bytes().into(), 64).unwrap();
            let routes = if number % 2 == 0 {
                &mut profile.include_routes
            } else {
                &mut profile.exclude_routes
            };
            routes.insert(network);
        }

        let exported = profile.to_json(SecretsInExport::Included);

        assert_eq!(exported.notes.len(), usize::from(is_too_large));
        let again = Profile::from_json(exported.text.as_bytes());
        assert_eq!(again.is_err(), is_too_large);
        assert_eq!(exported.text.lines().count() > 1, count == 40_000);
    }
}

#[test]
fn the_example_of_the_documentation_is_a_profile() {
    let (_, example) = DOCUMENTATION.split_once("```json\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();

    let profile = read(&example.replace("5a5a…", &"5a".repeat(256)));

    assert_eq!(profile.name, "Contoso");
}

#[test]
fn every_field_is_documented() {
    let (_, format) = DOCUMENTATION.split_once("## The profile as JSON").unwrap();
    for golden in [EVERYTHING, SMALL, GENERAL, REST] {
        let value: serde_json::Value = serde_json::from_str(golden).unwrap();
        for name in fields(&value) {
            let is_there =
                format.contains(&format!("`{name}`")) || format.contains(&format!("\"{name}\""));
            assert!(is_there, "{name}");
        }
    }
}

/// The names of all fields in a value.
fn fields(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Array(elements) => elements.iter().flat_map(fields).collect(),
        serde_json::Value::Object(object) => object
            .iter()
            .flat_map(|(name, value)| [vec![name.clone()], fields(value)].concat())
            .collect(),
        _ => Vec::new(),
    }
}
