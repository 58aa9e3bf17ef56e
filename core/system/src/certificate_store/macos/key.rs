use std::fmt;

use core_foundation::base::TCFType;
use security_framework::key::{Algorithm, SecKey};
use security_framework_sys::key::SecKeyIsAlgorithmSupported;

use super::failure::failed_to_sign;
use crate::certificate_store::{CertificateStoreError, schemes};

/// Signing, of what a key can be asked for (SecKey.h, `kSecKeyOperationTypeSign`).
const SIGN: u32 = 0;

/// A private key of a keychain, the Secure Enclave or a smart card.
pub struct SystemKey {
    key: SecKey,
    schemes: Vec<u16>,
}

impl SystemKey {
    pub(super) fn new(key: SecKey) -> Result<Self, CertificateStoreError> {
        let public = key.public_key();
        let public = public.and_then(|public| public.external_representation());
        let public = public.ok_or_else(|| CertificateStoreError::NoKey {
            reason: "its public key is not told".to_owned(),
        })?;
        let schemes = schemes::of_public_key(public.bytes()).iter().copied();
        let schemes = schemes.filter(|scheme| {
            algorithm(*scheme).is_some_and(|algorithm| is_supported(&key, algorithm))
        });
        let schemes = schemes.collect();
        Ok(Self { key, schemes })
    }

    /// Lists the ways in which the key signs, by the numbers of RFC 8446 section 4.2.3, the preferred one first.
    pub fn schemes(&self) -> &[u16] {
        &self.schemes
    }

    /// Signs a message, in the form that TLS wants.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError`].
    pub fn sign(&self, scheme: u16, message: &[u8]) -> Result<Vec<u8>, CertificateStoreError> {
        let offered = self.schemes.iter().find(|one| **one == scheme);
        let algorithm = offered.and_then(|one| algorithm(*one));
        let algorithm = algorithm.ok_or_else(|| CertificateStoreError::NoKey {
            reason: format!("it does not sign by 0x{scheme:04x}"),
        })?;
        self.key
            .create_signature(algorithm, message)
            .map_err(|error| failed_to_sign(&error))
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

/// The system's name for a scheme; it hashes the message, and its signatures of elliptic curves are DER.
fn algorithm(scheme: u16) -> Option<Algorithm> {
    Some(match scheme {
        0x0401 => Algorithm::RSASignatureMessagePKCS1v15SHA256,
        0x0501 => Algorithm::RSASignatureMessagePKCS1v15SHA384,
        0x0601 => Algorithm::RSASignatureMessagePKCS1v15SHA512,
        0x0804 => Algorithm::RSASignatureMessagePSSSHA256,
        0x0805 => Algorithm::RSASignatureMessagePSSSHA384,
        0x0806 => Algorithm::RSASignatureMessagePSSSHA512,
        0x0403 => Algorithm::ECDSASignatureMessageX962SHA256,
        0x0503 => Algorithm::ECDSASignatureMessageX962SHA384,
        0x0603 => Algorithm::ECDSASignatureMessageX962SHA512,
        _ => return None,
    })
}

fn is_supported(key: &SecKey, algorithm: Algorithm) -> bool {
    // SAFETY: the key lives as long as the reference, and the algorithm is a constant of the system.
    let answer =
        unsafe { SecKeyIsAlgorithmSupported(key.as_concrete_TypeRef(), SIGN, algorithm.into()) };
    answer != 0
}
