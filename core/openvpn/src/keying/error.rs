/// Why the key exchange inside TLS failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyMethodError {
    /// The source of randomness failed: a fault of the machine; try again, then give up.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// The peer's message is not complete: the rest may follow, else the peer is broken.
    #[error("the peer's message is cut short")]
    Truncated,
    /// The peer uses another key method than 2: it is older than OpenVPN 2.0, or no OpenVPN gateway.
    #[error("the peer uses another key method than 2")]
    Method,
    /// A text of the peer is not UTF-8.
    #[error("the peer's {0} is not UTF-8")]
    NotUtf8(&'static str),
    /// One of our own texts is longer than the 65,534 bytes that fit: shorten it, or use another credential.
    #[error("the {0} is longer than 65,534 bytes")]
    TooLong(&'static str),
    /// One of our own texts contains a zero byte, which would end it early: ask for it again.
    #[error("the {0} contains a zero byte")]
    ZeroByte(&'static str),
    /// The derived key is all zero: the peer or the cryptography library is broken; never send under it.
    #[error("the data key is all zero")]
    ZeroKey,
    /// The cryptography library refused the key: report it as a bug.
    #[error("the data key was refused")]
    Refused,
}
