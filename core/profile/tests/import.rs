//! How the kinds of files are told apart, and what is not imported.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_profile::{
    Content, ImportError, ImportFailure, ImportOptions, Profile, SecretsInExport, SourceFile,
    Warning, WarningKind, import,
};
use support::{
    CERTIFICATE, ENTRA, OVPN_2022, OVPN_2026, PROGRAM, ROOT, SETTINGS_2022, SETTINGS_2026,
    import_all, import_one, zip,
};

fn failure(name: &str, bytes: &[u8]) -> ImportFailure {
    import_one(name, bytes).unwrap_err()
}

#[test]
fn the_kind_is_told_from_the_content_not_the_name() {
    for name in ["profile.zip", "profile.ovpn", "profile.exe", "profile", ""] {
        assert!(import_one(name, ENTRA.as_bytes()).is_ok(), "{name}");
    }
    let utf16: Vec<u8> = ENTRA.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(import_one("profile.xml", &utf16).is_ok());
}

#[test]
fn a_file_that_is_no_profile_is_refused_by_what_it_is() {
    for (bytes, found) in [
        (&b""[..], Content::Empty),
        (SETTINGS_2022.as_bytes(), Content::VpnSettings),
        (ROOT, Content::Certificate),
        (b"-----BEGIN PRIVATE KEY-----\n", Content::Certificate),
        (PROGRAM, Content::Executable),
        (b"<!DOCTYPE html><title>Sign in", Content::WebPage),
        (b"<project/>", Content::OtherXml),
        (b"dear user", Content::OtherText),
        (b"\x89PNG\r\n\x1a\n", Content::OtherBinary),
    ] {
        let failure = failure("given.xml", bytes);

        assert_eq!(failure.error, ImportError::NotAzureProfile { found });
        assert_eq!(failure.file.as_deref(), Some("given.xml"));
        assert!(!failure.error.remedy().is_empty());
    }
}

#[test]
fn settings_alone_that_have_no_openvpn_say_so() {
    let settings = SETTINGS_2026.replace("IkeV2,OpenVPN", "IkeV2");

    let failure = failure("VpnSettings.xml", settings.as_bytes());

    assert_eq!(
        failure.to_string(),
        "VpnSettings.xml: the gateway offers IkeV2, not OpenVPN"
    );
}

#[test]
fn a_profile_in_json_comes_back_as_it_was() {
    let mut profile = import_one("a.xml", ENTRA.as_bytes())
        .unwrap()
        .remove(0)
        .profile;
    profile.name = "mine".parse().unwrap();
    let json = profile.to_json(SecretsInExport::Included);

    let imported = import_one("mine.json", json.text.as_bytes()).unwrap();

    assert_eq!(imported[0].profile, profile);
}

#[test]
fn a_profile_in_json_is_never_merged() {
    let profile = import_one("a.xml", ENTRA.as_bytes())
        .unwrap()
        .remove(0)
        .profile;
    let json = profile.to_json(SecretsInExport::Included);

    let imported = import_all(&[
        ("mine.json", json.text.as_bytes()),
        ("a.xml", CERTIFICATE.as_bytes()),
    ])
    .unwrap();

    assert_eq!(imported.len(), 2);
    assert_eq!(imported[0].profile, profile);
}

#[test]
fn no_file_at_all_is_refused() {
    let failure = import(&[], &ImportOptions::default()).unwrap_err();

    assert_eq!(failure.file, None);
    assert_eq!(failure.to_string(), failure.error.to_string());
}

#[test]
fn a_file_of_no_known_kind_is_refused_among_others() {
    let failure = import_all(&[("a.xml", ENTRA.as_bytes()), ("setup.exe", PROGRAM)]).unwrap_err();

    assert_eq!(
        failure.to_string(),
        "setup.exe: this is a program, not an Azure VPN profile"
    );
}

#[test]
fn a_key_beside_a_profile_is_a_warning() {
    let imported = import_all(&[
        ("a.xml", CERTIFICATE.as_bytes()),
        ("key.pem", b"-----BEGIN PRIVATE KEY-----\n"),
    ])
    .unwrap();

    let [warning] = &imported[0].warnings[..] else {
        panic!("{:?}", imported[0].warnings);
    };
    assert_eq!(warning.kind, WarningKind::UnusedFile);
    assert_eq!(warning.file.as_deref(), Some("key.pem"));
}

#[test]
fn a_sign_in_elsewhere_is_refused_unless_it_is_allowed() {
    let elsewhere = ENTRA.replace("login.microsoftonline.com", "Login.Contoso.Example");
    let file = SourceFile {
        name: "a.xml",
        bytes: elsewhere.as_bytes(),
    };
    let allowing = |host: &str| ImportOptions {
        authorities: vec![host.to_owned()],
    };

    let failure = import(&[file], &ImportOptions::default()).unwrap_err();

    let expected = ImportError::UnknownAuthority {
        host: "login.contoso.example".to_owned(),
    };
    assert_eq!(failure.error, expected);
    assert!(import(&[file], &allowing("contoso.example")).is_err());
    assert!(import(&[file], &allowing("login.contoso.example.org")).is_err());
    assert!(import(&[file], &allowing("LOGIN.contoso.example")).is_ok());
}

#[test]
fn another_port_is_another_place_to_sign_in_at() {
    let microsofts = ENTRA.replace(
        "login.microsoftonline.com",
        "login.microsoftonline.com:8443",
    );
    let local = ENTRA.replace("login.microsoftonline.com", "localhost:8443");
    let try_import = |profile: &str, allowed: &str| {
        let file = SourceFile {
            name: "a.xml",
            bytes: profile.as_bytes(),
        };
        let options = ImportOptions {
            authorities: vec![allowed.to_owned()],
        };
        import(&[file], &options).map_err(|failure| failure.error)
    };

    for (profile, host) in [
        (&microsofts, "login.microsoftonline.com"),
        (&local, "localhost"),
    ] {
        let expected = ImportError::UnknownAuthority {
            host: format!("{host}:8443"),
        };
        assert_eq!(try_import(profile, host).unwrap_err(), expected);
        assert!(try_import(profile, &format!("{host}:8443")).is_ok());
    }
}

#[test]
fn microsofts_other_clouds_need_no_allowance() {
    for host in [
        "login.microsoftonline.us",
        "login.chinacloudapi.cn",
        "login.partner.microsoftonline.cn",
    ] {
        let profile = ENTRA.replace("login.microsoftonline.com", host);

        assert!(import_one("a.xml", profile.as_bytes()).is_ok(), "{host}");
    }
}

#[test]
fn hostile_names_of_files_are_escaped_in_messages() {
    let name = format!("a\n\u{1b}[2J{}", "x".repeat(1_000));

    let failure = failure(&name, b"dear user");

    let said = failure.to_string();
    assert!(
        !said.contains(char::is_control) && said.len() < 500,
        "{said}"
    );
}

#[test]
fn files_that_are_too_much_together_are_refused() {
    let padded = format!("{ENTRA}{}", " ".repeat(900_000));
    let files = [("a.xml", padded.as_bytes()); 5];

    let failure = import_all(&files).unwrap_err();

    let limit = 4 << 20;
    assert_eq!(failure.error, ImportError::TooMuchTogether { limit });
}

#[test]
fn so_many_files_that_their_names_are_too_much_are_refused() {
    let files = vec![("a", &b"-"[..]); 100_000];

    let failure = import_all(&files).unwrap_err();

    assert!(matches!(failure.error, ImportError::TooMuchTogether { .. }));
}

/// A configuration, and the two files that it names.
fn with_files_beside() -> [String; 3] {
    let (before, rest) = OVPN_2026.split_once("<ca>").unwrap();
    let (root, rest) = rest.split_once("</ca>").unwrap();
    let (between, rest) = rest.split_once("<tls-auth>").unwrap();
    let (key, after) = rest.split_once("</tls-auth>").unwrap();
    let configuration = format!("{before}ca root.pem\n{between}tls-auth ta.key\n{after}");
    [configuration, root.to_owned(), key.to_owned()]
}

#[test]
fn a_configuration_finds_the_files_that_it_names() {
    let [configuration, root, key] = with_files_beside();
    let whole = import_one("Office.ovpn", OVPN_2026.as_bytes()).unwrap();

    for folder in ["", "office/"] {
        let file = |name: &str| format!("{folder}{name}");
        let imported = import_all(&[
            (&file("Root.PEM"), root.as_bytes()),
            (&file("ta.key"), key.as_bytes()),
            ("elsewhere/ta.key", b"-----BEGIN another key"),
            (&file("Office.ovpn"), configuration.as_bytes()),
        ])
        .unwrap();

        let [imported] = &imported[..] else {
            panic!("{imported:?}");
        };
        assert_eq!(imported.profile, whole[0].profile);
        // The other key is nobody's.
        let unused: Vec<&Warning> = imported
            .warnings
            .iter()
            .filter(|warning| warning.kind == WarningKind::UnusedFile)
            .collect();
        assert_eq!(unused.len(), 1);
        assert_eq!(unused[0].file.as_deref(), Some("elsewhere/ta.key"));
    }
}

#[test]
fn a_configuration_in_a_package_finds_the_files_that_it_names() {
    let [configuration, root, key] = with_files_beside();

    let imported = import_one(
        "office.zip",
        &zip(&[
            ("office\\client.ovpn", configuration.as_bytes()),
            ("office\\root.pem", root.as_bytes()),
            ("office\\ta.key", key.as_bytes()),
        ]),
    )
    .unwrap();

    assert_eq!(imported[0].profile.name, "client");
}

#[test]
fn a_configuration_does_not_take_a_file_of_another_folder() {
    let [configuration, root, key] = with_files_beside();

    let failure = import_one(
        "office.zip",
        &zip(&[
            ("office\\client.ovpn", configuration.as_bytes()),
            ("office\\root.pem", root.as_bytes()),
            ("other\\ta.key", key.as_bytes()),
        ]),
    )
    .unwrap_err();

    let error = failure.error;
    assert!(
        matches!(&error, ImportError::MissingFile { file, .. } if file == "ta.key"),
        "{error}"
    );
}

/// Each name costs one look, however many files there are: comparing all with all, this would be a
/// hundred million comparisons.
#[test]
fn thousands_of_files_that_many_configurations_name_are_soon_read() {
    let names = (0..90).map(|number| format!("ca {number}.PEM\n"));
    let hostile = format!("{}{OVPN_2022}", names.collect::<String>());
    let configurations = (0..300).map(|number| {
        let host = format!("-a1b2c3d4{number:04}.vpn");
        let configuration = hostile.replace("-a1b2c3d4e5f6.vpn", &host);
        (format!("{number}.ovpn"), configuration)
    });
    let files = (0..4_000).map(|number| (format!("{number}.pem"), "a".to_owned()));
    let files: Vec<(String, String)> = files.chain(configurations).collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (&**name, text.as_bytes()))
        .collect();

    let failure = import_all(&files).unwrap_err();

    // The files that nobody names.
    let error = failure.error;
    assert!(
        matches!(error, ImportError::NotAzureProfile { .. }),
        "{error}"
    );
}

#[test]
fn a_configuration_that_names_more_files_than_there_are_options_is_refused() {
    let names = (0..101).map(|number| format!("ca {number}.pem\n"));
    let hostile = format!("{}{OVPN_2022}", names.collect::<String>());

    let failure = import_one("a.ovpn", hostile.as_bytes()).unwrap_err();

    let failure = failure.to_string();
    assert!(failure.contains("more than 100 files"), "{failure}");
}

#[test]
fn a_configuration_without_the_files_that_it_names_is_refused() {
    let [configuration, root, _] = with_files_beside();

    let failure = import_all(&[
        ("Office.ovpn", configuration.as_bytes()),
        ("root.pem", root.as_bytes()),
    ])
    .unwrap_err();

    assert_eq!(failure.file.as_deref(), Some("Office.ovpn"));
    assert!(failure.to_string().contains("ta.key"), "{failure}");
}

#[test]
fn a_configuration_cannot_take_a_profile_away() {
    let hostile = format!("ca azurevpnconfig.xml\n{OVPN_2022}");
    let other_gateway = hostile.replace("a1b2c3d4e5f6", "ffffffffffff");

    let failure = import_all(&[
        ("hostile.ovpn", other_gateway.as_bytes()),
        ("azurevpnconfig.xml", ENTRA.as_bytes()),
    ])
    .unwrap_err();

    let error = failure.error;
    assert!(matches!(error, ImportError::MissingFile { .. }), "{error}");
}

#[test]
fn configurations_are_recognized_however_they_begin() {
    for beginning in [
        "",
        "# a comment\n\n",
        "<connection>\nremote a 443\n</connection>\n",
    ] {
        let configuration = format!("{beginning}{OVPN_2026}");

        assert!(import_one("a", configuration.as_bytes()).is_ok());
    }
}

#[test]
fn a_configuration_alone_is_named_after_its_file() {
    let imported = import_one("folder/Contoso.ovpn", OVPN_2026.as_bytes()).unwrap();

    assert_eq!(imported[0].profile.name, "Contoso");
}

#[test]
fn text_in_no_unicode_encoding_is_called_what_it_is() {
    for (bytes, named) in [
        (&b"client\nremote a 443\n# caf\xe9\n"[..], true),
        (b"\xef\xbb\xbf<AzVpnProfile>caf\xe9", true),
        (b"<AzVpnProfile>caf\xe9", true),
        (b"caf\xe9", false),
    ] {
        let error = failure("a", bytes).error;

        assert_eq!(error.position().is_some(), named, "{error}");
    }
}

#[test]
fn a_profile_without_a_name_is_named_after_its_file() {
    let nameless = ENTRA.replace("<name>contoso-vnet</name>", "");
    assert_ne!(nameless, ENTRA);

    let imported = import_one(
        "folder/Contoso West.AzureVpnProfile.xml",
        nameless.as_bytes(),
    );

    assert_eq!(imported.unwrap()[0].profile.name, "Contoso West");
    let alone = Profile::from_azure_xml(nameless.as_bytes())
        .unwrap()
        .profile;
    assert_eq!(alone.name.as_str(), alone.servers.first().host());
}
