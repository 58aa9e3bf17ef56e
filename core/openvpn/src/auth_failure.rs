//! What the text of `AUTH_FAILED` says.

use std::time::Duration;

use crate::challenge::DynamicChallenge;
use crate::human_text::human_text;

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

/// Where to try again after a gateway has turned a client away for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Advance {
    /// At the same address.
    #[default]
    Stay,
    /// At the host's next address.
    Address,
    /// At the next host.
    Remote,
}

impl AuthFailure {
    /// Reads what follows `AUTH_FAILED,`.
    pub(crate) fn parse(text: &str) -> Self {
        let permanent = || Self::Permanent(human_text(text));
        if let Some(rest) = text.strip_prefix("TEMP") {
            return Self::temporary(rest).unwrap_or_else(permanent);
        }
        if let Some(rest) = text.strip_prefix("SESSION") {
            return Self::SessionExpired(human_text(rest.trim_start_matches([':', ' '])));
        }
        match text.strip_prefix("CRV1:") {
            // One that makes no sense is not shown: what would link the answer to it is in there.
            Some(rest) => DynamicChallenge::parse(rest)
                .map_or_else(|| Self::Permanent(String::new()), Self::Challenge),
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
            message: human_text(message),
        })
    }
}

#[cfg(test)]
mod tests;
