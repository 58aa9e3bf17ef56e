use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde_json::Value;

use super::*;

const CAPTURES: &str = include_str!("../../../tests/vectors/openvpn-live.json");

#[test]
fn captured_replies_are_read_without_a_warning_and_survive_being_written() {
    let captures: Vec<Value> = serde_json::from_str(CAPTURES).unwrap();
    for session in &captures {
        let text = session["push_reply"].as_str().unwrap();

        let (reply, warnings) = PushAssembly::default().add(text).unwrap().unwrap();

        assert_eq!(warnings, [], "{}", session["name"]);
        assert_eq!(reply.topology, Some(Topology::Subnet));
        assert_eq!(reply.addresses, ["10.99.0.10/24".parse().unwrap()]);
        assert_eq!(reply.route_gateway, Some(Ipv4Addr::new(10, 99, 0, 1)));
        assert_eq!(reply.resolvers, [IpAddr::V4(Ipv4Addr::new(10, 99, 0, 53))]);
        assert_eq!(reply.ping, Some(Duration::from_secs(5)));
        assert_eq!(reply.ping_restart, Some(Duration::from_secs(20)));
        assert_eq!(reply.peer_id.map(u64::from), session["peer_id"].as_u64());
        assert_eq!(reply.cipher.as_deref(), session["cipher"].as_str());
        assert_eq!(
            reply.uses_tls_exporter(),
            session["key_source"] != "TLS1-PRF"
        );
        assert_eq!(
            reply.protocol_flags.aead_epoch,
            session["epoch_format"].as_bool().unwrap()
        );
        assert_eq!(reply.tun_mtu, Some(1_500));
        assert!(
            reply
                .auth_token
                .as_ref()
                .unwrap()
                .token
                .starts_with("SESS_ID_AT_")
        );
        assert_eq!(written_and_read(&reply, 1_000), reply);
    }
    assert_eq!(captures.len(), 6);
}
