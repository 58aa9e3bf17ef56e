//! How the TLS library uses a key that is held elsewhere.

use std::fmt;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustls::sign::{Signer, SigningKey};
use rustls::{OtherError, SignatureAlgorithm, SignatureScheme};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

use crate::external_key::ExternalKey;
use crate::scheme::{KeyAlgorithm, Scheme};
use crate::signing_error::SigningError;

/// How long a handshake waits for a signature: a minute, as OpenVPN gives a handshake.
pub const LONGEST_SIGNATURE: Duration = Duration::from_secs(60);

/// Longer signatures are refused: RSA with 16384 bits makes 2048 bytes.
const MAX_SIGNATURE: usize = 4096;

/// Adapts an [`ExternalKey`] to the TLS library and remembers why it did not sign.
#[derive(Clone)]
pub(crate) struct ExternalSigningKey {
    key: Arc<dyn ExternalKey>,
    algorithm: KeyAlgorithm,
    schemes: Arc<[Scheme]>,
    /// What the latest signature failed with. The TLS library passes errors on as text only.
    failure: Arc<Mutex<Option<SigningError>>>,
}

impl ExternalSigningKey {
    /// Fails with [`SigningError::NoScheme`] if the key has no scheme that fits its kind.
    pub(crate) fn new(key: Arc<dyn ExternalKey>) -> Result<Self, SigningError> {
        let algorithm = key.algorithm();
        let schemes: Arc<[Scheme]> = key
            .supported_schemes()
            .into_iter()
            .filter(|scheme| scheme.fits(algorithm))
            .collect();
        if schemes.is_empty() {
            return Err(SigningError::NoScheme);
        }
        Ok(Self {
            key,
            algorithm,
            schemes,
            failure: Arc::default(),
        })
    }

    pub(crate) fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// Whether no scheme of it may be used in TLS 1.3.
    pub(crate) fn needs_tls12(&self) -> bool {
        !self.schemes.iter().any(|scheme| scheme.is_in_tls13())
    }

    /// Takes what the latest signature failed with; `None` if it succeeded or was asked before.
    pub(crate) fn take_failure(&self) -> Option<SigningError> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl SigningKey for ExternalSigningKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = *self
            .schemes
            .iter()
            .find(|scheme| offered.contains(&scheme.for_tls()))?;
        Some(Box::new(ExternalSigner {
            key: self.clone(),
            scheme,
        }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm.for_tls()
    }
}

impl fmt::Debug for ExternalSigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExternalSigningKey")
            .field("algorithm", &self.algorithm)
            .field("schemes", &self.schemes)
            .finish_non_exhaustive()
    }
}

/// One signature to be made.
#[derive(Debug)]
struct ExternalSigner {
    key: ExternalSigningKey,
    scheme: Scheme,
}

impl Signer for ExternalSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature = self.sign_in_time(message).and_then(check_signature);
        let mut failure = self
            .key
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *failure = signature.as_ref().err().cloned();
        signature.map_err(|error| rustls::Error::Other(OtherError(Arc::new(error))))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme.for_tls()
    }
}

impl ExternalSigner {
    /// Has the key sign on a thread of its own, so that one that hangs holds nothing but that, and lets the other tasks of
    /// this thread go on meanwhile where the runtime can do that.
    fn sign_in_time(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let (tell, told) = sync_channel(1);
        let (key, scheme, message) = (Arc::clone(&self.key.key), self.scheme, message.to_vec());
        let work = move || {
            let signature = key.sign(scheme, &message);
            // Before the answer: who has it may drop the identity next and rely on the key being closed then.
            drop(key);
            // Nobody may be waiting any more.
            let _ = tell.send(signature);
        };
        let thread = thread::Builder::new().name("p2svpn-signature".to_owned());
        thread.spawn(work).map_err(|error| SigningError::Failed {
            reason: error.to_string(),
        })?;
        let wait = || told.recv_timeout(LONGEST_SIGNATURE);
        let has_more_threads = Handle::try_current()
            .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
        let signed = if has_more_threads {
            block_in_place(wait)
        } else {
            wait()
        };
        match signed {
            Ok(signature) => signature,
            Err(RecvTimeoutError::Timeout) => Err(SigningError::TimedOut),
            Err(RecvTimeoutError::Disconnected) => Err(SigningError::Failed {
                reason: "the holder of the key panicked".to_owned(),
            }),
        }
    }
}

fn check_signature(signature: Vec<u8>) -> Result<Vec<u8>, SigningError> {
    if signature.is_empty() || signature.len() > MAX_SIGNATURE {
        let reason = format!("it made a signature of {} bytes", signature.len());
        return Err(SigningError::Failed { reason });
    }
    Ok(signature)
}
