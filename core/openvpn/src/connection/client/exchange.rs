//! The client's part of one key exchange (key method 2), and the messages that follow it in the same TLS session.

use std::time::Instant;

use rustls::crypto::SecureRandom;
use zeroize::Zeroizing;

use crate::control_message::{ControlMessage, ControlMessages};
use crate::error::Error;
use crate::keying::{ClientSecrets, KeyMethodError, ServerKeyMessage};
use crate::packet::KeyId;
use crate::secret_buffer::append_secret;

/// The most plaintext that may wait for the end of the server's key method 2 message.
const LONGEST_KEY_MESSAGE: usize = 64 * 1024;

/// What a client knows of one key exchange.
pub(super) struct ClientExchange {
    pub(super) key_id: KeyId,
    pub(super) secrets: ClientSecrets,
    /// How our message was sent; none: not yet.
    pub(super) sent: Option<SentWith>,
    /// The gateway's message, and when it was complete.
    pub(super) server: Option<(ServerKeyMessage, Instant)>,
    inbound: Zeroizing<Vec<u8>>,
    messages: ControlMessages,
}

/// What the client has shown in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SentWith {
    /// The credentials, if there are any.
    Credentials,
    /// The token that stands for them.
    Token,
}

impl ClientExchange {
    pub(super) fn new(key_id: KeyId, random: &dyn SecureRandom) -> Result<Self, Error> {
        Ok(Self {
            key_id,
            secrets: ClientSecrets::random(random)?,
            sent: None,
            server: None,
            inbound: Zeroizing::default(),
            messages: ControlMessages::default(),
        })
    }

    /// Takes in what one TLS record brought; true when it has completed the gateway's message.
    pub(super) fn feed(&mut self, now: Instant, plaintext: &[u8]) -> Result<bool, Error> {
        if self.server.is_some() {
            self.messages.feed(plaintext);
            return Ok(false);
        }
        append_secret(&mut self.inbound, plaintext);
        match ServerKeyMessage::decode(&self.inbound) {
            Ok((message, rest)) => {
                self.messages.feed(rest);
                self.server = Some((message, now));
            }
            Err(KeyMethodError::Truncated) if self.inbound.len() < LONGEST_KEY_MESSAGE => {
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        self.inbound = Zeroizing::default();
        Ok(true)
    }

    /// The next whole message after the key exchange; none when there is none yet.
    pub(super) fn next_message(&mut self) -> Option<ControlMessage> {
        self.messages.next_message()
    }

    /// Messages that were too long or made no sense.
    pub(super) fn dropped_messages(&self) -> u64 {
        self.messages.dropped()
    }
}
