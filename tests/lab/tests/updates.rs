//! Settings that a server changes in mid-session, as OpenVPN 2.7 can.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use p2svpn_lab::{
    GATEWAY, KeyKind, LabError, Management, OpenVpnServer, PATIENCE, PORT, ProtocolClient, SERVICE,
    ServerOptions, ServerVersion, Site, Transport, at_once, can_run_every_server, ping,
};

#[test]
fn changed_routes_and_resolvers_are_told_with_what_differs() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once([Transport::Tcp, Transport::Udp], |transport| {
        let site = Site::new()?;
        let identity = site.client_identity("client", KeyKind::P256)?;
        let options = ServerOptions {
            version: ServerVersion::V2_7,
            transport,
            more: vec![Management::line(&site)],
            ..ServerOptions::default()
        };
        let _server = OpenVpnServer::start(&site, &options)?;
        let config = ProtocolClient::config(&site, &options, &identity)?;
        let client = ProtocolClient::connect(&site, config, (GATEWAY, PORT).into())?;
        let before = client.settings().push.clone();
        let mut management = Management::connect(&site)?;

        management.command(
            "push-update-broad \"route 10.55.0.0 255.255.0.0, dns server 1 address 10.1.0.5, -dhcp-option\"",
        )?;
        // The server tells of an update when it next looks at its timers.
        let update = client.wait_update(PATIENCE)?;

        let routes = |routes: &[p2svpn_openvpn::Route]| -> Vec<String> {
            routes
                .iter()
                .map(|route| route.destination.to_string())
                .collect()
        };
        assert_eq!(routes(&update.changes.routes_added), ["10.55.0.0/16"]);
        assert_eq!(routes(&update.changes.routes_removed), ["10.1.0.0/16"]);
        assert!(update.changes.dns && !update.changes.addresses && !update.changes.mtu);
        assert_eq!(routes(&update.push.routes), ["10.55.0.0/16"]);
        assert_eq!(update.push.addresses, before.addresses);
        assert!(update.push.resolvers.is_empty());
        assert_eq!(update.push.dns_servers.len(), 1);
        // The lab's device keeps its routes: packets flow on.
        ping(&site.client, SERVICE, 3)?;
        client.close()?;
        Ok(())
    })?;
    Ok(())
}
