//! Time that goes on while the machine sleeps.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells monotonic time that counts sleep, so that a deadline that passed in a suspended laptop is seen to have passed.
///
/// Reads CLOCK_BOOTTIME on Linux and Android, and CLOCK_MONOTONIC on Apple systems, where it counts sleep and
/// [`Instant`] does not. Elsewhere it is [`Instant`], which on Windows counts sleep. Cheap to copy; all copies of one
/// clock agree, two clocks need not.
///
/// Its instants are not those of `Instant::now` or of a runtime's timers, from which they part with each sleep: to wait for
/// one, use [`Clock::until`].
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Stands for the moment the clock was made.
    origin: Instant,
    /// What the system's clock said at that moment.
    started: Duration,
}

impl Clock {
    /// Starts a clock.
    pub fn new() -> Self {
        let origin = Instant::now();
        Self {
            origin,
            started: system_clock(origin),
        }
    }

    /// Returns the current time.
    pub fn now(&self) -> Instant {
        self.at(system_clock(self.origin))
    }

    /// Returns how long to wait for a deadline, zero if it has passed.
    ///
    /// Wait at most some seconds at a time and ask again: a runtime's timer may stand still while the machine sleeps.
    pub fn until(&self, deadline: Instant) -> Duration {
        deadline.saturating_duration_since(self.now())
    }

    /// Returns the wall clock in Unix seconds, negative before 1970.
    pub fn unix_seconds(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            Err(before) => {
                i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds)
            }
        }
    }

    fn at(&self, system_clock: Duration) -> Instant {
        self.origin + system_clock.saturating_sub(self.started)
    }
}

impl Default for Clock {
    /// Starts a clock.
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(unix)]
fn system_clock(_origin: Instant) -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: libc::clockid_t = libc::CLOCK_BOOTTIME;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;

    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid timespec for the call to write to. The call cannot fail for these clocks; if it did, time
    // would stand still at zero.
    unsafe { libc::clock_gettime(CLOCK, &raw mut time) };
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

#[cfg(not(unix))]
fn system_clock(origin: Instant) -> Duration {
    origin.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spent_asleep_is_counted() {
        let clock = Clock::new();
        let night = Duration::from_secs(8 * 3600);

        let after = clock.at(clock.started + night);

        assert_eq!(after - clock.origin, night);
        assert_eq!(clock.until(clock.origin), Duration::ZERO);
        assert!(clock.until(after) > night - Duration::from_secs(60));
    }

    #[test]
    fn time_never_goes_back_and_copies_agree() {
        let clock = Clock::new();
        let copy = clock;

        let first = clock.now();
        let second = copy.now();
        let third = clock.now();

        assert!(clock.origin <= first && first <= second && second <= third);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn it_runs_as_the_kernel_counts_time_since_boot() {
        let uptime = || -> f64 {
            let text = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
            text.split(' ')
                .next()
                .and_then(|seconds| seconds.parse().ok())
                .unwrap_or_default()
        };

        let before = uptime();
        let clock = Clock::new();
        let after = uptime();

        // The kernel writes hundredths of a second, cut off.
        assert!(
            before <= clock.started.as_secs_f64() && clock.started.as_secs_f64() <= after + 0.011
        );
    }

    #[test]
    fn the_wall_clock_is_in_this_century() {
        assert!((1_700_000_000..4_102_444_800).contains(&Clock::new().unix_seconds()));
    }
}
