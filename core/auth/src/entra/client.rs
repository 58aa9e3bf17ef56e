use std::sync::Arc;
use std::time::Duration;

use super::answer;
use super::browser_sign_in::{BrowserOptions, BrowserSignIn};
use super::clock::EntraClock;
use super::device_sign_in::{DevicePoll, DeviceSignIn};
use super::error::EntraError;
use super::form;
use super::redirect::Redirect;
use super::tenant::EntraTenant;
use super::tokens::{RefreshToken, Tokens};
use crate::http::{HttpClient, HttpRequest, HttpResponse};

/// By how much the pause grows that was too short (RFC 8628 section 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// Speaks to the login host for one application in one tenant. Cheap to clone.
#[derive(Clone)]
pub struct EntraClient {
    tenant: Arc<EntraTenant>,
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn EntraClock>,
}

impl EntraClient {
    /// Takes the tenant, the way out to it, and a clock.
    pub fn new(tenant: EntraTenant, http: Arc<dyn HttpClient>, clock: Arc<dyn EntraClock>) -> Self {
        Self {
            tenant: Arc::new(tenant),
            http,
            clock,
        }
    }

    /// Returns the tenant.
    pub fn tenant(&self) -> &EntraTenant {
        &self.tenant
    }

    pub(super) fn clock(&self) -> &dyn EntraClock {
        &*self.clock
    }

    /// Begins a sign-in in a browser; nothing is sent yet. See [`BrowserSignIn::new`].
    ///
    /// # Errors
    ///
    /// [`EntraError::NoRandomness`].
    pub fn browser_sign_in(
        &self,
        redirect_uri: impl Into<String>,
        options: &BrowserOptions,
    ) -> Result<BrowserSignIn, EntraError> {
        BrowserSignIn::new(&self.tenant, redirect_uri, options)
    }

    /// Turns what the browser brought back into tokens. It works once.
    ///
    /// # Errors
    ///
    /// [`EntraError::OtherSignIn`] if it is no answer to this sign-in, [`EntraError::Cancelled`] if the user said no, and
    /// what the login host says.
    pub async fn redeem(
        &self,
        sign_in: &BrowserSignIn,
        redirect: Redirect,
    ) -> Result<Tokens, EntraError> {
        if !sign_in.is_answered_by(&redirect) {
            return Err(EntraError::OtherSignIn);
        }
        let code = redirect.outcome.map_err(|refusal| match refusal {
            refusal if refusal.is_cancelled() => EntraError::Cancelled,
            refusal => EntraError::Refused(Box::new(refusal)),
        })?;
        let scope = self.tenant.scope();
        let fields = [
            ("client_id", self.tenant.client_id()),
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", sign_in.redirect_uri.as_str()),
            ("code_verifier", sign_in.verifier.as_str()),
            ("scope", scope.as_str()),
        ];
        let response = self.post("token", &fields).await?;
        let now = self.clock.unix_seconds();
        answer::tokens(&response, Some(sign_in.nonce.as_str()), now)
    }

    /// Begins a sign-in on another device.
    ///
    /// # Errors
    ///
    /// What the login host says, as when the tenant does not allow it (53003).
    pub async fn device_sign_in(&self) -> Result<DeviceSignIn, EntraError> {
        let scope = self.tenant.scope();
        let fields = [
            ("client_id", self.tenant.client_id()),
            ("scope", scope.as_str()),
        ];
        let response = self.post("devicecode", &fields).await?;
        let answer = answer::success(&response)?;
        DeviceSignIn::of(answer, self.clock.elapsed())
    }

    /// Asks once whether the user has signed in on his other device.
    ///
    /// # Errors
    ///
    /// [`EntraError::Cancelled`] if he said no, [`EntraError::TimedOut`] if he took too long, and what the login host says.
    pub async fn poll(&self, sign_in: &DeviceSignIn) -> Result<DevicePoll, EntraError> {
        let fields = [
            ("client_id", self.tenant.client_id()),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", sign_in.device_code.as_str()),
        ];
        let response = self.post("token", &fields).await?;
        match answer::tokens(&response, None, self.clock.unix_seconds()) {
            Ok(tokens) => Ok(DevicePoll::SignedIn(Box::new(tokens))),
            Err(EntraError::Refused(refusal)) => match refusal.error.as_str() {
                "authorization_pending" => Ok(DevicePoll::Pending),
                "slow_down" => Ok(DevicePoll::TooFast),
                "expired_token" => Err(EntraError::TimedOut),
                _ => Err(EntraError::Refused(refusal)),
            },
            Err(error) => Err(error),
        }
    }

    /// Waits until the user has signed in on his other device, asking no more often than is allowed. A network that is away
    /// for a while does not end it. It needs a runtime of tokio with its timers.
    ///
    /// # Errors
    ///
    /// As [`EntraClient::poll`].
    pub async fn wait_for_device(&self, sign_in: &DeviceSignIn) -> Result<Tokens, EntraError> {
        let mut pause = sign_in.interval;
        loop {
            tokio::time::sleep(pause).await;
            let waited = self.clock.elapsed().saturating_sub(sign_in.begun_at);
            match self.poll(sign_in).await {
                Ok(DevicePoll::SignedIn(tokens)) => return Ok(*tokens),
                Ok(DevicePoll::Pending) => {}
                Ok(DevicePoll::TooFast) => pause += SLOWER,
                Err(EntraError::Unavailable { retry_after, .. }) => {
                    pause = pause.max(retry_after.unwrap_or_default());
                }
                Err(error) if error.is_temporary() => {}
                Err(error) => return Err(error),
            }
            if waited >= sign_in.lifetime {
                return Err(EntraError::TimedOut);
            }
        }
    }

    /// Renews tokens without the user.
    ///
    /// # Errors
    ///
    /// What the login host says; [`RefusalClass::SignIn`](super::RefusalClass::SignIn) means that only the user can.
    pub async fn refresh(&self, token: &RefreshToken) -> Result<Tokens, EntraError> {
        let scope = self.tenant.scope();
        let fields = [
            ("client_id", self.tenant.client_id()),
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
            ("scope", scope.as_str()),
        ];
        let response = self.post("token", &fields).await?;
        answer::tokens(&response, None, self.clock.unix_seconds())
    }

    async fn post(&self, place: &str, fields: &[(&str, &str)]) -> Result<HttpResponse, EntraError> {
        let url = self.tenant.endpoint(place);
        let request = HttpRequest::post_form(url, form::body(fields));
        Ok(self.http.send(request).await?)
    }
}

impl std::fmt::Debug for EntraClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EntraClient")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}
