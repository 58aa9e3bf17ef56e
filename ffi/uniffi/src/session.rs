use std::sync::Arc;
use std::time::Duration;

use p2svpn_client::ChallengeId;

use crate::challenge::Answer;
use crate::error::{ErrorDetails, VpnError};
use crate::status::{Statistics, Status};
use crate::stream::Stream;

/// A session. Dropping the last reference disconnects it.
#[derive(uniffi::Object)]
pub struct Session {
    session: p2svpn_client::Session,
}

impl Session {
    pub(crate) fn new(session: p2svpn_client::Session) -> Self {
        Self { session }
    }
}

#[uniffi::export]
impl Session {
    /// Returns the id that the session's events carry.
    pub fn id(&self) -> u64 {
        self.session.id().number()
    }

    /// Returns how the session stands now.
    pub fn status(&self) -> Status {
        self.session.status().into()
    }

    /// Returns what went through until now.
    pub fn statistics(&self) -> Statistics {
        self.session.statistics().into()
    }

    /// Answers a challenge.
    pub fn answer(&self, challenge: u64, answer: Answer) -> Result<(), VpnError> {
        Ok(self
            .session
            .answer(ChallengeId::from_number(challenge), answer.into())?)
    }

    /// Asks for the end, in whatever state the session is, and returns at once.
    pub fn disconnect(&self) {
        self.session.disconnect();
    }

    /// Says that the program has applied a network configuration, or why it could not.
    pub fn network_applied(&self, generation: u64, failure: Option<String>) {
        self.session
            .network_applied(generation, failure.map_or(Ok(()), Err));
    }

    /// Says that the machine's network has changed.
    pub fn notify_network_change(&self) {
        self.session.notify_network_change();
    }

    /// Says that the machine is about to sleep.
    pub fn notify_sleep(&self) {
        self.session.notify_sleep();
    }

    /// Says that the machine woke up.
    pub fn notify_wake(&self) {
        self.session.notify_wake();
    }

    /// Waits until the session is connected, or fails with why it ended instead.
    pub async fn connected(&self) -> Result<(), VpnError> {
        Ok(self.session.connected().await?)
    }

    /// Waits until the session is over and undone, and returns why; nothing when it was disconnected.
    pub async fn closed(&self) -> Option<ErrorDetails> {
        self.session
            .closed()
            .await
            .error
            .as_ref()
            .map(ErrorDetails::from)
    }

    /// Connects through the tunnel by TCP, with the userspace device. The host is an IP address.
    pub async fn dial(
        &self,
        host: String,
        port: u16,
        timeout: Duration,
    ) -> Result<Arc<Stream>, VpnError> {
        let stream = self.session.dial(&host, port, timeout).await?;
        Ok(Arc::new(Stream::new(stream)))
    }
}
