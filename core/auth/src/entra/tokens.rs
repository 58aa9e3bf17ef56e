use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::access_token::AccessToken;
use super::account::Account;

/// What a sign-in or a renewal came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// What the gateway is given.
    pub access_token: AccessToken,
    /// What renews it; absent where the tenant gives none.
    pub refresh_token: Option<RefreshToken>,
    /// Who has signed in.
    pub account: Account,
    /// For how long the access token is good, from the answer on. It is a time span because clocks of machines are wrong.
    pub lifetime: Duration,
    /// By how many seconds this machine's clock is behind Entra's, negative if it is ahead; only told from 5 minutes on, where
    /// certificates and tokens begin to be misjudged. The host should tell the user.
    pub clock_behind: Option<i64>,
}

/// What renews an access token without the user. It is worth as much as his sign-in: wiped when dropped, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken(Zeroizing<String>);

impl RefreshToken {
    /// Takes a token as it was issued.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Returns the token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RefreshToken(..)")
    }
}
