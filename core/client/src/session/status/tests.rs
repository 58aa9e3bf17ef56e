#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use super::*;

#[test]
fn the_status_is_a_table_like_that_of_azures_client() {
    let status = connected();

    assert_eq!(
        status.to_string(),
        "\
State         Connected
Duration      01:02:03
Sent          1.5 KiB (12 packets)
Received      3.2 GiB (1 packet)
Client IP     172.16.201.2/24
VPN Server    gateway.example (192.0.2.1:443)
Routes        10.1.0.0/16
              fd00:1::/48
DNS Servers   10.1.0.4
"
    );
}

#[test]
fn what_is_not_known_yet_is_a_dash() {
    let status = Status {
        state: State::Preparing,
        statistics: Statistics::default(),
        addresses: Vec::new(),
        gateway_name: None,
        gateway_address: None,
        routes: Vec::new(),
        dns_servers: Vec::new(),
        duration: Duration::ZERO,
        ..connected()
    };

    assert_eq!(
        status.to_string(),
        "\
State         Preparing
Duration      00:00:00
Sent          0 bytes (0 packets)
Received      0 bytes (0 packets)
Client IP     -
VPN Server    -
Routes        -
DNS Servers   -
"
    );
}

#[test]
fn a_lost_connection_shows_which_attempt_it_is_and_that_traffic_is_held() {
    let status = Status {
        state: State::Reconnecting,
        protection: Protection::Held,
        reconnection: Some(Reconnection::new(
            crate::ErrorCode::ConnectionLost.into(),
            3,
            1_800_000_000,
        )),
        ..connected()
    };

    assert!(status.to_string().starts_with(
        "\
State         Reconnecting, attempt 3
Traffic       held
Duration      01:02:03
"
    ));
}

#[test]
fn thousands_of_routes_are_counted_and_not_listed() {
    let route: IpNet = "10.0.0.0/24".parse().unwrap();
    let status = Status {
        routes: vec![route; 5000],
        ..connected()
    };

    let text = status.to_string();

    assert!(text.contains("and 4980 more"));
    assert!(text.lines().count() < 40);
}

#[test]
fn a_server_without_a_name_is_shown_once() {
    let status = Status {
        gateway_name: Some("192.0.2.1".to_owned()),
        ..connected()
    };

    assert!(status.to_string().contains("VPN Server    192.0.2.1:443\n"));
}

#[test]
fn amounts_are_cut_to_a_tenth_of_the_largest_unit() {
    assert_eq!(amount(1023, 2), "1023 bytes (2 packets)");
    assert_eq!(amount(1024, 2), "1.0 KiB (2 packets)");
    assert_eq!(amount(u64::MAX, 2), "16383.9 PiB (2 packets)");
}

fn connected() -> Status {
    Status {
        protection: Protection::Protected,
        reconnection: None,
        state: State::Connected,
        since: 1_800_000_000,
        duration: Duration::from_secs(3723),
        statistics: Statistics {
            sent_bytes: 1536,
            sent_packets: 12,
            received_bytes: 3_500_000_000,
            received_packets: 1,
            ..Statistics::default()
        },
        addresses: vec!["172.16.201.2/24".parse().unwrap()],
        gateway_name: Some("gateway.example".to_owned()),
        gateway_address: Some("192.0.2.1:443".parse().unwrap()),
        routes: vec![
            "10.1.0.0/16".parse().unwrap(),
            "fd00:1::/48".parse().unwrap(),
        ],
        excluded_routes: Vec::new(),
        dns_servers: vec!["10.1.0.4".parse().unwrap()],
        dns_suffixes: Vec::new(),
        device: Some("p2svpn0".to_owned()),
        mtu: Some(1400),
        cipher: Some("AES-256-GCM".to_owned()),
        tls_version: Some("TLSv1.3".to_owned()),
    }
}
