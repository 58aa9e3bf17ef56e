use std::time::{Duration, Instant};

use p2svpn_lab::{
    ControlWrapping, GATEWAY, Identity, LabError, OpenVpnServer, PATIENCE, PORT, Probe,
    ProtocolClient, SERVICE, Site, Snapshot, download, ping, upload,
};
use p2svpn_tunnel::TunnelStatistics;

use crate::row::{Rekey, Row};

/// What a row brought about.
pub(crate) struct Outcome {
    /// What data packets look like and where their keys come from.
    data: String,
    connected: Duration,
    rekeys: usize,
    statistics: TunnelStatistics,
    sent: u64,
    lost: usize,
    longest_pause: Duration,
}

/// How many bytes each transfer carries.
const TRANSFER: u64 = 256 << 10;

/// How many datagrams go there and back at least.
const FEWEST_PROBES: u64 = 100;

impl Outcome {
    pub(crate) const HEADINGS: [&'static str; 7] = [
        "data",
        "connect ms",
        "rekeys",
        "KiB moved",
        "probes",
        "lost",
        "longest pause ms",
    ];

    pub(crate) fn cells(&self) -> Vec<String> {
        let moved = self.statistics.sent_bytes + self.statistics.received_bytes;
        vec![
            self.data.clone(),
            self.connected.as_millis().to_string(),
            self.rekeys.to_string(),
            (moved >> 10).to_string(),
            self.sent.to_string(),
            self.lost.to_string(),
            self.longest_pause.as_millis().to_string(),
        ]
    }
}

/// Connects, carries traffic over as many rekeys as the row wants, and disconnects.
pub(crate) fn run(row: &Row, site: &Site, identity: &Identity) -> Result<Outcome, LabError> {
    let server = OpenVpnServer::start(site, &row.server_options())?;
    attempt(row, site, identity, &server).map_err(|error| {
        let log = server.process().output().text();
        LabError::Session(format!("{error}\nThe server's log:\n{}", told(&log)))
    })
}

fn attempt(
    row: &Row,
    site: &Site,
    identity: &Identity,
    server: &OpenVpnServer,
) -> Result<Outcome, LabError> {
    let before = Snapshot::take(&site.client)?;
    let mut config = ProtocolClient::config(site, &row.server_options(), identity)?;
    config.extensions = row.extensions;
    if matches!(row.rekey, Rekey::Client | Rekey::Both) {
        config.renegotiation.after = Some(Rekey::AFTER);
    }
    let started = Instant::now();
    let client = ProtocolClient::connect(site, config, (GATEWAY, PORT).into())?;
    let connected = started.elapsed();
    expect_negotiated(row, server, &client)?;

    traffic(site)?;
    // Not while TCP fills queues until they overflow.
    let probe = Probe::start(&site.client, Duration::from_millis(5))?;
    client.wait_rekeys(row.rekey.count(), PATIENCE)?;
    while probe.counts().0 < FEWEST_PROBES {
        std::thread::sleep(Duration::from_millis(5));
    }
    let probes = probe.finish()?;
    if row.rekey != Rekey::Nobody {
        expect_rekeyed(row, server)?;
        traffic(site)?;
    }
    let rekeys = client.rekeys().len();
    let data = data_name(row, &client);
    let ending = server.process().output().end();
    let dropped = client.dropped();
    let statistics = client.close()?;

    ensure(probes.lost.is_empty(), || format!("lost: {probes:?}"))?;
    ensure(probes.twice == 0, || format!("came twice: {probes:?}"))?;
    ensure(dropped == 0, || {
        format!("dropped: {:?}", statistics.dropped)
    })?;
    expect_goodbye(server, ending)?;
    let left = before.differences_left(&site.client)?;
    ensure(left.is_empty(), || format!("left behind: {left:?}"))?;
    Ok(Outcome {
        data,
        connected,
        rekeys,
        statistics,
        sent: probes.sent,
        lost: probes.lost.len(),
        longest_pause: probes.longest_pause,
    })
}

fn traffic(site: &Site) -> Result<(), LabError> {
    ping(&site.client, SERVICE, 3)?;
    download(&site.client, TRANSFER)?;
    upload(&site.client, TRANSFER)
}

/// The server's own log, and what the client was told, prove that the row is what it is called.
fn expect_negotiated(
    row: &Row,
    server: &OpenVpnServer,
    client: &ProtocolClient,
) -> Result<(), LabError> {
    server.wait_log(&format!("OpenVPN {}.", row.version.number()))?;
    let control = server.wait_log("Control Channel: TLS")?;
    let version = format!("Control Channel: TLSv{}", row.tls.number());
    ensure(control.contains(&version), || control.clone())?;
    match row.wrapping {
        ControlWrapping::None => {
            let wrapped = server.count_log("Outgoing Control Channel");
            ensure(wrapped == 0, || "the control channel is wrapped".to_owned())?;
        }
        ControlWrapping::TlsAuth { digest, .. } => {
            let line = server.wait_log("Outgoing Control Channel Authentication")?;
            ensure(line.contains(digest.name()), || line.clone())?;
        }
        ControlWrapping::TlsCrypt => {
            server.wait_log("Outgoing Control Channel Encryption")?;
        }
        ControlWrapping::TlsCryptV2 => {
            server.wait_log("Control Channel: using tls-crypt-v2 key")?;
        }
    }

    let cipher = row.cipher.name();
    let keys = match row.has_epochs() {
        true => "Epoch Data key 1",
        false => "Data Channel",
    };
    server.wait_log(&format!("Outgoing {keys}: Cipher '{cipher}'"))?;
    let pushed = server.wait_log("'PUSH_REPLY,")?;
    let expected = [
        ("peer-id", row.extensions),
        ("tls-ekm", row.has_exported_keys()),
        ("dyn-tls-crypt", row.has_dynamic_wrapping()),
        ("aead-epoch", row.has_epochs()),
    ];
    for (word, wanted) in expected {
        ensure(pushed.contains(word) == wanted, || {
            format!(
                "{word} should {}be in {pushed}",
                if wanted { "" } else { "not " }
            )
        })?;
    }
    let settings = client.settings();
    ensure(settings.cipher == cipher, || {
        format!("the client thinks the cipher is {}", settings.cipher)
    })?;
    let flags = settings.push.protocol_flags;
    ensure(flags.aead_epoch == row.has_epochs(), || {
        format!("{flags:?}")
    })
}

fn expect_rekeyed(row: &Row, server: &OpenVpnServer) -> Result<(), LabError> {
    // The first one was no rekey. The server is done a moment after the client.
    server.wait_log_times("Control Channel: TLS", 1 + row.rekey.count())?;
    let wrapped = server.count_log("Outgoing dynamic tls-crypt") > 0;
    ensure(wrapped == row.has_dynamic_wrapping(), || {
        "dynamic tls-crypt is where it was not agreed on, or not where it was".to_owned()
    })
}

/// However the version says it, it has noticed that the client has left.
fn expect_goodbye(server: &OpenVpnServer, position: usize) -> Result<(), LabError> {
    let farewells = ["CC-EEN exit message", "remote-exit", "connection-reset"];
    let heard = server
        .process()
        .wait_for("that the client has left", position, PATIENCE, |line| {
            farewells
                .iter()
                .any(|word| line.contains(word))
                .then_some(())
        });
    heard.map(drop)
}

fn data_name(row: &Row, client: &ProtocolClient) -> String {
    let push = &client.settings().push;
    let format = match (push.peer_id, push.protocol_flags.aead_epoch) {
        (None, _) => "V1",
        (Some(_), false) => "V2",
        (Some(_), true) => "epochs",
    };
    let keys = if push.uses_tls_exporter() {
        "EKM"
    } else {
        "PRF"
    };
    let dynamic = if row.rekey != Rekey::Nobody && push.protocol_flags.dyn_tls_crypt {
        ", dynamic"
    } else {
        ""
    };
    format!("{format}, {keys}{dynamic}")
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), LabError> {
    match holds {
        true => Ok(()),
        false => Err(LabError::Session(otherwise())),
    }
}

/// A log without the settings that the server lists at its beginning.
fn told(log: &str) -> String {
    let begun = log.find("OpenVPN 2.").unwrap_or_default();
    log[begun..].to_owned()
}
