//! A private key on a token.

use std::sync::{Mutex, PoisonError};

use cryptoki::mechanism::MechanismType;
use cryptoki::object::ObjectHandle;
use cryptoki::session::Session;

use super::failure::signing_error;
use super::signature;
use crate::external_key::ExternalKey;
use crate::scheme::{KeyAlgorithm, Scheme};
use crate::signing_error::SigningError;

/// Signs on the token. Its session is open, and the person logged in, until it is dropped.
pub(super) struct TokenKey {
    /// PKCS#11 lets one thread at a time use a session.
    session: Mutex<Session>,
    key: ObjectHandle,
    algorithm: KeyAlgorithm,
    schemes: Vec<Scheme>,
}

impl TokenKey {
    /// `mechanisms` are what the token has.
    pub(super) fn new(
        session: Session,
        key: ObjectHandle,
        algorithm: KeyAlgorithm,
        mechanisms: &[MechanismType],
    ) -> Self {
        Self {
            session: Mutex::new(session),
            key,
            algorithm,
            schemes: signature::schemes(algorithm, mechanisms),
        }
    }
}

impl ExternalKey for TokenKey {
    fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    fn supported_schemes(&self) -> Vec<Scheme> {
        self.schemes.clone()
    }

    fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let mechanism = signature::mechanism(scheme).ok_or(SigningError::NoScheme)?;
        let input = signature::input(scheme, message).ok_or(SigningError::NoScheme)?;
        let answer = self
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .sign(&mechanism, self.key, &input)
            .map_err(|error| signing_error(&error))?;
        signature::output(scheme, answer)
    }
}
