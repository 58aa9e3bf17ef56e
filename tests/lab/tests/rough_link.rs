//! Links that lose, delay, reorder and double packets: sessions begin, replace their keys and carry every byte.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::io::{Write, stdout};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use p2svpn_lab::{
    GATEWAY, Impairment, KeyKind, LabError, Netem, OpenVpnServer, PORT, Probe, ProtocolClient,
    Relay, ServerOptions, ServerVersion, Site, Table, Transport, at_once, can_run_every_server,
    download, upload,
};

const ROUGH: Impairment = Impairment {
    loss: 0.1,
    duplication: 0.05,
    reordering: 0.2,
    delay: Duration::from_millis(5),
};

/// How long keys last: longer than OpenVPN takes for its third repetition of a packet (2, 6 and 14 s after the first). It
/// begins the next exchange on time though the last one is unfinished, and then the two ends have lost each other.
const RENEGOTIATE: Duration = Duration::from_secs(16);

/// How many of them a session waits for.
const REKEYS: usize = 2;

/// How many bytes TCP carries inside each way: at a tenth of loss each way it is slow.
const TRANSFER: u64 = 1 << 20;

/// Decides what the relay does to which datagram.
const SEED: u64 = 0x5eed;

const HEADINGS: [&str; 8] = [
    "server",
    "over",
    "impaired by",
    "connect ms",
    "transfers s",
    "rekeys",
    "probes",
    "lost",
];

#[test]
fn a_rough_link_loses_probes_but_no_session_and_no_byte() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    let rows = at_once(ServerVersion::ALL, |version| {
        let site = Site::new()?;
        let relay = Relay::start(&site, ROUGH, SEED)?;
        let row = session(&site, version, Transport::Udp, "relay", relay.address())?;
        let counts = relay.counts();
        assert!(
            counts.lost > 0 && counts.duplicated > 0 && counts.reordered > 0,
            "{counts:?}"
        );
        Ok(row)
    })?;
    show(rows);
    Ok(())
}

#[test]
fn a_cable_that_the_kernel_impairs_breaks_no_session() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    if Netem::start(&Site::new()?, &ROUGH)?.is_none() {
        // No skip: what it is about, the relay has shown over UDP.
        let _ = writeln!(
            stdout(),
            "this kernel has no netem: the relay impairs instead"
        );
        return Ok(());
    }
    let rows = at_once([Transport::Tcp, Transport::Udp], |transport| {
        let site = Site::new()?;
        let _netem = Netem::start(&site, &ROUGH)?;
        let gateway = (GATEWAY, PORT).into();
        session(&site, ServerVersion::V2_6, transport, "netem", gateway)
    })?;
    show(rows);
    Ok(())
}

/// Connects, carries TCP both ways while keys are replaced, disconnects; returns what is shown of it.
fn session(
    site: &Site,
    version: ServerVersion,
    transport: Transport,
    impaired_by: &str,
    gateway: SocketAddr,
) -> Result<Vec<String>, LabError> {
    let identity = site.client_identity("client", KeyKind::P256)?;
    let options = ServerOptions {
        version,
        transport,
        renegotiate: Some(RENEGOTIATE),
        ..ServerOptions::default()
    };
    let server = OpenVpnServer::start(site, &options)?;
    let config = ProtocolClient::config(site, &options, &identity)?;
    let started = Instant::now();
    let client = ProtocolClient::connect(site, config, gateway)?;
    let connected = started.elapsed();

    let probe = Probe::start(&site.client, Duration::from_millis(20))?;
    let started = Instant::now();
    download(&site.client, TRANSFER)?;
    upload(&site.client, TRANSFER)?;
    let transfers = started.elapsed();
    client
        .wait_rekeys(REKEYS, Duration::from_secs(90))
        .map_err(|error| {
            let log = server.process().output().text();
            LabError::Session(format!("{error}\n{log}"))
        })?;
    let probes = probe.finish()?;
    let rekeys = client.rekeys().len();
    client.close()?;

    assert_eq!(probes.twice, 0, "no packet is delivered twice");
    assert!(
        probes.lost.len() as u64 * 2 < probes.sent,
        "most probes return"
    );
    Ok(vec![
        version.number().to_owned(),
        transport.name().to_owned(),
        impaired_by.to_owned(),
        connected.as_millis().to_string(),
        transfers.as_secs().to_string(),
        rekeys.to_string(),
        probes.sent.to_string(),
        probes.lost.len().to_string(),
    ])
}

fn show(rows: Vec<Vec<String>>) {
    let mut table = Table::new(HEADINGS);
    rows.into_iter().for_each(|row| table.add(row));
    // Past the capture of the test runner: the table is for people.
    let _ = writeln!(stdout(), "\n{table}");
}
