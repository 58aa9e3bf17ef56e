//! Which data key is sent under, and how long a replaced one still opens packets.

use std::time::{Duration, Instant};

use crate::data::DataChannel;
use crate::packet::KeyId;

/// The longest wait before the newest key is sent under: OpenVPN 2 waits for its `hand-window`.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// How long a replaced key lives on at least: a negotiation may take a minute, and the peer may hold the new key for
/// another one.
const SHORTEST_TRANSITION: Duration = Duration::from_secs(120);

/// How often to look whether the peer has begun to use the newest key.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The two keys that may live at a time.
///
/// A new key opens packets at once, but is not sent under at once: the peer may not be ready for it, because it still
/// waits for an acknowledgement or asks somebody whether the client may stay. An authentic packet under the new key
/// proves that it is. A tunnel that carries nothing switches when the hold is over, at the latest when the next
/// negotiation begins, because a peer that begins one has been using the key.
pub(super) struct KeySchedule {
    newest: KeyId,
    installed: Instant,
    /// The newest key is not sent under before this instant, unless the peer proves itself.
    hold: Option<Hold>,
    former: Option<Former>,
}

struct Hold {
    until: Instant,
    looked: Instant,
}

impl Hold {
    fn next_look(&self) -> Instant {
        let look = self.looked + LOOK_EVERY;
        if self.until > self.looked {
            look.min(self.until)
        } else {
            look
        }
    }
}

struct Former {
    key_id: KeyId,
    /// When its last packets are no longer waited for; none: it stays until it is replaced.
    dies: Option<Instant>,
}

impl KeySchedule {
    /// The first key is sent under at once.
    pub(super) fn new(data: &DataChannel, key_id: KeyId, now: Instant) -> Self {
        data.activate(key_id);
        Self {
            newest: key_id,
            installed: now,
            hold: None,
            former: None,
        }
    }

    /// Makes room for a new key, of which the one before the newest is the place: two live at most.
    pub(super) fn make_room(&mut self, data: &DataChannel) {
        self.switch(data);
        if let Some(former) = self.former.take() {
            data.retire(former.key_id);
        }
    }

    /// A key was installed whose negotiation began at `began`; the one before it lives on for `transition` from then.
    pub(super) fn installed(
        &mut self,
        key_id: KeyId,
        (began, now): (Instant, Instant),
        transition: Duration,
    ) {
        // Keys that are replaced every few seconds are given less time than those that live for an hour.
        let age = began.saturating_duration_since(self.installed);
        self.hold = Some(Hold {
            until: now + LONGEST_HOLD.min(age / 2),
            looked: now,
        });
        self.former = Some(Former {
            key_id: self.newest,
            dies: began.checked_add(transition.max(SHORTEST_TRANSITION)),
        });
        self.newest = key_id;
        self.installed = now;
    }

    /// The peer is still making up its mind: the newest key is held until then, unless the peer proves itself.
    pub(super) fn hold_until(&mut self, until: Instant) {
        if let Some(hold) = &mut self.hold {
            hold.until = hold.until.max(until);
        }
    }

    /// Sends under the newest key from now on.
    pub(super) fn switch(&mut self, data: &DataChannel) {
        if self.hold.take().is_some() {
            data.activate(self.newest);
        }
    }

    /// When `handle_timeout` has something to do.
    pub(super) fn timeout(&self) -> Option<Instant> {
        let hold = self.hold.as_ref().map(Hold::next_look);
        let death = self.former.as_ref().and_then(|former| former.dies);
        [hold, death].into_iter().flatten().min()
    }

    /// Does what has become due; true when the former key is gone by that.
    ///
    /// Without `acknowledged` the peer may not have what it needs for the newest key: time alone proves nothing then.
    pub(super) fn handle_timeout(
        &mut self,
        data: &DataChannel,
        now: Instant,
        acknowledged: bool,
    ) -> bool {
        let over = match &mut self.hold {
            None => false,
            Some(hold) => {
                hold.looked = now;
                let is_over = hold.until <= now && acknowledged;
                is_over || data.has_received_under(self.newest)
            }
        };
        if over {
            self.switch(data);
        }
        match self
            .former
            .take_if(|former| former.dies.is_some_and(|dies| dies <= now))
        {
            None => false,
            Some(former) => {
                self.switch(data);
                data.retire(former.key_id);
                true
            }
        }
    }
}
