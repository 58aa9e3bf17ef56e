use p2svpn_auth::AuthError;

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
            // A later kind of damage that this crate does not know yet.
            _ => ErrorCode::CertificateDamaged,
        };
        Self::new(code, error.to_string())
    }
}
