use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_profile::{Plan, ProfileId, Surroundings};
use p2svpn_system::can_configure_network;
use tokio::runtime::Handle;

use crate::error::{Error, ErrorCode};
use crate::event::{Ended, Event};
use crate::explained::ExplainedProfile;
use crate::inner::Inner;
use crate::options::ConnectOptions;
use crate::profiles::Profiles;
use crate::session::{Session, Shared, device_kind, run};
use crate::sessions::Sessions;
use crate::warning::Warning;

/// The library as a host holds it: profiles, sessions, and one queue of events. Cheap to clone, for any thread.
///
/// Nothing blocks unless its name begins with `wait`. Futures need no particular executor. When the last clone and the
/// last [`Session`] are dropped, what still runs is ended in the background; [`Client::close`], then
/// [`Client::closed`] or [`Client::wait_closed`], is the way to know when.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

impl Client {
    pub(crate) fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns the profiles, to import, list and remove them.
    pub fn profiles(&self) -> Profiles {
        self.inner.profiles().clone()
    }

    /// Tells what a profile needs and what it would change on this machine, before anything is connected.
    ///
    /// The plan displays as a text for people, and is data for programs. It looks at the machine's networks, without those
    /// of this client's own sessions, and at the other profiles, for conflicts; it connects to nothing and changes nothing.
    /// Of the options, those count that decide where packets go and whether the machine is configured: with the userspace
    /// device it stays as it is. It blocks for milliseconds.
    ///
    /// # Errors
    /// As for [`Profiles::get`].
    pub fn explain(&self, id: &ProfileId, options: &ConnectOptions) -> Result<Plan, Error> {
        let profile = self.inner.profiles().profile(*id)?;
        let surroundings = self.surroundings(Some(*id), options);
        Ok(Plan::new(&profile, &surroundings))
    }

    /// Tells what the profiles in files need and would change, without keeping them: at least one.
    ///
    /// # Errors
    /// As for [`Profiles::import_files`].
    pub fn explain_files(
        &self,
        paths: &[PathBuf],
        options: &ConnectOptions,
    ) -> Result<Vec<ExplainedProfile>, Error> {
        let found = self.inner.profiles().read_files(paths)?;
        let surroundings = self.surroundings(None, options);
        let explained = found.into_iter().map(|imported| ExplainedProfile {
            plan: Plan::new(&imported.profile, &surroundings),
            warnings: imported.warnings.into_iter().map(Warning::from).collect(),
            warnings_left_out: imported.warnings_left_out,
        });
        Ok(explained.collect())
    }

    /// What a plan has to know of the machine and of this client, for all profiles but one.
    fn surroundings(&self, without: Option<ProfileId>, options: &ConnectOptions) -> Surroundings {
        let sessions = self.inner.sessions();
        let known = self.inner.profiles();
        let mut surroundings = known.surroundings(without, &sessions.profiles());
        let own = sessions.interfaces();
        if let Some(networks) = &mut surroundings.local_networks {
            networks.retain(|network| !own.contains(&network.interface));
        }
        Surroundings {
            device: device_kind(options, can_configure_network()),
            ..surroundings
        }
    }

    /// Starts a session and returns at once; events and [`Session::connected`] tell how it goes.
    ///
    /// # Errors
    /// Those of [`Profiles::get`], `ANOTHER_SESSION_ACTIVE`, `CLIENT_CLOSED` or `INVALID_ARGUMENT`. Whatever goes wrong
    /// later is the session's end.
    pub fn connect(&self, id: &ProfileId, options: ConnectOptions) -> Result<Session, Error> {
        let profile = self.inner.profiles().profile(*id)?;
        options.check()?;
        let sessions = self.inner.sessions();
        let shared = sessions.open(*id)?;
        let task = Task {
            shared: Arc::clone(&shared),
            sessions: Arc::clone(sessions),
        };
        let (accounts, keeper) = self.inner.profiles().for_sessions();
        let recovery = Arc::clone(self.inner.recovery());
        self.inner.runtime().spawn(async move {
            let shared = Arc::clone(&task.shared);
            let session = run(shared, profile, options, (accounts, keeper, recovery));
            if let Some(rest) = session.await {
                let _unfinished = task.sessions.leave_unfinished();
                drop(task);
                let _ = rest.await;
            }
        });
        Ok(Session::new(shared, Arc::clone(&self.inner)))
    }

    /// Takes the next event as soon as there is one; none after the client was closed and the last event taken.
    ///
    /// Several callers may wait; each event goes to one of them. With an event callback there is never one here.
    pub async fn next_event(&self) -> Option<Event> {
        self.inner.pulled_events()?.next().await
    }

    /// Blocks until there is an event; none when the time is over, and after the client was closed and the last event
    /// taken. No timeout waits for ever.
    pub fn wait_event(&self, timeout: Option<Duration>) -> Option<Event> {
        self.inner.pulled_events()?.wait_next(timeout)
    }

    /// Takes the next event if there is one now.
    pub fn try_event(&self) -> Option<Event> {
        self.inner.pulled_events()?.try_next()
    }

    /// Says whether events go to a callback, so that none can be pulled.
    pub fn has_callback(&self) -> bool {
        self.inner.has_callback()
    }

    /// Asks every session to end and returns at once; no session can be started afterwards.
    ///
    /// Sessions end within 2 seconds. The events that tell of it can still be taken, and then there are no more.
    pub fn close(&self) {
        self.inner.sessions().close();
    }

    /// Says whether [`Client::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.inner.sessions().is_closed()
    }

    /// Waits until the client is closed, its sessions are over and the callback was told everything.
    pub async fn closed(&self) {
        self.inner.closed().await;
    }

    /// Blocks until the client is closed, its sessions are over and the callback was told everything; answers whether
    /// that was so within the time.
    ///
    /// After it, on a closed client, no further call of the callback begins; one that runs longer than the timeout may
    /// still be under way if the answer is `false`. Called from within the callback it does not wait for the callback.
    pub fn wait_closed(&self, timeout: Duration) -> bool {
        self.inner.wait_closed(timeout)
    }

    /// Returns the runtime that the sessions run on, for hosts that want to run their own tasks there.
    pub fn runtime(&self) -> &Handle {
        self.inner.runtime()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").finish_non_exhaustive()
    }
}

/// A session's place among the live ones; giving it up, however the task ends, tells everybody that it is over.
struct Task {
    shared: Arc<Shared>,
    sessions: Arc<Sessions>,
}

impl Drop for Task {
    fn drop(&mut self) {
        // The task says how it ended; it cannot when the host's runtime was shut down under it.
        self.shared.finish(Ended::new(Some(Error::new(
            ErrorCode::InternalFailure,
            "the runtime ended before the session",
        ))));
        self.sessions.forget(self.shared.id());
    }
}
