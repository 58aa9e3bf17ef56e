//! What the gateway has to prove, and the secret shared with it.

mod trust;
mod wrapping;

pub use trust::{Fingerprint, PinnedRoot, ServerTrust};
pub use wrapping::{Digest, KeyDirection, Wrapping};

use crate::one_or_more::OneOrMore;
use crate::secret::ServerSecret;

/// What the gateway has to prove, and the secret shared with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerValidation {
    /// What makes its certificate a trusted one.
    pub trust: ServerTrust,
    /// Whose certificate it must be.
    pub name: ServerName,
    /// What the certificate must have been issued for.
    pub usage: CertificateUsage,
    /// How control packets are protected outside TLS.
    pub wrapping: Wrapping,
}

impl ServerValidation {
    /// Makes what Azure's gateways have to prove: a chain to a pinned root, a certificate for servers
    /// with the gateway's name, and `tls-auth` with SHA-256 in direction 1.
    pub fn azure(pinned_roots: OneOrMore<PinnedRoot>, secret: ServerSecret) -> Self {
        Self {
            trust: ServerTrust::PinnedRoots(pinned_roots),
            name: ServerName::Host,
            usage: CertificateUsage::Server,
            wrapping: Wrapping::TlsAuth {
                key: secret,
                digest: Digest::Sha256,
                direction: KeyDirection::One,
            },
        }
    }

    /// Makes what another server has to prove: this, a certificate for servers, and no more.
    pub fn new(trust: ServerTrust, wrapping: Wrapping) -> Self {
        Self {
            trust,
            name: ServerName::Any,
            usage: CertificateUsage::Server,
            wrapping,
        }
    }
}

/// Whose certificate a gateway must show.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerName {
    /// That of the server that was called: its host, or the name that Azure derives from it
    /// ([`Server::certificate_names`](crate::Server::certificate_names)).
    Host,
    /// Anybody's that is trusted, as OpenVPN does unless told otherwise: right where nobody else has
    /// a certificate of the same authority.
    Any,
    /// Exactly this subject, written as `C=KG, O=Example, CN=gateway` (`verify-x509-name … subject`).
    Subject(String),
    /// Exactly this common name (`verify-x509-name … name`).
    CommonName(String),
    /// A common name that begins like this (`verify-x509-name … name-prefix`).
    CommonNamePrefix(String),
}

/// What a gateway's certificate must have been issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateUsage {
    /// For servers (`remote-cert-tls server`; RFC 5280 section 4.2.1.12).
    Server,
    /// For anything: a certificate of another client passes too, if it is trusted.
    Any,
}
