//! Why a key that is held elsewhere did not sign.

/// Describes why a key outside of this process, on a token or in the host's hands, could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The person or the holder of the key said no; the host should not ask again by itself.
    #[error("the signature was cancelled")]
    Cancelled,

    /// The key is guarded by a PIN and none was given; the host should ask for it.
    #[error("the key asks for its PIN")]
    PinRequired,

    /// The PIN is wrong. The host may ask the person again and must not try the same PIN again: each wrong try counts,
    /// and the last one locks the token.
    #[error("the PIN is wrong{}", if *.last_try { ", and the next wrong one locks it" } else { "" })]
    PinWrong {
        /// Whether the token says that one try is left.
        last_try: bool,
    },

    /// The PIN is locked after too many wrong tries; who issued the token can unlock it.
    #[error("the PIN is locked after too many wrong tries")]
    PinLocked,

    /// The token must have its PIN set or changed first, with the tool of its maker.
    #[error("the token wants its PIN to be set or changed first")]
    PinToBeSet,

    /// The token or the key on it is no longer there; the host should ask the person to insert it and then connect anew.
    #[error("the token that holds the key was removed")]
    Removed,

    /// The key offers no way of signing that fits its certificate and TLS; another certificate is needed.
    #[error("the key cannot sign in a way that fits its certificate and TLS")]
    NoScheme,

    /// The holder of the key did not answer in time; the host should ask the person to be quicker, or look after the holder.
    #[error("the key did not sign in time")]
    TimedOut,

    /// Anything else that the holder of the key says.
    #[error("the holder of the key failed: {reason}")]
    Failed {
        /// What it says; the host keeps secrets out of it.
        reason: String,
    },
}
