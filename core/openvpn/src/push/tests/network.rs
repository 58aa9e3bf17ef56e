use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::*;

#[test]
fn the_other_value_of_ifconfig_is_a_netmask_or_the_peer_by_topology() {
    let subnet = read("ifconfig 10.8.0.2 255.255.255.0,topology subnet");
    assert_eq!(
        (subnet.addresses[0].to_string(), subnet.peer_v4),
        ("10.8.0.2/24".to_owned(), None)
    );
    let forgotten = read("ifconfig 10.8.0.2 255.255.0.0");
    assert_eq!(forgotten.addresses[0].to_string(), "10.8.0.2/16");
    for topology in ["", ",topology net30", ",topology p2p"] {
        let peer = read(&format!("ifconfig 10.8.0.6 10.8.0.5{topology}"));
        assert_eq!(peer.addresses[0].to_string(), "10.8.0.6/32");
        assert_eq!(peer.peer_v4, Some(Ipv4Addr::new(10, 8, 0, 5)));
    }
    assert_warns(
        "topology subnet,ifconfig 10.8.0.2 255.0.255.0",
        "ifconfig",
        PushWarningReason::Malformed,
    );
}

#[test]
fn ipv6_settings_are_read() {
    let reply = read(
        "ifconfig-ipv6 fd00::1002/64 fd00::1,route-ipv6 2001:db8::/32,route-ipv6-gateway fd00::1,block-ipv6",
    );

    assert_eq!(reply.addresses[0].to_string(), "fd00::1002/64");
    assert_eq!(reply.peer_v6, Some("fd00::1".parse::<Ipv6Addr>().unwrap()));
    assert_eq!(reply.routes[0].destination.to_string(), "2001:db8::/32");
    assert_eq!(reply.route_ipv6_gateway, reply.peer_v6);
    assert!(reply.block_ipv6);
}

#[test]
fn routes_are_read_with_their_defaults() {
    let host = RouteGateway::Host(IpAddr::V4(Ipv4Addr::new(10, 8, 0, 1)));
    for (option, destination, gateway, metric) in [
        (
            "route 10.1.0.0 255.255.0.0",
            "10.1.0.0/16",
            RouteGateway::Tunnel,
            None,
        ),
        ("route 10.1.2.3", "10.1.2.3/32", RouteGateway::Tunnel, None),
        (
            "route 10.1.2.3 255.255.0.0 vpn_gateway 5",
            "10.1.0.0/16",
            RouteGateway::Tunnel,
            Some(5),
        ),
        (
            "route 10.1.2.3 default net_gateway",
            "10.1.2.3/32",
            RouteGateway::Bypass,
            None,
        ),
        (
            "route 10.1.0.0 255.255.0.0 10.8.0.1 default",
            "10.1.0.0/16",
            host,
            None,
        ),
        ("route default", "0.0.0.0/0", RouteGateway::Tunnel, None),
        (
            "route 0.0.0.0 0.0.0.0 default 7",
            "0.0.0.0/0",
            RouteGateway::Tunnel,
            Some(7),
        ),
        (
            "route-ipv6 2001:db8::1/32 default 9",
            "2001:db8::/32",
            RouteGateway::Tunnel,
            Some(9),
        ),
        (
            "route-ipv6 2001:db8::1 net_gateway",
            "2001:db8::1/128",
            RouteGateway::Bypass,
            None,
        ),
    ] {
        let expected = Route {
            destination: destination.parse().unwrap(),
            gateway,
            metric,
        };
        assert_eq!(read(option).routes, [expected], "{option}");
    }
}

#[test]
fn routes_that_make_no_sense_are_left_out() {
    for option in [
        "route",
        "route 10.1.0.0 255.0.255.0",
        "route 10.1.0.0 255.255.0.0 10.8.0.1 1 2",
        "route 10.1.0.0 255.255.0.0 10.8.0.1 -1",
        "route-ipv6 2001:db8::/129",
        "route-ipv6 10.0.0.0/8",
    ] {
        let name = option.split(' ').next().unwrap();
        assert_warns(option, name, PushWarningReason::Malformed);
    }
}

#[test]
fn routes_by_name_are_not_supported() {
    for option in [
        "route host.example 255.255.255.255",
        "route remote_host 255.255.255.255 net_gateway",
        "route vpn_gateway",
        "route net_gateway 255.255.255.255",
        "route 10.1.0.0 255.255.0.0 remote_host",
        "route-ipv6 host.example",
        "route-ipv6 fd00::/8 host.example",
    ] {
        let name = option.split(' ').next().unwrap();
        assert_warns(option, name, PushWarningReason::Unsupported);
    }
}

#[test]
fn redirection_is_read_with_all_its_flags() {
    let plain = RedirectGateway::all_ipv4();
    assert_eq!(read("redirect-gateway").redirect_gateway, Some(plain));
    assert_eq!(
        read("redirect-gateway def1 bypass-dhcp ipv6 !ipv4").redirect_gateway,
        Some(RedirectGateway {
            def1: true,
            bypass_dhcp: true,
            ipv6: true,
            ipv4: false,
            ..plain
        })
    );
    assert_eq!(
        read("redirect-private local autolocal bypass-dns block-local").redirect_gateway,
        Some(RedirectGateway {
            private: true,
            local: true,
            autolocal: true,
            bypass_dns: true,
            block_local: true,
            ..plain
        })
    );
    assert_warns(
        "redirect-gateway def2",
        "redirect-gateway",
        PushWarningReason::Malformed,
    );
}
