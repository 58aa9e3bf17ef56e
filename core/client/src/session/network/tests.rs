#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use p2svpn_openvpn::{RedirectGateway, Route as PushedRoute};
use p2svpn_profile::{
    Authentication, CertificateAuthentication, OneOrMore, ServerSecret, ServerValidation,
    Thumbprint,
};

use super::*;

const GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

#[test]
fn pushed_and_included_routes_are_merged_without_duplicates() {
    let mut profile = profile();
    profile.include_routes = [net("10.1.0.0/16"), net("10.9.0.0/16")]
        .into_iter()
        .collect();
    let mut push = push();
    push.route_metric = Some(50);
    push.routes = vec![
        pushed("10.1.0.0/16", RouteGateway::Tunnel),
        pushed("10.1.0.0/16", RouteGateway::Tunnel),
    ];

    let config = network_config(&profile, &push, GATEWAY, 1400);

    let destinations: Vec<IpNet> = config
        .routes
        .iter()
        .map(|route| route.destination)
        .collect();
    assert_eq!(destinations, [net("10.1.0.0/16"), net("10.9.0.0/16")]);
    // The pushed one wins, with its metric.
    assert_eq!(config.routes[0].metric, Some(50));
    assert_eq!(config.tunnel_mode, TunnelMode::Split);
    assert_eq!(config.gateway, Some(GATEWAY));
}

#[test]
fn routes_around_the_tunnel_are_excludes() {
    let mut profile = profile();
    profile.exclude_routes = [net("203.0.113.0/24")].into_iter().collect();
    let mut push = push();
    push.routes = vec![
        pushed("198.51.100.0/24", RouteGateway::Bypass),
        pushed("203.0.113.0/24", RouteGateway::Bypass),
    ];

    let config = network_config(&profile, &push, GATEWAY, 1400);

    assert_eq!(
        config.excludes,
        [net("203.0.113.0/24"), net("198.51.100.0/24")]
    );
    assert!(config.routes.is_empty());
}

#[test]
fn the_profiles_dns_servers_replace_the_pushed_ones_and_suffixes_add_up() {
    let mut profile = profile();
    let mut push = push();
    push.resolvers = vec![address("10.1.0.4"), address("10.1.0.4")];
    push.domain = Some("Corp.Example".to_owned());
    assert_eq!(
        network_config(&profile, &push, GATEWAY, 1400).dns_servers,
        [address("10.1.0.4")]
    );

    profile.dns_servers = [address("10.9.9.9")].into_iter().collect();
    profile.dns_suffixes = ["corp.example", "other.example"]
        .into_iter()
        .map(|suffix| suffix.parse().unwrap())
        .collect();
    let config = network_config(&profile, &push, GATEWAY, 1400);

    assert_eq!(config.dns_servers, [address("10.9.9.9")]);
    assert_eq!(config.dns_suffixes, ["corp.example", "other.example"]);
}

#[test]
fn a_redirected_gateway_and_a_forced_tunnel_are_both_full() {
    let mut forced = profile();
    forced.include_routes = [net("0.0.0.0/1"), net("128.0.0.0/1")].into_iter().collect();
    assert_eq!(
        network_config(&forced, &push(), GATEWAY, 1400).tunnel_mode,
        TunnelMode::Full
    );

    let mut push = push();
    push.redirect_gateway = Some(RedirectGateway::all_ipv4());
    let config = network_config(&profile(), &push, GATEWAY, 1400);
    assert_eq!(config.tunnel_mode, TunnelMode::Full);
    assert_eq!(config.routes, [Route::to(net("0.0.0.0/0"))]);
}

#[test]
fn the_smaller_mtu_wins_within_what_ip_needs() {
    let mut push = push();
    assert_eq!(tunnel_mtu(&push, None), 1500);
    assert_eq!(tunnel_mtu(&push, Some(1300)), 1300);
    push.tun_mtu = Some(1200);
    assert_eq!(tunnel_mtu(&push, Some(1300)), 1200);
    push.tun_mtu = Some(9000);
    assert_eq!(tunnel_mtu(&push, None), 1500);
    push.tun_mtu = Some(10);
    assert_eq!(tunnel_mtu(&push, None), 576);
    push.addresses.push(net("fd00::2/64"));
    assert_eq!(tunnel_mtu(&push, None), 1280);
}

#[test]
fn point_to_point_peers_belong_to_the_address_of_their_family() {
    let mut push = push();
    push.addresses.push(net("fd00::2/64"));
    push.peer_v4 = Some("172.16.201.1".parse().unwrap());

    let config = network_config(&profile(), &push, GATEWAY, 1400);

    assert_eq!(config.addresses[0].peer, Some(address("172.16.201.1")));
    assert_eq!(config.addresses[1].peer, None);
}

fn profile() -> Profile {
    let validation = ServerValidation::azure(
        OneOrMore::new(Thumbprint::new([1; 20]).into()),
        ServerSecret::new(&[2; 256]),
    );
    let sign_in = Authentication::Certificate(CertificateAuthentication::default());
    Profile::new(
        "vnet".parse().unwrap(),
        "gateway.example".parse().unwrap(),
        sign_in,
        validation,
    )
}

fn push() -> PushReply {
    let mut push = PushReply::default();
    push.addresses = vec![net("172.16.201.2/24")];
    push
}

fn pushed(destination: &str, gateway: RouteGateway) -> PushedRoute {
    PushedRoute {
        destination: net(destination),
        gateway,
        metric: None,
    }
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}
