use p2svpn_profile::{
    EditError, FolderError, ImportError, ImportFailure, InvalidValue, ProblemKind,
    SecretStoreError, StoreError,
};

use super::{Error, ErrorCode};

impl From<ImportFailure> for Error {
    fn from(failure: ImportFailure) -> Self {
        let context = failure.to_string();
        // Bytes without a name have an empty one.
        let context = context.strip_prefix(": ").unwrap_or(&context);
        Self::new(code(&failure.error), context).remedied(failure.error.remedy())
    }
}

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        Self::new(code(&error), error.to_string()).remedied(error.remedy())
    }
}

impl From<EditError> for Error {
    fn from(error: EditError) -> Self {
        Self::new(ErrorCode::EditRefused, error.to_string()).remedied(error.remedy())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Unknown { .. } => ErrorCode::ProfileUnknown,
            StoreError::Unusable { kind, .. } => problem_code(*kind),
            StoreError::OtherGateway { .. } => ErrorCode::UpdateMismatch,
            StoreError::TooMany { .. } | StoreError::TooLarge { .. } => ErrorCode::StoreFull,
            StoreError::Folder(error) => folder_code(error),
            StoreError::Secrets(error) => secrets_code(error),
            // A later kind of failure that this crate does not know yet.
            _ => ErrorCode::StoreUnavailable,
        };
        Self::new(code, error.to_string())
            .because_below(&error)
            .remedied(error.remedy())
    }
}

impl From<SecretStoreError> for Error {
    fn from(error: SecretStoreError) -> Self {
        Self::new(secrets_code(&error), error.to_string())
            .because_below(&error)
            .remedied(error.remedy())
    }
}

/// Why a profile that is there cannot be used.
fn problem_code(kind: ProblemKind) -> ErrorCode {
    match kind {
        ProblemKind::Newer => ErrorCode::ProfileNewer,
        ProblemKind::Unreadable | ProblemKind::SecretsUnreadable => ErrorCode::StoreUnavailable,
        ProblemKind::SecretsMissing => ErrorCode::SecretsMissing,
        ProblemKind::WrongKey => ErrorCode::StoreKeyWrong,
        _ => ErrorCode::StoreDamaged,
    }
}

fn folder_code(error: &FolderError) -> ErrorCode {
    match error {
        FolderError::Full { .. } => ErrorCode::StoreFull,
        FolderError::Untrusted { .. }
        | FolderError::Foreign { .. }
        | FolderError::TooLarge { .. } => ErrorCode::StoreUntrusted,
        _ => ErrorCode::StoreUnavailable,
    }
}

fn secrets_code(error: &SecretStoreError) -> ErrorCode {
    match error {
        SecretStoreError::WrongKey => ErrorCode::StoreKeyWrong,
        SecretStoreError::Damaged { .. } => ErrorCode::StoreDamaged,
        SecretStoreError::TooLarge { .. } => ErrorCode::StoreFull,
        SecretStoreError::InvalidName => ErrorCode::InternalFailure,
        SecretStoreError::Folder(error) => folder_code(error),
        _ => ErrorCode::StoreUnavailable,
    }
}

/// What a host passed as a name or the like, and what is none.
pub(crate) fn invalid(what: &str, reason: &InvalidValue) -> Error {
    Error::new(ErrorCode::InvalidArgument, format!("{what} {reason}"))
}

fn code(error: &ImportError) -> ErrorCode {
    match error {
        ImportError::NotAzureProfile { .. } | ImportError::TooLarge { .. } => {
            ErrorCode::ProfileForeign
        }
        ImportError::TooMuchTogether { .. } => ErrorCode::ImportTooLarge,
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
        ImportError::MalformedJson { .. } | ImportError::Syntax { .. } => ErrorCode::ProfileDamaged,
        ImportError::RefusedOption { .. } => ErrorCode::OpenvpnOptionRefused,
        ImportError::MissingFile { .. } => ErrorCode::FileBesideMissing,
        ImportError::NewerFormat { .. } => ErrorCode::ProfileNewer,
        ImportError::SecretsLeftOut { .. } => ErrorCode::SecretsMissing,
        ImportError::DamagedArchive { .. } => ErrorCode::PackageDamaged,
        ImportError::EncryptedArchive { .. } => ErrorCode::PackageEncrypted,
        ImportError::UnsafeArchive { .. }
        | ImportError::InflatesTooFar { .. }
        | ImportError::TooManyEntries { .. } => ErrorCode::PackageUnsafe,
        ImportError::NoProfile { .. } => ErrorCode::PackageWithoutProfile,
        ImportError::WithoutOpenVpn { .. } => ErrorCode::TunnelTypeUnsupported,
        ImportError::Disagreement { .. } => ErrorCode::ProfilesDisagree,
        ImportError::UnknownAuthority { .. } => ErrorCode::AuthorityUnknown,
        // A later kind of damage that this crate does not know yet.
        _ => ErrorCode::ProfileDamaged,
    }
}
