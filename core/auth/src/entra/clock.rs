use std::time::Duration;

/// Tells the time to what holds tokens.
pub trait EntraClock: Send + Sync {
    /// Returns the time since any fixed moment. It never goes back, and counts while the machine sleeps: tokens expire
    /// meanwhile.
    fn elapsed(&self) -> Duration;

    /// Returns the machine's idea of the seconds since 1970, which may be wrong.
    fn unix_seconds(&self) -> i64;
}
