//! What the text of `AUTH_FAILED` says.

use std::time::Duration;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// Why a client was turned away, read from the text of `AUTH_FAILED`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AuthFailure {
    /// The gateway is not able to let anyone in just now.
    Temporary {
        /// How long to wait at least.
        backoff: Option<Duration>,
        /// Where to try again.
        advance: Advance,
        /// For people; may be empty.
        message: String,
    },
    /// The token has expired: the credentials themselves are needed again. The text is for people.
    SessionExpired(String),
    /// The gateway asks the user a question.
    Challenge(DynamicChallenge),
    /// The credentials were refused; the text is for people and may be empty.
    Permanent(String),
}

/// Where to try again after a temporary failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Advance {
    /// At the same address.
    #[default]
    Stay,
    /// At the host's next address.
    Address,
    /// At the next host.
    Remote,
}

/// A question that the user answers in a new connection.
#[derive(Clone, PartialEq, Eq)]
pub struct DynamicChallenge {
    /// The answer may be shown while it is typed.
    pub echo: bool,
    /// An answer is needed.
    pub response_required: bool,
    /// What links the answer to the question.
    pub state_id: String,
    /// The user name to answer with.
    pub username: String,
    /// The question.
    pub text: String,
}

/// Shows the question only: state id and user name are half of the next sign-in.
impl std::fmt::Debug for DynamicChallenge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DynamicChallenge")
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}

impl AuthFailure {
    /// Reads what follows `AUTH_FAILED,`.
    pub(crate) fn parse(text: &str) -> Self {
        let permanent = || Self::Permanent(text.to_owned());
        if let Some(rest) = text.strip_prefix("TEMP") {
            return Self::temporary(rest).unwrap_or_else(permanent);
        }
        if let Some(rest) = text.strip_prefix("SESSION") {
            return Self::SessionExpired(rest.trim_start_matches([':', ' ']).to_owned());
        }
        match text.strip_prefix("CRV1:") {
            Some(rest) => DynamicChallenge::parse(rest).map_or_else(permanent, Self::Challenge),
            None => permanent(),
        }
    }

    /// Reads what follows `TEMP`: flags in brackets right behind it, and a message after a colon.
    fn temporary(text: &str) -> Option<Self> {
        let (flags, rest) = match text.strip_prefix('[') {
            Some(flags) => flags.split_once(']')?,
            None => ("", text),
        };
        let message = match rest {
            "" => "",
            rest => rest.strip_prefix(':')?,
        };
        let mut backoff = None;
        let mut advance = Advance::Stay;
        for flag in flags.split(',') {
            match flag.trim().split_once(' ') {
                Some(("backoff", seconds)) => {
                    backoff = seconds
                        .parse()
                        .ok()
                        .map(|n: u32| Duration::from_secs(n.into()))
                }
                Some(("advance", "addr")) => advance = Advance::Address,
                Some(("advance", "remote")) => advance = Advance::Remote,
                Some(("advance", "no")) => advance = Advance::Stay,
                _ => {}
            }
        }
        Some(Self::Temporary {
            backoff,
            advance,
            message: message.to_owned(),
        })
    }
}

impl DynamicChallenge {
    /// The password that answers the question.
    #[must_use]
    pub fn response(&self, answer: &str) -> Zeroizing<String> {
        Zeroizing::new(format!("CRV1::{}::{answer}", self.state_id))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ':');
        let (flags, state_id, username, text) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let has = |flag: &str| flags.split(',').any(|set| set == flag);
        Some(Self {
            echo: has("E"),
            response_required: has("R"),
            state_id: state_id.to_owned(),
            username: String::from_utf8(Base64::decode_vec(username).ok()?).ok()?,
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
