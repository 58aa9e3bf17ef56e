//! The wall clock that certificates are judged by, told from outside.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustls::time_provider::TimeProvider;
use rustls_pki_types::UnixTime;

/// The wall clock of one connection: its start is given, and the caller's instants move it on.
#[derive(Debug)]
pub(crate) struct SessionTime {
    start: Instant,
    unix_start: u64,
    unix_now: AtomicU64,
}

impl SessionTime {
    /// A clock that shows `unix_start` (seconds since 1970) at `start`.
    pub(crate) fn new(start: Instant, unix_start: u64) -> Self {
        Self {
            start,
            unix_start,
            unix_now: AtomicU64::new(unix_start),
        }
    }

    /// Moves the clock to `now`.
    pub(crate) fn advance(&self, now: Instant) {
        let passed = now.saturating_duration_since(self.start).as_secs();
        self.unix_now
            .store(self.unix_start.saturating_add(passed), Ordering::Relaxed);
    }

    /// Seconds since 1970, as the replay protection's 32-bit field wants them.
    pub(crate) fn unix_time(&self) -> u32 {
        // The field wraps in 2106; until then this is exact.
        self.unix_now.load(Ordering::Relaxed) as u32
    }
}

impl TimeProvider for SessionTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = self.unix_now.load(Ordering::Relaxed);
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
