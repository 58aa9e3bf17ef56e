use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::remote::Remote;
use crate::auth_failure::Advance;
use crate::error::Error;

/// What to do next on the way to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// The gateway to connect to.
    pub remote: &'a Remote,
    /// The address to connect to; none: the gateway's name is to be resolved first, with
    /// [`Remotes::resolved`](super::Remotes::resolved) for the answer.
    pub address: Option<SocketAddr>,
    /// The attempt must not begin before; none: at once.
    pub not_before: Option<Instant>,
}

/// How an attempt, or the connection that came of it, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptEnd {
    /// The gateway did not answer within [`Retry::answer`](super::Retry::answer).
    Unanswered,
    /// It failed, or was lost, in any other way.
    Failed,
    /// The gateway refused the credentials, and others are there to try.
    Refused,
    /// The gateway lets nobody in just now (`AUTH_FAILED,TEMP`).
    TemporarilyRefused {
        /// Where it wants the client to try next.
        advance: Advance,
        /// How long it wants the client to wait at least.
        backoff: Option<Duration>,
    },
    /// The gateway wants a new connection (`RESTART`).
    Restart {
        /// With the next gateway (`[N]`), not with this one.
        next_remote: bool,
    },
}

impl From<&Error> for AttemptEnd {
    /// Whether to connect again at all is for the caller to judge: not every error goes away by that.
    fn from(error: &Error) -> Self {
        match error {
            Error::NoAnswer(_) => Self::Unanswered,
            Error::AuthenticationFailed(_) | Error::Challenge(_) => Self::Refused,
            // The credentials themselves take the token's place.
            Error::TokenExpired(_) => Self::Restart { next_remote: false },
            Error::TemporarilyRefused {
                backoff, advance, ..
            } => Self::TemporarilyRefused {
                advance: *advance,
                backoff: *backoff,
            },
            Error::PeerRestart { next_remote, .. } => Self::Restart {
                next_remote: *next_remote,
            },
            _ => Self::Failed,
        }
    }
}
