use super::*;

const OLD: &str = "topology subnet,ifconfig 10.8.0.2 255.255.255.0,route 10.1.0.0 255.255.0.0,route 10.2.0.0 255.255.0.0,dhcp-option DNS 10.0.0.1,\
     peer-id 7,cipher AES-256-GCM,protocol-flags tls-ekm,auth-token old";

#[test]
fn the_same_settings_have_no_changes() {
    let changes = read(OLD).changes_since(&read(OLD));

    assert!(changes.is_empty() && !changes.concern_machine());
}

#[test]
fn every_setting_of_a_host_is_looked_at() {
    let only = |change: fn(&mut PushChanges)| {
        let mut changes = PushChanges::default();
        change(&mut changes);
        changes
    };
    for (option, expected, machine) in [
        (
            "ifconfig 10.8.0.3 255.255.255.0",
            only(|c| c.addresses = true),
            true,
        ),
        (
            "ifconfig-ipv6 fd00::2/64",
            only(|c| c.addresses = true),
            true,
        ),
        (
            "route-gateway 10.8.0.1",
            only(|c| c.route_defaults = true),
            true,
        ),
        (
            "route-ipv6-gateway fd00::1",
            only(|c| c.route_defaults = true),
            true,
        ),
        ("route-metric 5", only(|c| c.route_defaults = true), true),
        (
            "redirect-gateway",
            only(|c| c.redirect_gateway = true),
            true,
        ),
        ("dhcp-option DNS 10.0.0.2", only(|c| c.dns = true), true),
        ("dhcp-option DOMAIN a.example", only(|c| c.dns = true), true),
        (
            "dhcp-option DOMAIN-SEARCH a.example",
            only(|c| c.dns = true),
            true,
        ),
        (
            "dns server 1 address 10.0.0.1",
            only(|c| c.dns = true),
            true,
        ),
        ("dns search-domains a.example", only(|c| c.dns = true), true),
        ("block-outside-dns", only(|c| c.dns = true), true),
        ("block-ipv6", only(|c| c.block_ipv6 = true), true),
        ("tun-mtu 1300", only(|c| c.mtu = true), true),
        ("ping 5", only(|c| c.ping = true), false),
        ("ping-restart 5", only(|c| c.ping = true), false),
        ("ping-exit 5", only(|c| c.ping = true), false),
        ("inactive 5", only(|c| c.limits = true), false),
        ("session-timeout 5", only(|c| c.limits = true), false),
        ("auth-token new", only(|_| {}), false),
    ] {
        let changes = read(&format!("{OLD},{option}")).changes_since(&read(OLD));

        assert_eq!(changes, expected, "{option}");
        assert_eq!(changes.concern_machine(), machine, "{option}");
    }
}

#[test]
fn routes_are_told_by_what_came_and_went() {
    let new = read(&OLD.replace(
        "route 10.1.0.0 255.255.0.0",
        "route 10.3.0.0 255.255.0.0,route 10.3.0.0 255.255.0.0",
    ));

    let changes = new.changes_since(&read(OLD));

    let shown = |routes: &[Route]| -> Vec<String> {
        routes
            .iter()
            .map(|route| route.destination.to_string())
            .collect()
    };
    assert_eq!(shown(&changes.routes_added), ["10.3.0.0/16"]);
    assert_eq!(shown(&changes.routes_removed), ["10.1.0.0/16"]);
    assert!(changes.concern_machine());
}

#[test]
fn the_order_of_routes_is_no_change_but_their_metric_is() {
    let swapped = "route 10.2.0.0 255.255.0.0,route 10.1.0.0 255.255.0.0";
    let first = "route 10.1.0.0 255.255.0.0,route 10.2.0.0 255.255.0.0";
    assert!(read(swapped).changes_since(&read(first)).is_empty());

    let metric = read("route 10.1.0.0 255.255.0.0 default 5,route 10.2.0.0 255.255.0.0");
    let changes = metric.changes_since(&read(first));
    assert_eq!(
        (changes.routes_added.len(), changes.routes_removed.len()),
        (1, 1)
    );
}

#[test]
fn a_later_reply_keeps_the_addresses_and_the_data_channel() {
    let old = read(OLD);

    let new = read("route 10.9.0.0 255.255.0.0,ping 5")
        .in_place_of(&old, "AES-256-GCM")
        .unwrap();

    assert_eq!(new.addresses, old.addresses);
    assert_eq!(
        (new.topology, new.peer_id, &new.cipher, new.protocol_flags),
        (old.topology, old.peer_id, &old.cipher, old.protocol_flags)
    );
    assert_eq!(new.auth_token, old.auth_token);
    assert_eq!(new.routes.len(), 1);
    assert!(new.resolvers.is_empty());
}

#[test]
fn a_later_reply_may_bring_another_address_and_token() {
    let new = read("topology subnet,ifconfig 10.9.0.9 255.255.255.0,auth-token new,cipher aes-256-gcm,peer-id 7")
        .in_place_of(&read(OLD), "AES-256-GCM")
        .unwrap();

    assert_eq!(new.addresses[0].to_string(), "10.9.0.9/24");
    assert_eq!(new.auth_token.unwrap().token.as_str(), "new");
}

#[test]
fn a_later_reply_cannot_change_the_data_channel() {
    for (option, name) in [("peer-id 8", "peer-id"), ("cipher AES-128-GCM", "cipher")] {
        assert_eq!(
            read(option).in_place_of(&read(OLD), "AES-256-GCM"),
            Err(name)
        );
    }
    let unnamed = PushReply::default();
    assert!(
        read("cipher AES-256-GCM")
            .in_place_of(&unnamed, "AES-256-GCM")
            .is_ok()
    );
}

#[test]
fn an_mtu_above_the_clients_is_lowered() {
    let mut reply = read("tun-mtu 9000");

    let warning = reply.limit_mtu(1_500).unwrap();

    assert_eq!(reply.tun_mtu, Some(1_500));
    assert_eq!(
        (warning.option.as_str(), warning.reason),
        ("tun-mtu", PushWarningReason::Lowered)
    );
    assert_eq!(reply.limit_mtu(1_500), None);
    assert_eq!(PushReply::default().limit_mtu(1_500), None);
}
