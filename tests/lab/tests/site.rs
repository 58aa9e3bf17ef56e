//! The lab itself, proved with openvpn's own client.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use p2svpn_lab::{
    KeyKind, LabError, Namespace, OpenVpnClient, OpenVpnServer, PATIENCE, Process, SERVICE,
    ServerOptions, Site, Snapshot, TlsVersion, can_run, download, ping, upload,
};

#[test]
fn openvpns_own_client_reaches_the_virtual_network_and_nothing_else_does() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let before = Snapshot::take(&site.client)?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let options = ServerOptions {
        tls: Some(TlsVersion::Tls13),
        ..ServerOptions::default()
    };
    let server = OpenVpnServer::start(&site, &options)?;
    assert!(ping(&site.client, SERVICE, 1).is_err());

    let client = OpenVpnClient::start(
        &site,
        &OpenVpnClient::configure(&site, "client", &identity, &[])?,
    )?;
    client.wait_connected()?;
    ping(&site.client, SERVICE, 5)?;
    download(&site.client, 1 << 20)?;
    upload(&site.client, 1 << 20)?;
    assert_ne!(Snapshot::take(&site.client)?, before);
    server.wait_log("TLSv1.3")?;

    client.stop()?;
    assert_eq!(
        Snapshot::take(&site.client)?.changes_since(&before),
        Vec::<String>::new()
    );
    assert!(ping(&site.client, SERVICE, 1).is_err());
    Ok(())
}

#[test]
fn a_namespace_ends_with_what_runs_in_it() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let namespace = Namespace::new()?;
    let path = namespace.path().to_owned();
    let mut command = Command::new("sh");
    command.args(["-c", "echo here; exec sleep 600"]);
    let mut sleeper = Process::start(&namespace, "sleep", &command)?;
    sleeper.wait_for("that it runs", 0, PATIENCE, |line| {
        (line == "here").then_some(())
    })?;
    assert!(path.exists());

    drop(namespace);

    assert!(!path.exists());
    assert!(sleeper.wait_end(PATIENCE), "it ends with the namespace");
    Ok(())
}
