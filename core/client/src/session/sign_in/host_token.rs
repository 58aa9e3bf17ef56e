use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use p2svpn_auth::{AccessToken, EntraTenant};
use p2svpn_profile::EntraAuthentication;

use crate::answer::Answer;
use crate::challenge::{ChallengeKind, TokenRequest};
use crate::error::{Error, ErrorCode};
use crate::options::ConnectOptions;
use crate::session::shared::Shared;

/// For how long a token has to be good yet before the host is asked for another one.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// How often the host may bring a token that cannot be used.
const ATTEMPTS: u32 = 3;

/// Tokens of Entra ID that the host brings.
pub(super) struct HostToken {
    shared: Arc<Shared>,
    request: TokenRequest,
    expiry: Mutex<Option<Instant>>,
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
            request,
            expiry: Mutex::default(),
        }
    }

    /// Asks the host for a token.
    pub(super) async fn token(&self) -> Result<AccessToken, Error> {
        let mut refusal = None;
        for attempt in 0..ATTEMPTS {
            let kind = ChallengeKind::AccessToken(self.request.clone());
            let Answer::AccessToken(brought) = self.shared.ask(kind, attempt, refusal).await else {
                return Err(ErrorCode::SignInCancelled.into());
            };
            match AccessToken::new(brought.text.as_str()) {
                Ok(token) => {
                    let lifetime = brought.lifetime.or_else(|| self.lifetime_of(&token));
                    let now = self.shared.clock().now();
                    *lock(&self.expiry) = lifetime.and_then(|lifetime| now.checked_add(lifetime));
                    return Ok(token);
                }
                Err(error) => refusal = Some(error.into()),
            }
        }
        Err(refusal.unwrap_or_else(|| ErrorCode::SignInCancelled.into()))
    }

    /// Asks the host for another token, if that which it brought ends soon, or does not say when.
    pub(super) async fn renewed(&self) -> Result<Option<AccessToken>, Error> {
        let expiry = *lock(&self.expiry);
        let left = expiry.map(|expiry| self.shared.clock().until(expiry));
        match left {
            Some(left) if left > AHEAD => Ok(None),
            _ => Ok(Some(self.token().await?)),
        }
    }

    /// After which time a token is to be got; nothing if it does not say when it ends.
    pub(super) fn renewal_due_in(&self) -> Option<Duration> {
        let expiry = (*lock(&self.expiry))?;
        Some(self.shared.clock().until(expiry).saturating_sub(AHEAD))
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
