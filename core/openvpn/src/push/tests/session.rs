use std::time::Duration;

use super::*;

#[test]
fn a_token_user_is_decoded() {
    let token = read("auth-token-user dQ==,auth-token t")
        .auth_token
        .unwrap();

    assert_eq!(
        (token.token.as_str(), token.username.unwrap().as_str()),
        ("t", "u")
    );
}

#[test]
fn a_reply_with_nothing_but_a_token_is_a_renewal() {
    assert!(read("auth-token t,auth-token-user dQ==").only_renews_token());
    assert!(!read("auth-token t,ping 5").only_renews_token());
    assert!(!read("").only_renews_token());
    assert!(read("").is_empty() && !read("ping 5").is_empty());
}

#[test]
fn tokens_do_not_print() {
    let shown = format!("{:?}", read("auth-token hush,auth-token-user aHVzaA=="));

    assert!(shown.contains("AuthToken(..)"));
    assert!(!shown.contains("hush") && !shown.contains("aHVzaA"));
}

#[test]
fn times_are_read_and_zero_switches_off() {
    let reply = read("ping 10,ping-restart 60,ping-exit 90,inactive 100 5000,session-timeout 3600");
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(
        (reply.ping, reply.ping_restart, reply.ping_exit),
        (seconds(10), seconds(60), seconds(90))
    );
    assert_eq!(
        reply.inactive,
        Some(Inactivity {
            after: Duration::from_secs(100),
            bytes: 5_000
        })
    );
    assert_eq!(reply.session_timeout, seconds(3_600));

    let off = read("ping 0,ping-restart 0,ping-exit 0,inactive 0,session-timeout 0");
    assert_eq!(off, PushReply::default());
    let keepalive = read("keepalive 10 60");
    assert_eq!(
        (keepalive.ping, keepalive.ping_restart),
        (seconds(10), seconds(60))
    );
    assert_warns("keepalive 10", "keepalive", PushWarningReason::Malformed);
    assert_warns("ping 86401", "ping", PushWarningReason::Malformed);
    assert_warns(
        "session-timeout 4294967296",
        "session-timeout",
        PushWarningReason::Malformed,
    );
}

#[test]
fn peer_ids_have_24_bits_or_say_that_there_is_none() {
    for (text, expected) in [
        ("0", 0),
        ("16777215", 0xff_ffff),
        ("-1", 0xff_ffff),
        ("7", 7),
    ] {
        assert_eq!(read(&format!("peer-id {text}")).peer_id, Some(expected));
    }
    for text in ["16777216", "-2", "x", "", "1 2"] {
        assert_warns(
            &format!("peer-id {text}"),
            "peer-id",
            PushWarningReason::Malformed,
        );
    }
}

#[test]
fn the_epoch_format_needs_a_peer_id() {
    assert!(
        read("protocol-flags aead-epoch,peer-id 3")
            .protocol_flags
            .aead_epoch
    );
    for options in [
        "protocol-flags aead-epoch",
        "protocol-flags aead-epoch,peer-id -1",
    ] {
        let error = PushAssembly::default()
            .add(&format!("PUSH_REPLY,{options}"))
            .unwrap_err();
        assert_eq!(error, PushError::EpochWithoutPeerId);
    }
}

#[test]
fn the_key_derivation_is_named_in_either_way() {
    assert!(read("key-derivation tls-ekm").uses_tls_exporter());
    assert!(read("protocol-flags tls-ekm").uses_tls_exporter());
    assert!(!read("protocol-flags cc-exit dyn-tls-crypt").uses_tls_exporter());
    assert_warns(
        "key-derivation magic",
        "key-derivation",
        PushWarningReason::Malformed,
    );
    assert_warns(
        "protocol-flags tls-ekm warp",
        "protocol-flags",
        PushWarningReason::Unsupported,
    );
}

#[test]
fn compression_is_named_unless_packets_stay_as_they_are() {
    for (option, expected) in [
        ("comp-lzo no", Some("comp-lzo no")),
        ("comp-lzo", Some("comp-lzo")),
        ("compress lz4-v2", Some("compress lz4-v2")),
        ("compress", Some("compress")),
        ("compress migrate", None),
        ("ping 5", None),
    ] {
        assert_eq!(read(option).compression(), expected);
    }
    assert_warns("compress ''", "compress", PushWarningReason::Malformed);
}

#[test]
fn numbers_out_of_range_are_left_out() {
    assert_eq!(read("tun-mtu 1400").tun_mtu, Some(1_400));
    assert_eq!(read("explicit-exit-notify").explicit_exit_notify, Some(1));
    assert_eq!(read("explicit-exit-notify 2").explicit_exit_notify, Some(2));
    for option in [
        "tun-mtu 99",
        "tun-mtu 65536",
        "explicit-exit-notify 256",
        "route-metric -1",
        "route-gateway x",
    ] {
        assert_warns(
            option,
            option.split(' ').next().unwrap(),
            PushWarningReason::Malformed,
        );
    }
    assert_warns(
        "route-gateway dhcp",
        "route-gateway",
        PushWarningReason::Unsupported,
    );
}
