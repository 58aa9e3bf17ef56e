/// Why the gateway's settings cannot be used as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The message does not start as a push reply: a fault of the gateway.
    #[error("the message is no push reply")]
    NotAPushReply,
    /// The settings are longer than 256 KiB: a fault of the gateway, or an attack.
    #[error("the settings are longer than 256 KiB")]
    TooLong,
    /// There are more than 10,000 routes: the gateway's configuration must be condensed.
    #[error("there are more than 10,000 routes")]
    TooManyRoutes,
    /// The mark that says whether more messages follow makes no sense: a fault of the gateway.
    #[error("the mark of continued settings makes no sense")]
    BrokenContinuation,
    /// A DNS server has no address, and names would go elsewhere than meant: the gateway's configuration must be mended.
    #[error("DNS server {0} has no address")]
    DnsServerWithoutAddress(i8),
    /// The epoch format was chosen without the peer id that it needs: a fault of the gateway.
    #[error("the epoch format was chosen without a peer id")]
    EpochWithoutPeerId,
    /// A reply in mid-session says nothing at all: a fault of the gateway.
    #[error("settings in mid-session are empty")]
    Empty,
}

/// Why changes of settings cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UpdateError {
    /// Only a new connection can take on this option.
    NotUpdatable(String),
    /// The settings cannot be used as a whole.
    Push(PushError),
}

impl From<PushError> for UpdateError {
    fn from(error: PushError) -> Self {
        Self::Push(error)
    }
}
