use p2svpn_system::{CertificateStoreError, SystemError};

use super::{Error, ErrorCode};

impl From<SystemError> for Error {
    fn from(error: SystemError) -> Self {
        let code = match &error {
            SystemError::InterfaceNotFound { .. } => ErrorCode::DeviceLost,
            SystemError::PermissionDenied { .. } => ErrorCode::MachineDenied,
            SystemError::RouteConflict { .. } => ErrorCode::RouteConflict,
            SystemError::NoRouteToGateway { .. } => ErrorCode::GatewayUnreachable,
            SystemError::ProgramMissing { .. } => ErrorCode::LeakGuardFailed,
            SystemError::Unsupported { .. } => ErrorCode::MachineUnsupported,
            _ => ErrorCode::MachineFailed,
        };
        Self::new(code, error.to_string()).because_below(&error)
    }
}

impl From<CertificateStoreError> for Error {
    fn from(error: CertificateStoreError) -> Self {
        let code = match &error {
            CertificateStoreError::Cancelled { .. } => ErrorCode::SignInCancelled,
            CertificateStoreError::NoKey { .. } => ErrorCode::CertificateIncomplete,
            CertificateStoreError::Removed => ErrorCode::TokenRemoved,
            CertificateStoreError::WrongPassword => ErrorCode::CertificatePasswordWrong,
            // `Unsupported`, `Denied`, `Failed`, and what a later version of the crate adds.
            _ => ErrorCode::CertificateStoreUnavailable,
        };
        Self::new(code, error.to_string())
    }
}
