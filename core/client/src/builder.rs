use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use p2svpn_auth::{HttpClient, SealedSecretStore, SealingKey};
use p2svpn_profile::{
    ImportOptions, PrivateFolder, SecretStore, SecretStoreError, Store, StoreError,
};
use p2svpn_system::Clock;
use tokio::runtime::{Builder, Handle};

use crate::client::Client;
use crate::entra_accounts::EntraAccounts;
use crate::error::{Error, ErrorCode};
use crate::event::{CallbackThread, Event, EventKind, EventQueue};
use crate::inner::Inner;
use crate::profile_keeper::ProfileKeeper;
use crate::profiles::Profiles;
use crate::recovery::{Recovery, journal};
use crate::sessions::Sessions;
use crate::system_keeper::SystemKeeper;
use crate::warning::{Warning, WarningKind};

/// Events that wait by default.
const EVENT_CAPACITY: usize = 256;

/// The most events that may wait.
const MAXIMUM_EVENT_CAPACITY: usize = 65_536;

/// The folder of the sealed secrets, below that of the profiles.
const SECRETS: &str = "secrets";

/// How a [`Client`] is made.
pub struct ClientBuilder {
    event_capacity: usize,
    several_sessions: bool,
    callback: Option<Box<dyn FnMut(Event) + Send>>,
    runtime: Option<Handle>,
    import: ImportOptions,
    store: StorePlace,
    http: Option<Arc<dyn HttpClient>>,
    journal: Option<PathBuf>,
}

/// Where profiles are kept.
enum StorePlace {
    Memory,
    Sealed(PathBuf, SealingKey),
    KeyRing(PathBuf),
    Unprotected(PathBuf),
    Beside(PathBuf, Arc<dyn SecretStore>),
}

impl Client {
    /// Starts to make a client; the defaults are a runtime of its own, one session at a time and events to be pulled.
    pub fn builder() -> ClientBuilder {
        ClientBuilder {
            event_capacity: EVENT_CAPACITY,
            several_sessions: false,
            callback: None,
            runtime: None,
            import: ImportOptions::default(),
            store: StorePlace::Memory,
            http: None,
            journal: None,
        }
    }
}

impl ClientBuilder {
    /// Sets how many events may wait, from 1 to 65,536; the default is 256.
    ///
    /// When more would, the oldest of the least important are dropped and counted: warnings first, ends of sessions last.
    #[must_use]
    pub fn event_capacity(mut self, events: usize) -> Self {
        self.event_capacity = events;
        self
    }

    /// Allows several sessions at once; by default there is one, as in Microsoft's client.
    #[must_use]
    pub fn several_sessions(mut self, allow: bool) -> Self {
        self.several_sessions = allow;
        self
    }

    /// Has events delivered to a callback, instead of being pulled.
    ///
    /// It is called from one thread of the library, one event after the other in order, while no lock is held: it may
    /// call anything here, also drop the client. While it runs, further events wait in the bounded queue. A panic in it is
    /// caught and logged.
    #[must_use]
    pub fn on_event(mut self, callback: impl FnMut(Event) + Send + 'static) -> Self {
        self.callback = Some(Box::new(callback));
        self
    }

    /// Runs sessions on a runtime of the host, which must have I/O and time and outlive them.
    ///
    /// By default the client has a runtime of its own with two threads.
    #[must_use]
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Keeps profiles in a folder, which is made if it is not there, and their secrets in files below it that are sealed
    /// with a key of the host.
    ///
    /// The folder is closed to other users, and has to be for this alone: one that holds other files is refused.
    ///
    /// Without it profiles live in memory, for as long as the client: a library does not write to its user's disk
    /// unasked. The key is what protects server secrets and passwords from whoever reads the disk: keep it where
    /// secrets are kept, derive it from a passphrase, or leave it to the system
    /// ([`ClientBuilder::key_ring_profile_store`]). Several clients and processes may use the folder at once.
    #[must_use]
    pub fn profile_store(mut self, folder: impl Into<PathBuf>, key: SealingKey) -> Self {
        self.store = StorePlace::Sealed(folder.into(), key);
        self
    }

    /// Keeps profiles in a folder as [`ClientBuilder::profile_store`] does, with a key that the system keeps for its user: in the
    /// desktop's key ring on Linux (Secret Service), in the keychain on macOS, and encrypted by the user's data protection on
    /// Windows.
    ///
    /// [`ClientBuilder::build`] may then block for as long as a person needs to unlock the key ring, two minutes at most. Where
    /// there is none, as in services on Linux, it fails with `STORE_UNAVAILABLE`, and so it does when the key has been deleted
    /// there. The folder may be moved, but not to another user or machine.
    #[must_use]
    pub fn key_ring_profile_store(mut self, folder: impl Into<PathBuf>) -> Self {
        self.store = StorePlace::KeyRing(folder.into());
        self
    }

    /// Keeps profiles in a folder as [`ClientBuilder::profile_store`] does, with a key of its own that lies in the folder in the
    /// clear: whoever reads the folder reads the secrets, and its permissions alone protect them. A warning tells of it.
    ///
    /// It is for machines without a place for secrets. A folder that was sealed with a key is refused.
    #[must_use]
    pub fn unprotected_profile_store(mut self, folder: impl Into<PathBuf>) -> Self {
        self.store = StorePlace::Unprotected(folder.into());
        self
    }

    /// Keeps profiles in a folder as [`ClientBuilder::profile_store`] does, and their secrets in a store of the host,
    /// which has to be for this folder alone.
    ///
    /// It may ask the user: it is called where the client is built, where profiles are changed and refreshed, and once for
    /// each profile that another process adds or changes; never where profiles are listed or shown.
    #[must_use]
    pub fn profile_store_with(
        mut self,
        folder: impl Into<PathBuf>,
        secrets: Arc<dyn SecretStore>,
    ) -> Self {
        self.store = StorePlace::Beside(folder.into(), secrets);
        self
    }

    /// Lets profiles send their users to sign in at this host beside Microsoft's, such as `login.example.com`, or
    /// `login.example.com:8443` for another port than 443; may be called several times.
    ///
    /// A profile that names another host is refused: whoever hands out a profile could lead people to a page that
    /// collects passwords.
    #[must_use]
    pub fn allow_authority(mut self, host: impl Into<String>) -> Self {
        self.import.authorities.push(host.into());
        self
    }

    /// Sends the requests of sign-ins by the host's own HTTP client, such as one that knows how to sign in to the proxy.
    ///
    /// By default it is the library's, with the system's proxies and trusted roots. Tunnels do not go through it.
    #[must_use]
    pub fn http_client(mut self, http: Arc<dyn HttpClient>) -> Self {
        self.http = Some(http);
        self
    }

    /// Writes down in this folder what sessions change on the machine and would outlast a kill; by default in the machine's own,
    /// `/var/lib/p2svpn/journal` on Linux, which all programs share.
    ///
    /// A client with the privilege to change the machine first undoes what killed processes have left according to the folder, and
    /// tells of it by a warning; sessions wait for it. The folder must belong to the user that the program runs as.
    #[must_use]
    pub fn journal_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.journal = Some(folder.into());
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` or `THREADS_UNAVAILABLE`; with a folder for the profiles also `STORE_UNAVAILABLE`,
    /// `STORE_UNTRUSTED`, `STORE_KEY_WRONG` and `STORE_FULL`. A damaged profile is no error: see
    /// [`Profiles::problems`](crate::Profiles::problems).
    pub fn build(self) -> Result<Client, Error> {
        if !(1..=MAXIMUM_EVENT_CAPACITY).contains(&self.event_capacity) {
            let rule = format!("the event capacity is from 1 to {MAXIMUM_EVENT_CAPACITY}");
            return Err(Error::new(ErrorCode::InvalidArgument, rule));
        }
        let is_unprotected = matches!(self.store, StorePlace::Unprotected(_));
        let (store, secrets) = self.store.open()?;
        let (handle, runtime) = match self.runtime {
            Some(handle) => (handle, None),
            None => {
                let mut builder = Builder::new_multi_thread();
                let built = builder
                    .worker_threads(2)
                    .thread_name("p2svpn")
                    .enable_all()
                    .build();
                let runtime = built
                    .map_err(|error| Error::from(ErrorCode::ThreadsUnavailable).because(&error))?;
                (runtime.handle().clone(), Some(runtime))
            }
        };
        let clock = Clock::new();
        let events = Arc::new(EventQueue::new(self.event_capacity, clock));
        if is_unprotected {
            let message = "the profiles' secrets are unprotected but for the folder's permissions";
            let warning = Warning::new(WarningKind::Store, message);
            events.push(None, EventKind::Warning(warning));
        }
        let recovery = Recovery::start(journal(self.journal), &handle, Arc::clone(&events));
        let keeper = ProfileKeeper::new(store, self.import, Arc::clone(&events), clock);
        ProfileKeeper::watch(&keeper, &handle);
        let accounts = EntraAccounts::new(clock, self.http, secrets);
        let profiles = Profiles::new(keeper, accounts);
        let sessions = Arc::new(Sessions::new(
            Arc::clone(&events),
            clock,
            self.several_sessions,
        ));
        let callback = match self.callback {
            Some(callback) => match CallbackThread::start(Arc::clone(&events), callback) {
                Ok(thread) => Some(thread),
                Err(error) => {
                    // Dropping it here could block or panic inside another runtime.
                    if let Some(runtime) = runtime {
                        runtime.shutdown_background();
                    }
                    return Err(error);
                }
            },
            None => None,
        };
        Ok(Client::new(Inner::new(
            handle, runtime, events, callback, sessions, profiles, recovery,
        )))
    }
}

impl StorePlace {
    /// Opens the store, and says where its secrets are kept, with which sign-ins are kept too.
    fn open(self) -> Result<(Store, Option<Arc<dyn SecretStore>>), Error> {
        match self {
            Self::Memory => Ok((Store::in_memory(), None)),
            Self::Sealed(folder, key) => {
                sealed(folder, |secrets| SealedSecretStore::open(secrets, &key))
            }
            Self::KeyRing(folder) => sealed(folder, |secrets| {
                SealedSecretStore::open_with(secrets, &SystemKeeper)
            }),
            Self::Unprotected(folder) => sealed(folder, SealedSecretStore::open_unprotected),
            Self::Beside(folder, secrets) => {
                let store = Store::open(folder, Arc::clone(&secrets))?;
                Ok((store, Some(secrets)))
            }
        }
    }
}

/// Opens a store whose secrets are in files below it.
fn sealed(
    folder: PathBuf,
    open: impl FnOnce(PathBuf) -> Result<SealedSecretStore, SecretStoreError>,
) -> Result<(Store, Option<Arc<dyn SecretStore>>), Error> {
    // Before the secrets' folder is made in it: it may be the host's mistake.
    let folder = PrivateFolder::open(folder).map_err(StoreError::from)?;
    let secrets: Arc<dyn SecretStore> = Arc::new(open(folder.path().join(SECRETS))?);
    let store = Store::open_in(folder, Arc::clone(&secrets))?;
    Ok((store, Some(secrets)))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientBuilder")
            .field("event_capacity", &self.event_capacity)
            .field("several_sessions", &self.several_sessions)
            .finish_non_exhaustive()
    }
}
