//! When a connection ends by itself, as the gateway pushed it: `inactive` and `session-timeout`.

use std::time::{Duration, Instant};

use super::event::TimeoutReason;
use crate::error::Error;
use crate::push::{Inactivity, PushReply};

/// How often traffic is looked at within the time of inactivity: what is found late by that is allowed late by that.
const LOOKS: u32 = 10;

const SHORTEST_LOOK: Duration = Duration::from_secs(1);
const LONGEST_LOOK: Duration = Duration::from_secs(60);

/// Watches how long a connection has lasted and how little it has carried.
pub(super) struct Limits {
    established: Instant,
    session: Option<Duration>,
    inactivity: Option<Inactivity>,
    /// When there was last as much traffic as counts.
    active: Instant,
    /// What had been carried then.
    carried: u64,
    looked: Instant,
}

impl Limits {
    /// The limits of a connection that is established now and has carried nothing.
    pub(super) fn new(now: Instant, push: &PushReply) -> Self {
        Self {
            established: now,
            session: push.session_timeout,
            inactivity: push.inactive,
            active: now,
            carried: 0,
            looked: now,
        }
    }

    /// Goes on with other limits. The time of the connection is counted from its beginning, that of inactivity from now.
    pub(super) fn change(&mut self, now: Instant, push: &PushReply, carried: u64) {
        self.session = push.session_timeout;
        if self.inactivity != push.inactive {
            self.inactivity = push.inactive;
            (self.active, self.looked, self.carried) = (now, now, carried);
        }
    }

    /// When to check next.
    pub(super) fn timeout(&self) -> Option<(Instant, TimeoutReason)> {
        let session = self
            .session
            .and_then(|limit| self.established.checked_add(limit))
            .map(|due| (due, TimeoutReason::SessionEnd));
        let look = self.inactivity.and_then(|limit| {
            let end = self.active.checked_add(limit.after)?;
            let every = (limit.after / LOOKS).clamp(SHORTEST_LOOK, LONGEST_LOOK);
            Some(end.min(self.looked + every))
        });
        let look = look.map(|due| (due, TimeoutReason::Inactivity));
        [session, look]
            .into_iter()
            .flatten()
            .min_by_key(|(due, _)| *due)
    }

    /// Looks at what has been carried so far, both ways together; an error when a limit is reached.
    pub(super) fn check(&mut self, now: Instant, carried: u64) -> Result<(), Error> {
        let passed =
            |since: Instant, limit: Duration| now.saturating_duration_since(since) >= limit;
        if let Some(limit) = self
            .session
            .filter(|limit| passed(self.established, *limit))
        {
            return Err(Error::SessionTimedOut(limit));
        }
        let Some(limit) = self.inactivity else {
            return Ok(());
        };
        self.looked = now;
        if carried.saturating_sub(self.carried) >= limit.bytes.max(1) {
            (self.active, self.carried) = (now, carried);
        } else if passed(self.active, limit.after) {
            return Err(Error::Inactive(limit.after));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_session_ends_at_its_time_whatever_it_carries() {
        let start = Instant::now();
        let mut limits = limits(start, Some(60), None);

        assert_eq!(
            limits.timeout(),
            Some((start + 60 * SECOND, TimeoutReason::SessionEnd))
        );
        assert_eq!(limits.check(start + 59 * SECOND, 1_000), Ok(()));
        assert_eq!(
            limits.check(start + 60 * SECOND, 2_000),
            Err(Error::SessionTimedOut(60 * SECOND))
        );
    }

    #[test]
    fn traffic_puts_the_end_off_and_its_absence_does_not() {
        let start = Instant::now();
        let mut limits = limits(start, None, Some((100, 0)));
        assert_eq!(look(&mut limits, 1), 10);
        assert_eq!(look(&mut limits, 1), 20);

        let end = run_until_the_end(&mut limits, 1);

        assert_eq!(end - start, 110 * SECOND);
    }

    #[test]
    fn less_traffic_than_counts_does_not_put_the_end_off() {
        let start = Instant::now();
        let mut limits = limits(start, None, Some((100, 500)));

        assert_eq!(limits.check(start + 50 * SECOND, 499), Ok(()));
        assert_eq!(
            limits.check(start + 100 * SECOND, 499),
            Err(Error::Inactive(100 * SECOND))
        );
    }

    #[test]
    fn little_traffic_adds_up_within_the_time() {
        let start = Instant::now();
        let mut limits = limits(start, None, Some((100, 500)));
        assert_eq!(limits.check(start + 40 * SECOND, 300), Ok(()));
        assert_eq!(limits.check(start + 80 * SECOND, 600), Ok(()));

        assert_eq!(limits.check(start + 179 * SECOND, 600), Ok(()));
        assert_eq!(
            limits.check(start + 180 * SECOND, 600),
            Err(Error::Inactive(100 * SECOND))
        );
    }

    #[test]
    fn changed_limits_count_from_where_they_should() {
        let start = Instant::now();
        let mut limits = limits(start, None, Some((100, 0)));

        limits.change(start + 90 * SECOND, &push(Some(300), Some((50, 0))), 7);

        assert_eq!(limits.check(start + 139 * SECOND, 7), Ok(()));
        assert_eq!(
            limits.check(start + 140 * SECOND, 7),
            Err(Error::Inactive(50 * SECOND))
        );
        assert_eq!(
            limits.check(start + 300 * SECOND, 70),
            Err(Error::SessionTimedOut(300 * SECOND))
        );
    }

    #[test]
    fn without_limits_there_is_nothing_to_wait_for() {
        let start = Instant::now();
        let mut limits = limits(start, None, None);

        assert_eq!(limits.timeout(), None);
        assert_eq!(limits.check(start + 1_000_000 * SECOND, 0), Ok(()));
    }

    fn limits(now: Instant, session: Option<u64>, inactive: Option<(u64, u64)>) -> Limits {
        Limits::new(now, &push(session, inactive))
    }

    fn push(session: Option<u64>, inactive: Option<(u64, u64)>) -> PushReply {
        PushReply {
            session_timeout: session.map(Duration::from_secs),
            inactive: inactive.map(|(after, bytes)| Inactivity {
                after: Duration::from_secs(after),
                bytes,
            }),
            ..PushReply::default()
        }
    }

    /// Checks at the time that the limits name; the seconds that it was after the beginning.
    fn look(limits: &mut Limits, carried: u64) -> u64 {
        let (due, _) = limits.timeout().unwrap();
        limits.check(due, carried).unwrap();
        (due - limits.established).as_secs()
    }

    fn run_until_the_end(limits: &mut Limits, carried: u64) -> Instant {
        loop {
            let (due, _) = limits.timeout().unwrap();
            if limits.check(due, carried).is_err() {
                return due;
            }
        }
    }
}
