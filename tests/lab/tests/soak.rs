//! Keys are replaced every ten seconds under traffic both ways, and nothing is lost: five minutes in continuous
//! integration, one elsewhere, or as many seconds as `P2SVPN_SOAK_SECONDS` says.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use p2svpn_lab::{
    GATEWAY, KeyKind, LabError, OpenVpnServer, PORT, Probe, ProbeReport, ProtocolClient,
    ServerOptions, ServerVersion, Site, Steady, Table, Transport, at_once, can_run_every_server,
};

/// How long keys last, for both ends: sometimes both ask for the next ones at once.
const RENEGOTIATE: Duration = Duration::from_secs(10);

/// Bytes a second, each way.
const RATE: u64 = 512 << 10;

/// Between two datagrams that are counted one by one.
const PROBE: Duration = Duration::from_millis(5);

/// What a line of the timeline covers.
const STEP: Duration = Duration::from_secs(5);

/// The longest of the soaks with servers other than the system's.
const SHORTER: Duration = Duration::from_secs(60);

#[test]
fn nothing_is_lost_while_keys_are_replaced_again_and_again() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    let length = length();
    let soaks = [
        (ServerVersion::V2_6, Transport::Tcp, length),
        (ServerVersion::V2_6, Transport::Udp, length),
        (ServerVersion::V2_5, Transport::Tcp, length.min(SHORTER)),
        (ServerVersion::V2_5, Transport::Udp, length.min(SHORTER)),
        (ServerVersion::V2_7, Transport::Tcp, length.min(SHORTER)),
        (ServerVersion::V2_7, Transport::Udp, length.min(SHORTER)),
    ];

    // Each tells its own failure, beside the timelines of the others.
    let results = at_once(soaks, |(version, transport, length)| {
        Ok((version, transport, soak(version, transport, length)))
    })?;

    let mut failures = Vec::new();
    for (version, transport, result) in results {
        let name = format!("OpenVPN {} over {}", version.number(), transport.name());
        match result {
            Ok(soaked) => {
                // Past the capture of the test runner: the timeline is for people.
                let _ = writeln!(stdout(), "\n{name}\n{}", soaked.timeline());
                failures.extend(soaked.failure().map(|failure| format!("{name}: {failure}")));
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

/// What a soak has brought about.
struct Soaked {
    started: Instant,
    length: Duration,
    samples: Vec<Sample>,
    rekeys: Vec<Instant>,
    /// TLS handshakes that the server has completed, the first one included; the last one may be on its way.
    handshakes: usize,
    probes: ProbeReport,
    dropped: u64,
}

/// The counters at one moment.
#[derive(Clone, Copy)]
struct Sample {
    at: Instant,
    down: u64,
    up: u64,
    probes: (u64, u64),
}

fn soak(
    version: ServerVersion,
    transport: Transport,
    length: Duration,
) -> Result<Soaked, LabError> {
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let options = ServerOptions {
        version,
        transport,
        renegotiate: Some(RENEGOTIATE),
        ..ServerOptions::default()
    };
    let server = OpenVpnServer::start(&site, &options)?;
    let mut config = ProtocolClient::config(&site, &options, &identity)?;
    config.renegotiation.after = Some(RENEGOTIATE);
    let client = ProtocolClient::connect(&site, config, (GATEWAY, PORT).into())?;

    let probe = Probe::start(&site.client, PROBE)?;
    let down = Steady::download(&site.client, RATE, length)?;
    let up = Steady::upload(&site.client, RATE, length)?;
    let started = Instant::now();
    let sample = || Sample {
        at: Instant::now(),
        down: down.moved(),
        up: up.moved(),
        probes: probe.counts(),
    };
    let mut samples = vec![sample()];
    while started.elapsed() < length && !client.has_ended() {
        std::thread::sleep(STEP);
        samples.push(sample());
    }
    if client.has_ended() {
        let end = client.wait_ended(Duration::ZERO)?;
        let log = server.process().output().text();
        let after = started.elapsed().as_secs();
        return Err(LabError::Session(format!(
            "over after {after} s: {end:?}\n{log}"
        )));
    }
    down.finish()?;
    up.finish()?;
    let probes = probe.finish()?;
    let rekeys = client.rekeys();
    let dropped = client.dropped();
    client.close()?;
    Ok(Soaked {
        started,
        length,
        samples,
        rekeys,
        handshakes: server.count_log("Control Channel: TLS"),
        probes,
        dropped,
    })
}

impl Soaked {
    /// What was not as it should have been; the streams' bytes have been compared before.
    fn failure(&self) -> Option<String> {
        // A rekey takes a moment, and the last one may be on its way.
        let fewest = (self.length.as_secs() / (RENEGOTIATE.as_secs() + 1)).saturating_sub(1);
        if self.rekeys.len() < fewest as usize || self.handshakes < self.rekeys.len() {
            return Some(format!(
                "{} rekeys and {} handshakes, not {fewest}",
                self.rekeys.len(),
                self.handshakes
            ));
        }
        if !self.probes.lost.is_empty() || self.probes.twice > 0 {
            return Some(format!("{:?}", self.probes));
        }
        (self.dropped > 0).then(|| format!("{} packets dropped", self.dropped))
    }

    fn timeline(&self) -> String {
        let mut table = Table::new(["s", "KiB/s down", "KiB/s up", "probes back", "rekeys"]);
        for pair in self.samples.windows(2) {
            let [before, after] = [pair[0], pair[1]];
            let seconds = after.at.duration_since(before.at).as_secs_f64();
            let rate = |moved: u64| format!("{:.0}", moved as f64 / seconds / 1024.0);
            let back = after.probes.1 - before.probes.1;
            let within = |rekey: &&Instant| (before.at..after.at).contains(*rekey);
            table.add([
                after.at.duration_since(self.started).as_secs().to_string(),
                rate(after.down - before.down),
                rate(after.up - before.up),
                back.to_string(),
                "*".repeat(self.rekeys.iter().filter(within).count()),
            ]);
        }
        format!(
            "{table}{} rekeys, {} MiB each way byte for byte, {} probes of which {} are lost, \
             longest pause {} ms, {} packets dropped",
            self.rekeys.len(),
            (RATE * self.length.as_secs()) >> 20,
            self.probes.sent,
            self.probes.lost.len(),
            self.probes.longest_pause.as_millis(),
            self.dropped,
        )
    }
}

fn length() -> Duration {
    let told = std::env::var("P2SVPN_SOAK_SECONDS").ok();
    let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    let seconds = told.map_or(if is_ci { 300 } else { 60 }, |told| {
        told.parse().expect("P2SVPN_SOAK_SECONDS is a number")
    });
    Duration::from_secs(seconds)
}
