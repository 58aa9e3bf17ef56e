use std::ptr::null_mut;

use rustls_cng::cert::CertContext;
use rustls_cng::store::CertStore;
use windows_sys::Win32::Security::Cryptography::{
    CERT_STORE_ADD_REPLACE_EXISTING, CERT_STORE_ADD_USE_EXISTING, CRYPT_INTEGER_BLOB,
    CRYPT_MACHINE_KEYSET, CRYPT_USER_KEYSET, CertAddCertificateContextToStore, CertCloseStore,
    CertCompareCertificateName, CertDuplicateCertificateContext, CertEnumCertificatesInStore,
    HCERTSTORE, PFXImportCertStore, PKCS12_ALWAYS_CNG_KSP, X509_ASN_ENCODING,
};
use zeroize::Zeroizing;

use super::failure::{failed, last_error};
use super::key::{delete_key, has_key};
use super::{ISSUERS, PERSONAL, store_type};
use crate::certificate_store::{CertificateLocation, CertificateStoreError};

const OPERATION: &str = "import the PFX container";

pub(super) fn import_pfx(
    location: CertificateLocation,
    pfx: &[u8],
    password: &str,
) -> Result<(), CertificateStoreError> {
    let opened = |error| failed("open the certificate store", &error);
    let personal = CertStore::open(store_type(location), PERSONAL).map_err(opened)?;
    let issuers = CertStore::open(store_type(location), ISSUERS).map_err(opened)?;
    // The keys are in the system from here on, and the certificates in memory.
    let contents = Contents::open(location, pfx, password)?.certificates();
    let (leaves, rest): (Vec<_>, Vec<_>) = contents.into_iter().partition(has_key);
    if leaves.is_empty() {
        return Err(CertificateStoreError::NoKey {
            reason: "the PFX container holds none".to_owned(),
        });
    }
    for leaf in &leaves {
        if let Err(error) = add(&personal, leaf, CERT_STORE_ADD_REPLACE_EXISTING) {
            for leaf in &leaves {
                // The first failure is the one to tell; nothing more can be done about this one.
                let _ = delete_key(leaf);
            }
            return Err(error);
        }
    }
    for issuer in rest.iter().filter(|issuer| !is_root(issuer)) {
        // Issuers help others to build the chain; a store that takes none of them is no reason to give up the key.
        let _ = add(&issuers, issuer, CERT_STORE_ADD_USE_EXISTING);
    }
    Ok(())
}

fn add(
    store: &CertStore,
    certificate: &CertContext,
    disposition: u32,
) -> Result<(), CertificateStoreError> {
    // SAFETY: the store and the context live as long as the references; the added copy is not asked for.
    let is_added = unsafe {
        CertAddCertificateContextToStore(
            store.inner(),
            certificate.inner(),
            disposition,
            null_mut(),
        )
    };
    if is_added == 0 {
        return Err(last_error(OPERATION));
    }
    Ok(())
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

/// What a container holds, in a store in memory that is closed when dropped.
struct Contents(HCERTSTORE);

impl Contents {
    fn open(
        location: CertificateLocation,
        pfx: &[u8],
        password: &str,
    ) -> Result<Self, CertificateStoreError> {
        let keys = match location {
            CertificateLocation::CurrentUser => CRYPT_USER_KEYSET,
            CertificateLocation::LocalMachine => CRYPT_MACHINE_KEYSET,
        };
        let size = u32::try_from(pfx.len()).map_err(|_| CertificateStoreError::Failed {
            operation: OPERATION,
            reason: "it is too large".to_owned(),
        })?;
        let blob = CRYPT_INTEGER_BLOB {
            cbData: size,
            pbData: pfx.as_ptr().cast_mut(),
        };
        // As long as it can get at first: a buffer that grows leaves copies behind.
        let mut text = Zeroizing::new(Vec::with_capacity(password.len().saturating_add(1)));
        text.extend(password.encode_utf16().chain([0]));
        // SAFETY: the blob describes bytes that outlive the call and are only read, whatever the type of the pointer, and the
        // password ends with zero. Without the flag for it the keys cannot be exported.
        let store =
            unsafe { PFXImportCertStore(&blob, text.as_ptr(), keys | PKCS12_ALWAYS_CNG_KSP) };
        if store.is_null() {
            return Err(last_error(OPERATION));
        }
        Ok(Self(store))
    }

    fn certificates(&self) -> Vec<CertContext> {
        let mut certificates = Vec::new();
        let mut next = null_mut();
        loop {
            // SAFETY: the store is open, and the former context is given back here, as the call wants.
            next = unsafe { CertEnumCertificatesInStore(self.0, next) };
            if next.is_null() {
                return certificates;
            }
            // SAFETY: the context is valid until the next call; its duplicate is owned by what it is put into.
            let kept = unsafe { CertDuplicateCertificateContext(next) };
            certificates.push(CertContext::new_owned(kept));
        }
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        // SAFETY: the store is open and this is its only owner; contexts that live longer keep what they need.
        unsafe { CertCloseStore(self.0, 0) };
    }
}
