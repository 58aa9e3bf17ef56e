use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use p2svpn_openvpn::Retry;

use super::shared::Shared;
use super::surroundings::Surroundings;
use crate::error::Error;
use crate::reconnect::Reconnect;
use crate::reconnection::Reconnection;

/// A connection that was lost, and the calls that shall get it back.
pub(super) struct Loss {
    cause: Error,
    /// Counts the calls, from 1.
    attempt: u32,
    /// The attempt that the host was told of.
    told: u32,
    /// Whether the next call begins without a pause: the gateway is not to blame.
    at_once: bool,
    /// How many pauses in a row were cut short.
    cut_short: u32,
}

/// How many pauses in a row are cut short at once; enough for a machine that comes into another network. Where the network never
/// rests, the others still last [`SHORTEST`], so that no gateway is called without an end.
const MOST_CUT_SHORT: u32 = 3;

/// What is left of any further pause at least.
const SHORTEST: Duration = Duration::from_secs(1);

impl Loss {
    /// Notes why the connection was lost, and whether it is called for again without a pause.
    pub(super) fn new(cause: Error, at_once: bool) -> Self {
        Self {
            cause,
            attempt: 1,
            told: 0,
            at_once,
            cut_short: 0,
        }
    }

    /// Why there is no connection.
    pub(super) fn cause(&self) -> &Error {
        &self.cause
    }

    /// Counts a call in vain.
    pub(super) fn note_failure(&mut self, error: Error) {
        self.cause = error;
        self.attempt = self.attempt.saturating_add(1);
    }

    /// Tells of the next call, and waits until it may begin: at the latest at this moment and a random while, and as soon as
    /// the network changes or the machine wakes up. Returns whether this was for a call that was not told of yet.
    pub(super) async fn rest(
        &mut self,
        shared: &Shared,
        surroundings: &mut Surroundings,
        not_before: Option<Instant>,
    ) -> bool {
        if self.told == self.attempt {
            return false;
        }
        self.told = self.attempt;
        let now = shared.clock().now();
        let pause = not_before.map_or(Duration::ZERO, |moment| {
            spread(moment.saturating_duration_since(now))
        });
        let pause = if std::mem::take(&mut self.at_once) {
            Duration::ZERO
        } else {
            pause
        };
        shared.enter_reconnecting(Reconnection::new(
            self.cause.clone(),
            self.attempt,
            shared.unix_time_in(pause),
        ));
        let end = now.checked_add(pause);
        tokio::select! {
            () = shared.rest_until(end) => self.cut_short = 0,
            _ = surroundings.notice() => {
                self.cut_short = self.cut_short.saturating_add(1);
                if self.cut_short > MOST_CUT_SHORT {
                    shared.rest_until(now.checked_add(pause.min(SHORTEST))).await;
                }
            }
        }
        true
    }
}

/// How patiently servers are called again; nothing where they are not.
pub(super) fn retry(reconnect: Reconnect) -> Option<Retry> {
    let attempts = match reconnect {
        Reconnect::Never => return None,
        Reconnect::Always => None,
        Reconnect::Rounds(rounds) => NonZeroU32::new(rounds),
    };
    Some(Retry {
        attempts,
        ..Retry::default()
    })
}

/// Shortens or lengthens a pause at random, by up to a half: a gateway that was restarted is not called by all its clients
/// in the same moment.
fn spread(pause: Duration) -> Duration {
    let mut random = [0; 2];
    // Without randomness the pause is as good as any other.
    let drawn = aws_lc_rs::rand::fill(&mut random);
    let share = drawn.map_or(0.5, |()| f64::from(u16::from_le_bytes(random)) / 65_536.0);
    pause.mul_f64(0.5 + share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_spread_by_half_of_them_to_either_side() {
        let pause = Duration::from_secs(100);
        let drawn: Vec<Duration> = (0..1_000).map(|_| spread(pause)).collect();

        let (least, most) = (pause / 2, pause * 3 / 2);
        assert!(drawn.iter().all(|one| (least..most).contains(one)));
        assert!(drawn.iter().any(|one| *one < pause * 3 / 4));
        assert!(drawn.iter().any(|one| *one > pause * 5 / 4));
        assert_eq!(spread(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn servers_are_called_again_as_the_host_says() {
        assert_eq!(retry(Reconnect::Never), None);
        assert_eq!(
            retry(Reconnect::Always).map(|retry| retry.attempts),
            Some(None)
        );
        assert_eq!(
            retry(Reconnect::Rounds(3)).map(|retry| retry.attempts),
            Some(NonZeroU32::new(3))
        );
    }
}
