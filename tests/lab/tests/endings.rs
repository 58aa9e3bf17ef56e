//! How sessions with a real server end, and that each end is told apart and leaves nothing behind.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use p2svpn_lab::{
    Identity, KeyKind, LabError, OpenVpnServer, P2svpnClient, SERVICE, ServerOptions, SessionEnd,
    Site, Snapshot, can_run, ping,
};

const CLIENT_CERTIFICATE_PROBABLY_REFUSED: u64 = 312;
const CONNECTION_REFUSED: u64 = 402;
const CLOSED_WITHOUT_ANSWER: u64 = 407;
const CONNECTION_LOST: u64 = 410;
const GATEWAY_SILENT: u64 = 411;
const GATEWAY_ROOT_UNKNOWN: u64 = 502;

#[test]
fn a_killed_server_is_noticed_and_its_successor_connected_to() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let server = OpenVpnServer::start(&site, &ServerOptions::default())?;
    let before = Snapshot::take(&site.client)?;
    let mut client = start(&site, &site.profile()?, &identity)?;
    client.wait_state("Connected")?;
    ping(&site.client, SERVICE, 1)?;

    server.kill();
    let end = client.wait_ended()?;
    assert_eq!(end.number, Some(CONNECTION_LOST), "{}", end.text);
    assert_eq!(
        Snapshot::take(&site.client)?.changes_since(&before),
        Vec::<String>::new()
    );

    client.connect()?;
    let end = client.wait_ended()?;
    assert_eq!(end.number, Some(CONNECTION_REFUSED), "{}", end.text);

    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;
    client.connect()?;
    client.wait_state("Connected")?;
    ping(&site.client, SERVICE, 1)?;
    client.stop()
}

#[test]
fn a_server_that_falls_silent_is_noticed_by_the_keepalive_it_pushed() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let pushed = ["push \"ping 1\"", "push \"ping-restart 3\"", "ping 1"];
    let options = ServerOptions {
        more: pushed.map(str::to_owned).to_vec(),
        ..ServerOptions::default()
    };
    let server = OpenVpnServer::start(&site, &options)?;
    let before = Snapshot::take(&site.client)?;
    let mut client = start(&site, &site.profile()?, &identity)?;
    client.wait_state("Connected")?;

    server.freeze()?;
    let end = client.wait_ended()?;

    assert_eq!(end.number, Some(GATEWAY_SILENT), "{}", end.text);
    assert_eq!(
        Snapshot::take(&site.client)?.changes_since(&before),
        Vec::<String>::new()
    );
    client.stop()
}

#[test]
fn a_server_that_asks_for_new_keys_again_and_again_keeps_its_client() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let options = ServerOptions {
        more: vec!["reneg-sec 3".to_owned()],
        ..ServerOptions::default()
    };
    let server = OpenVpnServer::start(&site, &options)?;
    let mut client = start(&site, &site.profile()?, &identity)?;
    client.wait_state("Connected")?;

    let mut resets = 0;
    let limit = Duration::from_secs(60);
    server.process().wait_for("four rekeys", 0, limit, |line| {
        resets += usize::from(line.contains("TLS: soft reset"));
        (resets == 4).then_some(())
    })?;

    ping(&site.client, SERVICE, 3)?;
    client.stop()
}

#[test]
fn the_end_of_the_program_leaves_nothing_behind() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;
    let before = Snapshot::take(&site.client)?;
    let mut client = start(&site, &site.profile()?, &identity)?;
    client.wait_state("Connected")?;

    client.stop()?;

    assert_eq!(
        Snapshot::take(&site.client)?.changes_since(&before),
        Vec::<String>::new()
    );
    Ok(())
}

#[test]
fn a_killed_client_leaves_nothing_behind() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;
    let before = Snapshot::take(&site.client)?;
    let mut client = start(&site, &site.profile()?, &identity)?;
    client.wait_state("Connected")?;
    assert_ne!(Snapshot::take(&site.client)?, before);

    client.kill();

    assert_eq!(
        Snapshot::take(&site.client)?.changes_since(&before),
        Vec::<String>::new()
    );
    Ok(())
}

#[test]
fn a_root_that_the_server_keeps_to_itself_has_to_come_from_the_host() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let options = ServerOptions {
        without_root: true,
        ..ServerOptions::default()
    };
    let _server = OpenVpnServer::start(&site, &options)?;

    let end = end_of(&site, &site.profile()?, &identity)?;
    assert_eq!(end.number, Some(GATEWAY_ROOT_UNKNOWN), "{}", end.text);

    let mut command = P2svpnClient::configure(program(), &site.profile()?, &identity);
    command.arg("--root").arg(site.server_root());
    let mut client = P2svpnClient::start(&site, &command)?;
    client.wait_state("Connected")?;
    ping(&site.client, SERVICE, 1)?;
    client.stop()
}

#[test]
fn a_wrong_server_secret_is_told_apart() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;

    let end = end_of(&site, &site.profile_with_another_secret()?, &identity)?;

    assert_eq!(end.number, Some(CLOSED_WITHOUT_ANSWER), "{}", end.text);
    Ok(())
}

#[test]
fn a_client_certificate_from_another_root_is_told_apart() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.foreign_identity("stranger", KeyKind::P256)?;
    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;

    let end = end_of(&site, &site.profile()?, &identity)?;

    assert_eq!(
        end.number,
        Some(CLIENT_CERTIFICATE_PROBABLY_REFUSED),
        "{}",
        end.text
    );
    Ok(())
}

/// Runs a session that cannot connect to its end, and sees to it that nothing is left.
fn end_of(site: &Site, profile: &Path, identity: &Identity) -> Result<SessionEnd, LabError> {
    let before = Snapshot::take(&site.client)?;
    let mut client = start(site, profile, identity)?;
    let end = client.wait_ended()?;
    assert_eq!(
        Snapshot::take(&site.client)?.changes_since(&before),
        Vec::<String>::new()
    );
    client.stop()?;
    Ok(end)
}

fn start(site: &Site, profile: &Path, identity: &Identity) -> Result<P2svpnClient, LabError> {
    P2svpnClient::start(site, &P2svpnClient::configure(program(), profile, identity))
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"))
}
