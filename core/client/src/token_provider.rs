use crate::access_token::AccessToken;
use crate::challenge::TokenRequest;

/// Gets access tokens of Entra ID in a way that the host has: MSAL, a broker of the system, a managed identity, a workload
/// identity or the Azure CLI, for example.
///
/// Sessions with [`ConnectOptions::token_provider`](crate::ConnectOptions::token_provider) ask it to connect, and again ahead of
/// each token's end. Anything else answers the challenge `AccessToken` instead.
pub trait TokenProvider: Send + Sync {
    /// Returns a token that is good for as long as can be; one out of a cache is fine while it has some minutes left.
    ///
    /// It is called on a thread of its own and may block, also for as long as a person needs to sign in. Nothing waits for it
    /// any more when the session has ended. A panic in it is a failure.
    ///
    /// # Errors
    /// [`TokenProviderError`]: a first token that does not come ends the session, a later one is asked for again after a while.
    fn token(&self, request: &TokenRequest) -> Result<AccessToken, TokenProviderError>;
}

/// Why a host brought no token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenProviderError {
    /// The user did not want to sign in: nobody is asked again.
    Cancelled,
    /// Anything else.
    Failed {
        /// What went wrong, for people; the host keeps secrets out of it.
        reason: String,
    },
}
