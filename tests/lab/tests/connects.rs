//! A thousand sessions in one program: what each takes is given back.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::process::Command;
use std::time::{Duration, Instant};

use p2svpn_lab::{
    KeyKind, LabError, Network, OpenVpnServer, P2svpnClient, Roaming, ServerOptions, Site,
    Snapshot, Table, can_guard,
};

/// What a program takes once it has gone through this many sessions is what it needs.
const WARM_UP: usize = 100;

const SESSIONS: usize = 1_000;

/// How much more memory a thousand sessions may leave: the allocator's own disorder, and nothing of each session.
const GROWTH: u64 = 2 * 1024 * 1024;

#[test]
fn a_thousand_sessions_leave_no_more_than_a_hundred_do() -> Result<(), LabError> {
    if !can_guard() {
        return Ok(());
    }
    let site = Site::new()?;
    let options = ServerOptions {
        one_session_each: true,
        pushed: vec!["redirect-gateway def1".to_owned()],
        ..ServerOptions::default()
    };
    let _server = OpenVpnServer::start(&site, &options)?;
    Roaming::new(&site)?.move_to(Network::Second)?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let program = Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"));
    let mut command = P2svpnClient::configure(program, &site.profile()?, &identity);
    command.arg("--guard");
    let before = Snapshot::take(&site.client)?;
    let mut client = P2svpnClient::start(&site, &command)?;
    let mut ends = Vec::new();
    one_session(&mut client, &mut ends)?;
    for _ in 1..WARM_UP {
        client.connect()?;
        one_session(&mut client, &mut ends)?;
    }
    let first = Needs::of(&client)?;

    let began = Instant::now();
    for _ in 0..SESSIONS {
        client.connect()?;
        one_session(&mut client, &mut ends)?;
    }
    let each = began.elapsed() / u32::try_from(SESSIONS).unwrap();

    let last = Needs::of(&client)?;
    let left = Snapshot::take(&site.client)?.changes_since(&before);
    assert_eq!(left, Vec::<String>::new());
    ends.sort();
    let (median, longest) = (ends[ends.len() / 2], ends[ends.len() - 1]);
    let mut table = Table::new(["sessions", "memory", "threads", "descriptors"]);
    for (sessions, needs) in [(WARM_UP, &first), (WARM_UP + SESSIONS, &last)] {
        table.add([
            sessions.to_string(),
            format!("{} KiB", needs.memory / 1024),
            needs.threads.to_string(),
            needs.descriptors.to_string(),
        ]);
    }
    println!("{table}\n{each:.1?} for each; cancelled within {median:.1?}, {longest:.1?} at most");
    assert!(last.memory < first.memory + GROWTH, "{table}");
    assert_eq!(
        (last.threads, last.descriptors),
        (first.threads, first.descriptors)
    );
    assert!(longest < Duration::from_secs(2));
    client.stop()
}

/// Waits until the session is connected, ends it, and notes how long that took.
fn one_session(client: &mut P2svpnClient, ends: &mut Vec<Duration>) -> Result<(), LabError> {
    client.wait_state("Connected")?;
    let asked = Instant::now();
    client.disconnect()?;
    let end = client.wait_ended()?;
    ends.push(asked.elapsed());
    assert_eq!(end.number, None, "{}", end.text);
    Ok(())
}

/// What a program takes of the machine.
struct Needs {
    memory: u64,
    threads: usize,
    descriptors: usize,
}

impl Needs {
    fn of(client: &P2svpnClient) -> Result<Self, LabError> {
        let process = client.process();
        Ok(Self {
            memory: process.resident_bytes()?,
            threads: process.count_in("task")?,
            descriptors: process.count_in("fd")?,
        })
    }
}
