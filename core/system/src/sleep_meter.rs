//! How long the machine slept.

use std::time::{Duration, Instant};

use crate::clock::Clock;

/// Measures how long the machine slept, where the system has one clock that counts sleep and one that does not: Linux,
/// Android and Apple's. Elsewhere it measures nothing.
#[derive(Debug)]
pub struct SleepMeter {
    clock: Clock,
    /// When it began, by the clock that counts sleep and by the other one.
    began: (Instant, Instant),
    /// Sleep that was told of.
    told: Duration,
}

impl SleepMeter {
    /// Begins to measure by this clock.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            began: (clock.now(), Instant::now()),
            told: Duration::ZERO,
        }
    }

    /// Returns how long the machine slept since the last call.
    pub fn take(&mut self) -> Duration {
        self.take_at(self.clock.now(), Instant::now())
    }

    fn take_at(&mut self, with_sleep: Instant, without_sleep: Instant) -> Duration {
        let all = with_sleep.saturating_duration_since(self.began.0);
        let awake = without_sleep.saturating_duration_since(self.began.1);
        let asleep = all.saturating_sub(awake);
        let new = asleep.saturating_sub(self.told);
        self.told = self.told.max(asleep);
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_sleep_is_measured_once() {
        let mut meter = SleepMeter::new(Clock::new());
        let (with, without) = meter.began;

        assert_eq!(meter.take_at(with + HOUR, without + HOUR), Duration::ZERO);
        assert_eq!(meter.take_at(with + 9 * HOUR, without + HOUR), 8 * HOUR);
        assert_eq!(
            meter.take_at(with + 10 * HOUR, without + 2 * HOUR),
            Duration::ZERO
        );
        assert_eq!(meter.take_at(with + 12 * HOUR, without + 3 * HOUR), HOUR);
    }

    #[test]
    fn a_machine_that_is_awake_has_not_slept() {
        let mut meter = SleepMeter::new(Clock::new());

        // The two clocks are read one after the other.
        assert!(meter.take() < Duration::from_secs(1));
    }
}
