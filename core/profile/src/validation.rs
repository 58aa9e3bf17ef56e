use crate::one_or_more::OneOrMore;
use crate::secret::ServerSecret;
use crate::thumbprint::Thumbprint;

/// What the gateway has to prove, and the secret shared with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerValidation {
    /// The root certificates, in one of which the chain of the gateway's certificate has to end.
    pub pinned_roots: OneOrMore<Thumbprint>,
    /// The OpenVPN static key for `tls-auth`; a client uses key direction 1.
    pub secret: ServerSecret,
}

impl ServerValidation {
    /// Makes a validation by one pinned root.
    pub fn new(pinned_root: Thumbprint, secret: ServerSecret) -> Self {
        Self {
            pinned_roots: OneOrMore::new(pinned_root),
            secret,
        }
    }
}
