use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::attempt::{Attempt, AttemptEnd};
use super::remote::{Remote, Retry};
use crate::auth_failure::Advance;

/// The gateways of a profile, and which of their addresses is tried when.
///
/// The order is OpenVPN's: each address of a gateway in turn, then the next gateway, round and round; a connection that
/// was made and lost is tried again where it was. Like the rest of this crate it neither resolves, connects nor waits: a
/// driver asks for the [`next_attempt`](Self::next_attempt), waits as told, and tells what came of it with
/// [`resolved`](Self::resolved), [`connected`](Self::connected) and [`ended`](Self::ended).
///
/// Addresses are kept: a lost connection is made anew without the resolver, which may lie behind the tunnel, and a name
/// that is not found any more has its former addresses.
///
/// ```
/// use std::time::Instant;
/// use p2svpn_openvpn::{AttemptEnd, Framing, Remote, Remotes, Retry};
///
/// let remote = Remote { host: "gateway.example".into(), port: 1194, framing: Framing::Datagram };
/// let mut remotes = Remotes::new(vec![remote], Retry::default());
/// let now = Instant::now();
///
/// assert_eq!(remotes.next_attempt().unwrap().address, None);
/// remotes.resolved(now, vec!["192.0.2.1:1194".parse().unwrap()]);
/// assert_eq!(remotes.next_attempt().unwrap().address, "192.0.2.1:1194".parse().ok());
/// remotes.ended(now, AttemptEnd::Failed);
/// assert!(remotes.next_attempt().unwrap().not_before > Some(now));
/// ```
#[derive(Debug, Clone)]
pub struct Remotes {
    retry: Retry,
    entries: Vec<Entry>,
    current: usize,
    /// Which of the current gateway's addresses; none: its name is to be resolved.
    address: Option<usize>,
    /// How often a gateway was tried in vain since the last success.
    tries: u64,
    /// A connection was made: its end is no failure of the address.
    connected: bool,
    not_before: Option<Instant>,
}

#[derive(Debug, Clone)]
struct Entry {
    remote: Remote,
    addresses: Vec<SocketAddr>,
}

/// Longer than anybody waits, and short enough to be added to any instant.
const LONGEST_PAUSE: Duration = Duration::from_secs(365 * 86_400);

/// Rounds of all gateways after which pauses grow.
const PATIENT_ROUNDS: u64 = 4;

impl Remotes {
    /// Takes the gateways in the order in which they are to be tried; from none of them there is no attempt.
    #[must_use]
    pub fn new(remotes: Vec<Remote>, retry: Retry) -> Self {
        let entries = remotes.into_iter().map(|remote| Entry {
            remote,
            addresses: Vec::new(),
        });
        Self {
            retry,
            entries: entries.collect(),
            current: 0,
            address: None,
            tries: 0,
            connected: false,
            not_before: None,
        }
    }

    /// Shuffles the gateways (`remote-random`), before the first attempt. `below` draws a number below its argument, all
    /// with the same chance.
    pub fn shuffle(&mut self, mut below: impl FnMut(usize) -> usize) {
        for end in (2..=self.entries.len()).rev() {
            self.entries.swap(end - 1, below(end).min(end - 1));
        }
    }

    /// How patiently to try.
    #[must_use]
    pub fn retry(&self) -> Retry {
        self.retry
    }

    /// Changes how patiently to try from now on.
    pub fn set_retry(&mut self, retry: Retry) {
        self.retry = retry;
    }

    /// What to do next; none when every gateway was tried as often as allowed, or there is none.
    #[must_use]
    pub fn next_attempt(&self) -> Option<Attempt<'_>> {
        let entry = self.entries.get(self.current)?;
        let allowed = self
            .retry
            .attempts
            .map(|attempts| u64::from(attempts.get()).saturating_mul(self.entries.len() as u64));
        if allowed.is_some_and(|allowed| self.tries >= allowed) {
            return None;
        }
        let address = self.address.and_then(|index| entry.addresses.get(index));
        Some(Attempt {
            remote: &entry.remote,
            address: address.copied(),
            not_before: self.not_before,
        })
    }

    /// Takes the addresses of the current gateway's name, in the resolver's order; none where the name was not found.
    ///
    /// Then the former addresses are used, and if there were none, the attempt has failed.
    pub fn resolved(&mut self, now: Instant, addresses: Vec<SocketAddr>) {
        let Some(entry) = self.entries.get_mut(self.current) else {
            return;
        };
        if !addresses.is_empty() {
            entry.addresses = addresses;
        }
        if entry.addresses.is_empty() {
            return self.ended(now, AttemptEnd::Failed);
        }
        self.address = Some(0);
    }

    /// Takes note that the connection was made.
    pub fn connected(&mut self) {
        self.connected = true;
        self.tries = 0;
    }

    /// Takes note of how the attempt, or the connection that came of it, ended.
    pub fn ended(&mut self, now: Instant, end: AttemptEnd) {
        let was_connected = std::mem::take(&mut self.connected);
        match end {
            AttemptEnd::Failed | AttemptEnd::Unanswered if was_connected => {}
            AttemptEnd::Failed | AttemptEnd::Unanswered => self.advance(Advance::Address),
            AttemptEnd::Refused => self.advance(Advance::Stay),
            AttemptEnd::TemporarilyRefused { advance, .. } => self.advance(advance),
            AttemptEnd::Restart { next_remote: true } => self.advance(Advance::Remote),
            AttemptEnd::Restart { next_remote: false } if was_connected => {}
            AttemptEnd::Restart { next_remote: false } => self.advance(Advance::Stay),
        }
        if was_connected && !matches!(end, AttemptEnd::Refused) {
            // The gateway was not tried in vain, whatever it wants now.
            self.tries = 0;
        }
        let pause = match end {
            // It has waited long enough.
            AttemptEnd::Unanswered if !was_connected => Duration::ZERO,
            AttemptEnd::Refused => self.pause().max(self.retry.pause_after_refusal),
            AttemptEnd::TemporarilyRefused { backoff, .. } => {
                self.pause().max(backoff.unwrap_or_default())
            }
            _ => self.pause(),
        };
        self.not_before = Some(now + pause.min(self.retry.longest_pause).min(LONGEST_PAUSE));
    }

    fn advance(&mut self, advance: Advance) {
        let known = self
            .entries
            .get(self.current)
            .map_or(0, |entry| entry.addresses.len());
        let next_address = self.address.map(|index| index + 1);
        match advance {
            Advance::Stay => self.tries += 1,
            Advance::Address if next_address.is_some_and(|index| index < known) => {
                self.address = next_address;
            }
            Advance::Address | Advance::Remote => {
                self.tries += 1;
                self.address = None;
                self.current += 1;
                if self.current >= self.entries.len() {
                    self.current = 0;
                }
            }
        }
    }

    /// The pause that is due by the number of failures.
    fn pause(&self) -> Duration {
        let rounds = self.tries / (self.entries.len() as u64).max(1);
        match rounds.saturating_sub(PATIENT_ROUNDS) {
            0 => self.retry.pause,
            doublings => {
                // Sixteen doublings of a second are the better part of a day.
                let factor = 1 << doublings.min(16);
                self.retry
                    .pause
                    .max(Duration::from_secs(1))
                    .saturating_mul(factor)
            }
        }
    }
}
