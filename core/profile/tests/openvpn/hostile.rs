//! Configurations that want to do harm.

use p2svpn_profile::{MAXIMUM_WARNINGS, files_beside};
use proptest::prelude::*;

use crate::support::{EVERYTHING, minimal, read, read_beside, try_read, with};

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
