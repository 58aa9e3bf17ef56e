use std::sync::Arc;

use p2svpn_tunnel::{Stack, Tunnel};

use super::statistics::Statistics;

/// Where the counters of a session are read.
pub(super) type Meter = Arc<dyn Fn() -> Statistics + Send + Sync>;

/// Counts what goes through a tunnel, and what the stack behind it drops if there is one.
pub(super) fn meter(tunnel: Arc<Tunnel>, stack: Option<Stack>) -> Meter {
    Arc::new(move || {
        let counted = tunnel.statistics();
        let stack = stack.as_ref().map(Stack::statistics).unwrap_or_default();
        let dropped = [stack.answers_dropped, stack.oversized_dropped];
        Statistics {
            sent_bytes: counted.sent_bytes,
            sent_packets: counted.sent_packets,
            received_bytes: counted.received_bytes,
            received_packets: counted.received_packets,
            wire_sent_bytes: counted.wire_sent_bytes,
            wire_received_bytes: counted.wire_received_bytes,
            dropped_packets: dropped
                .into_iter()
                .fold(counted.dropped.packets(), u64::saturating_add),
            ..Statistics::default()
        }
    })
}
