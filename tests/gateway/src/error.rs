use std::io;
use std::net::SocketAddr;

/// Why the gateway could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// The address to listen on is taken or not this machine's: choose another, or port 0.
    #[error("the gateway cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate could not be made, mostly because of a name that certificates cannot carry: change it.
    #[error("a certificate could not be made: {0}")]
    Certificate(String),
    /// A PFX container could not be written: the text says why.
    #[error("the PFX container could not be written: {0}")]
    Pfx(String),
    /// The system gave no random bytes: a fault of the machine.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// An option cannot be used; the text says which and why.
    #[error("the gateway cannot use this: {0}")]
    Options(&'static str),
}

impl From<rcgen::Error> for GatewayError {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}
