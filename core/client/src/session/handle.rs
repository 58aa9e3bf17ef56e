use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::shared::Shared;
use super::statistics::Statistics;
use super::status::Status;
use crate::answer::Answer;
use crate::challenge::ChallengeId;
use crate::error::{Error, ErrorCode};
use crate::event::Ended;
use crate::inner::Inner;
use crate::session_id::SessionId;
use crate::stream::Stream;

/// A session: cheap to clone, and safe to use from any thread. Dropping the last clone disconnects it.
///
/// A session keeps its client alive.
#[derive(Clone)]
pub struct Session {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    inner: Arc<Inner>,
}

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, inner: Arc<Inner>) -> Self {
        Self {
            handle: Arc::new(Handle { shared, inner }),
        }
    }

    /// Returns the id that the session's events carry.
    pub fn id(&self) -> SessionId {
        self.shared().id()
    }

    /// Returns how the session stands now.
    pub fn status(&self) -> Status {
        self.shared().status()
    }

    /// Returns what went through until now.
    pub fn statistics(&self) -> Statistics {
        self.shared().statistics()
    }

    /// Answers a challenge.
    ///
    /// # Errors
    /// `CHALLENGE_UNKNOWN`, `ANSWER_MISMATCH` or `SESSION_ENDED`; the challenge then still waits, if it did.
    pub fn answer(&self, challenge: ChallengeId, answer: Answer) -> Result<(), Error> {
        self.shared().answer(challenge, answer)
    }

    /// Asks for the end, in whatever state the session is, and returns at once.
    ///
    /// The session ends within 2 seconds, with what it changed undone; its last event and [`Session::closed`] tell when.
    pub fn disconnect(&self) {
        self.shared().disconnect();
    }

    /// Says that the host has applied a `NetworkConfig` event, by its generation, or why it could not, which ends the session.
    ///
    /// A session that was made with [`ConnectOptions::host_confirms`](crate::ConnectOptions::host_confirms) waits for it.
    pub fn network_applied(&self, generation: u64, outcome: Result<(), String>) {
        self.shared().network_applied(generation, outcome);
    }

    /// Says that the machine's network has changed: another address, route or link.
    ///
    /// The session looks whether its way to the gateway is still the same, and connects anew at once if not; one that is
    /// waiting to connect again does so now. It also notices by itself where the system tells it (Linux).
    pub fn notify_network_change(&self) {
        self.shared().network_changed();
    }

    /// Says that the machine is about to sleep; [`Session::notify_wake`] follows.
    pub fn notify_sleep(&self) {
        self.shared().falls_asleep();
    }

    /// Says that the machine woke up. After more than a short nap the session connects anew at once: gateways and firewalls have forgotten its
    /// connection, which it would find out late.
    pub fn notify_wake(&self) {
        self.shared().wakes();
    }

    /// Waits until the session is connected. Any executor will do.
    ///
    /// # Errors
    /// Why the session ended instead; `CANCELLED` if it was disconnected.
    pub async fn connected(&self) -> Result<(), Error> {
        self.shared().connected().await
    }

    /// Blocks until the session is connected; no timeout waits for ever.
    ///
    /// # Errors
    /// As [`Session::connected`], and `WAIT_TIMED_OUT`, after which the session goes on connecting.
    pub fn wait_connected(&self, timeout: Option<Duration>) -> Result<(), Error> {
        self.shared().wait_connected(timeout)
    }

    /// Waits until the session is over and undone, and returns why. Any executor will do.
    pub async fn closed(&self) -> Ended {
        self.shared().ended().await
    }

    /// Blocks until the session is over and undone; none if it is not within the timeout, and no timeout waits for ever.
    pub fn wait_closed(&self, timeout: Option<Duration>) -> Option<Ended> {
        self.shared().wait_ended(timeout)
    }

    /// Connects through the tunnel by TCP, with the userspace device. Any executor will do.
    ///
    /// `host` is an IP address; the names of the virtual network are not looked up yet.
    ///
    /// # Errors
    /// Those of the 8xx numbers, or `SESSION_ENDED`.
    pub async fn dial(&self, host: &str, port: u16, timeout: Duration) -> Result<Stream, Error> {
        let stack = self.shared().stack()?;
        let name = || Error::new(ErrorCode::DialNameUnsupported, host);
        let address: IpAddr = host.trim_matches(['[', ']']).parse().map_err(|_| name())?;
        let address = SocketAddr::new(address, port);
        // The stack's timers need the client's runtime, whatever runs this future.
        let dial = async move { stack.dial(address, timeout).await };
        let mut task = AbortOnDrop(self.handle.inner.runtime().spawn(dial));
        match (&mut task.0).await {
            Ok(Ok(stream)) => Ok(Stream::new(stream, address)),
            Ok(Err(error)) => Err(Error::from_dial(&error, address)),
            // The runtime is going down, and the session with it.
            Err(_) => Err(ErrorCode::SessionEnded.into()),
        }
    }

    fn shared(&self) -> &Shared {
        &self.handle.shared
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("id", &self.id().number())
            .finish_non_exhaustive()
    }
}

/// A task that is of no use once its result is not waited for any more.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.disconnect();
    }
}
