use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::entra::login::Login;

/// How a gateway judges those who bring an access token as their password.
#[derive(Clone)]
pub(crate) struct TokenCheck {
    login: Arc<Login>,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenFault {
    #[error("there is no user name")]
    NoUsername,
    #[error("the password is no token of this tenant")]
    Foreign,
    #[error("the token is for another audience")]
    OtherAudience,
    #[error("the token is not yet valid")]
    NotYetValid,
    #[error("the token has expired")]
    Expired,
    #[error("the token was revoked")]
    Revoked,
}

/// What a gateway has to know of the tenant for the profile that it hands out.
pub(crate) struct Trusted {
    pub(crate) authority: String,
    pub(crate) audience: String,
    pub(crate) issuer: String,
    /// Where it is not the audience.
    pub(crate) application: Option<String>,
}

impl TokenCheck {
    pub(super) fn new(login: Arc<Login>) -> Self {
        Self { login }
    }

    pub(crate) fn trusted(&self) -> Trusted {
        let tenant = &self.login.tenant;
        let application = Some(&tenant.client_id).filter(|id| *id != tenant.audience());
        Trusted {
            authority: tenant.authority(),
            audience: tenant.audience().to_owned(),
            issuer: tenant.issuer(),
            application: application.cloned(),
        }
    }

    /// The user who has signed in.
    pub(crate) fn check(&self, username: &str, token: &str) -> Result<String, TokenFault> {
        if username.is_empty() {
            return Err(TokenFault::NoUsername);
        }
        let tenant = &self.login.tenant;
        let claims = tenant.signer.verify(token).ok_or(TokenFault::Foreign)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        let time = |name: &str| claims.get(name).and_then(Value::as_i64);
        if text("iss") != tenant.issuer() {
            return Err(TokenFault::Foreign);
        }
        if text("aud") != tenant.audience() {
            return Err(TokenFault::OtherAudience);
        }
        let book = self.login.book();
        let now = self.login.now(&book);
        if time("nbf").is_none_or(|begin| now < begin) {
            return Err(TokenFault::NotYetValid);
        }
        if time("exp").is_none_or(|end| now >= end) {
            return Err(TokenFault::Expired);
        }
        let user = book.access_tokens.get(text("uti"));
        user.cloned().ok_or(TokenFault::Revoked)
    }
}

impl fmt::Debug for TokenCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenCheck(..)")
    }
}
