//! One key exchange (key method 2), and the messages that follow it in the same TLS session.

use zeroize::Zeroizing;

use crate::control_message::{ControlMessage, ControlMessages};
use crate::error::Error;
use crate::keying::{ClientKeyMessage, KeyMethodError, ServerKeyMessage};
use crate::packet::KeyId;
use crate::secret_buffer::append_secret;

/// The message that a peer begins its part of the exchange with.
pub(super) trait KeyMessage: Sized {
    /// The most plaintext that may wait for the end of the message.
    const LONGEST: usize;

    /// Reads the message, and yields what follows it; `Truncated` while it is incomplete.
    fn decode(plaintext: &[u8]) -> Result<(Self, &[u8]), KeyMethodError>;
}

impl KeyMessage for ClientKeyMessage {
    /// Four texts of 64 KiB and the random numbers.
    const LONGEST: usize = 4 * 65_537 + 256;

    fn decode(plaintext: &[u8]) -> Result<(Self, &[u8]), KeyMethodError> {
        Self::decode(plaintext)
    }
}

impl KeyMessage for ServerKeyMessage {
    const LONGEST: usize = 64 * 1024;

    fn decode(plaintext: &[u8]) -> Result<(Self, &[u8]), KeyMethodError> {
        Self::decode(plaintext)
    }
}

/// What one side knows of a key exchange.
pub(super) struct Exchange<Peer, Own> {
    pub(super) key_id: KeyId,
    /// This side's part.
    pub(super) own: Own,
    /// The peer's message, once it is complete.
    pub(super) peer: Option<Peer>,
    inbound: Zeroizing<Vec<u8>>,
    messages: ControlMessages,
}

impl<Peer: KeyMessage, Own> Exchange<Peer, Own> {
    pub(super) fn new(key_id: KeyId, own: Own) -> Self {
        Self {
            key_id,
            own,
            peer: None,
            inbound: Zeroizing::default(),
            messages: ControlMessages::default(),
        }
    }

    /// Takes in what one TLS record brought; true when it has completed the peer's message.
    pub(super) fn feed(&mut self, plaintext: &[u8]) -> Result<bool, Error> {
        if self.peer.is_some() {
            self.messages.feed(plaintext);
            return Ok(false);
        }
        append_secret(&mut self.inbound, plaintext);
        match Peer::decode(&self.inbound) {
            Ok((message, rest)) => {
                self.messages.feed(rest);
                self.peer = Some(message);
            }
            Err(KeyMethodError::Truncated) if self.inbound.len() < Peer::LONGEST => {
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
