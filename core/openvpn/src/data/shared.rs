use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::key::{OpenKey, SealKey};
use super::signals::KeySignals;
use super::statistics::{LastTime, ReceivedCounters, SentCounters};
use crate::packet::KeyId;

/// Key ids are 0 to 7.
const KEY_IDS: usize = 8;

/// What the connection and the two halves share.
///
/// The halves take the mailbox's lock only after its generation has changed, which happens a few times an hour.
pub(super) struct Shared {
    pub(super) sent: Half<SentCounters>,
    pub(super) received: Half<ReceivedCounters>,
    generation: AtomicU64,
    mailbox: Mutex<Mailbox>,
}

/// What one half writes, on cache lines of its own so that the halves do not slow each other down.
#[repr(align(128))]
pub(super) struct Half<C> {
    pub(super) counters: C,
    pub(super) last: LastTime,
}

/// Keys on their way to the halves, and what is known of each key id.
#[derive(Default)]
pub(super) struct Mailbox {
    pub(super) for_sealer: Delivery,
    /// The key id that is sent under.
    pub(super) active: Option<KeyId>,
    slots: PerKeyId<Slot>,
}

/// One item for each key id.
pub(super) type PerKeyId<T> = [T; KEY_IDS];

/// What is known of one key id. Its key is live while its signals are there.
#[derive(Default)]
pub(super) struct Slot {
    /// The sending half, until it is activated.
    pub(super) seal: Option<Box<SealKey>>,
    /// The receiving half, until the opener takes it.
    pub(super) open: Option<Box<OpenKey>>,
    pub(super) signals: Option<Arc<KeySignals>>,
}

impl Mailbox {
    pub(super) fn slot(&mut self, key_id: KeyId) -> &mut Slot {
        // Key ids have three bits.
        let [zero, one, two, three, four, five, six, seven] = &mut self.slots;
        match key_id.number() {
            0 => zero,
            1 => one,
            2 => two,
            3 => three,
            4 => four,
            5 => five,
            6 => six,
            _ => seven,
        }
    }

    pub(super) fn slots(&mut self) -> &mut PerKeyId<Slot> {
        &mut self.slots
    }

    #[cfg(test)]
    pub(super) fn active_signals(&mut self) -> Option<&KeySignals> {
        let active = self.active?;
        self.slot(active).signals.as_deref()
    }
}

/// What the sealer is to do about its key.
#[derive(Default)]
pub(super) enum Delivery {
    #[default]
    Keep,
    Replace(Box<SealKey>),
    Stop,
}

impl Shared {
    pub(super) fn new(start: Instant) -> Self {
        Self {
            sent: Half {
                counters: SentCounters::default(),
                last: LastTime::new(start),
            },
            received: Half {
                counters: ReceivedCounters::default(),
                last: LastTime::new(start),
            },
            generation: AtomicU64::new(0),
            mailbox: Mutex::default(),
        }
    }

    /// Changes the mailbox and lets the halves know.
    pub(super) fn update(&self, change: impl FnOnce(&mut Mailbox)) {
        change(&mut self.lock());
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// Looks into the mailbox.
    pub(super) fn read<T>(&self, look: impl FnOnce(&mut Mailbox) -> T) -> T {
        look(&mut self.lock())
    }

    /// The mailbox, if it has changed since the generation that the caller has seen.
    #[inline]
    pub(super) fn changed(&self, seen: &mut u64) -> Option<MutexGuard<'_, Mailbox>> {
        let generation = self.generation.load(Ordering::Acquire);
        if *seen == generation {
            return None;
        }
        *seen = generation;
        Some(self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Mailbox> {
        // A panic elsewhere leaves the mailbox whole: all changes are single moves.
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
