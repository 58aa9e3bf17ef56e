use super::*;

#[test]
fn resolvers_and_domains_are_read_from_dhcp_options() {
    let reply = read(
        "dhcp-option DNS 10.0.0.1,dhcp-option DNS6 fd00::53,dhcp-option DNS fd00::54,dhcp-option DOMAIN corp.example,\
         dhcp-option DOMAIN-SEARCH a.example,dhcp-option DOMAIN-SEARCH b.example,dns search-domains c.example d.example",
    );

    let resolvers: Vec<String> = reply.resolvers.iter().map(ToString::to_string).collect();
    assert_eq!(resolvers, ["10.0.0.1", "fd00::53", "fd00::54"]);
    assert_eq!(reply.domain.as_deref(), Some("corp.example"));
    assert_eq!(reply.search_domains, ["a.example", "b.example"]);
    assert_eq!(reply.dns_search_domains, ["c.example", "d.example"]);
    assert_warns(
        "dhcp-option WINS 10.0.0.1",
        "dhcp-option",
        PushWarningReason::Unsupported,
    );
    assert_warns(
        "dhcp-option DNS6 10.0.0.1",
        "dhcp-option",
        PushWarningReason::Malformed,
    );
    assert_warns(
        "dhcp-option DOMAIN",
        "dhcp-option",
        PushWarningReason::Malformed,
    );
}

#[test]
fn domains_that_could_trick_a_resolver_are_left_out() {
    for domain in [
        "a b",
        "$(reboot)",
        "a;b",
        "..",
        "a..b",
        "-x.example",
        "ä.example",
        "\"\"",
        "a/../b",
    ] {
        let (reply, warnings) = parse(&format!("dhcp-option DOMAIN '{domain}'"));
        assert_eq!((reply.domain, warnings.len()), (None, 1), "{domain}");
    }
    assert_eq!(
        read("dhcp-option DOMAIN .corp.example").domain.as_deref(),
        Some(".corp.example")
    );
}

#[test]
fn dns_servers_are_read_and_ranked() {
    let reply = read(
        "dns server 20 address 10.0.0.2,dns server -0 address 10.0.0.9,dns server 1 address 10.0.0.1:5353 [fd00::1]:853 [fd00::2] fd00::3,\
         dns server 1 resolve-domains corp.example x.example,dns server 1 dnssec optional,dns server 1 transport DoT,dns server 1 sni dns.example",
    );

    let ranks: Vec<i8> = reply
        .dns_servers
        .iter()
        .map(|server| server.priority)
        .collect();
    assert_eq!(ranks, [0, 1, 20]);
    let server = &reply.dns_servers[1];
    let ports: Vec<Option<u16>> = server
        .addresses
        .iter()
        .map(|address| address.port)
        .collect();
    assert_eq!(ports, [Some(5353), Some(853), None, None]);
    assert_eq!(server.resolve_domains, ["corp.example", "x.example"]);
    assert_eq!(
        (server.dnssec, server.transport),
        (Some(Dnssec::Optional), DnsTransport::Tls)
    );
    assert_eq!(server.sni.as_deref(), Some("dns.example"));
    assert_eq!(written_and_read(&reply, 300), reply);
}

#[test]
fn a_dns_server_without_address_makes_the_reply_unusable() {
    let error = PushAssembly::default()
        .add("PUSH_REPLY,dns server 3 dnssec yes")
        .unwrap_err();

    assert_eq!(error, PushError::DnsServerWithoutAddress(3));
}

#[test]
fn dns_servers_that_make_no_sense_are_warned_of() {
    for option in [
        "dns server -1 address 10.0.0.1",
        "dns server 128 address 10.0.0.1",
        "dns server x",
        "dns server",
        "dns",
        "dns search-domains",
        "dns server 1 address 10.0.0.1,dns server 1 address ten",
        "dns server 1 address 10.0.0.1,dns server 1 transport pigeon",
        "dns server 1 address 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1,dns server 1 address 1.1.1.1",
    ] {
        assert_warns(option, "dns", PushWarningReason::Malformed);
    }
}
