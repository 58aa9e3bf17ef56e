use super::*;

#[test]
fn a_reply_in_several_messages_is_put_together() {
    let mut assembly = PushAssembly::default();

    assert_eq!(
        assembly.add("PUSH_REPLY,ping 5,push-continuation 2"),
        Ok(None)
    );
    assert_eq!(
        assembly.add("PUSH_REPLY,push-continuation 2,route 10.0.0.0 255.0.0.0"),
        Ok(None)
    );
    let (reply, warnings) = assembly
        .add("PUSH_REPLY,ping-restart 6, push-continuation 1")
        .unwrap()
        .unwrap();

    assert_eq!(
        (
            reply.ping.is_some(),
            reply.routes.len(),
            reply.ping_restart.is_some()
        ),
        (true, 1, true)
    );
    assert_eq!(warnings, []);
    let (next, _) = assembly.add("PUSH_REPLY,tun-mtu 1400").unwrap().unwrap();
    assert_eq!(
        next,
        PushReply {
            tun_mtu: Some(1_400),
            ..PushReply::default()
        }
    );
}

#[test]
fn messages_that_are_no_push_replies_are_refused_and_forgotten() {
    let mut assembly = PushAssembly::default();
    assembly
        .add("PUSH_REPLY,ping 5,push-continuation 2")
        .unwrap();
    for (message, expected) in [
        ("PUSH_REPLYX", PushError::NotAPushReply),
        ("AUTH_FAILED", PushError::NotAPushReply),
        ("", PushError::NotAPushReply),
        (
            "PUSH_REPLY,push-continuation 3",
            PushError::BrokenContinuation,
        ),
        (
            "PUSH_REPLY,push-continuation",
            PushError::BrokenContinuation,
        ),
    ] {
        assert_eq!(assembly.add(message), Err(expected), "{message}");
    }
    assert_eq!(
        assembly.add("PUSH_REPLY").unwrap().unwrap().0,
        PushReply::default()
    );
}

#[test]
fn a_reply_that_never_ends_is_refused_at_256_kib() {
    for filler in [
        "PUSH_REPLY,push-continuation 2".to_owned(),
        format!("PUSH_REPLY,push-continuation 2,echo {}", "x".repeat(500)),
    ] {
        let mut assembly = PushAssembly::default();
        let most = 256 * 1024 / filler.len();
        for _ in 0..most {
            assert_eq!(assembly.add(&filler), Ok(None));
        }
        assert_eq!(assembly.add(&filler), Err(PushError::TooLong));
    }
}

#[test]
fn a_long_reply_is_written_in_several_messages_that_fit() {
    let routes = (0..500_u32)
        .map(|number| format!("route 10.{}.{}.0 255.255.255.0", number / 250, number % 250));
    let reply = read(&routes.collect::<Vec<_>>().join(","));

    let messages = reply.to_messages(1_000);

    assert!(messages.len() > 10);
    assert!(
        messages
            .iter()
            .all(|message| message.len() <= 1_000 && message.starts_with("PUSH_REPLY,"))
    );
    assert_eq!(
        messages
            .iter()
            .filter(|message| message.ends_with(",push-continuation 2"))
            .count(),
        messages.len() - 1
    );
    assert!(messages.last().unwrap().ends_with(",push-continuation 1"));
    assert_eq!(written_and_read(&reply, 1_000), reply);
}

#[test]
fn an_empty_reply_is_one_message() {
    assert_eq!(*PushReply::default().to_messages(1_000), ["PUSH_REPLY"]);
}

#[test]
fn every_setting_survives_being_written() {
    let reply = read(
        "topology subnet,ifconfig 10.8.0.2 255.255.255.0,ifconfig-ipv6 fd00::2/64 fd00::1,route-gateway 10.8.0.1,route-ipv6-gateway fd00::1,\
         route-metric 3,route 10.1.0.0 255.255.0.0 net_gateway 5,route 10.2.0.0 255.255.0.0 default 6,route-ipv6 2001:db8::/32 fd00::9,\
         redirect-private def1 ipv6 !ipv4,block-ipv6,block-outside-dns,dhcp-option DNS 10.0.0.1,dhcp-option DNS fd00::5,dhcp-option DOMAIN a.example,\
         dhcp-option DOMAIN-SEARCH c.example,dns search-domains b.example,dns server 1 address [fd00::1]:853 10.0.0.1,dns server 1 transport DoH,dns server 1 dnssec yes,\
         ping 1,ping-restart 2,ping-exit 3,inactive 4 5,session-timeout 6,peer-id 7,cipher AES-256-GCM,key-derivation tls-ekm,\
         protocol-flags cc-exit tls-ekm dyn-tls-crypt aead-epoch,tun-mtu 1400,comp-lzo no,explicit-exit-notify 2,\
         auth-token 'a \"b\\',auth-token-user dQ==",
    );

    assert_eq!(reply.auth_token.as_ref().unwrap().token.as_str(), "a \"b\\");
    assert_eq!(written_and_read(&reply, 200), reply);
    let peer = read("ifconfig 10.8.0.6 10.8.0.5,topology net30");
    assert_eq!(written_and_read(&peer, 200), peer);
}
