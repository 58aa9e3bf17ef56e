use std::time::Duration;

use super::refusal::EntraRefusal;
use super::refusal_class::RefusalClass;
use crate::http::HttpError;

/// Describes why nobody is signed in; nothing secret is part of any message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntraError {
    /// Entra said no; see [`EntraRefusal::class`] for what the host may do, and [`EntraRefusal::remedy`] for what people can.
    #[error(transparent)]
    Refused(Box<EntraRefusal>),

    /// A person has to sign in: there is no token, or the one that was there is no good any more. The host starts a sign-in
    /// in a browser or on another device, with the claims and the name that are given here.
    #[error("somebody has to sign in")]
    SignInNeeded {
        /// What the sign-in has to ask for, JSON, if Entra demands something beyond the usual.
        claims: Option<String>,
        /// Whose tokens they were, to be suggested.
        username: Option<String>,
        /// Why the former sign-in counts no more; nothing if there was none.
        refusal: Option<Box<EntraRefusal>>,
    },

    /// The user said no, or closed the page. The host should not ask again by itself.
    #[error("the user cancelled the sign-in")]
    Cancelled,

    /// Nobody signed in in time. The host may offer to begin anew.
    #[error("nobody signed in in time")]
    TimedOut,

    /// There is no way to the login host, or none that is secure.
    #[error("the login host gave no answer: {0}")]
    Http(#[from] HttpError),

    /// Entra is busy or out of order, and said so with a status alone. The host may try again after a while.
    #[error("the login host is busy or out of order (status {status})")]
    Unavailable {
        /// The status of HTTP.
        status: u16,
        /// After how long the host may try again, if it was said; an hour at most.
        retry_after: Option<Duration>,
    },

    /// What answered is not Entra, or its answer makes no sense; perhaps a page of a network that wants a sign-in of its own.
    #[error("the login host's answer cannot be used: {reason}")]
    Answer {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The answer belongs to another sign-in than the one that was begun. Somebody may have tried to slip in an account of
    /// his own: the host should begin anew.
    #[error("the answer belongs to another sign-in")]
    OtherSignIn,

    /// The access token is longer than OpenVPN can carry. An administrator can name fewer groups in it: "groups assigned to
    /// the application" in the token configuration.
    #[error("the access token has {bytes} bytes, more than the {limit} that OpenVPN can carry")]
    TokenTooLong {
        /// Its length in bytes.
        bytes: usize,
        /// The most bytes that can be carried.
        limit: usize,
    },

    /// No port of this machine can be listened at, so that the browser could not come back; see the reason, or sign in by
    /// device code.
    #[error("the browser's answer cannot be listened for: {reason}")]
    Listen {
        /// What the system says.
        reason: String,
    },

    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    NoRandomness,
}

impl EntraError {
    pub(super) fn answer(reason: &'static str) -> Self {
        Self::Answer { reason }
    }

    /// Returns whether the same request may succeed later without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Http(error) => !matches!(error, HttpError::TooLarge { .. }),
            Self::Unavailable { .. } | Self::Answer { .. } => true,
            Self::Refused(refusal) => refusal.class() == RefusalClass::Temporary,
            _ => false,
        }
    }
}
