//! Our client against an openvpn server that is set up like Azure's gateways, on a real TUN device.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::io::{Write, stdout};
use std::process::Command;
use std::time::Instant;

use p2svpn_lab::{
    Identity, KeyKind, LabError, OpenVpnServer, P2svpnClient, SERVICE, ServerOptions, Site,
    Snapshot, Table, TlsVersion, can_run, download, ping, upload,
};

/// How many bytes each transfer carries.
const TRANSFER: u64 = 4 << 20;

#[test]
fn every_combination_carries_traffic_and_leaves_nothing_behind() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let keys = [("RSA-2048", KeyKind::Rsa2048), ("P-256", KeyKind::P256)];
    let versions = [TlsVersion::Tls12, TlsVersion::Tls13];
    let mut table = Table::new([
        "client key",
        "TLS",
        "data",
        "keys",
        "connect ms",
        "ping ms",
        "download",
        "upload",
        "both",
        "left behind",
    ]);
    for (key_name, kind) in keys {
        let identity = site.client_identity(key_name, kind)?;
        for tls in versions {
            for extensions in [false, true] {
                let case = Case {
                    kind,
                    tls,
                    extensions,
                };
                let run = case.run(&site, &identity)?;
                let (data, keys) = case.names();
                let cells = [key_name, tls.number(), data, keys].map(str::to_owned);
                table.add(cells.into_iter().chain(run));
            }
        }
    }
    // Past the capture of the test runner: the table is for people.
    let _ = writeln!(stdout(), "\n{table}");
    Ok(())
}

#[test]
fn many_streams_both_ways_at_once_arrive_whole() -> Result<(), LabError> {
    if !can_run() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;
    let command = P2svpnClient::configure(client_command(), &site.profile()?, &identity);
    let mut client = P2svpnClient::start(&site, &command)?;
    client.wait_state("Connected")?;

    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| both_at_once(&site)))
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap())
    })?;

    let status = client.status()?;
    assert!(
        status["received_bytes"].as_u64().unwrap() > 8 * TRANSFER,
        "{status}"
    );
    client.stop()
}

/// One combination of what a gateway and a client certificate may be.
struct Case {
    kind: KeyKind,
    tls: TlsVersion,
    /// Whether the client announces what came with OpenVPN 2.4 and later; a gateway like Azure's does not know it.
    extensions: bool,
}

impl Case {
    fn names(&self) -> (&'static str, &'static str) {
        if self.extensions {
            ("V2", "tls-ekm")
        } else {
            ("V1", "PRF")
        }
    }

    /// Connects, carries traffic, disconnects; returns what is shown of it.
    fn run(&self, site: &Site, identity: &Identity) -> Result<Vec<String>, LabError> {
        let options = ServerOptions {
            tls: Some(self.tls),
            ..ServerOptions::default()
        };
        let server = OpenVpnServer::start(site, &options)?;
        let before = Snapshot::take(&site.client)?;
        let mut command = client_command();
        if !self.extensions {
            command.arg("--without-extensions");
        }
        let started = Instant::now();
        let mut client = P2svpnClient::start(
            site,
            &P2svpnClient::configure(command, &site.profile()?, identity),
        )?;
        client.wait_state("Connected")?;
        let connected = started.elapsed();
        self.expect_in_log(&server)?;

        let round_trips = ping(&site.client, SERVICE, 10)?;
        let download_rate = timed(TRANSFER, || download(&site.client, TRANSFER))?;
        let upload_rate = timed(TRANSFER, || upload(&site.client, TRANSFER))?;
        let both_rate = timed(2 * TRANSFER, || both_at_once(site))?;
        let status = client.status()?;
        assert_eq!(status["addresses"][0], "172.16.201.2/24", "{status}");
        assert_eq!(status["routes"][0], "10.1.0.0/16", "{status}");
        assert_eq!(status["dns_servers"][0], "10.1.0.4", "{status}");
        assert_eq!(status["dns_suffixes"][0], "corp.example", "{status}");
        assert_eq!(status["cipher"], "AES-256-GCM", "{status}");
        assert!(
            status["received_bytes"].as_u64().unwrap() > 2 * TRANSFER,
            "{status}"
        );
        assert!(
            status["sent_bytes"].as_u64().unwrap() > 2 * TRANSFER,
            "{status}"
        );
        assert_ne!(Snapshot::take(&site.client)?, before);

        client.disconnect()?;
        let end = client.wait_ended()?;
        let after = Snapshot::take(&site.client)?;
        assert_eq!(end.number, None, "{}", end.text);
        assert_eq!(after.changes_since(&before), Vec::<String>::new());
        client.stop()?;

        let milliseconds = |time: std::time::Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
        let mean = round_trips.iter().sum::<std::time::Duration>() / 10;
        Ok(vec![
            milliseconds(connected),
            milliseconds(mean),
            download_rate,
            upload_rate,
            both_rate,
            "nothing".to_owned(),
        ])
    }

    /// The server's own log proves that the combination is what it is called.
    fn expect_in_log(&self, server: &OpenVpnServer) -> Result<(), LabError> {
        let control_channel = server.wait_log("Control Channel: ")?;
        let certificate = match self.kind {
            KeyKind::Rsa2048 => "2048 bits RSA",
            KeyKind::P256 => "256 bits ECprime256v1",
        };
        let version = format!("TLSv{}", self.tls.number());
        assert!(control_channel.contains(&version), "{control_channel}");
        assert!(control_channel.contains(certificate), "{control_channel}");
        let push = server.wait_log("PUSH_REPLY")?;
        assert_eq!(push.contains("peer-id"), self.extensions, "{push}");
        assert_eq!(push.contains("tls-ekm"), self.extensions, "{push}");
        Ok(())
    }
}

fn both_at_once(site: &Site) -> Result<(), LabError> {
    std::thread::scope(|scope| {
        let download = scope.spawn(|| download(&site.client, TRANSFER));
        let upload = scope.spawn(|| upload(&site.client, TRANSFER));
        download.join().unwrap()?;
        upload.join().unwrap()
    })
}

fn timed(bytes: u64, job: impl FnOnce() -> Result<(), LabError>) -> Result<String, LabError> {
    let started = Instant::now();
    job()?;
    let rate = bytes as f64 * 8.0 / started.elapsed().as_secs_f64() / 1e6;
    Ok(format!("{rate:.0} Mbit/s"))
}

fn client_command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"))
}
