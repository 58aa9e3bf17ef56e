/// What went through a session, since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Packets of either direction that the session dropped, whatever the cause.
    pub dropped_packets: u64,
    /// How often the keys that protect packets were replaced by new ones.
    pub rekeys: u64,
    /// How often a lost connection was got back.
    pub reconnects: u64,
}

impl Statistics {
    /// Adds up what went through two connections.
    pub(super) fn plus(&self, other: &Self) -> Self {
        Self {
            sent_bytes: self.sent_bytes.saturating_add(other.sent_bytes),
            sent_packets: self.sent_packets.saturating_add(other.sent_packets),
            received_bytes: self.received_bytes.saturating_add(other.received_bytes),
            received_packets: self.received_packets.saturating_add(other.received_packets),
            wire_sent_bytes: self.wire_sent_bytes.saturating_add(other.wire_sent_bytes),
            wire_received_bytes: self
                .wire_received_bytes
                .saturating_add(other.wire_received_bytes),
            dropped_packets: self.dropped_packets.saturating_add(other.dropped_packets),
            rekeys: self.rekeys.saturating_add(other.rekeys),
            reconnects: self.reconnects.saturating_add(other.reconnects),
        }
    }
}
