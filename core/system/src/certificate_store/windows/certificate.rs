use std::fmt;

use rustls_cng::cert::CertContext;
use windows_sys::Win32::Security::Cryptography::{CertComparePublicKeyInfo, X509_ASN_ENCODING};

use super::key::{SystemKey, delete_key, has_key};
use super::store::{Store, delete, personal};
use super::{chain, import};
use crate::certificate_store::{CertificateLocation, CertificateStoreError};

/// A certificate of the store `My`, of the user or of the machine, that has a private key.
#[derive(Clone)]
pub struct SystemCertificate {
    location: CertificateLocation,
    context: CertContext,
    chain: Vec<Vec<u8>>,
}

impl SystemCertificate {
    /// Lists the certificates that have a private key. Nobody is asked for anything, and no network is used.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError::Denied`] and [`CertificateStoreError::Failed`].
    pub fn list(location: CertificateLocation) -> Result<Vec<Self>, CertificateStoreError> {
        let found = personal(location)?.into_iter().filter(has_key);
        Ok(found
            .map(|context| Self {
                chain: chain::of(&context, location),
                location,
                context,
            })
            .collect())
    }

    /// Puts the certificates and the key of a PFX container into the store; the key can then sign, and cannot be read.
    ///
    /// Issuers that are no roots go to the store of issuers; a root is trusted by nobody's doing but the user's. If anything
    /// fails, nothing of it stays. The caller sees to it that the certificate is not there yet.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError::WrongPassword`], [`CertificateStoreError::NoKey`], [`CertificateStoreError::Denied`] and
    /// [`CertificateStoreError::Failed`].
    pub fn import_pfx(
        location: CertificateLocation,
        pfx: &[u8],
        password: &str,
    ) -> Result<(), CertificateStoreError> {
        import::import_pfx(location, pfx, password)
    }

    /// Returns the certificate as DER, then its issuers as far as the system has them.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// Opens the private key, which stays in the system.
    ///
    /// The system may ask a person for the smart card or for consent by itself, now and at each signature.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError`].
    pub fn open(&self) -> Result<SystemKey, CertificateStoreError> {
        SystemKey::open(&self.context)
    }

    /// Removes the certificate from the store, and its key unless another certificate there has the same one.
    ///
    /// Certificates of issuers stay, since others may need them, and so may a key that only older interfaces than CNG reach.
    /// What is gone already counts as removed.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError::Denied`] and [`CertificateStoreError::Failed`].
    pub fn remove(&self) -> Result<(), CertificateStoreError> {
        let found = Store::personal(self.location)?.certificates();
        let (own, others): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|context| context.as_der() == self.context.as_der());
        let Some(own) = own.first() else {
            return Ok(());
        };
        // The certificate goes last, so that what could not be finished is still listed and can be removed again.
        if has_key(own) && !others.iter().any(|other| has_same_key(own, other)) {
            delete_key(own)?;
        }
        delete(own)
    }
}

impl fmt::Debug for SystemCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SystemCertificate")
            .field("location", &self.location)
            .finish_non_exhaustive()
    }
}

fn has_same_key(one: &CertContext, other: &CertContext) -> bool {
    let (one, other) = (one.inner().pCertInfo, other.inner().pCertInfo);
    if one.is_null() || other.is_null() {
        return false;
    }
    // SAFETY: the system keeps what a context points to for as long as the context lives, which both references outlast.
    let is_same = unsafe {
        CertComparePublicKeyInfo(
            X509_ASN_ENCODING,
            &(*one).SubjectPublicKeyInfo,
            &(*other).SubjectPublicKeyInfo,
        )
    };
    is_same != 0
}
