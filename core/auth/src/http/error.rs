/// Describes why a request got no answer. No variant repeats what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The server's name has no address, or it cannot be reached; the host may try again when the network is back.
    #[error("the server cannot be reached: {reason}")]
    Unreachable {
        /// What the system says.
        reason: String,
    },

    /// No answer came in time; the host may try again.
    #[error("the server did not answer in time")]
    TimedOut,

    /// The server's certificate is not trusted, or no encryption was agreed on. Something on the way may read along, as
    /// some firewalls of companies do; their root then has to be trusted by the machine.
    #[error("the connection to the server is not secure: {reason}")]
    NotSecure {
        /// What was wrong.
        reason: String,
    },

    /// The proxy on the way refused the connection, or wants to be signed in to.
    #[error("the proxy refused: {reason}")]
    Proxy {
        /// What it said.
        reason: String,
    },

    /// The connection broke off in the answer, or the answer is no HTTP; the host may try again.
    #[error("the answer is damaged: {reason}")]
    Damaged {
        /// What was wrong.
        reason: String,
    },

    /// The answer has more bytes than are taken.
    #[error("the answer has more than {limit} bytes")]
    TooLarge {
        /// The most bytes that are taken.
        limit: usize,
    },

    /// Anything else that the host's own client says.
    #[error("the request failed: {reason}")]
    Failed {
        /// What it says; the host keeps secrets out of it.
        reason: String,
    },
}
