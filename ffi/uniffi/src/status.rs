use std::time::Duration;

use crate::network::texts;
use crate::protection::Protection;
use crate::reconnection::Reconnection;
use crate::state::State;

/// How a session stands at one moment. What is not known yet is absent or empty.
#[derive(uniffi::Record)]
pub struct Status {
    /// The state.
    pub state: State,
    /// When the session reached the state, in seconds since 1970.
    pub since: i64,
    /// How long it has been in the state.
    pub duration: Duration,
    /// What went through.
    pub statistics: Statistics,
    /// The addresses of this machine inside the tunnel, with their prefix lengths.
    pub addresses: Vec<String>,
    /// The gateway's name, as in the profile.
    pub gateway_name: Option<String>,
    /// The gateway's address and port, as connected to.
    pub gateway_address: Option<String>,
    /// The networks that go through the tunnel.
    pub routes: Vec<String>,
    /// The networks that stay outside the tunnel.
    pub excluded_routes: Vec<String>,
    /// The DNS servers inside the tunnel.
    pub dns_servers: Vec<String>,
    /// The domains that those servers are for.
    pub dns_suffixes: Vec<String>,
    /// The network device's name; none with the userspace device.
    pub device: Option<String>,
    /// The largest packet inside the tunnel, in bytes.
    pub mtu: Option<u16>,
    /// The cipher that protects packets, such as `AES-256-GCM`.
    pub cipher: Option<String>,
    /// The version of TLS, such as `TLSv1.3`.
    pub tls_version: Option<String>,
    /// What becomes of the traffic that the session is for.
    pub protection: Protection,
    /// The attempt to get a lost connection back, while there is none.
    pub reconnection: Option<Reconnection>,
    /// All of it as a table, like that of Azure's own client.
    pub table: String,
}

impl From<p2svpn_client::Status> for Status {
    fn from(status: p2svpn_client::Status) -> Self {
        Self {
            table: status.to_string(),
            state: status.state.into(),
            since: status.since,
            duration: status.duration,
            statistics: status.statistics.into(),
            addresses: texts(&status.addresses),
            gateway_name: status.gateway_name,
            gateway_address: status.gateway_address.map(|address| address.to_string()),
            routes: texts(&status.routes),
            excluded_routes: texts(&status.excluded_routes),
            dns_servers: texts(&status.dns_servers),
            dns_suffixes: status.dns_suffixes,
            device: status.device,
            mtu: status.mtu,
            cipher: status.cipher,
            tls_version: status.tls_version,
            protection: status.protection.into(),
            reconnection: status.reconnection.as_ref().map(Reconnection::from),
        }
    }
}

/// What went through a session, since it began.
#[derive(uniffi::Record)]
pub struct Statistics {
    /// Bytes of the packets sent into the tunnel, without the tunnel's own overhead.
    pub sent_bytes: u64,
    /// Packets sent into the tunnel.
    pub sent_packets: u64,
    /// Bytes of the packets received from the tunnel, without the tunnel's own overhead.
    pub received_bytes: u64,
    /// Packets received from the tunnel.
    pub received_packets: u64,
    /// Bytes sent to the gateway, with everything above TCP or UDP.
    pub wire_sent_bytes: u64,
    /// Bytes received from the gateway, with everything above TCP or UDP.
    pub wire_received_bytes: u64,
    /// Packets of either direction that were dropped, whatever the cause.
    pub dropped_packets: u64,
    /// How often the keys that protect packets were replaced by new ones.
    pub rekeys: u64,
    /// How often a lost connection was got back.
    pub reconnects: u64,
}

impl From<p2svpn_client::Statistics> for Statistics {
    fn from(statistics: p2svpn_client::Statistics) -> Self {
        Self {
            sent_bytes: statistics.sent_bytes,
            sent_packets: statistics.sent_packets,
            received_bytes: statistics.received_bytes,
            received_packets: statistics.received_packets,
            wire_sent_bytes: statistics.wire_sent_bytes,
            wire_received_bytes: statistics.wire_received_bytes,
            dropped_packets: statistics.dropped_packets,
            rekeys: statistics.rekeys,
            reconnects: statistics.reconnects,
        }
    }
}
