use p2svpn_auth::{AuthError, ExternalKey, KeyAlgorithm, Scheme, SigningError};
use p2svpn_system::{CertificateStoreError, SystemCertificate, SystemKey};

/// A key of the system, as sessions use keys that are held elsewhere.
pub(super) struct SystemExternalKey {
    key: SystemKey,
    algorithm: KeyAlgorithm,
    schemes: Vec<Scheme>,
}

impl SystemExternalKey {
    /// Opens the key of a certificate. This blocks, perhaps until a person has agreed.
    pub(super) fn open(certificate: &SystemCertificate) -> Result<Self, AuthError> {
        let key = certificate.open().map_err(explain)?;
        let numbers = key.schemes().iter();
        let schemes: Vec<Scheme> = numbers
            .filter_map(|number| Scheme::from_number(*number))
            .collect();
        let first = schemes.first().ok_or(SigningError::NoScheme)?;
        Ok(Self {
            algorithm: first.algorithm(),
            schemes,
            key,
        })
    }
}

impl ExternalKey for SystemExternalKey {
    fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    fn supported_schemes(&self) -> Vec<Scheme> {
        self.schemes.clone()
    }

    fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let signature = self.key.sign(scheme.number(), message);
        signature.map_err(|error| signing_error(&error))
    }
}

fn explain(error: CertificateStoreError) -> AuthError {
    match error {
        CertificateStoreError::NoKey { .. } => AuthError::NoPrivateKey,
        other => signing_error(&other).into(),
    }
}

fn signing_error(error: &CertificateStoreError) -> SigningError {
    match error {
        CertificateStoreError::Cancelled { .. } => SigningError::Cancelled,
        CertificateStoreError::Removed => SigningError::Removed,
        other => SigningError::Failed {
            reason: other.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_becomes_what_the_host_can_act_on() {
        let operation = "sign";
        let cancelled = CertificateStoreError::Cancelled { operation };
        assert_eq!(signing_error(&cancelled), SigningError::Cancelled);
        let removed = CertificateStoreError::Removed;
        assert_eq!(signing_error(&removed), SigningError::Removed);
        let denied = CertificateStoreError::Denied { operation };
        assert!(matches!(
            signing_error(&denied),
            SigningError::Failed { reason } if reason.contains(operation)
        ));
        let reason = "it is for exchange only".to_owned();
        let no_key = CertificateStoreError::NoKey { reason };
        assert_eq!(explain(no_key), AuthError::NoPrivateKey);
    }
}
