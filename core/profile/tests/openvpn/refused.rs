//! Configurations that cannot be used, and why.

use p2svpn_profile::{Content, ImportError, Profile, files_beside};

use crate::support::{AZURE_2026, ca, failure, minimal, read_beside, try_read, with};

#[test]
fn options_without_which_it_would_be_less_safe_are_refused_by_name() {
    let cases = [
        (
            "dev tap",
            "'dev' is refused: it makes a network of Ethernet",
        ),
        ("dev-type tap\ndev vpn", "'dev-type' is refused: it makes a"),
        ("dev null", "'dev' is refused"),
        (
            "secret static.key",
            "'secret' is refused: a tunnel with a static",
        ),
        (
            "server 10.0.0.0 255.0.0.0",
            "'server' is refused: this is the",
        ),
        (
            "mode server",
            "'mode' is refused: this is the configuration of",
        ),
        ("fragment 1300", "'fragment' is refused: the gateway cuts"),
        (
            "tls-verify /bin/check",
            "'tls-verify' is refused: it checks",
        ),
        ("verify-hash AA:BB", "'verify-hash' is refused: this check"),
        ("tls-remote gateway", "'tls-remote' is refused: this check"),
        ("config other.ovpn", "'config' is refused: it names another"),
        ("no-replay", "'no-replay' is refused: without protection"),
        ("compress lz4", "compress compresses, which makes"),
        ("comp-lzo", "comp-lzo compresses, which makes"),
        ("comp-lzo adaptive", "comp-lzo compresses, which makes"),
        (
            "data-ciphers AES-256-CBC:BF-CBC",
            "data-ciphers allows only",
        ),
        (
            "ncp-disable\ncipher AES-256-CBC",
            "cipher allows only ciphers",
        ),
        (
            "tls-version-max 1.1",
            "tls-version-max allows only versions",
        ),
        ("remote-cert-tls client", "remote-cert-tls is not 'server'"),
        (
            "remote-cert-eku clientAuth",
            "remote-cert-eku is 'clientAuth'",
        ),
        (
            "proto tcp-server",
            "proto is 'tcp-server', which is neither",
        ),
        (
            "static-challenge PIN 0 concat",
            "static-challenge wants the",
        ),
        (
            "crl-verify revoked dir",
            "crl-verify names a folder of revoked",
        ),
        ("setenv opt dev tap", "'dev' is refused"),
    ];
    for (line, expected) in cases {
        let failure = failure(&with(line));
        assert!(failure.contains(expected), "{line}: {failure}");
    }
}

#[test]
fn values_that_would_be_guessed_are_refused_with_their_line() {
    let cases = [
        ("remote a b", "remote is 'b', which is not a number"),
        (
            "remote a 0",
            "remote has a port that is not a number from 1",
        ),
        ("remote a 65536", "remote has a port"),
        ("remote a +80", "remote is '+80'"),
        ("port 99999999999", "port is '99999999999'"),
        ("remote", "remote lacks a value"),
        ("route 10.0.0.0 255.0.255.0", "which has gaps"),
        ("route 10.0.0.0 8", "route has the mask '8', which is none"),
        (
            "route 10.0.0",
            "route leads to '10.0.0', which is no address",
        ),
        ("route 10.0.0.0/8", "route leads to '10.0.0.0/8'"),
        ("route-ipv6 fd00::/129", "the prefix length '129'"),
        ("route-ipv6 fd00:::/8", "leads to 'fd00:::/8', which is no"),
        ("dhcp-option DNS here", "dhcp-option has 'here' where"),
        ("dhcp-option DOMAIN a..b", "dhcp-option holds"),
        ("dns server 1 address x", "dns has 'x' where the address"),
        ("dns server 200 address ::1", "dns has a number that is not"),
        ("verify-x509-name a nam", "is of the type 'nam', which is"),
        ("verify-x509-name ''", "verify-x509-name has no name"),
        (
            "peer-fingerprint AA:BB",
            "peer-fingerprint has 4 hexadecimal",
        ),
        ("key-direction 2", "key-direction has a direction"),
        ("mssfix 70000", "mssfix is larger than any packet"),
        ("mssfix 1300 exact", "is meant as 'exact'"),
        ("tun-mtu 99", "tun-mtu is smaller than 100 bytes"),
        ("hand-window 0", "hand-window is no time at all"),
        (
            "tls-version-min 1.3\ntls-version-max 1.2",
            "a version of TLS",
        ),
        ("static-challenge PIN yes", "says neither 0 nor 1"),
    ];
    for (line, expected) in cases {
        let failure = failure(&with(line));
        assert!(failure.contains(expected), "{line}: {failure}");
        assert!(failure.starts_with("line "), "{failure}");
    }
}

#[test]
fn a_configuration_without_a_check_of_the_server_is_refused() {
    let text = minimal().replace(ca(), "");

    assert_eq!(failure(&text), "line 1, column 1: ca is missing");
}

#[test]
fn what_is_not_for_a_client_or_calls_nobody_is_refused() {
    let without = |line| failure(&minimal().replace(line, ""));

    assert_eq!(without("client\n"), "line 1, column 1: client is missing");
    assert_eq!(
        without("remote vpn.example.org\n"),
        "line 1, column 1: remote is missing"
    );
    assert!(failure(&with("proto-force tcp")).ends_with("remote is missing"));
    let empty = "<connection>\nproto tcp\n</connection>";
    assert!(failure(&with(empty)).ends_with("remote is missing"));
}

#[test]
fn one_half_of_an_identity_is_refused() {
    let cert = "<cert>\n-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n</cert>";
    let key = "<key>\n-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n</key>";

    assert!(failure(&with(cert)).ends_with("key is missing"));
    assert!(failure(&with(key)).ends_with("cert is missing"));
    assert!(try_read(&with(&format!("{cert}\n{key}"))).is_ok());
}

#[test]
fn a_file_that_was_not_given_is_asked_for_by_name() {
    for option in [
        "ca",
        "cert",
        "key",
        "pkcs12",
        "tls-auth",
        "tls-crypt-v2",
        "crl-verify",
    ] {
        let error = try_read(&with(&format!("{option} './of alice.pem'"))).unwrap_err();

        let ImportError::MissingFile {
            option: of, file, ..
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!((*of, &**file), (option, "./of alice.pem"));
        assert_eq!(
            error.remedy(),
            "Choose the file together with the configuration."
        );
    }
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_refused() {
    for name in [
        "../ca.crt",
        "..",
        "/etc/passwd",
        "keys/ca.crt",
        "'C:ca.crt'",
        "'keys\\ca.crt'",
        "''",
        "a\u{7f}b",
    ] {
        let text = with(&format!("ca {name}"));
        let error = files_beside(text.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("ca names "), "{error}");
        assert_eq!(
            read_beside(&text, &[(name, b"x")]).unwrap_err().to_string(),
            error.to_string()
        );
    }
}

#[test]
fn files_that_hold_something_else_are_refused_without_being_repeated() {
    let cases = [
        ("ca", "ca holds nothing in PEM"),
        ("cert", "holds nothing in PEM"),
        ("tls-auth", "tls-auth holds no static key of OpenVPN"),
        ("tls-crypt", "tls-crypt holds no static key of OpenVPN"),
        ("tls-crypt-v2", "tls-crypt-v2 holds nothing in PEM"),
        ("crl-verify", "crl-verify holds nothing in PEM"),
    ];
    for (option, expected) in cases {
        let text = with(&format!("{option} file\nkey file"));
        let text = if option == "cert" {
            text
        } else {
            text.replace("key file\n", "")
        };
        let failure = read_beside(&text, &[("file", b"hunter2 hunter2")])
            .unwrap_err()
            .to_string();
        assert!(failure.ends_with(expected), "{failure}");
        assert!(!failure.contains("hunter2"));
    }
    let username = with(&format!(
        "<auth-user-pass>\n{}\n</auth-user-pass>",
        "u".repeat(257)
    ));
    assert!(failure(&username).ends_with("holds no user name in its first line"));
    let pfx = with("<pkcs12>\nhunter2!\n</pkcs12>");
    assert!(failure(&pfx).ends_with("pkcs12 is not in base64"));
}

#[test]
fn a_key_that_could_be_read_in_two_ways_is_refused() {
    let key = "-----BEGIN PRIVATE KEY-----\nAA==\n";
    let end = "-----END PRIVATE KEY-----\n";
    for damaged in [
        key.to_owned(),
        format!("{key}{key}{end}"),
        end.to_owned(),
        format!("{key}</key>\nup evil\n{end}"),
    ] {
        let text = with("cert c\nkey k");
        let certificate = b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
        let files: [(&str, &[u8]); 2] = [("c", certificate), ("k", damaged.as_bytes())];
        let failure = read_beside(&text, &files).unwrap_err().to_string();
        assert!(failure.contains("key holds a"), "{failure}");
    }
}

#[test]
fn two_secrets_that_contradict_each_other_are_refused() {
    let crypt = AZURE_2026
        .replace("tls-auth>", "tls-crypt>")
        .split_inclusive('\n')
        .skip_while(|line| !line.starts_with("<tls-crypt>"))
        .take_while(|line| !line.starts_with("<cert>"))
        .collect::<String>();

    let failure = failure(&format!("{AZURE_2026}{crypt}"));

    assert!(failure.ends_with("tls-crypt contradicts 'tls-auth'"));
}

#[test]
fn each_server_with_a_secret_of_its_own_is_refused() {
    let text = with("<connection>\nremote a\ntls-auth k 1\n</connection>");

    assert!(failure(&text).contains("tls-auth stands in a <connection> block"));
}

#[test]
fn an_unsafe_hash_is_refused_only_where_it_protects_something() {
    assert!(try_read(&with("auth MD5")).is_ok());
    let text = AZURE_2026.replace("auth SHA256", "auth MD5");
    assert!(failure(&text).contains("auth is 'MD5', with which tls-auth is not spoken"));
}

#[test]
fn files_of_other_kinds_are_told_apart() {
    let found = |bytes: &[u8]| match Profile::from_openvpn(bytes, &|_| None) {
        Err(ImportError::NotAzureProfile { found }) => found,
        other => panic!("{other:?}"),
    };

    assert_eq!(found(b"PK\x03\x04"), Content::ZipArchive);
    assert_eq!(found(b"MZ\x90"), Content::Executable);
    assert!(matches!(
        Profile::from_openvpn(&[b'#'; (1 << 20) + 1], &|_| None),
        Err(ImportError::TooLarge { .. })
    ));
}
