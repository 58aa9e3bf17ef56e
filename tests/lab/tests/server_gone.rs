//! Servers that go and come back: what the protocol says of it, and that a new connection works.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::time::Duration;

use p2svpn_lab::{
    GATEWAY, Identity, KeyKind, LabError, OpenVpnServer, PATIENCE, PORT, ProtocolClient, SERVICE,
    ServerOptions, ServerVersion, Site, Snapshot, Transport, at_once, can_run_every_server, ping,
};
use p2svpn_openvpn::Error;
use p2svpn_tunnel::TunnelEnd;

/// When the client takes silence for the end, as the servers push it.
const SILENCE: Duration = Duration::from_secs(10);

#[test]
fn a_killed_server_is_noticed_at_once_over_tcp_and_by_its_silence_over_udp() -> Result<(), LabError>
{
    if !can_run_every_server() {
        return Ok(());
    }
    for_every_server(|site, identity, version| {
        for transport in [Transport::Tcp, Transport::Udp] {
            let options = options(version, transport);
            let server = OpenVpnServer::start(site, &options)?;
            let before = Snapshot::take(&site.client)?;
            let client = connect(site, &options, identity)?;
            ping(&site.client, SERVICE, 1)?;

            server.kill();
            let end = client.wait_ended(PATIENCE)?;

            // Before its silence had lasted that long over TCP, or it would be told as that.
            let fits = match (&end, transport) {
                (TunnelEnd::Connection(Error::TransportClosed(_)), Transport::Tcp) => true,
                (TunnelEnd::Connection(Error::PeerSilent(after)), Transport::Udp) => {
                    *after == SILENCE
                }
                _ => false,
            };
            assert!(fits, "{version:?} {transport:?}: {end:?}");
            drop(client);
            let left = before.differences_left(&site.client)?;
            assert_eq!(left, Vec::<String>::new(), "{version:?} {transport:?}");

            let _successor = OpenVpnServer::start(site, &options)?;
            let client = connect(site, &options, identity)?;
            ping(&site.client, SERVICE, 1)?;
            client.close()?;
        }
        Ok(())
    })
}

#[test]
fn a_server_that_leaves_in_order_says_so_over_udp() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    for_every_server(|site, identity, version| {
        let mut options = options(version, Transport::Udp);
        options.more.push("explicit-exit-notify 1".to_owned());
        let server = OpenVpnServer::start(site, &options)?;
        let client = connect(site, &options, identity)?;
        ping(&site.client, SERVICE, 1)?;

        server.stop()?;
        let end = client.wait_ended(PATIENCE)?;

        let told = matches!(
            end,
            TunnelEnd::Connection(Error::PeerRestart { .. } | Error::PeerExit)
        );
        assert!(told, "{version:?}: {end:?}");
        Ok(())
    })
}

fn options(version: ServerVersion, transport: Transport) -> ServerOptions {
    ServerOptions {
        version,
        transport,
        pushed: vec![
            "ping 1".to_owned(),
            format!("ping-restart {}", SILENCE.as_secs()),
        ],
        more: vec!["ping 1".to_owned()],
        ..ServerOptions::default()
    }
}

fn connect(
    site: &Site,
    options: &ServerOptions,
    identity: &Identity,
) -> Result<ProtocolClient, LabError> {
    let config = ProtocolClient::config(site, options, identity)?;
    ProtocolClient::connect(site, config, (GATEWAY, PORT).into())
}

/// Runs something for each version at once, at a site of its own.
fn for_every_server(
    job: impl Fn(&Site, &Identity, ServerVersion) -> Result<(), LabError> + Sync,
) -> Result<(), LabError> {
    at_once(ServerVersion::ALL, |version| {
        let site = Site::new()?;
        let identity = site.client_identity("client", KeyKind::P256)?;
        job(&site, &identity, version)
    })?;
    Ok(())
}
