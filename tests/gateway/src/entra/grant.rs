/// What a client has asked for.
#[derive(Clone)]
pub(super) struct Scopes {
    pub(super) audience: String,
    /// Whether it wants to know who has signed in.
    pub(super) openid: bool,
    /// Whether it wants a refresh token.
    pub(super) offline: bool,
}

/// What a user has granted by signing in.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) username: String,
    pub(super) scopes: Scopes,
    /// Whether the user has done a second step.
    pub(super) second_factor: bool,
    /// The claims that the client has asked for.
    pub(super) claims: Option<String>,
    /// What links the id token to its request.
    pub(super) nonce: Option<String>,
    /// Unix seconds.
    pub(super) signed_in_at: i64,
}

/// What stands for a sign-in until the client has its tokens.
pub(super) struct AuthorizationCode {
    pub(super) grant: Grant,
    pub(super) challenge: String,
    pub(super) redirect_uri: String,
    /// Unix seconds.
    pub(super) expires_at: i64,
    pub(super) is_spent: bool,
}

/// What tokens are refreshed with, once.
pub(super) struct RefreshToken {
    pub(super) grant: Grant,
    /// Unix seconds.
    pub(super) expires_at: i64,
    pub(super) is_spent: bool,
    pub(super) is_revoked: bool,
}
