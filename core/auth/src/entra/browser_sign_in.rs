use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::error::EntraError;
use super::form;
use super::random::unguessable;
use super::redirect::Redirect;
use super::tenant::EntraTenant;

/// Which page the browser is to show first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Prompt {
    /// None, if somebody is signed in in the browser and Entra has no question.
    #[default]
    IfNeeded,
    /// The choice of an account; right for a first sign-in, and after a sign-out.
    SelectAccount,
    /// The one for the password, even if somebody is signed in.
    SignIn,
    /// The one for consent.
    Consent,
}

impl Prompt {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::IfNeeded => None,
            Self::SelectAccount => Some("select_account"),
            Self::SignIn => Some("login"),
            Self::Consent => Some("consent"),
        }
    }
}

/// What a sign-in in a browser asks for beyond the usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowserOptions {
    /// Which page comes first.
    pub prompt: Prompt,
    /// The name to suggest, such as that of the former sign-in.
    pub username: Option<String>,
    /// What Entra demanded when it refused a renewal, JSON as it came.
    pub claims: Option<String>,
}

/// A sign-in that a browser was sent off for, with all that its answer has to fit: an authorization code with PKCE
/// (RFC 7636), the state and the nonce of it.
pub struct BrowserSignIn {
    url: String,
    pub(super) redirect_uri: String,
    pub(super) state: Zeroizing<String>,
    pub(super) nonce: Zeroizing<String>,
    pub(super) verifier: Zeroizing<String>,
}

impl BrowserSignIn {
    /// Begins a sign-in whose answer comes back to `redirect_uri`, as
    /// [`Loopback::redirect_uri`](super::Loopback::redirect_uri) names it.
    ///
    /// # Errors
    ///
    /// [`EntraError::NoRandomness`].
    pub fn new(
        tenant: &EntraTenant,
        redirect_uri: impl Into<String>,
        options: &BrowserOptions,
    ) -> Result<Self, EntraError> {
        let redirect_uri = redirect_uri.into();
        let (state, nonce, verifier) = (unguessable()?, unguessable()?, unguessable()?);
        let challenge = digest(&SHA256, verifier.as_bytes());
        let challenge = Base64UrlUnpadded::encode_string(challenge.as_ref());
        let scope = tenant.scope();
        let mut fields = vec![
            ("client_id", tenant.client_id()),
            ("response_type", "code"),
            ("response_mode", "query"),
            ("redirect_uri", redirect_uri.as_str()),
            ("scope", scope.as_str()),
            ("state", state.as_str()),
            ("nonce", nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        fields.extend(options.prompt.name().map(|name| ("prompt", name)));
        let username = options.username.as_deref();
        fields.extend(username.map(|name| ("login_hint", name)));
        fields.extend(options.claims.as_deref().map(|claims| ("claims", claims)));
        let url = format!(
            "{}?{}",
            tenant.endpoint("authorize"),
            form::text(&fields).as_str()
        );
        Ok(Self {
            url,
            redirect_uri,
            state,
            nonce,
            verifier,
        })
    }

    /// Returns the address to open in the user's browser, once. It begins with `https://`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns whether an answer belongs to this sign-in.
    pub fn is_answered_by(&self, redirect: &Redirect) -> bool {
        verify_slices_are_equal(self.state.as_bytes(), redirect.state.as_bytes()).is_ok()
    }
}

impl fmt::Debug for BrowserSignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BrowserSignIn")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}
