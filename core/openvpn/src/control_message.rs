//! The text messages inside TLS, after the key exchange.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::human_text::human_text;
use crate::secret_buffer::append_secret;

/// The longest message that is taken; OpenVPN 3 takes as much.
const LONGEST: usize = 65_536;

/// How much of an unknown message's name is kept.
const LONGEST_NAME: usize = 40;

/// One message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ControlMessage {
    /// The client asks for its settings.
    PushRequest,
    /// Settings, or a part of them: the whole message, for the push reply's own parser.
    PushReply(SecretText),
    /// Changes of settings, or a part of them: the whole message, for their own parser.
    PushUpdate(SecretText),
    /// The client is turned away; the text may be empty, for people, or for `AuthFailure`.
    AuthFailed(String),
    /// The gateway waits for something outside this connection, at most for this time if it says so.
    AuthPending(Option<Duration>),
    /// A note or a question for the user (`INFO`, `INFO_PRE`): what follows the first comma, for `Notice`.
    Info(SecretText),
    /// The user's answer to a question: what follows the first comma, in Base64.
    ChallengeResponse(SecretText),
    /// The peer wants a new connection.
    Restart(Restart),
    /// The peer wants no new connection; the text is empty or for people.
    Halt(String),
    /// The peer leaves.
    Exit,
    /// A message of no known kind: its first word, at most 40 printable characters.
    Unknown(String),
}

impl ControlMessage {
    fn parse(message: &str) -> Self {
        let (name, text) = message.split_once(',').unwrap_or((message, ""));
        match name {
            "PUSH_REQUEST" => Self::PushRequest,
            "PUSH_REPLY" => Self::PushReply(SecretText::new(message)),
            "PUSH_UPDATE" => Self::PushUpdate(SecretText::new(message)),
            "AUTH_FAILED" => Self::AuthFailed(text.to_owned()),
            "AUTH_PENDING" => Self::AuthPending(pending_timeout(text)),
            "INFO" | "INFO_PRE" => Self::Info(SecretText::new(text)),
            "CR_RESPONSE" => Self::ChallengeResponse(SecretText::new(text)),
            "RESTART" => Self::Restart(Restart::parse(text)),
            "HALT" => Self::Halt(human_text(flags_and_text(text).1)),
            "EXIT" => Self::Exit,
            _ => Self::Unknown(
                name.chars()
                    .filter(char::is_ascii_graphic)
                    .take(LONGEST_NAME)
                    .collect(),
            ),
        }
    }
}

/// What a peer says when it wants a new connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Restart {
    /// For people; may be empty.
    pub(crate) message: String,
    /// What stands for the credentials stays good (flag `P`).
    pub(crate) keep_credentials: bool,
    /// The new connection is to go to the next host (flag `N`).
    pub(crate) next_remote: bool,
}

impl Restart {
    fn parse(text: &str) -> Self {
        let (flags, text) = flags_and_text(text);
        Self {
            message: human_text(text),
            keep_credentials: flags.contains('P'),
            next_remote: flags.contains('N'),
        }
    }
}

/// A text that must not be shown, because it may contain a token.
#[derive(PartialEq, Eq)]
pub(crate) struct SecretText(Zeroizing<String>);

impl SecretText {
    fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

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
    /// Takes in the plaintext of one TLS record. Messages that are too long or hold control characters are dropped and
    /// counted.
    ///
    /// SoftEther does not end the settings that it repeats, so a record that begins with a message ends an earlier one.
    pub(crate) fn feed(&mut self, plaintext: &[u8]) {
        let is_open = !self.buffer.is_empty() || self.skipping;
        if is_open && begins_a_message(plaintext) {
            self.end_message();
        }
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
        append_secret(&mut self.buffer, text);
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

/// Whether a record begins with the name of a message that gateways send.
fn begins_a_message(plaintext: &[u8]) -> bool {
    const NAMES: [&[u8]; 9] = [
        b"PUSH_REPLY",
        b"PUSH_UPDATE",
        b"AUTH_FAILED",
        b"AUTH_PENDING",
        b"INFO",
        b"INFO_PRE",
        b"RESTART",
        b"HALT",
        b"EXIT",
    ];
    let name = plaintext.split(|byte| matches!(byte, b',' | 0)).next();
    name.is_some_and(|name| NAMES.contains(&name))
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

/// The flags in brackets that may lead a text, and the text.
fn flags_and_text(text: &str) -> (&str, &str) {
    match text
        .strip_prefix('[')
        .and_then(|flags| flags.split_once(']'))
    {
        Some((flags, rest)) => (flags, rest.trim_start_matches(':')),
        None => ("", text),
    }
}

#[cfg(test)]
mod tests;
