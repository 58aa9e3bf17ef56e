//! Private keys: from their encodings to something that signs.

use std::sync::Arc;

use pkcs8::AlgorithmIdentifierRef;
use pkcs8::der::{Decode, Header, SliceReader};
use pkcs8::pkcs5::{self, EncryptionScheme, pbes2};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::sign::SigningKey;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use zeroize::Zeroizing;

use crate::AuthError;
use crate::pem::Section;

/// Key derivation longer than this is refused: current tools write at most a tenth of it, and it is some seconds of work.
const MAX_ITERATIONS: u32 = 10_000_000;

/// Memory that scrypt may ask for (128 * N * r bytes, RFC 7914 section 2); OpenSSL writes 16 MiB.
const MAX_SCRYPT_MEMORY: u64 = 256 << 20;

/// Lanes that scrypt may ask for; OpenSSL writes 1.
const MAX_SCRYPT_PARALLELISM: u16 = 16;

/// Encoded private key that is wiped when dropped.
pub(crate) type KeyDer = Zeroizing<PrivateKeyDer<'static>>;

/// Loads a key into the cryptography library, which keeps the only lasting copy.
pub(crate) fn signing_key(key: &KeyDer) -> Result<Arc<dyn SigningKey>, AuthError> {
    any_supported_type(key).map_err(|_| AuthError::PrivateKey)
}

/// Wraps a PKCS#8 encoding.
pub(crate) fn from_pkcs8(der: &[u8]) -> KeyDer {
    Zeroizing::new(PrivatePkcs8KeyDer::from(der.to_vec()).into())
}

/// Reads a PEM block if it is a private key of any kind; `None` if it is something else.
pub(crate) fn from_pem(
    section: &Section<'_>,
    password: Option<&str>,
) -> Result<Option<KeyDer>, AuthError> {
    if section.legacy_encryption {
        let scheme = "the traditional OpenSSL form (Proc-Type: 4,ENCRYPTED)".to_owned();
        return Err(AuthError::UnsupportedEncryption { scheme });
    }
    let key = match section.label {
        "PRIVATE KEY" => from_pkcs8(&section.der),
        "RSA PRIVATE KEY" => Zeroizing::new(PrivatePkcs1KeyDer::from(section.der.to_vec()).into()),
        "EC PRIVATE KEY" => Zeroizing::new(PrivateSec1KeyDer::from(section.der.to_vec()).into()),
        "ENCRYPTED PRIVATE KEY" => {
            decrypt(&section.der, password.ok_or(AuthError::PasswordRequired)?)?
        }
        _ => return Ok(None),
    };
    Ok(Some(key))
}

/// Opens an encrypted PKCS#8 key (RFC 5958 section 3) of the PBES2 kind (RFC 8018 section 6.2).
fn decrypt(der: &[u8], password: &str) -> Result<KeyDer, AuthError> {
    let encrypted = match pkcs8::EncryptedPrivateKeyInfoRef::try_from(der) {
        Ok(encrypted) => encrypted,
        Err(_) => return Err(unreadable(der)),
    };
    match &encrypted.encryption_algorithm {
        EncryptionScheme::Pbes2(parameters) => check_cost(&parameters.kdf)?,
        other => {
            return Err(AuthError::UnsupportedEncryption {
                scheme: other.oid().to_string(),
            });
        }
    }
    match encrypted.decrypt(password) {
        Ok(key) => Ok(from_pkcs8(key.as_bytes())),
        Err(pkcs8::Error::EncryptedPrivateKey(
            error @ (pkcs5::Error::UnsupportedAlgorithm { .. }
            | pkcs5::Error::AlgorithmParametersInvalid { .. }),
        )) => Err(AuthError::UnsupportedEncryption {
            scheme: error.to_string(),
        }),
        // A wrong password shows as bad padding or, once in 256 times, as an encoding that makes no sense.
        Err(_) => Err(AuthError::WrongPassword),
    }
}

/// Tells an encryption scheme that is not known, such as those of PKCS#12, from damage.
fn unreadable(der: &[u8]) -> AuthError {
    let scheme = SliceReader::new(der).and_then(|mut reader| {
        Header::decode(&mut reader)?;
        AlgorithmIdentifierRef::decode(&mut reader)
    });
    match scheme {
        Ok(scheme) if scheme.oid != pbes2::PBES2_OID => AuthError::UnsupportedEncryption {
            scheme: scheme.oid.to_string(),
        },
        _ => AuthError::PrivateKey,
    }
}

fn check_cost(kdf: &pbes2::Kdf) -> Result<(), AuthError> {
    let acceptable = match kdf {
        pbes2::Kdf::Pbkdf2(parameters) => parameters.iteration_count <= MAX_ITERATIONS,
        pbes2::Kdf::Scrypt(parameters) => {
            let memory = parameters
                .cost_parameter
                .saturating_mul(128 * u64::from(parameters.block_size));
            memory <= MAX_SCRYPT_MEMORY && parameters.parallelization <= MAX_SCRYPT_PARALLELISM
        }
        _ => true,
    };
    if acceptable {
        return Ok(());
    }
    Err(AuthError::UnsupportedEncryption {
        scheme: "its key derivation asks for too much work or memory".to_owned(),
    })
}
