//! Settings that a server changes while our client is connected on a real TUN device, over TCP and over UDP.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::net::Ipv4Addr;
use std::process::Command;
use std::time::{Duration, Instant};

use p2svpn_lab::{
    KeyKind, LabError, Management, OpenVpnServer, P2svpnClient, PATIENCE, SERVICE, ServerOptions,
    ServerVersion, Site, Snapshot, Transport, at_once, can_run_every_server, ping,
};
use serde_json::Value;

/// The server's own address in the tunnel.
const SERVER: Ipv4Addr = Ipv4Addr::new(172, 16, 201, 1);

#[test]
fn the_machine_follows_the_server_and_nothing_stays_behind() -> Result<(), LabError> {
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
        let profile = match transport {
            Transport::Tcp => site.profile()?,
            Transport::Udp => site.profile_over_udp()?,
        };
        let before = Snapshot::take(&site.client)?;
        let command = Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"));
        let command = P2svpnClient::configure(command, &profile, &identity);
        let mut client = P2svpnClient::start(&site, &command)?;
        client.wait_state("Connected")?;
        ping(&site.client, SERVICE, 3)?;
        let mut management = Management::connect(&site)?;

        management.command("push-update-broad \"route 10.55.0.0 255.255.0.0\"")?;
        wait_routes(&site, &mut client, &["10.55.0.0/16"])?;
        assert_eq!(tunnel_routes(&site)?, ["10.55.0.0/16"]);

        // The network is there again, and packets flow as before.
        management.command(
            "push-update-broad \"route 10.1.0.0 255.255.0.0, route 10.55.0.0 255.255.0.0\"",
        )?;
        wait_routes(&site, &mut client, &["10.1.0.0/16", "10.55.0.0/16"])?;
        assert_eq!(tunnel_routes(&site)?, ["10.1.0.0/16", "10.55.0.0/16"]);
        ping(&site.client, SERVICE, 3)?;

        client.disconnect()?;
        let end = client.wait_ended()?;
        assert_eq!(end.number, None, "{}", end.text);
        let after = Snapshot::take(&site.client)?;
        assert_eq!(after.changes_since(&before), Vec::<String>::new());
        client.stop()
    })?;
    Ok(())
}

/// Waits until the session's status names these routes, which it does once the machine has them. The server tells of an
/// update when it next has to do with the client, so that is kept busy meanwhile.
fn wait_routes(site: &Site, client: &mut P2svpnClient, wanted: &[&str]) -> Result<(), LabError> {
    let started = Instant::now();
    loop {
        let status = client.status()?;
        if strings(&status["routes"]) == wanted {
            break;
        }
        assert!(started.elapsed() < PATIENCE, "{status}");
        ping(&site.client, SERVER, 1)?;
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

/// The destinations of the routes through the tunnel's device, but for its own network.
fn tunnel_routes(site: &Site) -> Result<Vec<String>, LabError> {
    let listed = site.client.ip("-json -4 route show dev p2svpn0")?;
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let all = listed.iter().filter(|route| route["protocol"] != "kernel");
    let mut destinations: Vec<String> = all
        .map(|route| route["dst"].as_str().unwrap().to_owned())
        .collect();
    destinations.sort();
    Ok(destinations)
}

fn strings(list: &Value) -> Vec<&str> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}
