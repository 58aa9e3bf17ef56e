use p2svpn_openvpn::{AttemptEnd, DynamicChallenge, Error as ConnectionError, Stage};
use p2svpn_tunnel::{TunnelEnd, TunnelError};

use crate::error::{Error, ErrorCode};

/// Why an attempt to connect failed, and what may do better.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) next: Next,
    /// The gateway may have stumbled over what the client says of itself.
    pub(super) stumbled: bool,
    /// The gateway is not to blame, and may be called again without a pause.
    pub(super) at_once: bool,
}

impl Failure {
    /// One that no further attempt can cure.
    pub(super) fn final_one(error: Error) -> Self {
        Self {
            error,
            next: Next::GiveUp,
            stumbled: false,
            at_once: false,
        }
    }
}

/// What may do better than an attempt that failed.
pub(super) enum Next {
    /// Another attempt, there and then where the end of this one says.
    Again(AttemptEnd),
    /// The same gateway, with the user's answer to this question.
    Answer(Box<DynamicChallenge>),
    /// The same gateway, with other credentials than those that it refused.
    SignInAgain,
    /// Nothing that a session can do by itself.
    GiveUp,
}

impl Failure {
    /// One that another attempt may cure, whatever the error.
    pub(super) fn for_now(error: Error) -> Self {
        Self {
            next: Next::Again(AttemptEnd::Failed),
            ..Self::final_one(error)
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let next = if error.is_about_the_server() {
            Next::Again(AttemptEnd::Failed)
        } else {
            Next::GiveUp
        };
        Self {
            error,
            next,
            stumbled: false,
            at_once: false,
        }
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
        let (stumbled, end) = (stumbled(&error), AttemptEnd::from(&error));
        if let ConnectionError::Challenge(challenge) = &error {
            let next = Next::Answer(challenge.clone());
            let error = error.into();
            return Self {
                error,
                next,
                stumbled,
                at_once: false,
            };
        }
        let was_refused = matches!(error, ConnectionError::AuthenticationFailed(_));
        let failure = Self::from(Error::from(error));
        let next = match failure.next {
            Next::Again(_) => Next::Again(end),
            _ if was_refused => Next::SignInAgain,
            other => other,
        };
        Self {
            next,
            stumbled,
            ..failure
        }
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
