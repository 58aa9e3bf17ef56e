//! Connections to real servers that are lost and got back: what the programs behind the tunnel notice of it.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use p2svpn_lab::{
    KeyKind, LabError, Network, OpenVpnServer, P2svpnClient, PATIENCE, Roaming, SERVICE,
    ServerOptions, Site, Snapshot, Steady, Table, Transport, can_run, echo_until, ping,
};

/// Bytes a second of the download that goes on through everything.
const RATE: u64 = 500_000;

/// How long it lasts: longer than the moves.
const LENGTH: Duration = Duration::from_secs(4);

/// How often a client moves.
const MOVES: usize = 6;

/// How long nobody says anything, unless the environment says otherwise: longer than TCP waits before it asks.
const IDLE: Duration = Duration::from_secs(45);
const IDLE_VARIABLE: &str = "P2SVPN_IDLE_SECONDS";

/// What a move may cost.
const GOAL: Duration = Duration::from_secs(1);

#[test]
fn a_client_that_moves_to_another_network_keeps_its_downloads() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let mut table = Table::new([
        "tunnel",
        "moves",
        "shortest gap",
        "median gap",
        "longest gap",
    ]);
    let full = &["redirect-gateway def1"];
    for (name, transport, pushed) in [
        ("split, TCP", Transport::Tcp, &[][..]),
        ("split, UDP", Transport::Udp, &[]),
        ("full, TCP", Transport::Tcp, full),
        ("full, UDP", Transport::Udp, full),
    ] {
        let mut gaps = gaps_of_moves(transport, pushed)?;
        gaps.sort();
        let text = |gap: Duration| format!("{} ms", gap.as_millis());
        let median = gaps[gaps.len() / 2];
        table.add([
            name.to_owned(),
            gaps.len().to_string(),
            text(gaps[0]),
            text(median),
            text(gaps[gaps.len() - 1]),
        ]);
        assert!(median < GOAL, "{name}: {gaps:?}");
    }
    println!("{table}");
    Ok(())
}

/// Moves a client to and fro while it downloads; returns for how long nothing came through the tunnel each time.
fn gaps_of_moves(transport: Transport, pushed: &[&str]) -> Result<Vec<Duration>, LabError> {
    let site = Site::new()?;
    let options = ServerOptions {
        transport,
        one_session_each: true,
        pushed: pushed.iter().map(|&option| option.to_owned()).collect(),
        ..ServerOptions::default()
    };
    let _server = OpenVpnServer::start(&site, &options)?;
    let roaming = Roaming::new(&site)?;
    let mut client = connected(&site, transport)?;
    let download = Steady::download(&site.client, RATE, LENGTH)?;
    let began = Instant::now();
    while download.moved() == 0 && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(1));
    }

    let mut gaps = Vec::new();
    for turn in 0..MOVES {
        let network = match turn % 2 {
            0 => Network::Second,
            _ => Network::First,
        };
        let began = Instant::now();
        roaming.move_to(network)?;
        let back = echo_until(&site.client, SERVICE, began + PATIENCE)?;
        gaps.push(back - began);
        client.wait_state("Reconnecting")?;
        client.wait_state("Connected")?;
    }

    assert_eq!(download.finish()?, RATE * LENGTH.as_secs(), "{transport:?}");
    client.stop()?;
    Ok(gaps)
}

#[test]
fn a_server_that_is_replaced_is_found_again_and_downloads_go_on() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let options = ServerOptions {
        one_session_each: true,
        ..ServerOptions::default()
    };
    let server = OpenVpnServer::start(&site, &options)?;
    let before = Snapshot::take(&site.client)?;
    let mut client = connected(&site, Transport::Tcp)?;
    let during = Snapshot::take(&site.client)?;
    let download = Steady::download(&site.client, RATE, Duration::from_secs(6))?;

    server.kill();
    client.wait_state("Reconnecting")?;
    assert_eq!(client.status()?["protection"], "Held");
    let changes = Snapshot::take(&site.client)?.changes_since(&during);
    assert_eq!(
        changes,
        Vec::<String>::new(),
        "device, addresses and routes stay"
    );
    let _successor = OpenVpnServer::start(&site, &options)?;
    client.wait_state("Connected")?;

    assert_eq!(download.finish()?, RATE * 6);
    let status = client.status()?;
    assert_eq!(status["protection"], "Protected");
    assert_eq!(status["reconnects"], 1);
    let changes = Snapshot::take(&site.client)?.changes_since(&during);
    assert_eq!(changes, Vec::<String>::new());
    client.stop()?;
    assert_eq!(before.differences_left(&site.client)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_cable_that_is_pulled_for_a_moment_ends_nothing() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;
    let mut client = connected(&site, Transport::Tcp)?;

    for pull in ["wan", "wan"] {
        site.client.ip(&format!("link set {pull} down"))?;
        std::thread::sleep(Duration::from_secs(1));
        site.client.ip(&format!("link set {pull} up"))?;
        ping(&site.client, SERVICE, 1)?;
    }

    assert_eq!(client.status()?["reconnects"], 0);
    client.stop()
}

#[test]
fn a_machine_that_slept_is_connected_again_at_once_and_lets_no_burst_out() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let options = ServerOptions {
        one_session_each: true,
        ..ServerOptions::default()
    };
    let server = OpenVpnServer::start(&site, &options)?;
    let mut client = connected(&site, Transport::Tcp)?;
    let calls = || {
        let log = server.process().output().text();
        log.matches("TCP connection established").count()
    };
    let before = calls();

    client.wake()?;
    client.wait_state("Reconnecting")?;
    let began = Instant::now();
    client.wait_state("Connected")?;
    println!(
        "connected {} ms after the wake",
        began.elapsed().as_millis()
    );

    ping(&site.client, SERVICE, 1)?;
    assert_eq!(client.status()?["reconnects"], 1);
    assert_eq!(calls() - before, before, "one call, like the first one");
    client.stop()
}

#[test]
fn a_program_that_stood_still_goes_on_where_it_was() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let options = ServerOptions {
        one_session_each: true,
        pushed: vec!["ping 1".to_owned(), "ping-restart 3".to_owned()],
        more: vec!["ping 1".to_owned()],
        ..ServerOptions::default()
    };
    let _server = OpenVpnServer::start(&site, &options)?;
    let mut client = connected(&site, Transport::Tcp)?;

    client.process().signal(Signal::SIGSTOP)?;
    std::thread::sleep(Duration::from_secs(5));
    client.process().signal(Signal::SIGCONT)?;

    // Longer than the gateway may be silent: either what it has sent meanwhile counts, or the connection is made anew, once.
    ping(&site.client, SERVICE, 1)?;
    std::thread::sleep(Duration::from_secs(4));
    ping(&site.client, SERVICE, 1)?;
    let status = client.status()?;
    assert_eq!(status["state"], "Connected");
    assert!(status["reconnects"].as_u64() <= Some(1), "{status}");
    client.stop()
}

#[test]
fn an_idle_gateway_that_sends_nothing_is_not_a_dead_one() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;
    let mut client = connected(&site, Transport::Tcp)?;
    let idle = std::env::var(IDLE_VARIABLE).map_or(IDLE, |seconds| {
        Duration::from_secs(seconds.parse().expect("a number of seconds"))
    });

    std::thread::sleep(idle);

    ping(&site.client, SERVICE, 1)?;
    let status = client.status()?;
    println!("idle for {idle:?}, connected all the time");
    assert_eq!(
        (&status["state"], &status["reconnects"]),
        (&"Connected".into(), &0.into())
    );
    client.stop()
}

fn connected(site: &Site, transport: Transport) -> Result<P2svpnClient, LabError> {
    let identity = site.client_identity("client", KeyKind::P256)?;
    let profile = match transport {
        Transport::Tcp => site.profile()?,
        Transport::Udp => site.profile_over_udp()?,
    };
    let mut command = P2svpnClient::configure(program(), &profile, &identity);
    command.arg("--reconnect");
    let mut client = P2svpnClient::start(site, &command)?;
    client.wait_state("Connected")?;
    ping(&site.client, SERVICE, 1)?;
    Ok(client)
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"))
}
