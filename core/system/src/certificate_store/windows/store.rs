use std::io;
use std::ptr::null_mut;

use rustls_cng::cert::CertContext;
use windows_sys::Win32::Foundation::ERROR_FILE_NOT_FOUND;
use windows_sys::Win32::Security::Cryptography::{
    CERT_STORE_ADD_REPLACE_EXISTING, CERT_STORE_ADD_USE_EXISTING, CERT_STORE_OPEN_EXISTING_FLAG,
    CERT_STORE_PROV_SYSTEM_W, CERT_STORE_READONLY_FLAG, CERT_SYSTEM_STORE_CURRENT_USER_ID,
    CERT_SYSTEM_STORE_LOCAL_MACHINE_ID, CERT_SYSTEM_STORE_LOCATION_SHIFT, CRYPT_INTEGER_BLOB,
    CRYPT_MACHINE_KEYSET, CRYPT_USER_KEYSET, CertAddCertificateContextToStore, CertCloseStore,
    CertDeleteCertificateFromStore, CertDuplicateCertificateContext, CertEnumCertificatesInStore,
    CertOpenStore, HCERTSTORE, PFXImportCertStore, PKCS12_ALWAYS_CNG_KSP,
};
use windows_sys::core::{PCWSTR, w};

use super::failure::last_error;
use crate::certificate_store::{CertificateLocation, CertificateStoreError, wide};

/// The store of certificates that have keys.
const PERSONAL: PCWSTR = w!("My");

/// The store of issuers that are no roots.
const ISSUERS: PCWSTR = w!("CA");

const IMPORT: &str = "import the PFX container";

/// Lists the certificates that have keys and those that had; an ordinary user may list the machine's.
pub(super) fn personal(
    location: CertificateLocation,
) -> Result<Vec<CertContext>, CertificateStoreError> {
    // Without the first flag it is opened for change too, which only administrators may do with the machine's.
    let access = CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG;
    match Store::open(location, PERSONAL, access) {
        Ok(store) => Ok(store.certificates()),
        // A user who never had a certificate has no store.
        Err(error) if error.raw_os_error() == Some(ERROR_FILE_NOT_FOUND.cast_signed()) => {
            Ok(Vec::new())
        }
        Err(error) => Err(last_error("open the certificate store", &error)),
    }
}

/// A store of certificates; closed when dropped.
pub(super) struct Store(HCERTSTORE);

impl Store {
    /// Opens the store of certificates that have keys, for change.
    pub(super) fn personal(location: CertificateLocation) -> Result<Self, CertificateStoreError> {
        Self::open(location, PERSONAL, 0)
            .map_err(|error| last_error("change the certificate store", &error))
    }

    /// Opens the store of issuers that are no roots, for change.
    pub(super) fn issuers(location: CertificateLocation) -> Result<Self, CertificateStoreError> {
        Self::open(location, ISSUERS, 0)
            .map_err(|error| last_error("change the store of issuers", &error))
    }

    /// Puts the keys of a PFX container into the system, and its certificates into a store in memory.
    pub(super) fn of_pfx(
        location: CertificateLocation,
        pfx: &[u8],
        password: &str,
    ) -> Result<Self, CertificateStoreError> {
        let keys = match location {
            CertificateLocation::CurrentUser => CRYPT_USER_KEYSET,
            CertificateLocation::LocalMachine => CRYPT_MACHINE_KEYSET,
        };
        let size = u32::try_from(pfx.len()).map_err(|_| CertificateStoreError::Failed {
            operation: IMPORT,
            reason: "it is too large".to_owned(),
        })?;
        let blob = CRYPT_INTEGER_BLOB {
            cbData: size,
            pbData: pfx.as_ptr().cast_mut(),
        };
        let text = wide::secret(password);
        // SAFETY: the blob describes bytes that outlive the call and are only read, whatever the type of the pointer, and the
        // password ends with zero. Without the flag for it the keys cannot be exported.
        let store =
            unsafe { PFXImportCertStore(&blob, text.as_ptr(), keys | PKCS12_ALWAYS_CNG_KSP) };
        Self::opened(store).map_err(|error| last_error(IMPORT, &error))
    }

    pub(super) fn certificates(&self) -> Vec<CertContext> {
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

    /// Adds a certificate with what the system knows of its key, and returns the store's own.
    pub(super) fn add_with_key(
        &self,
        certificate: &CertContext,
    ) -> Result<CertContext, CertificateStoreError> {
        self.add(certificate, CERT_STORE_ADD_REPLACE_EXISTING)
    }

    /// Adds the certificate of an issuer, or leaves the one that is there.
    pub(super) fn add_issuer(
        &self,
        certificate: &CertContext,
    ) -> Result<CertContext, CertificateStoreError> {
        self.add(certificate, CERT_STORE_ADD_USE_EXISTING)
    }

    fn add(
        &self,
        certificate: &CertContext,
        disposition: u32,
    ) -> Result<CertContext, CertificateStoreError> {
        let mut added = null_mut();
        // SAFETY: the store and the context live as long as the references, and the copy in the store that is written is this
        // function's to give back.
        let is_added = unsafe {
            CertAddCertificateContextToStore(self.0, certificate.inner(), disposition, &mut added)
        };
        if is_added == 0 {
            return Err(last_error(IMPORT, &io::Error::last_os_error()));
        }
        Ok(CertContext::new_owned(added))
    }

    fn open(location: CertificateLocation, name: PCWSTR, access: u32) -> io::Result<Self> {
        let place = match location {
            CertificateLocation::CurrentUser => CERT_SYSTEM_STORE_CURRENT_USER_ID,
            CertificateLocation::LocalMachine => CERT_SYSTEM_STORE_LOCAL_MACHINE_ID,
        };
        let flags = (place << CERT_SYSTEM_STORE_LOCATION_SHIFT) | access;
        // SAFETY: a store of the system is opened by its name, which ends with zero; no provider of keys is given.
        let store = unsafe { CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, flags, name.cast()) };
        Self::opened(store)
    }

    /// Takes what a call returned that opens a store, directly after it.
    fn opened(store: HCERTSTORE) -> io::Result<Self> {
        if store.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(store))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: the store is open and this is its only owner; contexts that live longer keep what they need.
        unsafe { CertCloseStore(self.0, 0) };
    }
}

/// Deletes a certificate from the store that it was found in, if that is open for change.
pub(super) fn delete(certificate: &CertContext) -> Result<(), CertificateStoreError> {
    // SAFETY: the context lives as long as the reference, and its duplicate is consumed by the deletion, whatever comes of it.
    let is_deleted = unsafe {
        CertDeleteCertificateFromStore(CertDuplicateCertificateContext(certificate.inner()))
    };
    if is_deleted == 0 {
        return Err(last_error(
            "remove the certificate",
            &io::Error::last_os_error(),
        ));
    }
    Ok(())
}
