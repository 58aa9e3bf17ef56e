//! A client certificate that is there to be chosen.

use rustls_pki_types::CertificateDer;

use crate::AuthError;
use crate::certificate::CertificateSummary;
use crate::chain::{Chain, parse_all};
use crate::identity::Identity;

/// A client certificate found in some place, whose key need not have been opened yet.
#[derive(Clone)]
pub struct Candidate {
    pub(crate) chain: Chain,
    source: String,
    key_problem: Option<AuthError>,
}

impl Candidate {
    /// Takes a certificate, first, with its issuers as far as they are at hand, in any order.
    ///
    /// `source` says for people where it was found, for example `token Alice`.
    pub fn new(
        certificates: &[CertificateDer<'_>],
        source: impl Into<String>,
    ) -> Result<Self, AuthError> {
        let certificates = parse_all(certificates)?;
        let leaf = certificates.first().ok_or(AuthError::NoCertificate)?;
        Ok(Self {
            chain: Chain::new(leaf.clone(), &certificates),
            source: source.into(),
            key_problem: None,
        })
    }

    /// Takes an identity that has been opened.
    pub fn from_identity(identity: &Identity, source: impl Into<String>) -> Self {
        Self {
            chain: identity.chain.clone(),
            source: source.into(),
            key_problem: None,
        }
    }

    /// Notes that its private key is missing or cannot be used, and why; it is then never chosen.
    #[must_use]
    pub fn without_key(mut self, problem: AuthError) -> Self {
        self.key_problem = Some(problem);
        self
    }

    /// Describes the certificate.
    pub fn summary(&self) -> &CertificateSummary {
        &self.chain.leaf.summary
    }

    /// Says where it was found.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Says why its private key cannot be used; `None` as far as is known.
    pub fn key_problem(&self) -> Option<&AuthError> {
        self.key_problem.as_ref()
    }
}
