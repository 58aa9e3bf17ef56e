use std::sync::Arc;
use std::time::Duration;

use p2svpn_client::TokenRequest as ClientTokenRequest;

/// Gets access tokens of Entra ID in a way that the program has.
#[uniffi::export(with_foreign)]
pub trait TokenProvider: Send + Sync {
    /// Returns a token. It is called on a thread of its own and may block.
    fn token(&self, request: TokenRequest) -> Result<AccessToken, TokenProviderError>;
}

/// What is needed to get a token.
#[derive(uniffi::Record)]
pub struct TokenRequest {
    /// The tenant's address.
    pub authority: String,
    /// The application that signs the user in.
    pub client_id: String,
    /// The application that the token is for.
    pub audience: String,
    /// The scope to ask for.
    pub scope: String,
    /// The user name that the program chose for the session.
    pub username: Option<String>,
}

/// An access token that the program got.
#[derive(uniffi::Record)]
pub struct AccessToken {
    /// The token as it was issued.
    pub token: String,
    /// For how long it is still good; read from the token if absent.
    #[uniffi(default = None)]
    pub lifetime: Option<Duration>,
}

/// Why no token was brought.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum TokenProviderError {
    /// The user did not want to sign in.
    #[error("cancelled")]
    Cancelled,
    /// Anything else.
    #[error("{reason}")]
    Failed {
        /// What went wrong, for people.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for TokenProviderError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: error.reason,
        }
    }
}

impl From<&ClientTokenRequest> for TokenRequest {
    fn from(request: &ClientTokenRequest) -> Self {
        Self {
            authority: request.authority.clone(),
            client_id: request.client_id.clone(),
            audience: request.audience.clone(),
            scope: request.scope.clone(),
            username: request.username.clone(),
        }
    }
}

impl From<AccessToken> for p2svpn_client::AccessToken {
    fn from(token: AccessToken) -> Self {
        let made = Self::new(token.token);
        match token.lifetime {
            Some(lifetime) => made.lifetime(lifetime),
            None => made,
        }
    }
}

/// The program's provider, as the library calls it.
pub(crate) struct Provider(pub(crate) Arc<dyn TokenProvider>);

impl p2svpn_client::TokenProvider for Provider {
    fn token(
        &self,
        request: &ClientTokenRequest,
    ) -> Result<p2svpn_client::AccessToken, p2svpn_client::TokenProviderError> {
        match self.0.token(request.into()) {
            Ok(token) => Ok(token.into()),
            Err(TokenProviderError::Cancelled) => Err(p2svpn_client::TokenProviderError::Cancelled),
            Err(TokenProviderError::Failed { reason }) => {
                Err(p2svpn_client::TokenProviderError::Failed { reason })
            }
        }
    }
}
