use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use p2svpn_auth::{AccessToken, EntraTenant};
use p2svpn_profile::EntraAuthentication;
use tokio::sync::oneshot;

use crate::access_token::AccessToken as Brought;
use crate::answer::Answer;
use crate::challenge::{ChallengeKind, TokenRequest};
use crate::error::{Error, ErrorCode};
use crate::options::ConnectOptions;
use crate::session::shared::Shared;
use crate::token_provider::{TokenProvider, TokenProviderError};

/// For how long a token has to be good yet before the host is asked for another one; half of its time if that is shorter.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// How often the host may bring a token that cannot be used.
const ATTEMPTS: u32 = 3;

/// The pause after a token that did not come; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(15);

const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// Tokens of Entra ID that the host brings.
pub(super) struct HostToken {
    shared: Arc<Shared>,
    provider: Option<Arc<dyn TokenProvider>>,
    request: TokenRequest,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When another one is to be got, where that is known.
    due: Option<Instant>,
    /// The pause after the last failure.
    pause: Option<Duration>,
    /// Whether the host has declined to bring another one, so that it is not asked again.
    has_declined: bool,
}

impl HostToken {
    pub(super) fn new(
        shared: Arc<Shared>,
        profile: &EntraAuthentication,
        options: &ConnectOptions,
    ) -> Self {
        let tenant = EntraTenant::new(profile);
        let request = TokenRequest {
            authority: tenant.authority().to_owned(),
            client_id: tenant.client_id().to_owned(),
            audience: tenant.audience().to_owned(),
            scope: format!("{}/.default", tenant.audience()),
            username: options.username.clone(),
        };
        Self {
            shared,
            provider: options.token_provider.clone(),
            request,
            state: Mutex::default(),
        }
    }

    /// Asks the host for a token.
    pub(super) async fn token(&self) -> Result<AccessToken, Error> {
        let mut refusal = None;
        for attempt in 0..ATTEMPTS {
            let brought = match &self.provider {
                Some(provider) => self.provided(Arc::clone(provider)).await?,
                None => self.answered(attempt, refusal).await?,
            };
            match AccessToken::new(brought.text.as_str()) {
                Ok(token) => {
                    self.note(&token, brought.lifetime);
                    return Ok(token);
                }
                Err(error) if self.provider.is_some() => return Err(error.into()),
                Err(error) => refusal = Some(error.into()),
            }
        }
        Err(refusal.unwrap_or_else(|| ErrorCode::SignInCancelled.into()))
    }

    /// Asks the host for another token if it is time, or if nobody knows when that is.
    pub(super) async fn renewed(&self) -> Result<Option<AccessToken>, Error> {
        let is_early = |due: Instant| !self.shared.clock().until(due).is_zero();
        {
            let state = lock(&self.state);
            if state.has_declined || state.due.is_some_and(is_early) {
                return Ok(None);
            }
        }
        let outcome = self.token().await;
        if let Err(error) = &outcome {
            let mut state = lock(&self.state);
            state.has_declined = error.code() == ErrorCode::SignInCancelled;
            let former = state.pause.map_or(FIRST_PAUSE, |pause| pause * 2);
            let pause = former.min(LONGEST_PAUSE);
            state.pause = Some(pause);
            state.due = self.shared.clock().now().checked_add(pause);
        }
        outcome.map(Some)
    }

    /// After which time a token is to be got; nothing if nobody knows, or the host has declined.
    pub(super) fn renewal_due_in(&self) -> Option<Duration> {
        let state = lock(&self.state);
        let due = state.due.filter(|_| !state.has_declined)?;
        Some(self.shared.clock().until(due))
    }

    async fn answered(&self, attempt: u32, refusal: Option<Error>) -> Result<Brought, Error> {
        let kind = ChallengeKind::AccessToken(self.request.clone());
        match self.shared.ask(kind, attempt, refusal).await {
            Answer::AccessToken(brought) => Ok(brought),
            _ => Err(ErrorCode::SignInCancelled.into()),
        }
    }

    async fn provided(&self, provider: Arc<dyn TokenProvider>) -> Result<Brought, Error> {
        let failed = |reason: &str| Error::new(ErrorCode::TokenProviderFailed, reason);
        let (tell, told) = oneshot::channel();
        let request = self.request.clone();
        let work = move || {
            // Nobody may be waiting any more.
            let _ = tell.send(provider.token(&request));
        };
        let thread = thread::Builder::new().name("p2svpn-token".to_owned());
        thread
            .spawn(work)
            .map_err(|error| Error::from(ErrorCode::ThreadsUnavailable).because(&error))?;
        match told.await {
            Ok(Ok(brought)) => Ok(brought),
            Ok(Err(TokenProviderError::Cancelled)) => Err(ErrorCode::SignInCancelled.into()),
            Ok(Err(TokenProviderError::Failed { reason })) => Err(failed(&reason)),
            Err(_) => Err(failed("the provider panicked")),
        }
    }

    fn note(&self, token: &AccessToken, lifetime: Option<Duration>) {
        let lifetime = lifetime.or_else(|| self.lifetime_of(token));
        let wait = lifetime.map(|lifetime| lifetime - AHEAD.min(lifetime / 2));
        let due = wait.and_then(|wait| self.shared.clock().now().checked_add(wait));
        *lock(&self.state) = State {
            due,
            ..State::default()
        };
    }

    /// By this machine's clock; one that is wrong says nothing.
    fn lifetime_of(&self, token: &AccessToken) -> Option<Duration> {
        let left = token
            .expires_at()?
            .checked_sub(self.shared.clock().unix_seconds())?;
        u64::try_from(left).ok().map(Duration::from_secs)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
