use std::sync::Arc;

use p2svpn_tunnel::{Stack, Tunnel};

use super::statistics::Statistics;

/// Where the counters of a connection are read.
pub(super) type Meter = Arc<dyn Fn() -> Statistics + Send + Sync>;

/// Counts what goes through a tunnel.
pub(super) fn meter(tunnel: Arc<Tunnel>) -> Meter {
    Arc::new(move || {
        let counted = tunnel.statistics();
        Statistics {
            sent_bytes: counted.sent_bytes,
            sent_packets: counted.sent_packets,
            received_bytes: counted.received_bytes,
            received_packets: counted.received_packets,
            wire_sent_bytes: counted.wire_sent_bytes,
            wire_received_bytes: counted.wire_received_bytes,
            dropped_packets: counted.dropped.packets(),
            ..Statistics::default()
        }
    })
}

/// Counts what the userspace stack has dropped.
pub(super) fn dropped_by(stack: &Stack) -> u64 {
    let counted = stack.statistics();
    counted
        .answers_dropped
        .saturating_add(counted.oversized_dropped)
}
