use std::sync::atomic::{AtomicU64, Ordering};

use p2svpn_openvpn::DropReason;

/// What a tunnel has carried and dropped since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TunnelStatistics {
    /// Packets sent through the tunnel.
    pub sent_packets: u64,
    /// Their bytes.
    pub sent_bytes: u64,
    /// Packets received through the tunnel.
    pub received_packets: u64,
    /// Their bytes.
    pub received_bytes: u64,
    /// Bytes written to the transport: packets, what protects them, and the control channel.
    pub wire_sent_bytes: u64,
    /// Bytes read from the transport.
    pub wire_received_bytes: u64,
    /// Times that the network said that a datagram did not reach the peer, such as that its port is closed (ICMP).
    pub unreachable: u64,
    /// What was dropped, and why.
    pub dropped: Drops,
}

/// What a tunnel has dropped, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drops {
    /// Received packets that came before a device was attached.
    pub not_attached: u64,
    /// Received packets that the device refused: they are no IP packets, or the interface was down.
    pub rejected_by_device: u64,
    /// The device's packets that could not be sealed.
    pub unsealed: u64,
    /// The device's IPv6 packets, which the gateway wants refused (`block-ipv6`).
    pub blocked_ipv6: u64,
    /// The device's packets that are longer than its MTU.
    pub oversized: u64,
    /// Sealed packets that are longer than the network carries as one datagram.
    pub too_long_for_network: u64,
    /// Datagrams that the system did not send: it had no room or no route for them.
    pub not_sent: u64,
    /// Datagrams that the system dropped because the receive buffer was full; only Linux tells.
    pub receive_buffer_full: u64,
    /// Data packets that came before the keys, were cut short, or were none.
    pub malformed: u64,
    /// Data packets whose key is not known.
    pub unknown_key: u64,
    /// Data packets that were forged or damaged.
    pub not_authentic: u64,
    /// Data packets received before, or too old to tell.
    pub replayed: u64,
    /// Data packets under a key that has seen too many forgeries.
    pub key_used_up: u64,
    /// Data packets with OpenVPN's own notes, or nothing.
    pub not_for_tunnel: u64,
    /// Data packets that were compressed, which nobody agreed on.
    pub compressed: u64,
    /// Control packets that were damaged, replayed or of another session.
    pub control: u64,
    /// Events that the host had not taken when the tunnel ended.
    pub events: u64,
}

impl Drops {
    /// Returns how many packets were dropped, of either direction and whatever the cause; control packets and events are
    /// none of them.
    pub fn packets(&self) -> u64 {
        // Taken apart, so that no cause to come is forgotten here.
        let Self {
            not_attached,
            rejected_by_device,
            unsealed,
            blocked_ipv6,
            oversized,
            too_long_for_network,
            not_sent,
            receive_buffer_full,
            malformed,
            unknown_key,
            not_authentic,
            replayed,
            key_used_up,
            not_for_tunnel,
            compressed,
            control: _,
            events: _,
        } = *self;
        [
            not_attached,
            rejected_by_device,
            unsealed,
            blocked_ipv6,
            oversized,
            too_long_for_network,
            not_sent,
            receive_buffer_full,
            malformed,
            unknown_key,
            not_authentic,
            replayed,
            key_used_up,
            not_for_tunnel,
            compressed,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }
}

/// The counters behind [`TunnelStatistics`]: advanced once a batch, by one task each, read by anybody.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) sent_packets: Counter,
    pub(crate) sent_bytes: Counter,
    pub(crate) received_packets: Counter,
    pub(crate) received_bytes: Counter,
    pub(crate) wire_sent_bytes: Counter,
    pub(crate) wire_received_bytes: Counter,
    pub(crate) not_attached: Counter,
    pub(crate) rejected_by_device: Counter,
    pub(crate) unsealed: Counter,
    pub(crate) blocked_ipv6: Counter,
    pub(crate) oversized: Counter,
    pub(crate) unreachable: Counter,
    pub(crate) too_long_for_network: Counter,
    pub(crate) not_sent: Counter,
    pub(crate) receive_buffer_full: Counter,
    pub(crate) malformed: Counter,
    pub(crate) unknown_key: Counter,
    pub(crate) not_authentic: Counter,
    pub(crate) replayed: Counter,
    pub(crate) key_used_up: Counter,
    pub(crate) not_for_tunnel: Counter,
    pub(crate) compressed: Counter,
    pub(crate) control: Counter,
    pub(crate) events: Counter,
    /// Begins and ends of the reader's waits for a full device: odd while it waits.
    pub(crate) device_waits: Counter,
}

impl Counters {
    pub(crate) fn unopened(&self, reason: DropReason) {
        let counter = match reason {
            DropReason::UnknownKey => &self.unknown_key,
            DropReason::NotAuthentic => &self.not_authentic,
            DropReason::Replayed => &self.replayed,
            DropReason::KeyUsedUp => &self.key_used_up,
            DropReason::NotForTunnel => &self.not_for_tunnel,
            DropReason::Compressed => &self.compressed,
            _ => &self.malformed,
        };
        counter.add(1);
    }

    pub(crate) fn snapshot(&self) -> TunnelStatistics {
        TunnelStatistics {
            sent_packets: self.sent_packets.get(),
            sent_bytes: self.sent_bytes.get(),
            received_packets: self.received_packets.get(),
            received_bytes: self.received_bytes.get(),
            wire_sent_bytes: self.wire_sent_bytes.get(),
            wire_received_bytes: self.wire_received_bytes.get(),
            unreachable: self.unreachable.get(),
            dropped: Drops {
                not_attached: self.not_attached.get(),
                rejected_by_device: self.rejected_by_device.get(),
                unsealed: self.unsealed.get(),
                blocked_ipv6: self.blocked_ipv6.get(),
                oversized: self.oversized.get(),
                too_long_for_network: self.too_long_for_network.get(),
                not_sent: self.not_sent.get(),
                receive_buffer_full: self.receive_buffer_full.get(),
                malformed: self.malformed.get(),
                unknown_key: self.unknown_key.get(),
                not_authentic: self.not_authentic.get(),
                replayed: self.replayed.get(),
                key_used_up: self.key_used_up.get(),
                not_for_tunnel: self.not_for_tunnel.get(),
                compressed: self.compressed.get(),
                control: self.control.get(),
                events: self.events.get(),
            },
        }
    }
}

/// A number that one task advances, most often, and any reads.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Adds without a locked instruction: for counters that one task alone advances.
    pub(crate) fn add(&self, count: u64) {
        self.set(self.get().wrapping_add(count));
    }

    /// Adds where several tasks do, which is slower.
    pub(crate) fn add_shared(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, count: u64) {
        self.0.store(count, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_packets_are_counted_whatever_the_cause() {
        let drops = Drops {
            not_attached: 1,
            rejected_by_device: 1 << 1,
            unsealed: 1 << 2,
            oversized: 1 << 9,
            malformed: 1 << 3,
            unknown_key: 1 << 4,
            not_authentic: 1 << 5,
            replayed: 1 << 6,
            key_used_up: 1 << 7,
            not_for_tunnel: 1 << 8,
            compressed: 1 << 10,
            too_long_for_network: 1 << 11,
            not_sent: 1 << 12,
            receive_buffer_full: 1 << 13,
            blocked_ipv6: 1 << 14,
            control: 1 << 15,
            events: 1 << 16,
        };

        assert_eq!(drops.packets(), (1 << 15) - 1);
    }
}
