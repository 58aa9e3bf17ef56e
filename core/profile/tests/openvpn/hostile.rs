//! Configurations that want to do harm.

use p2svpn_profile::{MAXIMUM_WARNINGS, files_beside};
use proptest::prelude::*;

use crate::support::{EVERYTHING, ca, minimal, read, read_beside, try_read, with};

#[test]
fn a_thousand_unknown_options_are_counted() {
    let imported = read(&with(&"frobnicate\n".repeat(1000)));

    assert_eq!(imported.warnings.len(), MAXIMUM_WARNINGS);
    assert_eq!(imported.warnings_left_out, 1000 - MAXIMUM_WARNINGS);
}

#[test]
fn a_large_file_that_is_named_often_is_read_once() {
    let blocks = "-----BEGIN X-----\nAAAA\n-----END X-----\n".repeat(20_000);
    let text = with(&"ca big\ncrl-verify big\ntls-crypt-v2 big\n".repeat(6_000));

    let failure = read_beside(&text, &[("big", blocks.as_bytes())]).unwrap_err();

    assert!(failure.to_string().contains("ca holds no certificate"));
}

#[test]
fn lists_that_no_profile_needs_are_refused() {
    let lines = |count: u32, line: fn(u32) -> String| (0..count).map(line).collect::<String>();
    type Line = fn(u32) -> String;
    let cases: [(u32, Line, &str); 4] = [
        (
            999,
            |index| format!("remote host{index}.example\n"),
            "remote is one server more",
        ),
        (
            1000,
            |index| format!("dns search-domains zone{index}.example\n"),
            "dns is one more than can be kept",
        ),
        (
            1000,
            |index| format!("dhcp-option DNS 10.0.{}.{}\n", index / 256, index % 256),
            "dhcp-option is one more than can be kept",
        ),
        (
            200,
            |index| format!("peer-fingerprint {index:064x}\n"),
            "peer-fingerprint lists more fingerprints",
        ),
    ];
    for (most, line, expected) in cases {
        assert!(try_read(&with(&lines(most, line))).is_ok(), "{expected}");
        let failure = try_read(&with(&lines(most + 1, line))).unwrap_err();
        assert!(failure.to_string().contains(expected), "{failure}");
    }
    let blocks = &ca()["<ca>\n".len()..ca().len() - "</ca>\n".len()];
    let many = |count| format!("<ca>\n{}</ca>", blocks.repeat(count));
    assert!(try_read(&with(&many(200))).is_ok());
    let failure = try_read(&with(&many(201))).unwrap_err().to_string();
    assert!(failure.contains("ca holds more certificates"), "{failure}");
}

#[test]
fn ten_thousand_routes_are_read() {
    let routes: String = (0..10_000)
        .map(|index| format!("route 10.{}.{}.0 255.255.255.0\n", index / 256, index % 256))
        .collect();

    assert_eq!(read(&with(&routes)).profile.include_routes.len(), 10_000);
}

#[test]
fn a_line_that_is_cut_anywhere_is_read_or_refused() {
    for end in 0..EVERYTHING.len() {
        if let Err(error) = try_read(&EVERYTHING[..end]) {
            let told = error.to_string();
            assert!(!told.contains("horse"), "{told}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = files_beside(&bytes);
        let _ = p2svpn_profile::Profile::from_openvpn(&bytes, &|_| None);
    }

    #[test]
    fn no_options_make_it_panic(
        lines in prop::collection::vec(
            ("(remote|route|route-ipv6|dns|dhcp-option|cipher|mssfix|tls-auth|auth|cert|key|<key>|</key>|<connection>|</connection>|setenv opt|proto|port|dev|peer-fingerprint|compress)",
             "[a-z0-9 .:/\"'-]{0,20}"),
            0..12,
        ),
    ) {
        let lines: String = lines.iter().map(|(name, rest)| format!("{name} {rest}\n")).collect();
        let text = format!("{}{lines}", minimal());
        let _ = files_beside(text.as_bytes());
        let _ = try_read(&text);
        let _ = try_read(&lines);
    }
}
