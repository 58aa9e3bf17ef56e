use std::num::NonZeroU32;
use std::time::Duration;

use crate::frame::Framing;

/// One gateway to connect to (OpenVPN's `remote`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remote {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How packets travel to it: over TCP or UDP.
    pub framing: Framing,
}

/// How patiently and how often to try; the options are those of OpenVPN's manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Time for the way to a gateway and its first answer (`server-poll-timeout`). The driver keeps to it: both the
    /// transport's time limit and the connection's `Timeouts::answer` are made of it.
    pub answer: Duration,
    /// The pause before an attempt (`connect-retry`). Once every gateway has been tried five times it is doubled, and
    /// again for every time more.
    pub pause: Duration,
    /// The longest pause (the second number of `connect-retry`), whatever a gateway asks for; more than a year counts as
    /// a year.
    pub longest_pause: Duration,
    /// How often each gateway is tried before all are given up (`connect-retry-max`); none: for ever. A success makes the
    /// count begin anew.
    pub attempts: Option<NonZeroU32>,
    /// The least pause after a gateway has refused the credentials (as with `auth-retry nointeract`).
    pub pause_after_refusal: Duration,
}

impl Default for Retry {
    /// OpenVPN 2.6's times: 120 s for an answer, pauses of 1 s to 300 s, 10 s after a refusal, without end.
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(120),
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(300),
            attempts: None,
            pause_after_refusal: Duration::from_secs(10),
        }
    }
}
