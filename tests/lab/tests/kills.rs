//! Programs that are killed in the midst of a session, at random moments: what they leave, and what the next one finds.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use p2svpn_lab::{
    KeyKind, LabError, Network, OpenVpnServer, P2svpnClient, Roaming, SERVICE, ServerOptions, Site,
    Snapshot, Table, can_run, ping,
};

/// How many programs are killed.
const KILLS: u32 = 200;

/// Kills come up to so long after the start: a session has been through all of its states by then.
const LATEST: Duration = Duration::from_millis(160);

/// When a session is told to disconnect, so that some are killed while it does.
const DISCONNECT: Duration = Duration::from_millis(100);

#[test]
fn whatever_a_killed_program_left_is_gone_after_the_next_start_which_works() -> Result<(), LabError>
{
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let options = ServerOptions {
        one_session_each: true,
        pushed: vec![
            "redirect-gateway def1".to_owned(),
            "route 203.0.113.0 255.255.255.0 net_gateway".to_owned(),
        ],
        ..ServerOptions::default()
    };
    let _server = OpenVpnServer::start(&site, &options)?;
    // The gateway is behind a router, so that a route of its own keeps it outside the tunnel.
    Roaming::new(&site)?.move_to(Network::Second)?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let profile = site.profile()?;
    let start = || {
        let program = Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"));
        let command = P2svpnClient::configure(program, &profile, &identity);
        P2svpnClient::start(&site, &command)
    };
    let before = Snapshot::take(&site.client)?;
    let mut states: BTreeMap<String, u32> = BTreeMap::new();
    let mut with_remains = 0;

    for kill in 0..KILLS {
        let began = Instant::now();
        let mut client = start()?;
        // Squared: a session spends little time in its first states.
        let moment = LATEST.mul_f64(random().powi(2));
        if moment > DISCONNECT {
            std::thread::sleep(DISCONNECT.saturating_sub(began.elapsed()));
            client.disconnect()?;
        }
        std::thread::sleep(moment.saturating_sub(began.elapsed()));
        let state = last_state(&client);
        client.kill();
        *states.entry(state).or_default() += 1;
        let left = Snapshot::take(&site.client)?.changes_since(&before);
        with_remains += u32::from(!left.is_empty());

        let mut next = start()?;
        next.wait_state("Connected")?;
        ping(&site.client, SERVICE, 1)?;
        next.stop()?;
        let left = Snapshot::take(&site.client)?.changes_since(&before);
        assert_eq!(left, Vec::<String>::new(), "after kill {kill}");
    }

    let mut table = Table::new(["killed in", "times"]);
    for (state, times) in states {
        table.add([state, times.to_string()]);
    }
    println!("{table}\n{KILLS} kills, {with_remains} of which left routes behind; all were undone");
    Ok(())
}

/// The state that the program told last.
fn last_state(client: &P2svpnClient) -> String {
    let told = client.process().output().text();
    let states = told.lines().rev().filter_map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(event.get("state")?.as_str()?.to_owned())
    });
    states
        .into_iter()
        .next()
        .unwrap_or_else(|| "(starting)".to_owned())
}

/// From 0 to 1.
fn random() -> f64 {
    let mut bytes = [0; 2];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    f64::from(u16::from_le_bytes(bytes)) / 65_536.0
}
