use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::error::DropReason;

/// What went through the data channel since it began.
///
/// Bytes are those of tunnelled packets, without the protocol's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DataStatistics {
    /// Tunnelled packets that were sealed.
    pub sent_packets: u64,
    /// Their bytes.
    pub sent_bytes: u64,
    /// Keepalives and exit notes that were sealed.
    pub sent_messages: u64,
    /// Packets that could not be sealed.
    pub unsealed_packets: u64,
    /// Tunnelled packets that were opened.
    pub received_packets: u64,
    /// Their bytes.
    pub received_bytes: u64,
    /// Keepalives and exit notes that were opened.
    pub received_messages: u64,
    /// Dropped: no data packets, cut short, or not framed as was agreed.
    pub dropped_malformed: u64,
    /// Dropped: their key is not known yet, or not any more.
    pub dropped_unknown_key: u64,
    /// Dropped: forged or damaged.
    pub dropped_not_authentic: u64,
    /// Dropped: received before, or too old to tell.
    pub dropped_replayed: u64,
    /// Dropped: under a key that has seen too many forgeries.
    pub dropped_key_used_up: u64,
    /// Dropped: authentic, but OpenVPN's own notes or nothing at all.
    pub dropped_not_for_tunnel: u64,
    /// Dropped: authentic, but compressed.
    pub dropped_compressed: u64,
}

/// A counter that one thread advances and any thread reads.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    /// Adds without a locked instruction: there is only one writer.
    #[inline]
    pub(super) fn add(&self, count: u64) {
        self.0.store(
            self.0.load(Ordering::Relaxed).wrapping_add(count),
            Ordering::Relaxed,
        );
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// When something last happened, written by one thread and read by any.
pub(super) struct LastTime {
    start: Instant,
    /// Nanoseconds since the start, plus one; zero for never.
    at: AtomicU64,
}

impl LastTime {
    pub(super) fn new(start: Instant) -> Self {
        Self {
            start,
            at: AtomicU64::new(0),
        }
    }

    #[inline]
    pub(super) fn set(&self, now: Instant) {
        // 2^64 ns are 584 years.
        let nanos = now.saturating_duration_since(self.start).as_nanos() as u64;
        self.at.store(nanos.saturating_add(1), Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Option<Instant> {
        let nanos = self.at.load(Ordering::Relaxed).checked_sub(1)?;
        self.start.checked_add(Duration::from_nanos(nanos))
    }
}

/// What the sealer counts.
#[derive(Default)]
pub(super) struct SentCounters {
    pub(super) packets: Counter,
    pub(super) bytes: Counter,
    pub(super) messages: Counter,
    pub(super) unsealed: Counter,
}

/// What the opener counts.
#[derive(Default)]
pub(super) struct ReceivedCounters {
    pub(super) packets: Counter,
    pub(super) bytes: Counter,
    pub(super) messages: Counter,
    dropped: [Counter; DropReason::COUNT],
}

impl ReceivedCounters {
    pub(super) fn drop(&self, reason: DropReason) {
        if let Some(counter) = self.dropped.get(reason.index()) {
            counter.add(1);
        }
    }

    fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped.get(reason.index()).map_or(0, Counter::get)
    }
}

/// The two halves' counters as one.
pub(super) fn snapshot(sent: &SentCounters, received: &ReceivedCounters) -> DataStatistics {
    DataStatistics {
        sent_packets: sent.packets.get(),
        sent_bytes: sent.bytes.get(),
        sent_messages: sent.messages.get(),
        unsealed_packets: sent.unsealed.get(),
        received_packets: received.packets.get(),
        received_bytes: received.bytes.get(),
        received_messages: received.messages.get(),
        dropped_malformed: received.dropped(DropReason::Malformed),
        dropped_unknown_key: received.dropped(DropReason::UnknownKey),
        dropped_not_authentic: received.dropped(DropReason::NotAuthentic),
        dropped_replayed: received.dropped(DropReason::Replayed),
        dropped_key_used_up: received.dropped(DropReason::KeyUsedUp),
        dropped_not_for_tunnel: received.dropped(DropReason::NotForTunnel),
        dropped_compressed: received.dropped(DropReason::Compressed),
    }
}
