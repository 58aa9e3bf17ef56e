use std::fmt;
use std::sync::Arc;

/// An identity provider whose access tokens a gateway takes in the place of certificates.
#[derive(Clone)]
pub struct TokenIssuer {
    pub(crate) authority: String,
    pub(crate) audience: String,
    pub(crate) issuer: String,
    pub(crate) check: Arc<TokenCheck>,
}

type TokenCheck = dyn Fn(&str) -> Result<String, String> + Send + Sync;

impl TokenIssuer {
    /// Names where users sign in (`https://<host>/<tenant>`), what tokens are for and who issues them, and what judges a token:
    /// it returns the user, or why the token is not good.
    pub fn new(
        authority: impl Into<String>,
        audience: impl Into<String>,
        issuer: impl Into<String>,
        check: impl Fn(&str) -> Result<String, String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            authority: authority.into(),
            audience: audience.into(),
            issuer: issuer.into(),
            check: Arc::new(check),
        }
    }
}

impl fmt::Debug for TokenIssuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenIssuer")
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}
