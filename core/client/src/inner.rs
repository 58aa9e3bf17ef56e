use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, Runtime};

use crate::event::{CallbackThread, EventQueue};
use crate::profiles::Profiles;
use crate::recovery::Recovery;
use crate::session::UNDO_REST_LIMIT;
use crate::sessions::Sessions;

/// How long sessions get to end when nobody waits for them any more.
const WIND_UP: Duration = Duration::from_secs(3);

/// What the handles of one client share. Dropping it ends what still runs, without blocking.
pub(crate) struct Inner {
    handle: Handle,
    /// None with a runtime of the host.
    runtime: Arc<Mutex<Option<Runtime>>>,
    events: Arc<EventQueue>,
    callback: Option<CallbackThread>,
    sessions: Arc<Sessions>,
    profiles: Profiles,
    recovery: Arc<Recovery>,
}

impl Inner {
    /// Takes the parts of a client; `runtime` is none with a runtime of the host, whose handle `handle` is.
    pub(crate) fn new(
        handle: Handle,
        runtime: Option<Runtime>,
        events: Arc<EventQueue>,
        callback: Option<CallbackThread>,
        sessions: Arc<Sessions>,
        profiles: Profiles,
        recovery: Arc<Recovery>,
    ) -> Self {
        let runtime = Arc::new(Mutex::new(runtime));
        Self {
            handle,
            runtime,
            events,
            callback,
            sessions,
            profiles,
            recovery,
        }
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.handle
    }

    pub(crate) fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    pub(crate) fn recovery(&self) -> &Arc<Recovery> {
        &self.recovery
    }

    pub(crate) fn sessions(&self) -> &Arc<Sessions> {
        &self.sessions
    }

    /// The queue, if the host pulls from it.
    pub(crate) fn pulled_events(&self) -> Option<&EventQueue> {
        if self.callback.is_some() {
            tracing::warn!("events were pulled from a client that has a callback for them");
            return None;
        }
        Some(&self.events)
    }

    pub(crate) fn has_callback(&self) -> bool {
        self.callback.is_some()
    }

    /// Waits as a task until everything is over and the callback was told.
    pub(crate) async fn closed(&self) {
        self.sessions.over().await;
        if let Some(callback) = self.awaited_callback() {
            callback.ended().await;
        }
    }

    /// Blocks until everything is over and the callback was told; no further event is delivered afterwards in any case.
    pub(crate) fn wait_closed(&self, timeout: Duration) -> bool {
        let started = Instant::now();
        let over = self.sessions.wait_over(timeout);
        let told = self.awaited_callback().is_none_or(|callback| {
            over && callback.wait_ended(timeout.saturating_sub(started.elapsed()))
        });
        if self.sessions.is_closed() && self.has_callback() && !(over && told) {
            self.events.cut();
        }
        over && told
    }

    /// The thread of the callback, unless it is the caller, who cannot wait for himself.
    fn awaited_callback(&self) -> Option<&CallbackThread> {
        self.callback
            .as_ref()
            .filter(|callback| !callback.is_current())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.sessions.close();
        let (runtime, sessions, events) = (
            Arc::clone(&self.runtime),
            Arc::clone(&self.sessions),
            Arc::clone(&self.events),
        );
        let pulled = self.callback.is_none();
        if sessions.wait_finished(Duration::ZERO) {
            shut_down(&runtime);
            return;
        }
        // A drop must not block, nor may a runtime be dropped where others run, so a thread of its own waits.
        let wind_up = move || {
            if !sessions.wait_over(WIND_UP) {
                tracing::error!("sessions of a dropped client did not end in time");
            }
            if pulled {
                // Nobody is left to take them.
                events.cut();
            } else {
                events.close();
            }
            if !sessions.wait_finished(UNDO_REST_LIMIT) {
                tracing::error!("the machine's network was not put back in time");
            }
            shut_down(&runtime);
        };
        if thread::Builder::new()
            .name("p2svpn-end".to_owned())
            .spawn(wind_up)
            .is_err()
        {
            tracing::error!("the system gave no thread to end the sessions of a dropped client");
            self.events.cut();
            shut_down(&self.runtime);
        }
    }
}

fn shut_down(runtime: &Mutex<Option<Runtime>>) {
    let runtime = runtime
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(runtime) = runtime {
        runtime.shutdown_background();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::mpsc;

    use p2svpn_profile::{ImportOptions, Store};
    use p2svpn_system::{Clock, Journal};
    use tokio::sync::oneshot;

    use crate::entra_accounts::EntraAccounts;
    use crate::profile_keeper::ProfileKeeper;

    use super::*;

    #[test]
    fn what_a_session_left_unfinished_outlives_the_client() {
        let clock = Clock::new();
        let events = Arc::new(EventQueue::new(16, clock));
        let sessions = Arc::new(Sessions::new(Arc::clone(&events), clock, false));
        let runtime = Runtime::new().unwrap();
        let handle = runtime.handle().clone();
        let unfinished = sessions.leave_unfinished();
        let options = ImportOptions::default();
        let keeper = ProfileKeeper::new(Store::in_memory(), options, Arc::clone(&events), clock);
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(folder.path());
        let recovery = Recovery::start(journal, &handle, Arc::clone(&events));
        let inner = Inner::new(
            handle,
            Some(runtime),
            events,
            None,
            Arc::clone(&sessions),
            Profiles::new(keeper, EntraAccounts::new(clock, None, None)),
            recovery,
        );
        let (allow, allowed) = oneshot::channel::<()>();
        let (tell, done) = mpsc::channel();
        inner.runtime().spawn(async move {
            let _unfinished = unfinished;
            allowed.await.unwrap();
            tell.send("done").unwrap();
        });

        drop(inner);
        allow.send(()).unwrap();

        assert_eq!(done.recv(), Ok("done"));
        assert!(sessions.wait_finished(Duration::from_secs(10)));
    }
}
