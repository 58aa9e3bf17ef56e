use std::collections::HashMap;

use crate::certificate::Certificate;
use crate::thumbprint::Thumbprint;

/// Certificates that came with profiles, found by their hashes, and whether a profile means them.
pub(super) struct Roots<'c>(HashMap<Thumbprint, Root<'c>>);

struct Root<'c> {
    certificate: &'c Certificate,
    is_meant: bool,
}

impl<'c> Roots<'c> {
    /// Takes certificates, of which no profile means any yet.
    pub(super) fn new(certificates: impl IntoIterator<Item = &'c Certificate>) -> Self {
        let roots = certificates.into_iter().map(|certificate| {
            let root = Root {
                certificate,
                is_meant: false,
            };
            (certificate.thumbprint(), root)
        });
        Self(roots.collect())
    }

    /// Returns the certificate that a profile means.
    pub(super) fn take(&mut self, thumbprint: Thumbprint) -> Option<&'c Certificate> {
        let root = self.0.get_mut(&thumbprint)?;
        root.is_meant = true;
        Some(root.certificate)
    }

    /// Says whether no profile means a certificate.
    pub(super) fn is_unused(&self, certificate: &Certificate) -> bool {
        let root = self.0.get(&certificate.thumbprint());
        root.is_none_or(|root| !root.is_meant)
    }
}
