use std::fmt;
use std::sync::Arc;

use p2svpn_profile::Change as ProfileChange;
use p2svpn_system::NetworkConfig;

use crate::challenge::Challenge;
use crate::error::Error;
use crate::reconnection::Reconnection;
use crate::session_id::SessionId;
use crate::state::State;
use crate::warning::Warning;

/// Something that happened. It holds no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// Counts the events of the client, from 1. A gap is where events were dropped.
    pub sequence: u64,
    /// How many events were dropped so far because the queue was full.
    pub dropped: u64,
    /// The session it happened to.
    pub session: Option<SessionId>,
    /// When it happened, in seconds since 1970.
    pub unix_time: i64,
    /// What happened.
    pub kind: EventKind,
}

/// What an event tells.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventKind {
    /// The session reached another state.
    State {
        /// The state it is in now.
        state: State,
        /// Why, for people; may be empty.
        reason: String,
        /// Which attempt it is, in [`State::Reconnecting`]: each one is told by an event of its own.
        reconnection: Option<Reconnection>,
    },
    /// The session waits for an answer.
    Challenge(Challenge),
    /// What the session wants of the machine's network, whether this library applies it or the host does.
    ///
    /// The network device to apply it to is in the session's status.
    NetworkConfig(Arc<NetworkConfig>),
    /// Profiles were added, changed, removed or put into another order, here or by another process; of no session.
    ProfilesChanged(Vec<ProfileChange>),
    /// Something odd that ends nothing.
    Warning(Warning),
    /// The session is over and what it changed is undone. It is the session's last event.
    Ended(Ended),
}

impl EventKind {
    /// How much a host would miss it, which decides what a full queue drops first.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::Warning(_) => 0,
            // A later snapshot replaces them, and so do the session's status and the list of the profiles.
            Self::NetworkConfig(_) | Self::ProfilesChanged(_) => 1,
            Self::State { .. } => 2,
            Self::Challenge(_) => 3,
            Self::Ended(_) => 4,
        }
    }
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// Why it ended; none when it was disconnected by its host.
    pub error: Option<Error>,
}

impl Ended {
    pub(crate) fn new(error: Option<Error>) -> Self {
        Self { error }
    }
}

impl fmt::Display for Ended {
    /// Writes the error and its remedy, or that the session was disconnected.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => write!(formatter, "{error}. {}", error.remedy()),
            None => formatter.write_str("Disconnected"),
        }
    }
}
