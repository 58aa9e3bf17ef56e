use std::fmt;

use zeroize::Zeroizing;

/// A user name with its password, which is wiped when dropped and never prints.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) username: String,
    pub(crate) password: Zeroizing<String>,
    pub(crate) keep: bool,
}

impl Credentials {
    /// Takes both as the user typed them; the password has at most 65,534 bytes, and what servers behind a gateway take is far
    /// less.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            password: Zeroizing::new(password.into()),
            keep: false,
        }
    }

    /// Sets whether they become part of the profile once the gateway has let the session in, with the profile's other
    /// secrets; by default they do not. A kept password that is refused is forgotten.
    #[must_use]
    pub fn keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}
