use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

/// What the halves of one key tell each other and the connection.
///
/// Every item only ever grows, and none guards other memory, so relaxed order suffices.
#[derive(Default)]
pub(super) struct KeySignals {
    rekey_wanted: AtomicBool,
    rekey_asked: AtomicBool,
    exhausted: AtomicBool,
    received: AtomicBool,
    peer_epoch: AtomicU16,
}

impl KeySignals {
    /// Asks for a new key: this one is near its end.
    pub(super) fn want_rekey(&self) {
        self.rekey_wanted.store(true, Ordering::Relaxed);
    }

    pub(super) fn wants_rekey(&self) -> bool {
        self.rekey_wanted.load(Ordering::Relaxed)
    }

    /// Whether a new key is wanted and nobody was told so before: true once in the life of a key.
    #[inline]
    pub(super) fn take_rekey_request(&self) -> bool {
        self.wants_rekey()
            && !self.rekey_asked.load(Ordering::Relaxed)
            && !self.rekey_asked.swap(true, Ordering::Relaxed)
    }

    /// Notes that not even one more packet may be sealed.
    pub(super) fn note_exhausted(&self) {
        self.exhausted.store(true, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted.load(Ordering::Relaxed)
    }

    /// Notes that an authentic packet came under this key.
    pub(super) fn note_received(&self) {
        self.received.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_received(&self) -> bool {
        self.received.load(Ordering::Relaxed)
    }

    /// Notes the epoch that the peer sends in.
    pub(super) fn note_peer_epoch(&self, epoch: u16) {
        self.peer_epoch.store(epoch, Ordering::Relaxed);
    }

    pub(super) fn peer_epoch(&self) -> u16 {
        self.peer_epoch.load(Ordering::Relaxed)
    }
}
