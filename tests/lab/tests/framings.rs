//! What is left of compression in the protocol: framings that compress nothing carry traffic, real compression is
//! refused by name.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::io::{Write, stdout};

use p2svpn_lab::{
    GATEWAY, KeyKind, LabError, OpenVpnServer, PORT, ProtocolClient, SERVICE, ServerOptions,
    ServerVersion, Site, Table, Transport, can_run_every_server, download, ping, upload,
};

/// How many bytes each transfer carries.
const TRANSFER: u64 = 256 << 10;

#[test]
fn framings_that_compress_nothing_carry_traffic() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let mut table = Table::new(["server", "over", "framing", "KiB moved", "dropped"]);
    for version in ServerVersion::ALL {
        for framing in ["comp-lzo no", "compress stub", "compress stub-v2"] {
            for transport in [Transport::Tcp, Transport::Udp] {
                let options = with_framing(version, transport, framing);
                let _server = OpenVpnServer::start(&site, &options)?;
                let config = ProtocolClient::config(&site, &options, &identity)?;
                let client = ProtocolClient::connect(&site, config, (GATEWAY, PORT).into())?;
                let pushed = client.settings().push.compression.clone();
                assert_eq!(pushed.as_deref(), Some(framing));

                ping(&site.client, SERVICE, 3)?;
                download(&site.client, TRANSFER)?;
                upload(&site.client, TRANSFER)?;

                let dropped = client.dropped();
                let statistics = client.close()?;
                assert_eq!(dropped, 0, "{:?}", statistics.dropped);
                let moved = statistics.sent_bytes + statistics.received_bytes;
                table.add([
                    version.number(),
                    transport.name(),
                    framing,
                    &(moved >> 10).to_string(),
                    "0",
                ]);
            }
        }
    }
    // Past the capture of the test runner: the table is for people.
    let _ = writeln!(stdout(), "\n{table}");
    Ok(())
}

#[test]
fn real_compression_is_refused_by_name() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    for version in ServerVersion::ALL {
        for compression in ["compress lz4-v2", "compress lzo", "comp-lzo yes"] {
            let options = ServerOptions {
                version,
                pushed: vec![compression.to_owned()],
                ..ServerOptions::default()
            };
            let _server = OpenVpnServer::start(&site, &options)?;
            let config = ProtocolClient::config(&site, &options, &identity)?;

            let refused = ProtocolClient::connect(&site, config, (GATEWAY, PORT).into());

            let error = refused.err().expect("it is refused").to_string();
            assert!(error.contains("Compression"), "{version:?}: {error}");
            assert!(error.contains(compression), "{version:?}: {error}");
        }
    }
    Ok(())
}

/// The server uses it too: both ends have to agree.
fn with_framing(version: ServerVersion, transport: Transport, framing: &str) -> ServerOptions {
    ServerOptions {
        version,
        transport,
        pushed: vec![framing.to_owned()],
        more: vec![framing.to_owned()],
        ..ServerOptions::default()
    }
}
