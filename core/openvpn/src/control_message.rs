//! The text messages inside TLS, after the key exchange.

use std::time::Duration;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// The longest message that is taken; OpenVPN 3 takes as much.
const LONGEST: usize = 65_536;

/// One message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ControlMessage {
    /// The client asks for its settings.
    PushRequest,
    /// Settings, or a part of them: the whole message, for the push reply's own parser.
    PushReply(SecretText),
    /// The client is turned away; the text may be empty, for people, or for `AuthFailure`.
    AuthFailed(String),
    /// The gateway waits for something outside this connection, at most for this time if it says so.
    AuthPending(Option<Duration>),
    /// A note or a question for the user (`INFO`, `INFO_PRE`): what follows the first comma.
    Info(String),
    /// The peer wants a new connection; the text is empty or for people.
    Restart(String),
    /// The peer wants no new connection; the text is empty or for people.
    Halt(String),
    /// The peer leaves.
    Exit,
    /// A message of no known kind: its first word, at most 40 characters.
    Unknown(String),
}

impl ControlMessage {
    fn parse(message: &str) -> Self {
        let (name, text) = message.split_once(',').unwrap_or((message, ""));
        match name {
            "PUSH_REQUEST" => Self::PushRequest,
            "PUSH_REPLY" => Self::PushReply(SecretText(Zeroizing::new(message.to_owned()))),
            "AUTH_FAILED" => Self::AuthFailed(text.to_owned()),
            "AUTH_PENDING" => Self::AuthPending(pending_timeout(text)),
            "INFO" | "INFO_PRE" => Self::Info(text.to_owned()),
            "RESTART" => Self::Restart(without_flags(text).to_owned()),
            "HALT" => Self::Halt(without_flags(text).to_owned()),
            "EXIT" => Self::Exit,
            _ => Self::Unknown(name.chars().take(40).collect()),
        }
    }
}

/// A text that must not be shown, because it may contain a token.
#[derive(PartialEq, Eq)]
pub(crate) struct SecretText(Zeroizing<String>);

impl std::ops::Deref for SecretText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretText(..)")
    }
}

/// Splits the plaintext of TLS into messages, which end in a zero byte each.
#[derive(Default)]
pub(crate) struct ControlMessages {
    buffer: Zeroizing<Vec<u8>>,
    /// The message that arrives is too long: the rest of it is skipped.
    skipping: bool,
    ready: std::collections::VecDeque<Zeroizing<String>>,
    dropped: u64,
}

impl ControlMessages {
    /// Takes in plaintext. Messages that are too long or hold control characters are dropped and counted.
    pub(crate) fn feed(&mut self, plaintext: &[u8]) {
        for part in plaintext.split_inclusive(|&byte| byte == 0) {
            let (text, ended) = match part.split_last() {
                Some((0, text)) => (text, true),
                _ => (part, false),
            };
            self.append(text);
            if ended {
                self.end_message();
            }
        }
    }

    /// The next whole message; none when there is none yet.
    pub(crate) fn next_message(&mut self) -> Option<ControlMessage> {
        self.next_text().map(|text| ControlMessage::parse(&text))
    }

    /// How many messages were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    fn next_text(&mut self) -> Option<Zeroizing<String>> {
        self.ready.pop_front()
    }

    fn append(&mut self, text: &[u8]) {
        if self.skipping {
            return;
        }
        let needed = self.buffer.len() + text.len();
        if needed > LONGEST {
            self.skipping = true;
            self.buffer = Zeroizing::default();
            return;
        }
        if needed > self.buffer.capacity() {
            // Growing in place could leave a copy of a token behind.
            let mut larger = Zeroizing::new(Vec::with_capacity((2 * needed).max(1024)));
            larger.extend_from_slice(&self.buffer);
            self.buffer = larger;
        }
        self.buffer.extend_from_slice(text);
    }

    fn end_message(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        if std::mem::take(&mut self.skipping) {
            self.dropped += 1;
            return;
        }
        let text = Zeroizing::new(String::from_utf8_lossy(&buffer).into_owned());
        let trimmed = text.trim_end_matches(['\r', '\n']);
        if trimmed.chars().any(char::is_control) {
            self.dropped += 1;
            return;
        }
        self.ready.push_back(Zeroizing::new(trimmed.to_owned()));
    }
}

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

/// `timeout N` among the words after `AUTH_PENDING,`.
fn pending_timeout(text: &str) -> Option<Duration> {
    let seconds: u32 = text
        .split(',')
        .find_map(|word| word.trim().strip_prefix("timeout "))?
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds.into()))
}

/// The text without the flags in brackets that may precede it.
fn without_flags(text: &str) -> &str {
    match text
        .strip_prefix('[')
        .and_then(|flags| flags.split_once(']'))
    {
        Some((_, rest)) => rest.trim_start_matches(':'),
        None => text,
    }
}

#[cfg(test)]
mod tests;
