use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use p2svpn_profile::SecretStoreError;
use tokio::sync::{Mutex, Notify};

use super::access_token::AccessToken;
use super::account::Account;
use super::client::EntraClient;
use super::error::EntraError;
use super::refusal::EntraRefusal;
use super::refusal_class::RefusalClass;
use super::token_cache::TokenCache;
use super::tokens::{RefreshToken, Tokens};

/// The first pause after a request that may succeed later; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// The tokens of one user for one application, shared by all sessions that connect by them. Cheap to clone.
///
/// Many may ask at once: one request is made for all of them. It never opens a browser: where a person is needed it says so,
/// and [`TokenSource::accept`] takes what came of that. What Entra refused is not tried again before.
#[derive(Clone)]
pub struct TokenSource {
    shared: Arc<Shared>,
}

struct Shared {
    client: EntraClient,
    cache: Arc<TokenCache>,
    username: Option<String>,
    is_retired: AtomicBool,
    accepted: Notify,
    /// Locked while a request is under way, so that the others wait for its answer.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    /// Why nothing more is asked, until somebody has signed in.
    halted: Option<EntraError>,
    /// Until when nothing is asked, and why, and how long the pause was.
    paused: Option<(Duration, EntraError, Duration)>,
    store_problem: Option<SecretStoreError>,
}

struct Current {
    token: AccessToken,
    account: Account,
    lifetime: Duration,
    expires_at: Duration,
    refresh_token: Option<RefreshToken>,
    clock_behind: Option<i64>,
}

impl TokenSource {
    /// Takes the user of this name, or whoever signed in last.
    pub fn new(client: EntraClient, cache: Arc<TokenCache>, username: Option<String>) -> Self {
        Self {
            shared: Arc::new(Shared {
                client,
                cache,
                username,
                is_retired: AtomicBool::new(false),
                accepted: Notify::new(),
                state: Mutex::default(),
            }),
        }
    }

    /// Returns what speaks to the login host, to begin a sign-in with.
    pub fn client(&self) -> &EntraClient {
        &self.shared.client
    }

    /// Returns a token that is good for at least this long, or for half of its whole lifetime if that is shorter; renews it
    /// without the user if need be.
    ///
    /// While the login host cannot be reached, or refuses, the former token is returned for as long as it lasts.
    ///
    /// # Errors
    ///
    /// [`EntraError::SignInNeeded`] if somebody has to sign in. What the login host refused otherwise is returned again
    /// without asking anew, until [`TokenSource::accept`]. Whatever [is temporary](EntraError::is_temporary) is returned
    /// without asking anew for a while that grows from 5 seconds to 5 minutes, or as long as the login host says.
    pub async fn token(&self, at_least: Duration) -> Result<AccessToken, EntraError> {
        let mut state = self.shared.state.lock().await;
        let now = self.shared.client.clock().elapsed();
        if let Some(current) = &state.current {
            let left = current.expires_at.saturating_sub(now);
            if left > Duration::ZERO && left >= at_least.min(current.lifetime / 2) {
                return Ok(current.token.clone());
            }
        }
        let error = match self.shared.renew(&mut state, now).await {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        let now = self.shared.client.clock().elapsed();
        match &state.current {
            Some(current) if current.expires_at > now => Ok(current.token.clone()),
            _ => Err(error),
        }
    }

    /// Takes what a sign-in came to. From now on it is returned and renewed.
    pub async fn accept(&self, tokens: Tokens) {
        let mut state = self.shared.state.lock().await;
        self.shared.keep(&mut state, tokens, None).await;
        drop(state);
        self.shared.accepted.notify_waiters();
    }

    /// Waits for the next [`TokenSource::accept`]: somebody who asks the user as well has got ahead. It counts from the call
    /// on, not from when the future is first polled.
    pub fn accepted(&self) -> impl Future<Output = ()> + Send + '_ {
        self.shared.accepted.notified()
    }

    /// Notes that the gateway refused this token: it is not returned again.
    pub async fn reject(&self, token: &AccessToken) {
        let mut state = self.shared.state.lock().await;
        if let Some(current) = &mut state.current
            && current.token == *token
        {
            current.expires_at = Duration::ZERO;
        }
    }

    /// Returns why nothing more is asked of Entra until somebody has signed in, although the former token may be good still.
    pub async fn halted(&self) -> Option<EntraError> {
        self.shared.state.lock().await.halted.clone()
    }

    /// Returns after which time [`TokenSource::token`] would renew to give a token that is good for this long, also after a
    /// failure; nothing if there is no token or nothing more is asked.
    pub async fn renewal_due_in(&self, at_least: Duration) -> Option<Duration> {
        let state = self.shared.state.lock().await;
        let current = state.current.as_ref().filter(|_| state.halted.is_none())?;
        let now = self.shared.client.clock().elapsed();
        let left = current.expires_at.saturating_sub(now);
        let due = left.saturating_sub(at_least.min(current.lifetime / 2));
        let pause = state
            .paused
            .as_ref()
            .map(|(until, ..)| until.saturating_sub(now));
        Some(due.max(pause.unwrap_or_default()))
    }

    /// Returns who is signed in; nobody before the first token.
    pub async fn account(&self) -> Option<Account> {
        let state = self.shared.state.lock().await;
        state
            .current
            .as_ref()
            .map(|current| current.account.clone())
    }

    /// Returns by how many seconds this machine's clock is behind Entra's, see [`Tokens::clock_behind`].
    pub async fn clock_behind(&self) -> Option<i64> {
        let state = self.shared.state.lock().await;
        state.current.as_ref()?.clock_behind
    }

    /// Takes the reason why the last sign-in could not be kept, or what was kept could not be read: it lasts until the process
    /// ends only. The host should tell the user once.
    pub async fn take_store_problem(&self) -> Option<SecretStoreError> {
        self.shared.state.lock().await.store_problem.take()
    }

    /// Takes no part any more: nothing is renewed or kept from now on, as after a sign-out. A token that was given out is
    /// good until it expires.
    pub fn retire(&self) {
        self.shared.is_retired.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    async fn renew(&self, state: &mut State, now: Duration) -> Result<AccessToken, EntraError> {
        if let Some(error) = &state.halted {
            return Err(error.clone());
        }
        if let Some((until, error, _)) = &state.paused
            && now < *until
        {
            return Err(error.clone());
        }
        let sign_in = || EntraError::SignInNeeded {
            claims: None,
            username: self.username.clone(),
            refusal: None,
        };
        if self.is_retired() {
            return Err(sign_in());
        }
        let (account, token) = self.refresh_token(state).await.ok_or_else(sign_in)?;
        match self.client.refresh(&token).await {
            Ok(tokens) => Ok(self.keep(state, tokens, Some((account, token))).await),
            Err(error) if error.is_temporary() => {
                let now = self.client.clock().elapsed();
                let former = state.paused.take().map(|(_, _, pause)| pause);
                let pause = former.map_or(FIRST_PAUSE, |former| (former * 2).min(LONGEST_PAUSE));
                let told = match &error {
                    EntraError::Unavailable { retry_after, .. } => retry_after.unwrap_or_default(),
                    _ => Duration::ZERO,
                };
                state.paused = Some((now + pause.max(told), error.clone(), pause));
                Err(error)
            }
            Err(EntraError::Refused(refusal)) => Err(self.halt(state, account, refusal).await),
            Err(error) => {
                state.halted = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Nothing more is asked after a refusal; what Entra does not take any more is forgotten.
    async fn halt(
        &self,
        state: &mut State,
        account: Account,
        refusal: Box<EntraRefusal>,
    ) -> EntraError {
        if refusal.class() != RefusalClass::SignIn {
            let error = EntraError::Refused(refusal);
            state.halted = Some(error.clone());
            return error;
        }
        let error = EntraError::SignInNeeded {
            claims: refusal.claims.clone(),
            username: Some(account.username.clone()),
            refusal: Some(refusal),
        };
        state.halted = Some(error.clone());
        if let Some(current) = &mut state.current {
            current.refresh_token = None;
        }
        let forgotten = self
            .with_cache(move |cache, client| cache.forget(client.tenant(), &account))
            .await;
        state.store_problem = forgotten.err().or(state.store_problem.take());
        error
    }

    async fn refresh_token(&self, state: &mut State) -> Option<(Account, RefreshToken)> {
        if let Some(current) = &state.current
            && let Some(token) = &current.refresh_token
        {
            return Some((current.account.clone(), token.clone()));
        }
        let username = self.username.clone();
        let found = self
            .with_cache(move |cache, client| cache.find(client.tenant(), username.as_deref()))
            .await;
        match found {
            Ok(found) => found,
            Err(problem) => {
                state.store_problem = Some(problem);
                None
            }
        }
    }

    /// Notes what was answered; `renewed` is what it was renewed with, which stays good unless there is a newer one.
    async fn keep(
        &self,
        state: &mut State,
        tokens: Tokens,
        renewed: Option<(Account, RefreshToken)>,
    ) -> AccessToken {
        let now = self.client.clock().elapsed();
        let (former, token) = renewed.unzip();
        let account = match former {
            // The answer to a renewal need not say again who it is.
            Some(former) if tokens.account.username.is_empty() => former,
            _ => tokens.account,
        };
        let refresh_token = tokens.refresh_token.or(token);
        let current = Current {
            token: tokens.access_token,
            account: account.clone(),
            lifetime: tokens.lifetime,
            expires_at: now.saturating_add(tokens.lifetime),
            refresh_token: refresh_token.clone(),
            clock_behind: tokens.clock_behind,
        };
        let access_token = current.token.clone();
        state.current = Some(current);
        state.halted = None;
        state.paused = None;
        if let Some(token) = refresh_token.filter(|_| !self.is_retired()) {
            let kept = self
                .with_cache(move |cache, client| cache.put(client.tenant(), &account, &token))
                .await;
            state.store_problem = kept.err().or(state.store_problem.take());
        }
        access_token
    }

    fn is_retired(&self) -> bool {
        self.is_retired.load(Ordering::Relaxed)
    }

    /// Secret stores block, perhaps until a person has unlocked them.
    async fn with_cache<T: Send + 'static>(
        &self,
        work: impl FnOnce(&TokenCache, &EntraClient) -> Result<T, SecretStoreError> + Send + 'static,
    ) -> Result<T, SecretStoreError> {
        let (cache, client) = (Arc::clone(&self.cache), self.client.clone());
        let done = tokio::task::spawn_blocking(move || work(&cache, &client)).await;
        done.unwrap_or_else(|_| {
            Err(SecretStoreError::Unavailable {
                reason: "the secret store failed in an unexpected way".to_owned(),
            })
        })
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenSource")
            .field("tenant", self.shared.client.tenant())
            .finish_non_exhaustive()
    }
}
