/// Which end of a connection this is.
///
/// The client is the end that dialled; it is the TLS client too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that dialled.
    Client,
    /// The end that was dialled.
    Gateway,
}

impl Role {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Gateway,
            Self::Gateway => Self::Client,
        }
    }
}
