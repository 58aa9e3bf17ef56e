use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use p2svpn_profile::ProfileId;
use p2svpn_system::Clock;

use crate::error::{Error, ErrorCode};
use crate::event::EventQueue;
use crate::monitor::Monitor;
use crate::session::Shared;
use crate::session_id::SessionId;

/// The live sessions of a client.
pub(crate) struct Sessions {
    registry: Monitor<Registry>,
    /// Numbers sessions and challenges.
    numbers: Arc<AtomicU64>,
    events: Arc<EventQueue>,
    clock: Clock,
    several: bool,
}

struct Registry {
    live: Vec<Arc<Shared>>,
    closed: bool,
    /// How many sessions left work behind that still needs the runtime.
    unfinished: usize,
}

/// Keeps the client's runtime until it is dropped.
pub(crate) struct Unfinished(Arc<Sessions>);

impl Sessions {
    pub(crate) fn new(events: Arc<EventQueue>, clock: Clock, several: bool) -> Self {
        let registry = Monitor::new(Registry {
            live: Vec::new(),
            closed: false,
            unfinished: 0,
        });
        Self {
            registry,
            numbers: Arc::new(AtomicU64::new(1)),
            events,
            clock,
            several,
        }
    }

    /// Adds a session, unless the client is closed or one is enough.
    pub(crate) fn open(&self, profile: ProfileId) -> Result<Arc<Shared>, Error> {
        let id = SessionId::from_number(self.numbers.fetch_add(1, Ordering::Relaxed));
        let shared = Arc::new(Shared::new(
            id,
            profile,
            Arc::clone(&self.events),
            self.clock,
            Arc::clone(&self.numbers),
        ));
        self.registry.change(|registry| {
            if registry.closed {
                return Err(ErrorCode::ClientClosed.into());
            }
            if let Some(other) = registry
                .live
                .iter()
                .find(|other| !self.several && !other.is_over())
            {
                return Err(Error::new(
                    ErrorCode::AnotherSessionActive,
                    format!("session {}", other.id()),
                ));
            }
            registry.live.push(Arc::clone(&shared));
            Ok(shared)
        })
    }

    /// Forgets a session that has told its end; the last one of a closed client closes the event queue.
    pub(crate) fn forget(&self, id: SessionId) {
        let last = self.registry.look(|registry| {
            registry.live.retain(|shared| shared.id() != id);
            registry.is_over()
        });
        if last {
            self.events.close();
        }
        self.registry.change(|_| ());
    }

    /// Asks every session to end, and lets no further one begin.
    pub(crate) fn close(&self) {
        let live = self.registry.change(|registry| {
            registry.closed = true;
            registry.live.clone()
        });
        for shared in &live {
            shared.disconnect();
        }
        if live.is_empty() {
            self.events.close();
        }
    }

    /// Returns the profiles of the live sessions.
    pub(crate) fn profiles(&self) -> Vec<ProfileId> {
        self.registry.look(|registry| {
            let live = registry.live.iter().filter(|shared| !shared.is_over());
            live.map(|shared| shared.profile()).collect()
        })
    }

    /// Returns the names of the network interfaces that the live sessions have made.
    pub(crate) fn interfaces(&self) -> Vec<String> {
        self.registry.look(|registry| {
            let live = registry.live.iter();
            live.filter_map(|shared| shared.device()).collect()
        })
    }

    /// Counts work that goes on after its session.
    pub(crate) fn leave_unfinished(self: &Arc<Self>) -> Unfinished {
        self.registry.change(|registry| registry.unfinished += 1);
        Unfinished(Arc::clone(self))
    }

    /// Blocks until nothing needs the runtime any more; answers whether it is so.
    pub(crate) fn wait_finished(&self, timeout: Duration) -> bool {
        self.registry
            .wait_until(Some(timeout), |registry| {
                (registry.is_over() && registry.unfinished == 0).then_some(())
            })
            .is_some()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.registry.look(|registry| registry.closed)
    }

    /// Waits as a task until the client is closed and its last session is over.
    pub(crate) async fn over(&self) {
        self.registry
            .until(|registry| registry.is_over().then_some(()))
            .await;
    }

    /// Blocks until the client is closed and its last session is over; answers whether it is so.
    pub(crate) fn wait_over(&self, timeout: Duration) -> bool {
        self.registry
            .wait_until(Some(timeout), |registry| registry.is_over().then_some(()))
            .is_some()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.0.registry.change(|registry| registry.unfinished -= 1);
    }
}

impl Registry {
    fn is_over(&self) -> bool {
        self.closed && self.live.is_empty()
    }
}
