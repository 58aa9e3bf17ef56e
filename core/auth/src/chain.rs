//! A leaf certificate with its issuers.

use rustls_pki_types::CertificateDer;

use crate::AuthError;
use crate::certificate::{Certificate, CertificateSummary};
use crate::input::check_size;

/// More certificates than this are refused: a whole public root store has about 150.
const MAX_CERTIFICATES: usize = 512;

/// A chain is cut off after this many issuers, so that certificates that issue each other end somewhere.
const MAX_ISSUERS: usize = 10;

/// A certificate, its issuer, the issuer of that, and so on; with the root where it was at hand.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) leaf: Certificate,
    pub(crate) issuers: Vec<Certificate>,
}

impl Chain {
    /// Finds the issuers of a leaf among certificates in any order.
    pub(crate) fn new(leaf: Certificate, certificates: &[Certificate]) -> Self {
        let mut chain = Self {
            leaf,
            issuers: Vec::new(),
        };
        chain.extend(certificates);
        chain
    }

    /// Finds further issuers at the end of it, as long as it ends in no root.
    pub(crate) fn extend(&mut self, certificates: &[Certificate]) {
        while self.issuers.len() < MAX_ISSUERS && !self.last().is_self_issued() {
            let issuer = certificates
                .iter()
                .find(|candidate| self.last().is_issued_by(candidate));
            let Some(issuer) = issuer.cloned() else {
                break;
            };
            self.issuers.push(issuer);
        }
    }

    pub(crate) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(&self.issuers)
    }

    pub(crate) fn summaries(&self) -> impl Iterator<Item = &CertificateSummary> {
        self.certificates().map(|certificate| &certificate.summary)
    }

    pub(crate) fn last(&self) -> &Certificate {
        self.issuers.last().unwrap_or(&self.leaf)
    }

    /// Returns what is sent in TLS: all but the root, as RFC 8446 section 4.4.2 allows.
    pub(crate) fn to_send(&self) -> Vec<CertificateDer<'static>> {
        let intermediates = self
            .issuers
            .iter()
            .filter(|issuer| !issuer.is_self_issued());
        std::iter::once(&self.leaf)
            .chain(intermediates)
            .map(|certificate| certificate.der.clone())
            .collect()
    }
}

/// Reads certificates that a host or a token gives.
pub(crate) fn parse_all(
    certificates: &[CertificateDer<'_>],
) -> Result<Vec<Certificate>, AuthError> {
    check_count(certificates.len())?;
    certificates
        .iter()
        .map(|der| check_size(der).and_then(|()| Certificate::parse(der)))
        .collect()
}

pub(crate) fn check_count(certificates: usize) -> Result<(), AuthError> {
    if certificates > MAX_CERTIFICATES {
        return Err(AuthError::TooLarge {
            what: "certificates",
            limit: MAX_CERTIFICATES,
        });
    }
    Ok(())
}
