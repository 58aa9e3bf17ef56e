use std::io::ErrorKind;
use std::net::SocketAddr;

use p2svpn_tunnel::{TunnelEnd, TunnelError};

use super::{Error, ErrorCode};

impl From<TunnelError> for Error {
    /// Maps failures of devices and of the way to the gateway; those of a dial have their own.
    fn from(error: TunnelError) -> Self {
        let code = match &error {
            TunnelError::DeviceUnsupported => ErrorCode::DeviceUnsupported,
            TunnelError::DeviceDenied { .. } => ErrorCode::DeviceDenied,
            TunnelError::DeviceName { .. } => ErrorCode::DeviceNameInvalid,
            TunnelError::HostFd { .. } => ErrorCode::HostDeviceUnusable,
            TunnelError::NameNotResolved { .. } => ErrorCode::NameNotResolved,
            TunnelError::Connect { source, .. } => match source.kind() {
                ErrorKind::ConnectionRefused => ErrorCode::ConnectionRefused,
                ErrorKind::HostUnreachable
                | ErrorKind::NetworkUnreachable
                | ErrorKind::NetworkDown => ErrorCode::GatewayUnreachable,
                ErrorKind::TimedOut => ErrorCode::ConnectTimedOut,
                _ => ErrorCode::ConnectFailed,
            },
            TunnelError::TimedOut => ErrorCode::ConnectTimedOut,
            TunnelError::Ended => ErrorCode::ConnectionLost,
            _ => ErrorCode::DeviceFailed,
        };
        Self::new(code, error.to_string()).because_below(&error)
    }
}

impl From<TunnelEnd> for Error {
    fn from(end: TunnelEnd) -> Self {
        match end {
            TunnelEnd::Local => ErrorCode::Cancelled.into(),
            TunnelEnd::Connection(error) => error.into(),
            TunnelEnd::Device(error) => Self::from(ErrorCode::DeviceLost).because(&error),
            TunnelEnd::Panicked => ErrorCode::InternalFailure.into(),
            _ => ErrorCode::ConnectionLost.into(),
        }
    }
}

impl Error {
    /// Maps the failure of a dial through the userspace stack.
    pub(crate) fn from_dial(error: &TunnelError, address: SocketAddr) -> Self {
        let code = match error {
            TunnelError::Refused { .. } => ErrorCode::DialRefused,
            TunnelError::TimedOut => ErrorCode::DialTimedOut,
            TunnelError::Unaddressable { .. } => ErrorCode::DialUnreachable,
            TunnelError::TooManySockets { .. } => ErrorCode::DialLimit,
            TunnelError::StackClosed => ErrorCode::SessionEnded,
            _ => ErrorCode::DialFailed,
        };
        Self::new(code, address.to_string()).because(error)
    }
}
