use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

/// The client's certificate, and whether the gateway has asked for it.
///
/// OpenVPN 2.6 and older refuse a certificate by closing the connection without an alert; that it was asked for is then
/// the only hint at the cause.
#[derive(Debug)]
pub(super) struct ClientIdentity {
    certificate: Option<SingleCertAndKey>,
    asked: AtomicBool,
}

impl ClientIdentity {
    pub(super) fn new(identity: Option<&Arc<CertifiedKey>>) -> Self {
        Self {
            certificate: identity.map(|identity| SingleCertAndKey::from(Arc::clone(identity))),
            asked: AtomicBool::new(false),
        }
    }

    /// Whether the gateway has asked for the certificate, so that it is on its way.
    pub(super) fn was_asked_for(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for ClientIdentity {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        let certificate = self.certificate.as_ref()?;
        ResolvesClientCert::resolve(certificate, root_hint_subjects, schemes)
    }

    fn has_certs(&self) -> bool {
        self.certificate.is_some()
    }
}
