//! The certificates that a profile may pin as the root of its gateway.

use rustls_pki_types::CertificateDer;

use crate::AuthError;
use crate::certificate::{Certificate, CertificateSummary};
use crate::input::check_size;
use crate::pem;
use crate::thumbprint::Thumbprint;

/// The roots under which Azure's gateways have been seen: DigiCert Global Root CA and DigiCert Global Root G2.
const BUNDLED: [&[u8]; 2] = [
    include_bytes!("../roots/digicert-global-root-ca.der"),
    include_bytes!("../roots/digicert-global-root-g2.der"),
];

/// Finds root certificates by the SHA-1 hash that a profile pins.
///
/// It is not a trust store: a certificate in it is trusted only by a profile that names its hash, which matters because a
/// profile holds the hash and not the certificate. Starts out with the roots of Azure's public gateways; hosts add their own,
/// for instance for a private gateway.
#[derive(Clone)]
pub struct TrustedRoots {
    roots: Vec<Certificate>,
}

impl TrustedRoots {
    /// Returns the roots that come with the library.
    pub fn bundled() -> Self {
        let mut roots = Self::empty();
        for der in BUNDLED {
            // The test `the_bundled_roots_are_the_ones_azure_pins` proves that each of them is added.
            let _ = roots.add_der(der);
        }
        roots
    }

    /// Returns a set without any roots.
    pub fn empty() -> Self {
        Self { roots: Vec::new() }
    }

    /// Adds one DER certificate and returns its thumbprint; adding one twice changes nothing.
    pub fn add_der(&mut self, der: &[u8]) -> Result<Thumbprint, AuthError> {
        check_size(der)?;
        let root = Certificate::parse(der)?;
        let thumbprint = root.summary.sha1;
        self.insert(root);
        Ok(thumbprint)
    }

    /// Adds every certificate of a PEM input and returns their thumbprints; on an error nothing is added.
    ///
    /// Fails with [`AuthError::NoCertificate`] if there is none.
    pub fn add_pem(&mut self, pem: &[u8]) -> Result<Vec<Thumbprint>, AuthError> {
        check_size(pem)?;
        let roots = pem::sections(pem)?
            .iter()
            .filter(|section| matches!(section.label, "CERTIFICATE" | "X509 CERTIFICATE"))
            .map(|section| Certificate::parse(&section.der))
            .collect::<Result<Vec<_>, _>>()?;
        if roots.is_empty() {
            return Err(AuthError::NoCertificate);
        }
        let thumbprints = roots.iter().map(|root| root.summary.sha1).collect();
        for root in roots {
            self.insert(root);
        }
        Ok(thumbprints)
    }

    /// Returns the root with a SHA-1 thumbprint.
    pub fn by_thumbprint(&self, thumbprint: &Thumbprint) -> Option<CertificateDer<'static>> {
        self.roots
            .iter()
            .find(|root| root.summary.sha1 == *thumbprint)
            .map(|root| root.der.clone())
    }

    /// Returns the roots that are known among the pinned thumbprints, in the order they were added.
    ///
    /// An empty result does not mean that the gateway cannot be verified: it may send its root itself, and the protocol
    /// crate then compares that root's hash.
    pub fn pinned(&self, thumbprints: &[Thumbprint]) -> Vec<CertificateDer<'static>> {
        let pinned = self
            .roots
            .iter()
            .filter(|root| thumbprints.contains(&root.summary.sha1));
        pinned.map(|root| root.der.clone()).collect()
    }

    /// Describes every root.
    pub fn summaries(&self) -> impl ExactSizeIterator<Item = &CertificateSummary> {
        self.roots.iter().map(|root| &root.summary)
    }

    fn insert(&mut self, root: Certificate) {
        if !self.roots.iter().any(|known| known.der == root.der) {
            self.roots.push(root);
        }
    }
}

impl Default for TrustedRoots {
    /// Returns the roots that come with the library.
    fn default() -> Self {
        Self::bundled()
    }
}

impl std::fmt::Debug for TrustedRoots {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_list()
            .entries(
                self.summaries()
                    .map(|root| (&root.subject, root.sha1_text())),
            )
            .finish()
    }
}
