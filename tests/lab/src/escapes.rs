use std::process::Command;

use serde_json::Value;

use crate::addresses::{GATEWAY, PORT};
use crate::error::LabError;
use crate::namespace::Namespace;

/// Counts what comes out of the client's cables that is not for the gateway: what has escaped from a tunnel that everything shall go
/// through. The kernel of the gateway's end counts it, whatever it does with it.
pub struct Escapes<'a> {
    gateway: &'a Namespace,
}

/// The table, and its rules: what a link needs to live, and calls of the gateway, are no escape.
const TABLE: &str = "escapes";
const RULES: [&str; 4] = [
    "iifname != { \"wan\", \"wan2\" } accept",
    "ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept",
    "icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report } accept",
    "ip daddr @gateway meta l4proto { tcp, udp } th dport @port accept",
];

impl<'a> Escapes<'a> {
    /// Begins to count.
    ///
    /// # Errors
    /// [`LabError::Program`] if `nft` refuses something.
    pub fn watch(gateway: &'a Namespace) -> Result<Self, LabError> {
        let rules = RULES.map(|rule| {
            let rule = rule.replace("@gateway", &GATEWAY.to_string());
            rule.replace("@port", &PORT.to_string())
        });
        let script = format!(
            "table inet {TABLE} {{ chain seen {{ type filter hook prerouting priority raw; {}; counter; }}; }}",
            rules.join("; ")
        );
        let mut command = Command::new("nft");
        command.arg(script);
        gateway.output(command)?;
        Ok(Self { gateway })
    }

    /// How many packets have escaped so far.
    ///
    /// # Errors
    /// [`LabError::Program`] if `nft` refuses something.
    pub fn count(&self) -> Result<u64, LabError> {
        let mut command = Command::new("nft");
        command.args(["-j", "list", "chain", "inet", TABLE, "seen"]);
        let listed = self.gateway.output(command)?;
        let listed: Value = serde_json::from_str(&listed)
            .map_err(|error| LabError::Traffic(format!("nft says {listed}: {error}")))?;
        let packets = listed.pointer("/nftables").and_then(Value::as_array);
        let counted = packets.into_iter().flatten().find_map(|entry| {
            let first = entry.pointer("/rule/expr/0/counter/packets")?;
            first.as_u64()
        });
        counted.ok_or_else(|| LabError::Traffic(format!("no counter in {listed}")))
    }
}
