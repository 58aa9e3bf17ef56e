use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

/// An access token that the host got from Entra ID; it is wiped when dropped and never prints.
#[derive(Clone)]
pub struct AccessToken {
    pub(crate) text: Zeroizing<String>,
    pub(crate) lifetime: Option<Duration>,
}

impl AccessToken {
    /// Takes a token as it was issued, at most 65,534 bytes.
    ///
    /// When it expires is read from the token itself, if that says so to everybody (a JWT's `exp`).
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: Zeroizing::new(text.into()),
            lifetime: None,
        }
    }

    /// Says for how long it is still good, as answers of Entra do (`expires_in`). It counts before what the token says, which
    /// a wrong clock misjudges.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessToken")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}
