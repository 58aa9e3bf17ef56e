//! PFX containers (PKCS#12, RFC 7292): every key and certificate in them.

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;
use pkcs8::pkcs5;

use crate::AuthError;
use crate::certificate::Certificate;
use crate::key::{self, KeyDer};

/// What a container holds, in its own order.
pub(crate) struct Contents {
    pub(crate) keys: Vec<KeyDer>,
    pub(crate) certificates: Vec<Certificate>,
}

/// Opens a container.
///
/// Links between keys and certificates that the container claims are ignored: only the public key decides.
pub(crate) fn open(pfx: &[u8], password: &str) -> Result<Contents, AuthError> {
    let archive = Pkcs12Archive::from_pkcs12(pfx, password).map_err(explain)?;
    let keys = archive
        .keys
        .iter()
        .map(|bag| key::from_pkcs8(bag.key.as_der()))
        .collect();
    let certificates = archive
        .certs
        .iter()
        .map(|bag| Certificate::parse(bag.cert.as_der()))
        .collect::<Result<_, _>>()?;
    Ok(Contents { keys, certificates })
}

fn explain(error: Error) -> AuthError {
    match error {
        // Containers without a MAC show a wrong password only as bad padding.
        Error::MacError(_) | Error::UnpadError => AuthError::WrongPassword,
        Error::Pkcs5Error(text) if text == pkcs5::Error::DecryptFailed.to_string() => {
            AuthError::WrongPassword
        }
        Error::Pkcs5Error(scheme) => AuthError::UnsupportedEncryption { scheme },
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            AuthError::UnsupportedEncryption {
                scheme: "neither PBES2 nor 3DES or RC2 with SHA-1".to_owned(),
            }
        }
        Error::InvalidPrivateKey => AuthError::PrivateKey,
        other => AuthError::Pfx {
            reason: other.to_string(),
        },
    }
}
