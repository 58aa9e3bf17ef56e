use proptest::prelude::*;

use super::*;
use crate::push::tokens::{quoted, words};

#[test]
fn no_gateway_can_run_programs_or_change_trust() {
    for option in [
        "up /bin/sh",
        "script-security 3",
        "plugin x.so",
        "ca x",
        "remote evil 1",
        "tls-verify x",
        "auth none",
        "setenv PATH x",
        "mssfix 1200",
        "fragment 1200",
        "tls-timeout 1",
        "reneg-sec 1",
        "hand-window 1",
        "remote-cert-tls none",
        "verify-x509-name evil",
        "peer-fingerprint 00",
        "management 127.0.0.1 1",
        "data-ciphers none",
    ] {
        let (reply, warnings) = parse(option);
        assert_eq!(reply, PushReply::default());
        assert_eq!(warnings[0].reason, PushWarningReason::Refused, "{option}");
    }
}

#[test]
fn options_without_meaning_here_are_passed_over_and_unknown_ones_are_told_of() {
    assert_eq!(
        parse(
            "persist-tun,sndbuf 1,echo hello world,setenv-safe A B,verb 3,socket-flags TCP_NODELAY"
        )
        .1,
        []
    );
    assert_warns("shaper 1000", "shaper", PushWarningReason::Unsupported);
    assert_warns("teleport 5", "teleport", PushWarningReason::Unknown);
    assert_warns("\u{1b}[31mred 5", "[31mred", PushWarningReason::Unknown);
}

#[test]
fn warnings_are_bounded_in_number_and_length() {
    let long = "x".repeat(1_000);
    let (_, warnings) = parse(&vec![long; 200].join(","));

    assert_eq!(warnings.len(), 65);
    assert_eq!(warnings[0].option.len(), 40);
    assert_eq!(warnings[64].reason, PushWarningReason::Suppressed);
    assert!(
        warnings
            .iter()
            .all(|warning| !warning.to_string().is_empty())
    );
}

#[test]
fn lists_are_bounded() {
    let resolvers = vec!["dhcp-option DNS 10.0.0.1"; 40].join(",");
    let (reply, warnings) = parse(&resolvers);
    assert_eq!((reply.resolvers.len(), warnings.len()), (32, 8));
    assert_eq!(warnings[0].reason, PushWarningReason::TooMany);

    let routes = vec!["route 1.1.1.1"; 10_001].join(",");
    assert_eq!(
        PushAssembly::default()
            .add(&format!("PUSH_REPLY,{routes}"))
            .unwrap_err(),
        PushError::TooManyRoutes
    );
    assert_eq!(
        read(&vec!["route 1.1.1.1"; 10_000].join(",")).routes.len(),
        10_000
    );
}

#[test]
fn options_are_split_into_words_like_configuration_lines() {
    for (option, expected) in [
        ("a  b\tc ", vec!["a", "b", "c"]),
        ("a \"b c\" 'd e'", vec!["a", "b c", "d e"]),
        (r#"a "b\"c" 'd\e' f\ g"#, vec!["a", "b\"c", "d\\e", "f g"]),
        ("a \"\" b", vec!["a", "", "b"]),
        ("a # b", vec!["a"]),
        ("; a", vec![]),
        ("a b#c", vec!["a", "b#c"]),
        ("x'y z'w", vec!["xy zw"]),
        ("", vec![]),
    ] {
        assert_eq!(words(option).unwrap(), expected, "{option}");
    }
}

#[test]
fn options_that_cannot_be_split_are_refused() {
    assert_eq!(words("a \"b"), None);
    assert_eq!(words("a 'b"), None);
    assert_eq!(words("a\\"), None);
    assert_eq!(words(&"a ".repeat(17)), None);
    assert_eq!(words(&"a ".repeat(16)).unwrap().len(), 16);
    assert_eq!(words(&"a".repeat(4_097)), None);
    assert_warns("ping \"5", "ping", PushWarningReason::Malformed);
}

proptest! {
    #[test]
    fn arbitrary_options_are_read_without_a_panic(options in "\\PC{0,300}") {
        let _ = PushAssembly::default().add(&format!("PUSH_REPLY,{options}"));
    }

    #[test]
    fn known_options_with_arbitrary_values_are_read_without_a_panic_and_survive_being_written(
        name in prop::sample::select(vec![
            "route", "route-ipv6", "ifconfig", "ifconfig-ipv6", "dhcp-option DNS", "dhcp-option DOMAIN", "dns server",
            "dns search-domains", "redirect-gateway", "topology", "ping", "inactive", "peer-id", "cipher", "auth-token",
            "auth-token-user", "tun-mtu", "compress", "protocol-flags", "route-gateway", "push-continuation", "key-derivation",
        ]),
        values in prop::collection::vec(
            prop_oneof!["[0-9]{1,10}", "\\PC{0,8}", "[0-9a-f:.]{1,16}(/[0-9]{1,3})?", "10\\.[0-9]{1,3}\\.0\\.0", "255\\.255\\.0\\.0", "[a-z]{1,8}"],
            0..5,
        ),
    ) {
        let message = format!("PUSH_REPLY,{name} {}", values.join(" "));
        if let Ok(Some((reply, _))) = PushAssembly::default().add(&message) {
            prop_assert_eq!(written_and_read(&reply, 1_000), reply);
        }
    }

    #[test]
    fn any_word_that_can_be_quoted_is_read_again(word in "\\PC{0,20}") {
        if let Some(quoted) = quoted(&word) {
            prop_assert_eq!(words(&quoted), Some(vec![word]));
        }
    }
}
