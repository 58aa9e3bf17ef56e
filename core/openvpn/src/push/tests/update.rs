//! The behaviours of OpenVPN's own tests of updates, and hostile ones.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

const CURRENT: &str = "topology subnet,ifconfig 10.8.0.2 255.255.255.0,ifconfig-ipv6 fd00::2/64 fd00::1,route-gateway 10.8.0.1,route-metric 3,\
     route 10.1.0.0 255.255.0.0,route 10.2.0.0 255.255.0.0,route-ipv6 2001:db8::/32,redirect-gateway def1,block-ipv6,block-outside-dns,\
     dhcp-option DNS 10.0.0.1,dhcp-option DOMAIN a.example,dhcp-option DOMAIN-SEARCH s.example,dns server 1 address 10.0.0.9,\
     dns search-domains d.example,ping 10,ping-restart 60,tun-mtu 1400,peer-id 7,cipher AES-256-GCM,protocol-flags tls-ekm cc-exit,auth-token t";

fn update(options: &str) -> (PushReply, Vec<PushWarning>) {
    UpdateAssembly::default()
        .add(&format!("PUSH_UPDATE,{options}"), &read(CURRENT))
        .unwrap()
        .unwrap()
}

fn updated(options: &str) -> PushReply {
    let (reply, warnings) = update(options);
    assert_eq!(warnings, [], "{options}");
    reply
}

/// The current settings with one change made by hand.
fn current_but(change: impl FnOnce(&mut PushReply)) -> PushReply {
    let mut reply = read(CURRENT);
    change(&mut reply);
    reply
}

#[test]
fn an_update_that_was_received_from_a_server_is_applied() {
    let reply = updated("dns server 1 address 10.99.0.77,-dhcp-option,route 10.55.0.0 255.255.0.0");

    assert_eq!(
        reply,
        current_but(|reply| {
            reply.dns_servers[0].addresses[0].address = "10.99.0.77".parse().unwrap();
            reply.dns_search_domains.clear();
            reply.resolvers.clear();
            reply.domain = None;
            reply.search_domains.clear();
            reply.routes = vec![
                reply.routes[2],
                Route {
                    destination: "10.55.0.0/16".parse().unwrap(),
                    gateway: RouteGateway::Tunnel,
                    metric: None,
                },
            ];
        })
    );
}

#[test]
fn a_topology_without_an_address_that_fits_it_is_passed_over() {
    let with_peer = read("ifconfig 10.8.0.6 10.8.0.5");
    let updated = |options: &str| {
        UpdateAssembly::default()
            .add(&format!("PUSH_UPDATE,{options}"), &with_peer)
            .unwrap()
            .unwrap()
    };

    let (push, warnings) = updated("topology subnet");
    assert_eq!(push, with_peer);
    assert_eq!(warnings.len(), 1);

    let (push, warnings) = updated("topology subnet,ifconfig 10.8.0.7 10.8.0.5");
    assert_eq!(push, with_peer);
    assert_eq!(warnings.len(), 2);

    let (push, warnings) = updated("topology subnet,ifconfig 10.8.0.6 255.255.255.0");
    assert_eq!(push.addresses, ["10.8.0.6/24".parse().unwrap()]);
    assert_eq!((push.peer_v4, warnings.len()), (None, 0));
}

#[test]
fn an_empty_update_changes_nothing() {
    assert_eq!(updated(""), read(CURRENT));
    let nothing = UpdateAssembly::default().add("PUSH_UPDATE", &read(CURRENT));
    assert_eq!(nothing.unwrap().unwrap().0, read(CURRENT));
}

#[test]
fn single_settings_are_replaced() {
    let reply = updated("tun-mtu 1300,route-metric 9,route-gateway 10.8.0.254,keepalive 5 30");

    assert_eq!(
        reply,
        current_but(|reply| {
            reply.tun_mtu = Some(1_300);
            reply.route_metric = Some(9);
            reply.route_gateway = Some("10.8.0.254".parse().unwrap());
            reply.ping = Some(Duration::from_secs(5));
            reply.ping_restart = Some(Duration::from_secs(30));
        })
    );
}

#[test]
fn an_address_is_replaced_and_the_other_familys_stays() {
    let reply = updated("ifconfig 10.9.0.2 255.255.0.0");
    let addresses: Vec<_> = reply.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["10.9.0.2/16", "fd00::2/64"]);

    let reply = updated("ifconfig-ipv6 fd01::2/64");
    let addresses: Vec<_> = reply.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["10.8.0.2/24", "fd01::2/64"]);
    assert_eq!(reply.peer_v6, None);

    let reply = updated("topology p2p,ifconfig 10.9.0.2 10.9.0.1");
    assert_eq!(reply.addresses[0].to_string(), "10.9.0.2/32");
    assert_eq!(reply.peer_v4, Some("10.9.0.1".parse().unwrap()));
}

#[test]
fn settings_are_removed_by_a_minus() {
    let reply = updated(
        "-block-ipv6,-block-outside-dns,-dhcp-option,-dns,-ifconfig-ipv6,-redirect-gateway,-route,-route-gateway,-route-ipv6,\
         -route-metric,-topology,-tun-mtu,-keepalive",
    );

    assert_eq!(
        reply,
        read("topology subnet,ifconfig 10.8.0.2 255.255.255.0,peer-id 7,cipher AES-256-GCM,protocol-flags tls-ekm cc-exit,auth-token t")
            .without_topology()
    );
    let without_v4 = updated("-ifconfig");
    assert_eq!(without_v4.addresses, ["fd00::2/64".parse().unwrap()]);
}

#[test]
fn the_first_option_of_a_class_replaces_it_and_the_later_ones_add_to_it() {
    let reply =
        updated("route 10.5.0.0 255.255.0.0,dhcp-option DNS 10.0.0.5,route 10.6.0.0 255.255.0.0");
    let routes: Vec<_> = reply
        .routes
        .iter()
        .map(|route| route.destination.to_string())
        .collect();
    assert_eq!(routes, ["2001:db8::/32", "10.5.0.0/16", "10.6.0.0/16"]);
    assert_eq!(reply.resolvers.len(), 1);
    assert_eq!((reply.domain, reply.search_domains.len()), (None, 0));
    assert_eq!(reply.dns_servers.len(), 1);

    let reply = updated("redirect-private block-local");
    assert!(
        reply
            .redirect_gateway
            .is_some_and(|now| now.private && !now.def1)
    );
}

#[test]
fn a_class_is_replaced_once_over_all_messages_of_an_update() {
    let current = read(CURRENT);
    let mut assembly = UpdateAssembly::default();

    let first = assembly.add(
        "PUSH_UPDATE,route 10.5.0.0 255.255.0.0,push-continuation 2",
        &current,
    );
    assert_eq!(first, Ok(None));
    let last = assembly.add(
        "PUSH_UPDATE,route 10.6.0.0 255.255.0.0,push-continuation 1",
        &current,
    );
    let (both, _) = last.unwrap().unwrap();
    assert_eq!(both.routes.len(), 3);

    let (next, _) = assembly
        .add("PUSH_UPDATE,route 10.7.0.0 255.255.0.0", &both)
        .unwrap()
        .unwrap();
    assert_eq!(next.routes.len(), 2);
}

#[test]
fn what_only_a_new_connection_can_take_on_is_an_error_unless_it_is_optional() {
    for option in [
        "cipher AES-128-GCM",
        "peer-id 3",
        "-cipher",
        "teleport 5",
        "up /bin/sh",
        "auth-token x",
    ] {
        let name = option.trim_start_matches('-').split(' ').next().unwrap();
        let error = UpdateAssembly::default()
            .add(
                &format!("PUSH_UPDATE,tun-mtu 1300,{option}"),
                &read(CURRENT),
            )
            .unwrap_err();
        assert_eq!(error, UpdateError::NotUpdatable(name.to_owned()));
    }
    for option in ["?cipher AES-128-GCM", "-?teleport", "?up /bin/sh"] {
        let (reply, warnings) = update(option);
        assert_eq!(reply, read(CURRENT));
        assert_eq!(
            warnings[0].reason,
            PushWarningReason::Unsupported,
            "{option}"
        );
    }
    assert_eq!(updated("?tun-mtu 1300").tun_mtu, Some(1_300));
    assert_eq!(updated("-?tun-mtu").tun_mtu, None);
}

#[test]
fn changes_that_make_no_sense_leave_the_setting_alone() {
    for (option, name) in [
        ("?-tun-mtu", "?-tun-mtu"),
        ("--tun-mtu", "--tun-mtu"),
        ("??tun-mtu 1300", "??tun-mtu"),
        ("-tun-mtu 1300", "tun-mtu"),
        ("tun-mtu 99", "tun-mtu"),
        ("ifconfig 10.8.0.2", "ifconfig"),
    ] {
        let (reply, warnings) = update(option);

        assert_eq!(reply, read(CURRENT), "{option}");
        assert!(warnings[0].option.starts_with(name), "{warnings:?}");
        assert_eq!(warnings[0].reason, PushWarningReason::Malformed);
    }
}

#[test]
fn updates_are_bounded_like_replies() {
    let current = read(CURRENT);
    let mut assembly = UpdateAssembly::default();
    let filler = format!("PUSH_UPDATE,push-continuation 2,?x {}", "x".repeat(500));
    for _ in 0..256 * 1024 / filler.len() {
        assert_eq!(assembly.add(&filler, &current), Ok(None));
    }
    assert_eq!(
        assembly.add(&filler, &current),
        Err(UpdateError::Push(PushError::TooLong))
    );
    assert_eq!(
        assembly.add("PUSH_REPLY,ping 5", &current),
        Err(UpdateError::Push(PushError::NotAPushReply))
    );
    assert_eq!(
        assembly.add("PUSH_UPDATE,dns server 3 dnssec yes", &current),
        Err(UpdateError::Push(PushError::DnsServerWithoutAddress(3)))
    );
}

proptest! {
    #[test]
    fn arbitrary_updates_are_read_without_a_panic(options in "\\PC{0,300}") {
        let _ = UpdateAssembly::default().add(&format!("PUSH_UPDATE,{options}"), &read(CURRENT));
    }

    #[test]
    fn changes_with_arbitrary_values_leave_what_an_update_cannot_change(
        changes in prop::collection::vec(
            (
                prop::sample::select(vec!["", "-", "?", "-?", "?-"]),
                prop::sample::select(vec![
                    "route", "route-ipv6", "ifconfig", "ifconfig-ipv6", "dhcp-option DNS", "dns server 1", "redirect-gateway",
                    "topology", "tun-mtu", "keepalive", "block-ipv6", "route-gateway",
                ]),
                prop::sample::select(vec!["", " 10.9.0.0 255.255.0.0", " 1300", " fd00::5/64", " 10.0.0.1", " subnet", " address 10.0.0.1"]),
            ),
            0..8,
        ),
    ) {
        let options: Vec<String> = changes.iter().map(|(mark, name, value)| format!("{mark}{name}{value}")).collect();
        let current = read(CURRENT);
        if let Ok(Some((reply, _))) = UpdateAssembly::default().add(&format!("PUSH_UPDATE,{}", options.join(",")), &current) {
            prop_assert_eq!(&reply.auth_token, &current.auth_token);
            prop_assert_eq!(&reply.cipher, &current.cipher);
            prop_assert_eq!(reply.peer_id, current.peer_id);
            prop_assert!(reply.addresses.len() <= 2);
            // Removing what the changes brought and bringing the same again ends in the same place.
            let again = UpdateAssembly::default().add(&format!("PUSH_UPDATE,{}", options.join(",")), &reply);
            prop_assert_eq!(again.unwrap().unwrap().0, reply);
        }
    }
}

impl PushReply {
    fn without_topology(mut self) -> Self {
        self.topology = None;
        self
    }
}
