//! Stands in where the system keeps no certificates.

use std::convert::Infallible;

use super::{CertificateLocation, CertificateStoreError};

/// A certificate in one of the system's stores; there is none on this system.
#[derive(Clone, Debug)]
pub struct SystemCertificate {
    never: Infallible,
}

impl SystemCertificate {
    /// Fails with [`CertificateStoreError::Unsupported`].
    pub fn list(_location: CertificateLocation) -> Result<Vec<Self>, CertificateStoreError> {
        Err(unsupported())
    }

    /// Fails with [`CertificateStoreError::Unsupported`].
    pub fn import_pfx(
        _location: CertificateLocation,
        _pfx: &[u8],
        _password: &str,
    ) -> Result<(), CertificateStoreError> {
        Err(unsupported())
    }

    /// Returns the certificate as DER, then its issuers as far as the system has them.
    pub fn chain(&self) -> &[Vec<u8>] {
        match self.never {}
    }

    /// Opens the private key, which stays in the system.
    pub fn open(&self) -> Result<SystemKey, CertificateStoreError> {
        match self.never {}
    }

    /// Removes the certificate and its key from the store.
    pub fn remove(&self) -> Result<(), CertificateStoreError> {
        match self.never {}
    }
}

/// A private key in one of the system's stores; there is none on this system.
#[derive(Debug)]
pub struct SystemKey {
    never: Infallible,
}

impl SystemKey {
    /// Lists the ways in which the key signs, by the numbers of RFC 8446 section 4.2.3, the preferred one first.
    pub fn schemes(&self) -> &[u16] {
        match self.never {}
    }

    /// Signs a message, in the form that TLS wants.
    pub fn sign(&self, _scheme: u16, _message: &[u8]) -> Result<Vec<u8>, CertificateStoreError> {
        match self.never {}
    }
}

fn unsupported() -> CertificateStoreError {
    CertificateStoreError::Unsupported {
        os: std::env::consts::OS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_that_the_system_has_no_store() {
        for location in [
            CertificateLocation::CurrentUser,
            CertificateLocation::LocalMachine,
        ] {
            assert_eq!(SystemCertificate::list(location).err(), Some(unsupported()));
            let imported = SystemCertificate::import_pfx(location, &[], "");
            assert_eq!(imported.err(), Some(unsupported()));
        }
    }
}
