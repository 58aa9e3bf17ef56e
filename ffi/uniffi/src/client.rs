use std::sync::Arc;
use std::time::Duration;

use p2svpn_client::{Error, ErrorCode, ProfileId};

use crate::error::VpnError;
use crate::event::Event;
use crate::options::ConnectOptions;
use crate::profile::{ImportedProfile, ProfileSummary};
use crate::session::Session;

/// The library as a program holds it: profiles, sessions, and one queue of events. For any thread.
#[derive(uniffi::Object)]
pub struct Client {
    client: p2svpn_client::Client,
}

/// How a client is made.
#[derive(uniffi::Record)]
pub struct ClientOptions {
    /// How many events may wait, from 1 to 65,536; 256 if absent.
    #[uniffi(default = None)]
    pub event_capacity: Option<u32>,
    /// Whether there may be several sessions at once.
    #[uniffi(default = false)]
    pub several_sessions: bool,
}

#[uniffi::export]
impl Client {
    /// Makes a client, with two threads of its own.
    #[uniffi::constructor]
    pub fn new(options: ClientOptions) -> Result<Arc<Self>, VpnError> {
        let mut builder =
            p2svpn_client::Client::builder().several_sessions(options.several_sessions);
        if let Some(capacity) = options.event_capacity {
            builder = builder.event_capacity(usize::try_from(capacity).unwrap_or(usize::MAX));
        }
        Ok(Arc::new(Self {
            client: builder.build()?,
        }))
    }

    /// Reads a profile from a file and keeps it; blocks for as long as reading takes.
    pub fn import_profile_file(&self, path: String) -> Result<ImportedProfile, VpnError> {
        Ok(self.client.profiles().import_file(path)?.into())
    }

    /// Reads a profile from its bytes and keeps it, under a name of its own if one is given.
    pub fn import_profile(
        &self,
        bytes: Vec<u8>,
        name: Option<String>,
    ) -> Result<ImportedProfile, VpnError> {
        Ok(self
            .client
            .profiles()
            .import(&bytes, name.as_deref())?
            .into())
    }

    /// Returns a summary of each profile.
    pub fn profiles(&self) -> Vec<ProfileSummary> {
        self.client
            .profiles()
            .list()
            .into_iter()
            .map(ProfileSummary::from)
            .collect()
    }

    /// Returns the summary of one profile.
    pub fn profile(&self, id: String) -> Result<ProfileSummary, VpnError> {
        let id = profile_id(&id)?;
        Ok(self.client.profiles().get(&id)?.into())
    }

    /// Forgets a profile; sessions that use it go on.
    pub fn remove_profile(&self, id: String) -> Result<(), VpnError> {
        let id = profile_id(&id)?;
        Ok(self.client.profiles().remove(&id)?)
    }

    /// Starts a session and returns at once.
    pub fn connect(
        &self,
        profile: String,
        options: ConnectOptions,
    ) -> Result<Arc<Session>, VpnError> {
        let id = profile_id(&profile)?;
        let session = self.client.connect(&id, options.into())?;
        Ok(Arc::new(Session::new(session)))
    }

    /// Takes the next event as soon as there is one; none after the client was closed and the last event taken.
    ///
    /// Whoever stops waiting may lose the event that was about to be handed over.
    pub async fn next_event(&self) -> Option<Event> {
        self.client.next_event().await.map(Event::from)
    }

    /// Takes the next event if there is one now.
    pub fn try_event(&self) -> Option<Event> {
        self.client.try_event().map(Event::from)
    }

    /// Asks every session to end and returns at once; no session can be started afterwards.
    pub fn close(&self) {
        self.client.close();
    }

    /// Says whether the client was closed.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Waits until the client is closed and its sessions are over.
    pub async fn closed(&self) {
        self.client.closed().await;
    }

    /// Blocks until the client is closed and its sessions are over, and answers whether that was so within the time.
    pub fn wait_closed(&self, timeout: Duration) -> bool {
        self.client.wait_closed(timeout)
    }
}

fn profile_id(text: &str) -> Result<ProfileId, Error> {
    text.parse()
        .map_err(|_| Error::new(ErrorCode::ProfileUnknown, text))
}
