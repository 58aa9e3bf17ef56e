/// Why a key of the control channel cannot be used: the profile is damaged or incomplete, so get it anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text holds no key of the kind that is asked for: probably a key of another kind.
    #[error("there is no \"-----BEGIN {0}-----\" with its end")]
    NoKey(&'static str),
    /// The text between the markers is not what the kind of key calls for: a damaged key.
    #[error("the key is not written in {0}")]
    Encoding(&'static str),
    /// The key is too short or too long: a damaged key.
    #[error("the key has {found} bytes, not {expected}")]
    Length {
        /// Bytes that a key of this kind has, at least.
        expected: usize,
        /// Bytes that were there.
        found: usize,
    },
    /// The wrapped client key has a wrong length field, or more than 1024 bytes: a damaged key.
    #[error("the wrapped client key is damaged")]
    WrappedClientKey,
    /// The wrapped client key was not made with this server key.
    #[error("the wrapped client key belongs to another server key")]
    ForeignClientKey,
    /// The metadata is longer than a wrapped client key can hold.
    #[error("the metadata of a client key is too long")]
    MetadataTooLong,
    /// The cryptographic library refused the key: a fault of the machine.
    #[error("the cryptographic library refused the key")]
    Library,
}
