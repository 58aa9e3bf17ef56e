use rustls_cng::cert::CertContext;
use windows_sys::Win32::Security::Cryptography::{CertCompareCertificateName, X509_ASN_ENCODING};

use super::key::{delete_key, has_key};
use super::store::{Store, delete};
use crate::certificate_store::{CertificateLocation, CertificateStoreError};

pub(super) fn import_pfx(
    location: CertificateLocation,
    pfx: &[u8],
    password: &str,
) -> Result<(), CertificateStoreError> {
    // Opened first: who may not change the stores shall leave no key behind.
    let personal = Store::personal(location)?;
    let issuers = Store::issuers(location)?;
    // The keys are in the system from here on, and the certificates in memory.
    let contents = Store::of_pfx(location, pfx, password)?.certificates();
    let (leaves, rest): (Vec<_>, Vec<_>) = contents.into_iter().partition(has_key);
    if leaves.is_empty() {
        return Err(CertificateStoreError::NoKey {
            reason: "the PFX container holds none".to_owned(),
        });
    }
    let mut added = Vec::new();
    for leaf in &leaves {
        match personal.add_with_key(leaf) {
            Ok(certificate) => added.push(certificate),
            Err(error) => {
                take_back(&leaves, &added);
                return Err(error);
            }
        }
    }
    for issuer in rest.iter().filter(|issuer| !is_root(issuer)) {
        // Issuers help others to build the chain; a store that takes none of them is no reason to give up the key.
        let _ = issuers.add_issuer(issuer);
    }
    Ok(())
}

/// Undoes half an import; its first failure is the one to tell, and nothing more can be done about those here.
fn take_back(leaves: &[CertContext], added: &[CertContext]) {
    for leaf in leaves {
        let _ = delete_key(leaf);
    }
    for certificate in added {
        let _ = delete(certificate);
    }
}

fn is_root(certificate: &CertContext) -> bool {
    let information = certificate.inner().pCertInfo;
    if information.is_null() {
        return false;
    }
    // SAFETY: the system keeps what a context points to for as long as the context lives, which the reference outlasts.
    let is_same = unsafe {
        CertCompareCertificateName(
            X509_ASN_ENCODING,
            &(*information).Subject,
            &(*information).Issuer,
        )
    };
    is_same != 0
}
