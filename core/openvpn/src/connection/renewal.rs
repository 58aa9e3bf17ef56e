//! When keys are replaced: the age at which this end asks for new ones, and the deadline of a negotiation.

use std::time::{Duration, Instant};

use super::config::Renegotiation;
use super::event::TimeoutReason;
use super::stage::Stage;
use crate::error::Error;

/// The parts of a key's life, in eighths, after which fresh credentials are asked for: the second time because the
/// first request may have been lost or answered with an error elsewhere.
const CREDENTIALS_AFTER: [u32; 2] = [6, 7];

/// The times of the keys in use and of the negotiation that replaces them.
pub(super) struct Renewal {
    settings: Renegotiation,
    limit: Duration,
    /// Since when the newest keys are there; none before the first.
    since: Option<Instant>,
    /// Since when new keys are wanted before their time.
    asked: Option<Instant>,
    under_way: Option<UnderWay>,
    /// How often fresh credentials were asked for in this key's life; none: they do not wear out, or are there.
    credentials_asked: Option<usize>,
}

struct UnderWay {
    began: Instant,
    deadline: Instant,
    stage: Stage,
}

impl Renewal {
    /// `limit` is the time that a negotiation may take.
    pub(super) fn new(settings: Renegotiation, limit: Duration) -> Self {
        Self {
            settings,
            limit,
            since: None,
            asked: None,
            under_way: None,
            credentials_asked: None,
        }
    }

    /// How long a replaced key lives on, from the beginning of its replacement.
    pub(super) fn transition(&self) -> Duration {
        self.settings.transition
    }

    /// The first keys are there.
    pub(super) fn started(&mut self, now: Instant) {
        self.since = Some(now);
    }

    /// New keys are wanted now, whatever the age of those in use.
    pub(super) fn ask(&mut self, now: Instant) {
        self.asked = self.asked.or(Some(now));
    }

    /// A negotiation has begun.
    pub(super) fn begun(&mut self, now: Instant) {
        self.asked = None;
        self.under_way = Some(UnderWay {
            began: now,
            deadline: now + self.limit,
            stage: Stage::Reset,
        });
    }

    /// The negotiation has come as far as this.
    pub(super) fn enter(&mut self, stage: Stage) {
        if let Some(under_way) = &mut self.under_way {
            under_way.stage = stage;
        }
    }

    /// Gives the negotiation time until then.
    pub(super) fn extend(&mut self, until: Instant) {
        if let Some(under_way) = &mut self.under_way {
            under_way.deadline = under_way.deadline.max(until);
        }
    }

    /// The new keys are there; answers when their negotiation began.
    pub(super) fn finished(&mut self, now: Instant) -> Instant {
        self.since = Some(now);
        self.under_way
            .take()
            .map_or(now, |under_way| under_way.began)
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Whether fresh credentials are to be asked for ahead of the next negotiation.
    pub(super) fn want_credentials(&mut self, wanted: bool) {
        self.credentials_asked = wanted.then_some(0);
    }

    /// Whether it is time to ask for new keys. Without `acknowledged`, the peer may not know yet those in use: it is
    /// given as much time for that as a negotiation may take.
    pub(super) fn is_due(&self, now: Instant, acknowledged: bool) -> bool {
        self.begins(acknowledged).is_some_and(|due| due <= now)
    }

    /// Whether it is time to ask for fresh credentials, and until when they are of use; each time is told of once.
    pub(super) fn credentials_due(&mut self, now: Instant) -> Option<Instant> {
        let due = self.credentials_ask()?;
        if now < due {
            return None;
        }
        let needed = self.due()?;
        // A wake from a long sleep asks once, not once for each time that has passed.
        while self.credentials_ask().is_some_and(|due| due <= now) {
            self.credentials_asked = self.credentials_asked.map(|asked| asked + 1);
        }
        Some(needed)
    }

    /// An error when the negotiation has taken too long.
    pub(super) fn check(&self, now: Instant) -> Result<(), Error> {
        match &self.under_way {
            Some(under_way) if under_way.deadline <= now => Err(Error::RekeyTimedOut {
                stage: under_way.stage,
                after: under_way
                    .deadline
                    .saturating_duration_since(under_way.began),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn timeout(&self, acknowledged: bool) -> Option<(Instant, TimeoutReason)> {
        if let Some(under_way) = &self.under_way {
            return Some((under_way.deadline, TimeoutReason::Handshake));
        }
        let rekey = self
            .begins(acknowledged)
            .map(|due| (due, TimeoutReason::Rekey));
        let credentials = self
            .credentials_ask()
            .map(|due| (due, TimeoutReason::Credentials));
        [rekey, credentials]
            .into_iter()
            .flatten()
            .min_by_key(|(due, _)| *due)
    }

    fn begins(&self, acknowledged: bool) -> Option<Instant> {
        let patience = if acknowledged {
            Duration::ZERO
        } else {
            self.limit
        };
        let due = [self.due(), self.asked].into_iter().flatten().min()?;
        due.checked_add(patience)
    }

    fn due(&self) -> Option<Instant> {
        if self.under_way.is_some() {
            return None;
        }
        self.since?.checked_add(self.settings.after?)
    }

    fn credentials_ask(&self) -> Option<Instant> {
        let eighths = CREDENTIALS_AFTER.get(self.credentials_asked?)?;
        if self.under_way.is_some() {
            return None;
        }
        self.since?.checked_add(self.settings.after? / 8 * *eighths)
    }
}
