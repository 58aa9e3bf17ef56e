use std::fmt;
use std::io;
use std::ptr::{null, null_mut};

use rustls::Error;
use rustls::sign::SigningKey;
use rustls_cng::cert::CertContext;
use rustls_cng::error::CngError;
use rustls_cng::key::{AlgorithmGroup, NCryptKey};
use rustls_cng::signer::CngSigningKey;
use windows_sys::Win32::Security::Cryptography::{
    CERT_KEY_PROV_INFO_PROP_ID, CERT_KEY_SPEC, CERT_NCRYPT_KEY_HANDLE_PROP_ID,
    CRYPT_ACQUIRE_ONLY_NCRYPT_KEY_FLAG, CRYPT_ACQUIRE_SILENT_FLAG,
    CertGetCertificateContextProperty, CryptAcquireCertificatePrivateKey,
    HCRYPTPROV_OR_NCRYPT_KEY_HANDLE, NCRYPT_HANDLE, NCRYPT_NAME_PROPERTY,
    NCRYPT_PCP_PSS_SALT_SIZE_PROPERTY, NCRYPT_PROVIDER_HANDLE_PROPERTY,
    NCRYPT_TPM_PSS_SALT_SIZE_HASHSIZE, NCryptDeleteKey, NCryptFreeObject, NCryptGetProperty,
};
use windows_sys::core::PCWSTR;

use super::failure::{explain, failed, last_error};
use crate::certificate_store::{CertificateStoreError, schemes, wide};

/// The provider of keys in software (`MS_KEY_STORAGE_PROVIDER` of ncrypt.h).
const SOFTWARE: &str = "Microsoft Software Key Storage Provider";

/// The provider of keys in the TPM (`MS_PLATFORM_CRYPTO_PROVIDER` of ncrypt.h).
const TPM: &str = "Microsoft Platform Crypto Provider";

/// The longest property of a provider that is read, in bytes.
const LONGEST_PROPERTY: usize = 512;

/// A private key of Windows' cryptography, in software, in the TPM or on a smart card.
pub struct SystemKey {
    key: CngSigningKey,
    schemes: &'static [u16],
}

impl SystemKey {
    pub(super) fn open(context: &CertContext) -> Result<Self, CertificateStoreError> {
        let opened = |error: CngError| failed("open the private key", &error);
        let key = context.acquire_key(false).map_err(opened)?;
        let has_pss = has_pss(&key);
        let key = CngSigningKey::new(key).map_err(opened)?;
        let schemes = match key.algorithm_group() {
            AlgorithmGroup::Rsa => schemes::of_rsa(has_pss),
            AlgorithmGroup::Ecdsa | AlgorithmGroup::Ecdh => schemes::of_curve(key.bits()),
        };
        Ok(Self { key, schemes })
    }

    /// Lists the ways in which the key signs, by the numbers of RFC 8446 section 4.2.3, the preferred one first.
    ///
    /// RSA-PSS is among them for keys of Windows' own software, and of a TPM whose signatures have the salt that TLS wants. Of
    /// smart cards nobody knows before they have asked for a PIN, and many cannot, so that PKCS#1 is theirs.
    pub fn schemes(&self) -> &[u16] {
        self.schemes
    }

    /// Signs a message, in the form that TLS wants.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError`].
    pub fn sign(&self, scheme: u16, message: &[u8]) -> Result<Vec<u8>, CertificateStoreError> {
        let offered = self.schemes.iter().find(|one| **one == scheme);
        let signer = offered.and_then(|one| self.key.choose_scheme(&[(*one).into()]));
        let signer = signer.ok_or_else(|| CertificateStoreError::NoKey {
            reason: format!("it does not sign by 0x{scheme:04x}"),
        })?;
        signer.sign(message).map_err(signed)
    }
}

impl fmt::Debug for SystemKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SystemKey")
            .field("schemes", &self.schemes)
            .finish_non_exhaustive()
    }
}

fn signed(error: Error) -> CertificateStoreError {
    const OPERATION: &str = "sign with the private key";
    if let Error::Other(other) = &error
        && let Some(error) = other.0.downcast_ref::<CngError>()
    {
        return failed(OPERATION, error);
    }
    CertificateStoreError::Failed {
        operation: OPERATION,
        reason: error.to_string(),
    }
}

/// Whether the key's provider makes the signatures of RSA-PSS that TLS wants.
fn has_pss(key: &NCryptKey) -> bool {
    let Some(provider) = Provider::of(key) else {
        return false;
    };
    let name = provider.property(NCRYPT_NAME_PROPERTY).unwrap_or_default();
    if wide::is_text(&name, SOFTWARE) {
        return true;
    }
    // Before revision 1.16 of their specification, TPMs took as much salt as fits.
    wide::is_text(&name, TPM)
        && provider
            .property(NCRYPT_PCP_PSS_SALT_SIZE_PROPERTY)
            .and_then(|salt| salt.first_chunk().copied())
            .is_some_and(|salt| u32::from_ne_bytes(salt) == NCRYPT_TPM_PSS_SALT_SIZE_HASHSIZE)
}

/// What keeps a key; closed when dropped.
struct Provider(NCRYPT_HANDLE);

impl Provider {
    fn of(key: &NCryptKey) -> Option<Self> {
        let handle = property(key.inner(), NCRYPT_PROVIDER_HANDLE_PROPERTY)?;
        let handle = usize::from_ne_bytes(handle.first_chunk().copied()?);
        Some(Self(handle))
    }

    fn property(&self, name: PCWSTR) -> Option<Vec<u8>> {
        property(self.0, name)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // SAFETY: the handle was given to this owner alone, and nothing uses it any more.
        unsafe { NCryptFreeObject(self.0) };
    }
}

fn property(object: NCRYPT_HANDLE, name: PCWSTR) -> Option<Vec<u8>> {
    let mut value = vec![0; LONGEST_PROPERTY];
    let mut size = 0;
    // SAFETY: the name ends with zero, and the buffer is as long as is said.
    let status = unsafe {
        NCryptGetProperty(
            object,
            name,
            value.as_mut_ptr(),
            LONGEST_PROPERTY as u32,
            &mut size,
            0,
        )
    };
    value.truncate(size as usize);
    (status == 0).then_some(value)
}

/// Whether the store knows of a private key, which need not be there any more.
pub(super) fn has_key(context: &CertContext) -> bool {
    [CERT_KEY_PROV_INFO_PROP_ID, CERT_NCRYPT_KEY_HANDLE_PROP_ID]
        .into_iter()
        .any(|property| {
            let mut size = 0;
            // SAFETY: the context lives as long as the reference; no buffer is given, so that only the size is written.
            let is_there = unsafe {
                CertGetCertificateContextProperty(context.inner(), property, null_mut(), &mut size)
            };
            is_there != 0
        })
}

/// Deletes the private key of a certificate; it is no error if there is none.
pub(super) fn delete_key(context: &CertContext) -> Result<(), CertificateStoreError> {
    const OPERATION: &str = "delete the private key";
    let mut key = HCRYPTPROV_OR_NCRYPT_KEY_HANDLE::default();
    let mut kind = CERT_KEY_SPEC::default();
    // SAFETY: the context lives as long as the reference, and the handle that is written is this function's: the flag that
    // would have it shared with the context is not given.
    let is_open = unsafe {
        CryptAcquireCertificatePrivateKey(
            context.inner(),
            CRYPT_ACQUIRE_ONLY_NCRYPT_KEY_FLAG | CRYPT_ACQUIRE_SILENT_FLAG,
            null(),
            &mut key,
            &mut kind,
            null_mut(),
        )
    };
    if is_open == 0 {
        return match last_error(OPERATION, &io::Error::last_os_error()) {
            CertificateStoreError::NoKey { .. } | CertificateStoreError::Removed => Ok(()),
            error => Err(error),
        };
    }
    // SAFETY: the handle is open, and is closed by its deletion.
    let status = unsafe { NCryptDeleteKey(key, 0) };
    if status != 0 {
        // SAFETY: it was not deleted, so it is open still.
        unsafe { NCryptFreeObject(key) };
        return Err(explain(OPERATION, status.cast_unsigned()));
    }
    Ok(())
}
