use std::error::Error;
use std::process::Command;

use p2svpn_lab::{LabError, OpenVpnServer, PATIENCE, Process, SERVICE, Site, Table};
use serde_json::Value;

use crate::contender::{Contender, Entry, Running, server_name, server_options};
use crate::sample::Sample;

/// TCP through the tunnel both ways, and the client's processor time for each GiB.
pub(crate) struct Throughput {
    pub(crate) rounds: usize,
    pub(crate) seconds: u32,
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

/// What one direction of one client came to.
#[derive(Default)]
struct Measured {
    megabits: Sample,
    client_seconds: Sample,
    server_seconds: Sample,
}

/// Megabits a second at which the paced measurement sends: a rate that every client carries.
const PACED: u32 = 200;

impl Throughput {
    pub(crate) fn run(&self) -> Result<(), Box<dyn Error>> {
        self.table("as fast as it goes", None)?;
        self.table(&format!("paced at {PACED} Mbit/s"), Some(PACED))
    }

    fn table(&self, title: &str, pace: Option<u32>) -> Result<(), Box<dyn Error>> {
        println!(
            "\nTCP through the tunnel, one stream, {title}: {} rounds of {} s in turn, medians (CPU: seconds per GiB)",
            self.rounds, self.seconds
        );
        let mut table = Table::new([
            "gateway",
            "client",
            "up Mbit/s",
            "range",
            "client CPU",
            "gateway CPU",
            "down Mbit/s",
            "range",
            "client CPU",
            "gateway CPU",
        ]);
        let site = Site::new()?;
        let tcp_nodelay = true;
        let server = OpenVpnServer::start(&site, &server_options(tcp_nodelay))?;
        let entries = Entry::all(&site)?;
        let mut results: Vec<(Measured, Measured)> =
            entries.iter().map(|_| Default::default()).collect();
        for _ in 0..self.rounds {
            for (entry, (up, down)) in entries.iter().zip(&mut results) {
                let mut client = entry.start(&site)?;
                client.wait_connected()?;
                self.transfer(&site, &server, &client, Direction::Up, pace, up)?;
                self.transfer(&site, &server, &client, Direction::Down, pace, down)?;
                client.stop()?;
            }
        }
        for (entry, (up, down)) in entries.iter().zip(&results) {
            let cells =
                [server_name(tcp_nodelay), Contender::name(entry.contender)].map(str::to_owned);
            table.add(cells.into_iter().chain(up.cells()).chain(down.cells()));
        }
        println!("{table}");
        Ok(())
    }

    fn transfer(
        &self,
        site: &Site,
        server: &OpenVpnServer,
        client: &Running,
        direction: Direction,
        pace: Option<u32>,
        measured: &mut Measured,
    ) -> Result<(), LabError> {
        // One server for each transfer: one that serves many may still be busy with the last.
        let mut iperf = start_iperf(site)?;
        let mut command = Command::new("iperf3");
        command.args([
            "--json",
            "--client",
            &SERVICE.to_string(),
            "--time",
            &self.seconds.to_string(),
        ]);
        if let Direction::Down = direction {
            command.arg("--reverse");
        }
        if let Some(pace) = pace {
            command.args(["--bitrate", &format!("{pace}M")]);
        }
        let (client_before, server_before) =
            (client.process().cpu_time()?, server.process().cpu_time()?);
        let output = site.client.output(command)?;
        let client_used = client.process().cpu_time()?.since(client_before).total();
        let server_used = server.process().cpu_time()?.since(server_before).total();
        iperf.wait_end(PATIENCE);

        let (bytes, rate) = received(&output)
            .ok_or_else(|| LabError::Traffic(format!("iperf3 printed {output}")))?;
        let gibibytes = bytes / f64::from(1 << 30);
        measured.megabits.add(rate / 1e6);
        measured
            .client_seconds
            .add(client_used.as_secs_f64() / gibibytes);
        measured
            .server_seconds
            .add(server_used.as_secs_f64() / gibibytes);
        Ok(())
    }
}

impl Measured {
    fn cells(&self) -> [String; 4] {
        [
            self.megabits.text(0),
            self.megabits.range(0),
            self.client_seconds.text(2),
            self.server_seconds.text(2),
        ]
    }
}

fn start_iperf(site: &Site) -> Result<Process, LabError> {
    let mut command = Command::new("iperf3");
    command.args([
        "--server",
        "--one-off",
        "--forceflush",
        "--bind",
        &SERVICE.to_string(),
    ]);
    let iperf = Process::start(&site.gateway, "the iperf3 server", &command)?;
    let is_ready = |line: &str| line.contains("Server listening").then_some(());
    iperf.wait_for("that it listens", 0, PATIENCE, is_ready)?;
    Ok(iperf)
}

/// The bytes that iperf3 received and its bits a second.
fn received(report: &str) -> Option<(f64, f64)> {
    let report: Value = serde_json::from_str(report).ok()?;
    let number = |name: &str| {
        report
            .pointer(&format!("/end/sum_received/{name}"))?
            .as_f64()
    };
    Some((number("bytes")?, number("bits_per_second")?))
}
