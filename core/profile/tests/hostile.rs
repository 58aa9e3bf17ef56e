//! No bytes make the import panic, and what it accepts keeps its promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use p2svpn_profile::{MAXIMUM_WARNINGS, Profile};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const FIXTURES: [&str; 5] = [
    include_str!("fixtures/certificate.xml"),
    include_str!("fixtures/entra.xml"),
    include_str!("fixtures/password.xml"),
    include_str!("fixtures/client-export.xml"),
    include_str!("fixtures/edited-by-hand.xml"),
];

/// Pieces that mean something to an XML reader or to ours.
const PIECES: [&str; 40] = [
    "<",
    ">",
    "</",
    "/>",
    "&",
    ";",
    "&amp;",
    "&#x0;",
    "&#x110000;",
    "&#",
    "<!--",
    "-->",
    "--",
    "<!-->",
    "<![CDATA[",
    "]]>",
    "<!",
    "<!DOCTYPE",
    "<?",
    "?>",
    "<?xml",
    "\"",
    "'",
    "=",
    " ",
    "\n",
    "\r",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "é",
    "i:nil=\"true\"",
    "<route>",
    "</route>",
    "<cert>",
    "<hash>",
    "<destination>::/0</destination>",
    "<mask>256</mask>",
    "<fqdn>[::1]:0</fqdn>",
    ":",
];

#[derive(Clone, Debug)]
enum Mangle {
    Flip(Index, u8),
    Cut(Index, usize),
    Copy(Index, Index, usize),
    Insert(Index, &'static str),
}

fn mangle() -> impl Strategy<Value = Mangle> {
    prop_oneof![
        (any::<Index>(), 1u8..).prop_map(|(at, bits)| Mangle::Flip(at, bits)),
        (any::<Index>(), 1usize..200).prop_map(|(at, length)| Mangle::Cut(at, length)),
        (any::<Index>(), any::<Index>(), 1usize..400)
            .prop_map(|(from, to, length)| Mangle::Copy(from, to, length)),
        (any::<Index>(), select(&PIECES[..])).prop_map(|(at, piece)| Mangle::Insert(at, piece)),
    ]
}

fn apply(bytes: &mut Vec<u8>, mangle: &Mangle) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    match mangle {
        Mangle::Flip(at, bits) => bytes[at.index(length)] ^= bits,
        Mangle::Cut(at, count) => {
            let at = at.index(length);
            bytes.drain(at..(at + count).min(length));
        }
        Mangle::Copy(from, to, count) => {
            let (from, to) = (from.index(length), to.index(length));
            let copied = bytes[from..(from + count).min(length)].to_vec();
            bytes.splice(to..to, copied);
        }
        Mangle::Insert(at, piece) => {
            let at = at.index(length);
            bytes.splice(at..at, piece.bytes());
        }
    }
}

fn import_and_check(bytes: &[u8]) {
    match Profile::from_azure_xml(bytes) {
        Ok(imported) => {
            let profile = imported.profile;
            assert!(
                !profile.name.as_str().is_empty()
                    && !profile.name.as_str().chars().any(char::is_control)
            );
            assert!(imported.warnings.len() <= MAXIMUM_WARNINGS);
            for server in &profile.servers {
                assert!(
                    server.port() != 0
                        && !server
                            .host()
                            .contains(|character: char| character.is_whitespace())
                );
                assert!(!server.certificate_names().is_empty());
            }
            for route in profile.include_routes.iter().chain(&profile.exclude_routes) {
                assert_eq!(*route, route.trunc());
            }
            for suffix in &profile.dns_suffixes {
                assert!(suffix.as_str().chars().all(
                    |character| character.is_ascii_alphanumeric() || "-_.".contains(character)
                ));
            }
            for warning in imported.warnings {
                assert!(!warning.to_string().contains(char::is_control));
            }
        }
        Err(error) => {
            assert!(!error.to_string().contains(char::is_control));
            assert!(error.to_string().len() < 1500);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn mangled_profiles_never_panic(
        fixture in select(&FIXTURES[..]),
        mangles in prop::collection::vec(mangle(), 1..8),
    ) {
        let mut bytes = fixture.as_bytes().to_vec();
        for mangle in &mangles {
            apply(&mut bytes, mangle);
        }
        import_and_check(&bytes);
    }

    #[test]
    fn mangled_utf16_never_panics(
        fixture in select(&FIXTURES[..]),
        mangles in prop::collection::vec(mangle(), 1..4),
    ) {
        let mut bytes: Vec<u8> = fixture.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for mangle in &mangles {
            apply(&mut bytes, mangle);
        }
        import_and_check(&bytes);
    }

    #[test]
    fn heaps_of_markup_never_panic(pieces in prop::collection::vec(select(&PIECES[..]), 0..60)) {
        import_and_check(format!("<AzVpnProfile>{}", pieces.concat()).as_bytes());
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        import_and_check(&bytes);
    }

    #[test]
    fn any_value_in_a_profile_never_panics(
        value in "\\PC{0,40}",
        element in select(&["name", "fqdn", "mask", "issuer", "serversecret"][..]),
    ) {
        let value = value.replace('&', "&amp;").replace('<', "&lt;");
        let fixture = FIXTURES[4];
        let start = fixture.find(&format!("<{element}>")).unwrap() + element.len() + 2;
        let end = start + fixture[start..].find("</").unwrap();
        import_and_check(format!("{}{value}{}", &fixture[..start], &fixture[end..]).as_bytes());
    }
}
