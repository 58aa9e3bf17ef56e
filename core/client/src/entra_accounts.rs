use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use p2svpn_auth::{
    EntraClient, EntraClock, EntraTenant, HttpClient, SystemHttp, SystemHttpOptions, TokenCache,
    TokenSource,
};
use p2svpn_profile::{EntraAuthentication, SecretStore};
use p2svpn_system::Clock;

use crate::error::{Error, ErrorCode};

/// Users of so many tenants and names at once; the one that was asked for first goes.
const SOURCES: usize = 64;

/// Who is signed in with Entra ID at a client: what its sessions share.
pub(crate) struct EntraAccounts {
    clock: SessionClock,
    /// The host's own, or the system's as soon as it is needed.
    http: Mutex<Option<Arc<dyn HttpClient>>>,
    kept: Arc<TokenCache>,
    in_memory: Arc<TokenCache>,
    sources: Mutex<Vec<Known>>,
}

/// The tokens of a user, or of whoever signed in last.
struct Known {
    tenant: EntraTenant,
    username: Option<String>,
    is_kept: bool,
    source: TokenSource,
}

impl EntraAccounts {
    /// Sign-ins are kept in `secrets`, or else until the client ends.
    pub(crate) fn new(
        clock: Clock,
        http: Option<Arc<dyn HttpClient>>,
        secrets: Option<Arc<dyn SecretStore>>,
    ) -> Arc<Self> {
        let kept = secrets.map_or_else(TokenCache::in_memory, TokenCache::kept_in);
        Arc::new(Self {
            clock: SessionClock {
                clock,
                started: clock.now(),
            },
            http: Mutex::new(http),
            kept: Arc::new(kept),
            in_memory: Arc::new(TokenCache::in_memory()),
            sources: Mutex::default(),
        })
    }

    /// The tokens of a user for a profile; sessions that ask for the same get the same.
    ///
    /// # Errors
    /// `LOGIN_HOST_NOT_SECURE` if the system's trusted roots cannot be used.
    pub(crate) fn source(
        &self,
        profile: &EntraAuthentication,
        username: Option<&str>,
    ) -> Result<TokenSource, Error> {
        let tenant = EntraTenant::new(profile);
        let is_kept = profile.cache_sign_in_user;
        let http = self.http()?;
        let mut sources = lock(&self.sources);
        let found = sources.iter().find(|known| {
            known.tenant == tenant
                && known.is_kept == is_kept
                && known.username.as_deref() == username
        });
        if let Some(known) = found {
            return Ok(known.source.clone());
        }
        let client = EntraClient::new(tenant.clone(), http, Arc::new(self.clock));
        let username = username.map(str::to_owned);
        let source = TokenSource::new(client, Arc::clone(self.cache(profile)), username.clone());
        if sources.len() >= SOURCES {
            sources.remove(0);
        }
        sources.push(Known {
            tenant,
            username,
            is_kept,
            source: source.clone(),
        });
        Ok(source)
    }

    /// The user names that have signed in for a profile, the last one first. This may block.
    pub(crate) fn usernames(&self, profile: &EntraAuthentication) -> Result<Vec<String>, Error> {
        let accounts = self.cache(profile).accounts(&EntraTenant::new(profile))?;
        Ok(accounts.into_iter().map(|one| one.username).collect())
    }

    /// Forgets a user of a profile's application, or all of them. This may block.
    pub(crate) fn sign_out(
        &self,
        profile: &EntraAuthentication,
        username: Option<&str>,
    ) -> Result<(), Error> {
        let tenant = EntraTenant::new(profile);
        // First, so that a renewal that is under way keeps nothing.
        lock(&self.sources).retain(|known| {
            // Whose tokens are held without a name is not known here.
            let is_meant = known.tenant == tenant
                && match (&known.username, username) {
                    (Some(theirs), Some(meant)) => theirs.eq_ignore_ascii_case(meant),
                    _ => true,
                };
            if is_meant {
                known.source.retire();
            }
            !is_meant
        });
        for cache in [&self.kept, &self.in_memory] {
            match username {
                None => cache.forget_all(&tenant)?,
                Some(username) => {
                    if let Some((account, _)) = cache.find(&tenant, Some(username))? {
                        cache.forget(&tenant, &account)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn cache(&self, profile: &EntraAuthentication) -> &Arc<TokenCache> {
        if profile.cache_sign_in_user {
            &self.kept
        } else {
            &self.in_memory
        }
    }

    fn http(&self) -> Result<Arc<dyn HttpClient>, Error> {
        let mut http = lock(&self.http);
        if let Some(http) = &*http {
            return Ok(Arc::clone(http));
        }
        let system = SystemHttp::new(SystemHttpOptions::default())
            .map_err(|error| Error::new(ErrorCode::LoginHostNotSecure, error.to_string()))?;
        let system: Arc<dyn HttpClient> = Arc::new(system);
        *http = Some(Arc::clone(&system));
        Ok(system)
    }
}

impl fmt::Debug for EntraAccounts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EntraAccounts")
            .finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The client's clock, as tokens want it told.
#[derive(Clone, Copy)]
struct SessionClock {
    clock: Clock,
    started: Instant,
}

impl EntraClock for SessionClock {
    fn elapsed(&self) -> Duration {
        self.clock.now().saturating_duration_since(self.started)
    }

    fn unix_seconds(&self) -> i64 {
        self.clock.unix_seconds()
    }
}
