//! When keepalives are sent and when a silent peer is given up.

use std::time::Duration;

use crate::error::Error;
use crate::push::PushReply;

/// What the gateway pushes of both: `ping`, and `ping-restart` or `ping-exit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct KeepAlive {
    pub(super) interval: Option<Duration>,
    pub(super) give_up: Option<GiveUp>,
}

/// When a silent peer is given up, and what that means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GiveUp {
    pub(super) after: Duration,
    /// The connection is not to be made anew (`ping-exit`).
    for_good: bool,
}

impl KeepAlive {
    /// Where both ends of a silent connection are pushed, the earlier counts, and `ping-restart` before `ping-exit`.
    pub(super) fn of(push: &PushReply) -> Self {
        let give_up =
            |after: Option<Duration>, for_good| after.map(|after| GiveUp { after, for_good });
        let ends = [
            give_up(push.ping_restart, false),
            give_up(push.ping_exit, true),
        ];
        Self {
            interval: push.ping,
            give_up: ends.into_iter().flatten().min_by_key(|end| end.after),
        }
    }
}

impl GiveUp {
    pub(super) fn error(self) -> Error {
        if self.for_good {
            Error::PingExit(self.after)
        } else {
            Error::PeerSilent(self.after)
        }
    }
}
