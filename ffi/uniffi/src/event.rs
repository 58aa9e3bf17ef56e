use p2svpn_client::EventKind as Kind;

use crate::challenge::Challenge;
use crate::error::ErrorDetails;
use crate::network::NetworkConfig;
use crate::profile_change::ProfileChange;
use crate::reconnection::Reconnection;
use crate::state::State;
use crate::warning::Warning;

/// Something that happened. It holds no secret.
#[derive(uniffi::Record)]
pub struct Event {
    /// Counts the events of the client, from 1. A gap is where events were dropped.
    pub sequence: u64,
    /// How many events were dropped so far because the queue was full.
    pub dropped: u64,
    /// The id of the session it happened to.
    pub session: Option<u64>,
    /// When it happened, in seconds since 1970.
    pub unix_time: i64,
    /// What happened.
    pub kind: EventKind,
}

/// What an event tells.
#[derive(uniffi::Enum)]
pub enum EventKind {
    /// The session reached another state.
    State {
        /// The state it is in now.
        state: State,
        /// Why, for people; may be empty.
        reason: String,
        /// Which attempt to get a lost connection back it is.
        reconnection: Option<Reconnection>,
    },
    /// The session waits for an answer.
    Challenge {
        /// The question.
        challenge: Challenge,
    },
    /// What the session wants of the machine's network.
    NetworkConfig {
        /// The snapshot.
        config: NetworkConfig,
    },
    /// Something odd that ends nothing.
    Warning {
        /// What it is.
        warning: Warning,
    },
    /// The session is over and what it changed is undone. It is the session's last event.
    Ended {
        /// Why it ended; none when it was disconnected.
        error: Option<ErrorDetails>,
    },
    /// Profiles were added, changed, removed or put into another order.
    ProfilesChanged {
        /// What became different.
        changes: Vec<ProfileChange>,
    },
    /// Something that this layer has no name for.
    Unknown,
}

impl From<p2svpn_client::Event> for Event {
    fn from(event: p2svpn_client::Event) -> Self {
        Self {
            sequence: event.sequence,
            dropped: event.dropped,
            session: event.session.map(|session| session.number()),
            unix_time: event.unix_time,
            kind: event.kind.into(),
        }
    }
}

impl From<Kind> for EventKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::State {
                state,
                reason,
                reconnection,
            } => Self::State {
                state: state.into(),
                reason,
                reconnection: reconnection.as_ref().map(Reconnection::from),
            },
            Kind::Challenge(challenge) => Self::Challenge {
                challenge: challenge.into(),
            },
            Kind::NetworkConfig(config) => Self::NetworkConfig {
                config: config.as_ref().into(),
            },
            Kind::Warning(warning) => Self::Warning {
                warning: warning.into(),
            },
            Kind::Ended(ended) => Self::Ended {
                error: ended.error.as_ref().map(ErrorDetails::from),
            },
            Kind::ProfilesChanged(changes) => Self::ProfilesChanged {
                changes: changes.into_iter().map(ProfileChange::from).collect(),
            },
            _ => Self::Unknown,
        }
    }
}
