use std::error::Error;
use std::time::Instant;

use p2svpn_lab::{LabError, OpenVpnServer, PATIENCE, SERVICE, Site, Table, echo_until, ping};

use crate::contender::{Entry, server_name, server_options};
use crate::sample::Sample;

/// From the start of the client's process to the first echo reply through the tunnel.
pub(crate) struct Handshake {
    pub(crate) rounds: usize,
}

#[derive(Default)]
struct Times {
    first_reply: Sample,
    round_trip: Sample,
    memory: Sample,
}

impl Handshake {
    pub(crate) fn run(&self) -> Result<(), Box<dyn Error>> {
        println!(
            "\nProcess start to first echo reply, {} rounds in turn, medians",
            self.rounds
        );
        let mut table = Table::new([
            "gateway",
            "client",
            "first reply ms",
            "range ms",
            "echo ms",
            "resident MiB",
        ]);
        for tcp_nodelay in [false, true] {
            let site = Site::new()?;
            let _server = OpenVpnServer::start(&site, &server_options(tcp_nodelay))?;
            let entries = Entry::all(&site)?;
            let mut times: Vec<Times> = entries.iter().map(|_| Times::default()).collect();
            for _ in 0..self.rounds {
                for (entry, times) in entries.iter().zip(&mut times) {
                    round(&site, entry, times)?;
                }
            }
            for (entry, times) in entries.iter().zip(&times) {
                table.add([
                    server_name(tcp_nodelay).to_owned(),
                    entry.contender.name().to_owned(),
                    times.first_reply.text(1),
                    times.first_reply.range(1),
                    times.round_trip.text(2),
                    times.memory.text(1),
                ]);
            }
        }
        println!("{table}");
        Ok(())
    }
}

fn round(site: &Site, entry: &Entry, times: &mut Times) -> Result<(), LabError> {
    let started = Instant::now();
    let mut client = entry.start(site)?;
    let replied = echo_until(&site.client, SERVICE, started + PATIENCE)?;
    times
        .first_reply
        .add((replied - started).as_secs_f64() * 1e3);
    client.wait_connected()?;
    for round_trip in ping(&site.client, SERVICE, 20)? {
        times.round_trip.add(round_trip.as_secs_f64() * 1e3);
    }
    times
        .memory
        .add(client.process().resident_bytes()? as f64 / f64::from(1 << 20));
    client.stop()
}
