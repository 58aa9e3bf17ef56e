use p2svpn_system::SystemError;

use super::{Error, ErrorCode};

impl From<SystemError> for Error {
    fn from(error: SystemError) -> Self {
        let code = match &error {
            SystemError::InterfaceNotFound { .. } => ErrorCode::DeviceLost,
            SystemError::PermissionDenied { .. } => ErrorCode::MachineDenied,
            SystemError::RouteConflict { .. } => ErrorCode::RouteConflict,
            SystemError::NoRouteToGateway { .. } => ErrorCode::GatewayUnreachable,
            SystemError::Unsupported { .. } => ErrorCode::MachineUnsupported,
            _ => ErrorCode::MachineFailed,
        };
        Self::new(code, error.to_string()).because_below(&error)
    }
}
