use std::ffi::{CStr, CString, c_char};

use p2svpn_client::{Event, EventKind, Reconnection};

use crate::challenge::p2svpn_challenge;
use crate::error::p2svpn_error;
use crate::guard::{act, look};
use crate::network_config::p2svpn_network_config;
use crate::output::c_string;
use crate::profile_change::p2svpn_profile_change;
use crate::warning::p2svpn_warning;

/// What an event tells.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_event_kinds {
    /// Something that this version does not know: ignore it.
    P2SVPN_EVENT_OTHER = 0,
    /// The session reached another state: p2svpn_event_state(), p2svpn_event_reason().
    P2SVPN_EVENT_STATE = 1,
    /// The session waits for an answer: p2svpn_event_challenge().
    P2SVPN_EVENT_CHALLENGE = 2,
    /// What the session wants of the machine's network, whether this library applies it or the host does:
    /// p2svpn_event_network_config().
    P2SVPN_EVENT_NETWORK_CONFIG = 3,
    /// Something odd that ends nothing: p2svpn_event_warning().
    P2SVPN_EVENT_WARNING = 4,
    /// The session is over and what it changed is undone: p2svpn_event_error(). It is the session's last event.
    P2SVPN_EVENT_ENDED = 5,
    /// Profiles were added, changed, removed or put into another order, here or by another process:
    /// p2svpn_event_profile_change().
    P2SVPN_EVENT_PROFILES_CHANGED = 6,
}

/// Where a session is on its way.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_states {
    /// Nothing is going on: not started, or ended for good.
    P2SVPN_STATE_DISCONNECTED = 0,
    /// The identity is loaded and checked, and the device is chosen.
    P2SVPN_STATE_PREPARING = 1,
    /// A challenge waits for an answer.
    P2SVPN_STATE_SIGNING_IN = 2,
    /// The gateway is called, and each side proves who it is.
    P2SVPN_STATE_CONNECTING = 3,
    /// The device and the machine are given the addresses and routes.
    P2SVPN_STATE_CONFIGURING = 4,
    /// Packets go through.
    P2SVPN_STATE_CONNECTED = 5,
    /// The connection was lost, and the session is getting it back; what would go through the tunnel is held. Each attempt is
    /// told by an event: p2svpn_event_attempt().
    P2SVPN_STATE_RECONNECTING = 6,
    /// The session is ending and what it changed is undone.
    P2SVPN_STATE_DISCONNECTING = 7,
}

/// Something that happened. It holds no secret. Its owner frees it with p2svpn_event_free(). Any thread may use it.
pub struct p2svpn_event {
    sequence: u64,
    dropped: u64,
    session: u64,
    unix_time: i64,
    detail: Detail,
}

enum Detail {
    State {
        state: u32,
        reason: CString,
        reconnection: Option<Attempt>,
    },
    Challenge(Box<p2svpn_challenge>),
    NetworkConfig(p2svpn_network_config),
    Warning(p2svpn_warning),
    Ended(Option<p2svpn_error>),
    ProfilesChanged(Vec<p2svpn_profile_change>),
    Other,
}

/// One attempt to get a lost connection back.
pub(crate) struct Attempt {
    pub(crate) cause: p2svpn_error,
    pub(crate) number: u32,
    pub(crate) next: i64,
}

impl Attempt {
    pub(crate) fn new(reconnection: Reconnection) -> Self {
        Self {
            number: reconnection.attempt,
            next: reconnection.next,
            cause: p2svpn_error::new(reconnection.cause),
        }
    }
}

impl p2svpn_event {
    pub(crate) fn new(event: Event) -> Self {
        let detail = match event.kind {
            EventKind::State {
                state,
                reason,
                reconnection,
            } => Detail::State {
                state: state.number().into(),
                reason: c_string(reason),
                reconnection: reconnection.map(Attempt::new),
            },
            EventKind::Challenge(challenge) => {
                Detail::Challenge(Box::new(p2svpn_challenge::new(challenge)))
            }
            EventKind::NetworkConfig(config) => {
                Detail::NetworkConfig(p2svpn_network_config::new(&config))
            }
            EventKind::Warning(warning) => Detail::Warning(p2svpn_warning::new(&warning)),
            EventKind::Ended(ended) => Detail::Ended(ended.error.map(p2svpn_error::new)),
            EventKind::ProfilesChanged(changes) => {
                Detail::ProfilesChanged(changes.iter().map(p2svpn_profile_change::new).collect())
            }
            _ => Detail::Other,
        };
        Self {
            sequence: event.sequence,
            dropped: event.dropped,
            session: event.session.map_or(0, |session| session.number()),
            unix_time: event.unix_time,
            detail,
        }
    }

    fn reconnection(&self) -> Option<&Attempt> {
        match &self.detail {
            Detail::State { reconnection, .. } => reconnection.as_ref(),
            _ => None,
        }
    }
}

/// Frees an event and what belongs to it. NULL is nothing. It may be called from within the callback, and later.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_free(event: Option<Box<p2svpn_event>>) {
    act(|| drop(event));
}

/// Returns what the event tells: one of #p2svpn_event_kinds.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_kind(event: Option<&p2svpn_event>) -> u32 {
    use p2svpn_event_kinds::*;
    let kind = look(event, P2SVPN_EVENT_OTHER, |event| match event.detail {
        Detail::State { .. } => P2SVPN_EVENT_STATE,
        Detail::Challenge(_) => P2SVPN_EVENT_CHALLENGE,
        Detail::NetworkConfig(_) => P2SVPN_EVENT_NETWORK_CONFIG,
        Detail::Warning(_) => P2SVPN_EVENT_WARNING,
        Detail::Ended(_) => P2SVPN_EVENT_ENDED,
        Detail::ProfilesChanged(_) => P2SVPN_EVENT_PROFILES_CHANGED,
        Detail::Other => P2SVPN_EVENT_OTHER,
    });
    kind as u32
}

/// Returns the event's place among all events of the client, counted from 1. A gap is where events were dropped.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_sequence(event: Option<&p2svpn_event>) -> u64 {
    look(event, 0, |event| event.sequence)
}

/// Returns how many events of the client were dropped so far because too many waited.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_dropped(event: Option<&p2svpn_event>) -> u64 {
    look(event, 0, |event| event.dropped)
}

/// Returns the session it happened to, as p2svpn_session_id() names it; 0 if it is about none.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_session_id(event: Option<&p2svpn_event>) -> u64 {
    look(event, 0, |event| event.session)
}

/// Returns when it happened, in seconds since 1970.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_unix_time(event: Option<&p2svpn_event>) -> i64 {
    look(event, 0, |event| event.unix_time)
}

/// Returns the state that the session is in now, one of #p2svpn_states; 0 if the event is of another kind.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_state(event: Option<&p2svpn_event>) -> u32 {
    look(event, 0, |event| match &event.detail {
        Detail::State { state, .. } => *state,
        _ => 0,
    })
}

/// Returns why the session is in this state, for people; it may be "", and is if the event is of another kind. It belongs
/// to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_reason(event: Option<&p2svpn_event>) -> *const c_char {
    look(event, c"".as_ptr(), |event| match &event.detail {
        Detail::State { reason, .. } => reason.as_ptr(),
        _ => c"".as_ptr(),
    })
}

/// Returns what the session asks for; NULL if the event is of another kind. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_challenge(
    event: Option<&p2svpn_event>,
) -> Option<&p2svpn_challenge> {
    look(event, None, |event| match &event.detail {
        Detail::Challenge(challenge) => Some(challenge),
        _ => None,
    })
}

/// Returns what the session wants of the network; NULL if the event is of another kind. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_network_config(
    event: Option<&p2svpn_event>,
) -> Option<&p2svpn_network_config> {
    look(event, None, |event| match &event.detail {
        Detail::NetworkConfig(config) => Some(config),
        _ => None,
    })
}

/// Returns what was odd; NULL if the event is of another kind. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_warning(event: Option<&p2svpn_event>) -> Option<&p2svpn_warning> {
    look(event, None, |event| match &event.detail {
        Detail::Warning(warning) => Some(warning),
        _ => None,
    })
}

/// Returns which attempt to get a lost connection back the event tells of, counted from 1; 0 if it tells of none.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_attempt(event: Option<&p2svpn_event>) -> u32 {
    look(event, 0, |event| {
        event.reconnection().map_or(0, |attempt| attempt.number)
    })
}

/// Returns when that attempt begins, in seconds since 1970; 0 if the event tells of none. It begins earlier when the machine's
/// network changes, or the machine wakes up.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_next_attempt(event: Option<&p2svpn_event>) -> i64 {
    look(event, 0, |event| {
        event.reconnection().map_or(0, |attempt| attempt.next)
    })
}

/// Returns why the session ended, or, with #P2SVPN_STATE_RECONNECTING, why there is no connection; NULL if its host disconnected
/// it, or if the event is of another kind. It belongs to the event: do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_error(event: Option<&p2svpn_event>) -> Option<&p2svpn_error> {
    look(event, None, |event| match &event.detail {
        Detail::Ended(error) => error.as_ref(),
        _ => event.reconnection().map(|attempt| &attempt.cause),
    })
}

/// Returns how many things became different among the profiles; 0 if the event is of another kind.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_profile_change_count(event: Option<&p2svpn_event>) -> usize {
    look(event, 0, |event| match &event.detail {
        Detail::ProfilesChanged(changes) => changes.len(),
        _ => 0,
    })
}

/// Returns what became different among the profiles; NULL beyond the last, and if the event is of another kind. It belongs
/// to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_event_profile_change(
    event: Option<&p2svpn_event>,
    index: usize,
) -> Option<&p2svpn_profile_change> {
    look(event, None, |event| match &event.detail {
        Detail::ProfilesChanged(changes) => changes.get(index),
        _ => None,
    })
}

/// Returns the stable name of a state, such as "SigningIn"; "Unknown" for a number that is no state. It is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_state_name(state: u32) -> *const c_char {
    let name = NAMES.iter().find(|(known, _)| *known as u32 == state);
    name.map_or(c"Unknown".as_ptr(), |(_, name)| name.as_ptr())
}

const NAMES: [(p2svpn_states, &CStr); 8] = {
    use p2svpn_states::*;
    [
        (P2SVPN_STATE_DISCONNECTED, c"Disconnected"),
        (P2SVPN_STATE_PREPARING, c"Preparing"),
        (P2SVPN_STATE_SIGNING_IN, c"SigningIn"),
        (P2SVPN_STATE_CONNECTING, c"Connecting"),
        (P2SVPN_STATE_CONFIGURING, c"Configuring"),
        (P2SVPN_STATE_CONNECTED, c"Connected"),
        (P2SVPN_STATE_RECONNECTING, c"Reconnecting"),
        (P2SVPN_STATE_DISCONNECTING, c"Disconnecting"),
    ]
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use p2svpn_client::State;

    use super::*;

    #[test]
    fn states_have_the_numbers_and_names_of_every_other_language() {
        let here: Vec<(u32, &str)> = NAMES
            .iter()
            .map(|(state, name)| (*state as u32, name.to_str().unwrap()))
            .collect();
        let there: Vec<(u32, &str)> = State::all()
            .map(|state| (state.number().into(), state.name()))
            .collect();

        assert_eq!(here, there);
    }

    #[test]
    fn a_number_that_is_no_state_has_a_name_all_the_same() {
        // SAFETY: the names are literals.
        let name = unsafe { CStr::from_ptr(p2svpn_state_name(99)) };

        assert_eq!(name, c"Unknown");
    }
}
