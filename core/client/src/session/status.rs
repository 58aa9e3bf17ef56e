use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

use super::statistics::Statistics;
use crate::protection::Protection;
use crate::reconnection::Reconnection;
use crate::state::State;

/// How a session stands at one moment.
///
/// It displays as a table, like that of Azure's own client. What is not known yet is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The state.
    pub state: State,
    /// When the session reached the state, in seconds since 1970.
    pub since: i64,
    /// How long it has been in the state.
    pub duration: Duration,
    /// What went through.
    pub statistics: Statistics,
    /// The addresses of this machine inside the tunnel.
    pub addresses: Vec<IpNet>,
    /// The gateway's name, as in the profile.
    pub gateway_name: Option<String>,
    /// The gateway's address, as connected to.
    pub gateway_address: Option<SocketAddr>,
    /// The networks that go through the tunnel.
    pub routes: Vec<IpNet>,
    /// The networks that stay outside the tunnel.
    pub excluded_routes: Vec<IpNet>,
    /// The DNS servers inside the tunnel.
    pub dns_servers: Vec<IpAddr>,
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
    /// What becomes now of the traffic that the session is for.
    pub protection: Protection,
    /// The attempt to get a lost connection back, while there is none.
    pub reconnection: Option<Reconnection>,
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = &self.statistics;
        let state = match &self.reconnection {
            Some(reconnection) => format!("{}, attempt {}", self.state, reconnection.attempt),
            None => self.state.to_string(),
        };
        row(formatter, "State", &[state])?;
        if self.protection == Protection::Held {
            row(formatter, "Traffic", &["held"])?;
        }
        row(formatter, "Duration", &[clock_text(self.duration)])?;
        row(
            formatter,
            "Sent",
            &[amount(count.sent_bytes, count.sent_packets)],
        )?;
        row(
            formatter,
            "Received",
            &[amount(count.received_bytes, count.received_packets)],
        )?;
        row(formatter, "Client IP", &self.addresses)?;
        row(
            formatter,
            "VPN Server",
            &self.server().into_iter().collect::<Vec<_>>(),
        )?;
        row(formatter, "Routes", &self.routes)?;
        if !self.excluded_routes.is_empty() {
            row(formatter, "Excluded", &self.excluded_routes)?;
        }
        row(formatter, "DNS Servers", &self.dns_servers)?;
        if !self.dns_suffixes.is_empty() {
            row(formatter, "DNS Suffixes", &self.dns_suffixes)?;
        }
        Ok(())
    }
}

impl Status {
    fn server(&self) -> Option<String> {
        match (&self.gateway_name, &self.gateway_address) {
            (Some(name), Some(address)) if *name != address.ip().to_string() => {
                Some(format!("{name} ({address})"))
            }
            (_, Some(address)) => Some(address.to_string()),
            (name, None) => name.clone(),
        }
    }
}

/// More values than this in one row are only counted: a gateway may push thousands of routes.
const SHOWN: usize = 20;

/// Writes one value a line, the first beside the label.
fn row(
    formatter: &mut fmt::Formatter<'_>,
    label: &str,
    values: &[impl fmt::Display],
) -> fmt::Result {
    if values.is_empty() {
        return writeln!(formatter, "{label:<14}-");
    }
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    for (label, value) in labels.zip(values.iter().take(SHOWN)) {
        writeln!(formatter, "{label:<14}{value}")?;
    }
    if values.len() > SHOWN {
        writeln!(formatter, "{:<14}and {} more", "", values.len() - SHOWN)?;
    }
    Ok(())
}

fn clock_text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes, seconds) = (
        seconds / 86_400,
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60,
    );
    let clock = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if days == 0 {
        clock
    } else {
        format!("{days}d {clock}")
    }
}

fn amount(bytes: u64, packets: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut tenths = u128::from(bytes) * 10;
    let mut unit = "bytes";
    for next in UNITS {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1024;
        unit = next;
    }
    let packets = if packets == 1 {
        "1 packet".to_owned()
    } else {
        format!("{packets} packets")
    };
    if unit == "bytes" {
        return format!("{bytes} bytes ({packets})");
    }
    format!("{}.{} {unit} ({packets})", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests;
