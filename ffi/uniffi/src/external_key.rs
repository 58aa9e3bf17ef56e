use std::sync::Arc;

/// A private key that the program keeps to itself, and that signs when asked.
#[uniffi::export(with_foreign)]
pub trait ExternalKey: Send + Sync {
    /// Names the kind of the key.
    fn algorithm(&self) -> KeyAlgorithm;

    /// Lists the ways in which it signs, the preferred one first.
    fn supported_schemes(&self) -> Vec<Scheme>;

    /// Signs a message, which it hashes first as the scheme says. It is called on a thread of its own and may block.
    fn sign(&self, scheme: Scheme, message: Vec<u8>) -> Result<Vec<u8>, SigningError>;
}

/// The kind of a private key.
#[derive(uniffi::Enum)]
pub enum KeyAlgorithm {
    /// RSA.
    Rsa,
    /// ECDSA on the curve P-256.
    EcdsaP256,
    /// ECDSA on the curve P-384.
    EcdsaP384,
    /// ECDSA on the curve P-521.
    EcdsaP521,
    /// Ed25519.
    Ed25519,
}

/// A way of signing.
#[derive(uniffi::Enum)]
pub enum Scheme {
    /// RSA with PKCS#1 version 1.5 and SHA-256: for TLS 1.2 only.
    RsaPkcs1Sha256,
    /// RSA with PKCS#1 version 1.5 and SHA-384: for TLS 1.2 only.
    RsaPkcs1Sha384,
    /// RSA with PKCS#1 version 1.5 and SHA-512: for TLS 1.2 only.
    RsaPkcs1Sha512,
    /// RSA-PSS with SHA-256, MGF1 with SHA-256 and 32 bytes of salt.
    RsaPssSha256,
    /// RSA-PSS with SHA-384, MGF1 with SHA-384 and 48 bytes of salt.
    RsaPssSha384,
    /// RSA-PSS with SHA-512, MGF1 with SHA-512 and 64 bytes of salt.
    RsaPssSha512,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// ECDSA on P-521 with SHA-512.
    EcdsaP521Sha512,
    /// Ed25519, which signs the message itself.
    Ed25519,
}

/// Why a key did not sign.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum SigningError {
    /// Its holder said no.
    #[error("cancelled")]
    Cancelled,
    /// The token that holds it is no longer there.
    #[error("removed")]
    Removed,
    /// Anything else.
    #[error("{reason}")]
    Failed {
        /// What went wrong, for people.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for SigningError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: error.reason,
        }
    }
}

/// The program's key, as the library calls it.
pub(crate) struct Key(pub(crate) Arc<dyn ExternalKey>);

impl p2svpn_client::ExternalKey for Key {
    fn algorithm(&self) -> p2svpn_client::KeyAlgorithm {
        use p2svpn_client::KeyAlgorithm as Known;
        match self.0.algorithm() {
            KeyAlgorithm::Rsa => Known::Rsa,
            KeyAlgorithm::EcdsaP256 => Known::EcdsaP256,
            KeyAlgorithm::EcdsaP384 => Known::EcdsaP384,
            KeyAlgorithm::EcdsaP521 => Known::EcdsaP521,
            KeyAlgorithm::Ed25519 => Known::Ed25519,
        }
    }

    fn supported_schemes(&self) -> Vec<p2svpn_client::Scheme> {
        let schemes = self.0.supported_schemes();
        schemes.into_iter().map(Into::into).collect()
    }

    fn sign(
        &self,
        scheme: p2svpn_client::Scheme,
        message: &[u8],
    ) -> Result<Vec<u8>, p2svpn_client::SigningError> {
        use p2svpn_client::SigningError as Known;
        let scheme = of_client(scheme).ok_or(Known::NoScheme)?;
        let signed = self.0.sign(scheme, message.to_vec());
        signed.map_err(|error| match error {
            SigningError::Cancelled => Known::Cancelled,
            SigningError::Removed => Known::Removed,
            SigningError::Failed { reason } => Known::Failed { reason },
        })
    }
}

impl From<Scheme> for p2svpn_client::Scheme {
    fn from(scheme: Scheme) -> Self {
        match scheme {
            Scheme::RsaPkcs1Sha256 => Self::RsaPkcs1Sha256,
            Scheme::RsaPkcs1Sha384 => Self::RsaPkcs1Sha384,
            Scheme::RsaPkcs1Sha512 => Self::RsaPkcs1Sha512,
            Scheme::RsaPssSha256 => Self::RsaPssSha256,
            Scheme::RsaPssSha384 => Self::RsaPssSha384,
            Scheme::RsaPssSha512 => Self::RsaPssSha512,
            Scheme::EcdsaP256Sha256 => Self::EcdsaP256Sha256,
            Scheme::EcdsaP384Sha384 => Self::EcdsaP384Sha384,
            Scheme::EcdsaP521Sha512 => Self::EcdsaP521Sha512,
            Scheme::Ed25519 => Self::Ed25519,
        }
    }
}

/// Nothing for one that this layer has no name for.
fn of_client(scheme: p2svpn_client::Scheme) -> Option<Scheme> {
    use p2svpn_client::Scheme as Known;
    Some(match scheme {
        Known::RsaPkcs1Sha256 => Scheme::RsaPkcs1Sha256,
        Known::RsaPkcs1Sha384 => Scheme::RsaPkcs1Sha384,
        Known::RsaPkcs1Sha512 => Scheme::RsaPkcs1Sha512,
        Known::RsaPssSha256 => Scheme::RsaPssSha256,
        Known::RsaPssSha384 => Scheme::RsaPssSha384,
        Known::RsaPssSha512 => Scheme::RsaPssSha512,
        Known::EcdsaP256Sha256 => Scheme::EcdsaP256Sha256,
        Known::EcdsaP384Sha384 => Scheme::EcdsaP384Sha384,
        Known::EcdsaP521Sha512 => Scheme::EcdsaP521Sha512,
        Known::Ed25519 => Scheme::Ed25519,
        _ => return None,
    })
}
