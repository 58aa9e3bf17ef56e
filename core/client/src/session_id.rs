use std::fmt;

/// Names a session within its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(u64);

impl SessionId {
    /// Takes a number that [`SessionId::number`] gave.
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number, for passing through another language.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
