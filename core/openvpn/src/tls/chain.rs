//! Whether a certificate's chain ends in a trusted root.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use sha1::{Digest, Sha1};
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, RevocationOptionsBuilder,
    UnknownStatusPolicy, anchor_from_trusted_cert,
};

use super::refusal;
use super::server_validation::RevocationLists;
use super::x509;
use crate::certificate_error::{ServerCertificateError, UnsupportedCertificate};
use crate::error::Error;

/// What a chain is judged by.
#[derive(Debug)]
pub(super) struct ChainVerifier {
    provider: Arc<CryptoProvider>,
    /// Hashes of the only roots that count; none: all of `roots` count.
    pinned: Option<Vec<[u8; 20]>>,
    roots: Vec<CertificateDer<'static>>,
    revoked: Vec<CertRevocationList<'static>>,
}

impl ChainVerifier {
    /// # Errors
    /// [`Error::Configuration`] if a root that counts or a revocation list cannot be read.
    pub(super) fn new(
        provider: &Arc<CryptoProvider>,
        roots: &[CertificateDer<'static>],
        pinned: Option<&[[u8; 20]]>,
        revocation: &RevocationLists,
    ) -> Result<Self, Error> {
        let chain = Self {
            provider: Arc::clone(provider),
            pinned: pinned.map(<[[u8; 20]]>::to_vec),
            roots: roots.to_vec(),
            revoked: revocation.parse()?,
        };
        for root in roots.iter().filter(|root| chain.counts(root)) {
            anchor_from_trusted_cert(root)
                .map_err(|error| Error::Configuration(format!("a root cannot be used: {error}")))?;
        }
        Ok(chain)
    }

    pub(super) fn check(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), ServerCertificateError> {
        let all = || std::iter::once(leaf).chain(intermediates);
        let refused = |error| refusal::of(&error, all());
        let certificate = EndEntityCert::try_from(leaf).map_err(refused)?;
        let anchors = self.anchors(leaf, intermediates)?;
        let lists: Vec<&CertRevocationList<'_>> = self.revoked.iter().collect();
        let revocation = RevocationOptionsBuilder::new(&lists)
            .ok()
            .map(|revocation| {
                revocation
                    .with_status_policy(UnknownStatusPolicy::Allow)
                    .with_expiration_policy(ExpirationPolicy::Enforce)
                    .build()
            });
        let verified = certificate.verify_for_usage(
            self.provider.signature_verification_algorithms.all,
            &anchors,
            intermediates,
            now,
            webpki::KeyUsage::server_auth(),
            revocation,
            None,
        );
        match verified {
            Ok(_) => Ok(()),
            // A signature that does not hold, under a root that bears the pinned one's name.
            Err(webpki::Error::InvalidSignatureForPublicKey)
                if self.ends_in_impostor(intermediates) =>
            {
                Err(ServerCertificateError::NotPinned)
            }
            // The providers do not tell a key that is too short from a signature that does not hold.
            Err(webpki::Error::InvalidSignatureForPublicKey) => {
                let roots = self.roots.iter().filter(|root| self.counts(root));
                match all().chain(roots).find_map(|der| x509::short_key(der)) {
                    Some(bits) => Err(UnsupportedCertificate::ShortKey { bits }.into()),
                    None => Err(refused(webpki::Error::InvalidSignatureForPublicKey)),
                }
            }
            Err(error) => Err(refused(error)),
        }
    }

    /// The roots that may end the chain: known ones, and one the gateway sent along if its hash is pinned.
    fn anchors<'a>(
        &'a self,
        leaf: &CertificateDer<'_>,
        intermediates: &'a [CertificateDer<'_>],
    ) -> Result<Vec<TrustAnchor<'a>>, ServerCertificateError> {
        let sent = intermediates
            .iter()
            .filter(|sent| self.pinned.is_some() && self.counts(sent));
        let anchors = self
            .roots
            .iter()
            .filter(|root| self.counts(root))
            .chain(sent)
            .map(|root| {
                anchor_from_trusted_cert(root)
                    .map_err(|error| refusal::of(&error, std::iter::once(root)))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let Some(pinned) = self.pinned.as_ref().filter(|_| anchors.is_empty()) else {
            return Ok(anchors);
        };
        // Nothing fits. Where the gateway's chain names its end, it is another root; else we cannot tell.
        if x509::is_self_issued(leaf)
            || intermediates.iter().any(x509::is_self_issued)
            || self.ends_in_known(intermediates)
        {
            return Err(ServerCertificateError::NotPinned);
        }
        let named: Vec<String> = pinned.iter().map(|hash| x509::hexadecimal(hash)).collect();
        Err(ServerCertificateError::RootUnknown(named.join(", ")))
    }

    /// Whether a root may end a chain.
    fn counts(&self, root: &CertificateDer<'_>) -> bool {
        self.pinned
            .as_ref()
            .is_none_or(|pinned| pinned.contains(&Sha1::digest(root).into()))
    }

    /// Whether the gateway sent a root, and none that is pinned.
    fn ends_in_impostor(&self, intermediates: &[CertificateDer<'_>]) -> bool {
        let mut roots = intermediates
            .iter()
            .filter(|sent| x509::is_self_issued(sent))
            .peekable();
        self.pinned.is_some() && roots.peek().is_some() && roots.all(|root| !self.counts(root))
    }

    fn ends_in_known(&self, intermediates: &[CertificateDer<'_>]) -> bool {
        let last = intermediates.last().and_then(x509::issuer);
        last.is_some() && self.roots.iter().any(|root| x509::subject(root) == last)
    }
}
