use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use p2svpn_auth::{AccessToken, EntraError, Prompt, TokenSource, Tokens};
use p2svpn_profile::EntraAuthentication;

use super::browser::{self, BrowserRequest};
use super::device_code;
use crate::entra_method::EntraMethod;
use crate::error::Error;
use crate::event::EventKind;
use crate::options::ConnectOptions;
use crate::session::shared::Shared;
use crate::warning::{Warning, WarningKind};

/// For how long a token has to be good yet: the gateway may ask for new keys at any time, and wants a good one then.
const AHEAD: Duration = Duration::from_secs(10 * 60);

/// A user whom the session itself signs in with Entra ID.
pub(super) struct EntraUser {
    shared: Arc<Shared>,
    source: TokenSource,
    method: EntraMethod,
    /// Whether the session opens the browser, rather than the host.
    opens_browser: bool,
    /// Whether an account that the browser knows must not be used unasked.
    is_single_sign_on_off: bool,
    /// What the gateway was shown last.
    shown: Mutex<Option<AccessToken>>,
    /// Whether a sign-in while connected was asked for and did not come: nobody is asked again.
    has_declined: Mutex<bool>,
}

impl EntraUser {
    pub(super) fn new(
        shared: Arc<Shared>,
        source: TokenSource,
        profile: &EntraAuthentication,
        options: &ConnectOptions,
    ) -> Self {
        Self {
            shared,
            source,
            method: options.entra_method,
            opens_browser: options.open_browser,
            is_single_sign_on_off: profile.disable_single_sign_on,
            shown: Mutex::default(),
            has_declined: Mutex::default(),
        }
    }

    /// Gets a token to connect with; the user signs in where nobody has before, or where Entra wants it.
    pub(super) async fn token(&self) -> Result<AccessToken, Error> {
        loop {
            let accepted = self.source.accepted();
            let needed = match self.source.token(AHEAD).await {
                Ok(token) => return Ok(self.show(token).await),
                Err(needed) => needed,
            };
            self.sign_in(needed, accepted).await?;
        }
    }

    /// Gets a token in time to show it at the next change of keys; nothing while the one that was shown last is good.
    ///
    /// Nobody is asked to sign in unless Entra itself demands it.
    pub(super) async fn renewed(&self) -> Result<Option<AccessToken>, Error> {
        let accepted = self.source.accepted();
        let outcome = self.source.token(AHEAD).await;
        if let Some(
            needed @ EntraError::SignInNeeded {
                refusal: Some(_), ..
            },
        ) = self.source.halted().await
            && !std::mem::replace(&mut *lock(&self.has_declined), true)
        {
            self.sign_in(needed, accepted).await?;
            *lock(&self.has_declined) = false;
            return Ok(Some(self.show(self.source.token(AHEAD).await?).await));
        }
        let token = outcome?;
        let is_shown = lock(&self.shown).as_ref() == Some(&token);
        Ok(if is_shown {
            None
        } else {
            Some(self.show(token).await)
        })
    }

    /// After which time a token is to be got; nothing if only the gateway or the user can change anything.
    pub(super) async fn renewal_due_in(&self) -> Option<Duration> {
        self.source.renewal_due_in(AHEAD).await
    }

    /// Notes that the gateway refused what it was shown.
    pub(super) async fn refused(&self) {
        let shown = lock(&self.shown).take();
        if let Some(token) = shown {
            self.source.reject(&token).await;
        }
    }

    async fn show(&self, token: AccessToken) -> AccessToken {
        *lock(&self.shown) = Some(token.clone());
        self.warn_of_store().await;
        self.warn_of_clock().await;
        token
    }

    /// Has the user sign in, unless another session of the same user is quicker.
    async fn sign_in(
        &self,
        needed: EntraError,
        accepted: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let EntraError::SignInNeeded {
            claims,
            username,
            refusal,
        } = needed
        else {
            return Err(needed.into());
        };
        if let Some(refusal) = &refusal {
            tracing::info!(session = %self.shared.id(), %refusal, "Entra wants the user to sign in");
        }
        let refusal = refusal.map(|refusal| EntraError::Refused(refusal).into());
        let (shared, client) = (&*self.shared, self.source.client());
        let work = async {
            match self.method {
                EntraMethod::DeviceCode => device_code::sign_in(shared, client, refusal).await,
                _ => {
                    let request = BrowserRequest {
                        prompt: self.prompt(username.is_some()),
                        username,
                        claims,
                        refusal,
                    };
                    browser::sign_in(shared, client, self.opens_browser, request).await
                }
            }
        };
        let tokens: Tokens = tokio::select! {
            biased;
            () = accepted => return Ok(()),
            outcome = work => outcome?,
        };
        let account = &tokens.account.username;
        tracing::info!(session = %self.shared.id(), has_name = !account.is_empty(), "signed in");
        self.source.accept(tokens).await;
        Ok(())
    }

    /// Who has signed in here before is only asked for what Entra wants; anybody else chooses an account.
    fn prompt(&self, is_known: bool) -> Prompt {
        match (self.is_single_sign_on_off, is_known) {
            (true, _) => Prompt::SignIn,
            (false, true) => Prompt::IfNeeded,
            (false, false) => Prompt::SelectAccount,
        }
    }

    async fn warn_of_store(&self) {
        if let Some(problem) = self.source.take_store_problem().await {
            let message = format!("the sign-in lasts until the program ends only: {problem}");
            self.warn(message);
        }
    }

    async fn warn_of_clock(&self) {
        if let Some(seconds) = self.source.clock_behind().await {
            let (way, minutes) = match seconds {
                behind if behind > 0 => ("behind", behind / 60),
                ahead => ("ahead of", -ahead / 60),
            };
            self.warn(format!(
                "this machine's clock is {minutes} minutes {way} Entra's: set it, or certificates and tokens are misjudged"
            ));
        }
    }

    fn warn(&self, message: String) {
        let warning = Warning::new(WarningKind::SignIn, message);
        self.shared.emit(EventKind::Warning(warning));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
