use p2svpn_profile::ImportError;

use super::{Error, ErrorCode};

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        let code = match &error {
            ImportError::NotAzureProfile { .. } | ImportError::TooLarge { .. } => {
                ErrorCode::ProfileForeign
            }
            ImportError::Encoding { .. }
            | ImportError::Character { .. }
            | ImportError::Malformed { .. } => ErrorCode::ProfileDamaged,
            ImportError::DocumentType { .. }
            | ImportError::Entity { .. }
            | ImportError::TooDeep { .. }
            | ImportError::TooManyElements { .. } => ErrorCode::ProfileUnsafe,
            ImportError::Missing { .. } => ErrorCode::ProfileIncomplete,
            ImportError::Value { .. } | ImportError::AmbiguousRoute { .. } => {
                ErrorCode::ProfileValueInvalid
            }
            ImportError::UnknownAuthentication { .. } => ErrorCode::ProfileSignInUnknown,
            // A later kind of damage that this crate does not know yet.
            _ => ErrorCode::ProfileDamaged,
        };
        Self::new(code, error.to_string())
    }
}
