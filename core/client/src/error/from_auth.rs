use p2svpn_auth::{AuthError, SigningError};

use super::{Error, ErrorCode};

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        let code = match &error {
            AuthError::TooLarge { .. }
            | AuthError::Pem { .. }
            | AuthError::Pfx { .. }
            | AuthError::Certificate { .. } => ErrorCode::CertificateDamaged,
            AuthError::NoCertificate | AuthError::NoPrivateKey | AuthError::KeyMismatch => {
                ErrorCode::CertificateIncomplete
            }
            AuthError::PasswordRequired | AuthError::WrongPassword => {
                ErrorCode::CertificatePasswordWrong
            }
            AuthError::UnsupportedEncryption { .. } | AuthError::PrivateKey => {
                ErrorCode::CertificateUnsupported
            }
            AuthError::NotYetValid { .. } => ErrorCode::ClientCertificateNotYetValid,
            AuthError::Expired { .. } => ErrorCode::ClientCertificateExpired,
            AuthError::NotForClientAuthentication => ErrorCode::ClientCertificatePurpose,
            AuthError::ThumbprintMismatch { .. } | AuthError::RootMismatch { .. } => {
                ErrorCode::ClientCertificateUnwanted
            }
            AuthError::Pkcs11Module { .. } => ErrorCode::CertificateStoreUnavailable,
            AuthError::Signing(error) => signing(error),
            // A later kind of damage that this crate does not know yet.
            _ => ErrorCode::CertificateDamaged,
        };
        Self::new(code, error.to_string())
    }
}

fn signing(error: &SigningError) -> ErrorCode {
    match error {
        SigningError::Cancelled => ErrorCode::SignInCancelled,
        SigningError::PinRequired | SigningError::PinWrong { .. } => ErrorCode::PinWrong,
        SigningError::PinLocked | SigningError::PinToBeSet => ErrorCode::PinLocked,
        SigningError::Removed => ErrorCode::TokenRemoved,
        SigningError::NoScheme => ErrorCode::CertificateUnsupported,
        SigningError::TimedOut => ErrorCode::KeyTimedOut,
        // `Failed`, and what a later version of the crate adds.
        _ => ErrorCode::KeyFailed,
    }
}
