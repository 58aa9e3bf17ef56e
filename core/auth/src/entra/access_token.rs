use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::error::EntraError;
use super::jwt::Claims;

/// The most bytes of an access token: the gateway is given it as a password, whose length OpenVPN writes in 16 bits, with
/// a zero byte at its end.
pub const LONGEST_ACCESS_TOKEN: usize = 65_534;

/// What proves to the gateway who has signed in. Cheap to clone; wiped with the last clone, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(Arc<Zeroizing<String>>);

impl AccessToken {
    /// Takes a token as it was issued; it is not judged, since it is meant for the gateway.
    ///
    /// # Errors
    ///
    /// [`EntraError::TokenTooLong`], and [`EntraError::Answer`] for an empty one or for characters that no token has
    /// (RFC 6750 section 2.1).
    pub fn new(text: impl Into<String>) -> Result<Self, EntraError> {
        let text = Zeroizing::new(text.into());
        if text.len() > LONGEST_ACCESS_TOKEN {
            let bytes = text.len();
            let limit = LONGEST_ACCESS_TOKEN;
            return Err(EntraError::TokenTooLong { bytes, limit });
        }
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(EntraError::answer("the access token is empty or damaged"));
        }
        Ok(Self(Arc::new(text)))
    }

    /// Returns when it ends, in seconds since 1970 by Entra's clock; nothing if it is of a kind that does not say.
    pub fn expires_at(&self) -> Option<i64> {
        Claims::of(&self.0).expires_at
    }

    /// Returns the token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AccessToken({} bytes)", self.0.len())
    }
}
