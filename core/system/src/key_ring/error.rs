/// Describes why the system's place for secrets could not be used; it never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// There is none for this process, as in services and over SSH; the host should bring a key of its own.
    #[error("the system has no place for secrets that this process can use: {reason}")]
    NotThere {
        /// What the system says.
        reason: String,
    },

    /// It is locked, and the user did not unlock it; the host may try again when the user wants it.
    #[error("the system's place for secrets is locked and was not unlocked")]
    Locked,

    /// The system does not have the secret any more: it was deleted, or belongs to another user or machine.
    #[error("the system's place for secrets does not have this one any more")]
    Lost,

    /// Anything else that the system says.
    #[error("the system's place for secrets failed: {reason}")]
    Failed {
        /// What it says.
        reason: String,
    },
}
