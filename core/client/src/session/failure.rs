use p2svpn_openvpn::{Error as ConnectionError, Stage};
use p2svpn_tunnel::{TunnelEnd, TunnelError};

use crate::error::{Error, ErrorCode};

/// Why an attempt to connect failed, and what may do better.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) next: Next,
}

/// What may do better than an attempt that failed.
pub(super) enum Next {
    /// The same server, told less of what the client knows.
    PlainForm,
    /// Another server.
    OtherServer,
    /// Nothing that a session can do by itself.
    GiveUp,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let next = if error.is_about_the_server() {
            Next::OtherServer
        } else {
            Next::GiveUp
        };
        Self { error, next }
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Error::from(code).into()
    }
}

impl From<TunnelError> for Failure {
    fn from(error: TunnelError) -> Self {
        Error::from(error).into()
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        let stumbled = stumbled(&error);
        let failure = Self::from(Error::from(error));
        if stumbled {
            return Self {
                next: Next::PlainForm,
                ..failure
            };
        }
        failure
    }
}

impl From<TunnelEnd> for Failure {
    fn from(end: TunnelEnd) -> Self {
        match end {
            TunnelEnd::Connection(error) => error.into(),
            other => Error::from(other).into(),
        }
    }
}

/// Whether the gateway hung up after it had been told what the client knows, and before it answered with its settings.
///
/// So do gateways that stumble over a peer info of later versions than they know, and, with the same appearance, those that
/// refuse a certificate without a word. Before the key exchange nothing is told that the plain form leaves out.
fn stumbled(error: &ConnectionError) -> bool {
    matches!(
        error,
        ConnectionError::ClosedDuringHandshake {
            stage: Stage::KeyExchange | Stage::Push,
            ..
        }
    )
}
