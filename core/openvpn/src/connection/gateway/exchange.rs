//! The gateway's part of one key exchange (key method 2), and the messages that follow it in the same TLS session.

use zeroize::Zeroizing;

use crate::control_message::{ControlMessage, ControlMessages};
use crate::error::Error;
use crate::keying::{ClientKeyMessage, KeyMethodError, ServerKeyMessage};
use crate::packet::KeyId;
use crate::secret_buffer::append_secret;

/// The longest client message: four strings of 64 KiB and the random numbers.
const LONGEST_KEY_MESSAGE: usize = 4 * 65_537 + 256;

/// What a gateway knows of one key exchange.
pub(super) struct GatewayExchange {
    pub(super) key_id: KeyId,
    /// The client's message, once it is complete.
    pub(super) client: Option<ClientKeyMessage>,
    /// Our own, once it was sent.
    pub(super) own: Option<ServerKeyMessage>,
    inbound: Zeroizing<Vec<u8>>,
    messages: ControlMessages,
}

impl GatewayExchange {
    pub(super) fn new(key_id: KeyId) -> Self {
        Self {
            key_id,
            client: None,
            own: None,
            inbound: Zeroizing::default(),
            messages: ControlMessages::default(),
        }
    }

    /// Takes in what one TLS record brought; true when it has completed the client's message.
    pub(super) fn feed(&mut self, plaintext: &[u8]) -> Result<bool, Error> {
        if self.client.is_some() {
            self.messages.feed(plaintext);
            return Ok(false);
        }
        append_secret(&mut self.inbound, plaintext);
        match ClientKeyMessage::decode(&self.inbound) {
            Ok((message, rest)) => {
                self.messages.feed(rest);
                self.client = Some(message);
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
