//! One negotiation of keys: reliable order for its control packets, and a TLS session of its own on top.

use zeroize::Zeroizing;

use crate::error::Error;
use crate::frame::Framing;
use crate::packet::{KeyId, Opcode};
use crate::reliability::{Acknowledgements, Receipt, ReceiveQueue, SendQueue};
use crate::tls::TlsSession;

/// How much TLS fits into one control packet, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// In usual packets.
    pub(super) usual: usize,
    /// In the packet that brings the client's wrapped key once more; none if it is not wanted.
    pub(super) beside_client_key: Option<usize>,
}

/// What a key id stands for while it is negotiated and used: message ids and TLS start anew with each.
pub(super) struct KeyState {
    pub(super) key_id: KeyId,
    pub(super) send: SendQueue,
    pub(super) acknowledgements: Acknowledgements,
    receive: ReceiveQueue,
    /// The peer's reset, its first packet under this key id, was taken in.
    opened: bool,
    pub(super) tls: Option<TlsSession>,
    plaintext: Vec<Zeroizing<Vec<u8>>>,
}

impl KeyState {
    pub(super) fn new(key_id: KeyId, framing: Framing) -> Self {
        Self {
            key_id,
            send: SendQueue::new(framing),
            acknowledgements: Acknowledgements::default(),
            receive: ReceiveQueue::new(),
            opened: false,
            tls: None,
            plaintext: Vec::new(),
        }
    }

    /// Takes in a packet's payload, to be acknowledged unless it is too far ahead.
    pub(super) fn insert(&mut self, message_id: u32, payload: &[u8]) -> Receipt {
        let receipt = self.receive.insert(message_id, payload);
        if receipt != Receipt::OutsideWindow {
            self.acknowledgements.note(message_id);
        }
        receipt
    }

    /// Takes the payload of the peer's reset out, once it is there.
    pub(super) fn open(&mut self) -> Option<Vec<u8>> {
        if self.opened {
            return None;
        }
        let payload = self.receive.pop()?;
        self.opened = true;
        Some(payload)
    }

    /// Feeds TLS with what has arrived in order. What waits for TLS to start is kept.
    pub(super) fn deliver(&mut self) -> Result<(), Error> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        while self.opened
            && let Some(payload) = self.receive.pop()
        {
            // Packets without a payload are legal.
            if !payload.is_empty() {
                tls.receive(&payload, &mut self.plaintext)?;
            }
        }
        Ok(())
    }

    /// The decrypted messages that arrived, one for each TLS record.
    pub(super) fn take_plaintext(&mut self) -> Vec<Zeroizing<Vec<u8>>> {
        std::mem::take(&mut self.plaintext)
    }

    /// Queues what TLS has to say.
    pub(super) fn queue_tls(&mut self, room: Room) -> Result<(), Error> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        let outbound = tls.take_outbound();
        let mut rest = outbound.as_slice();
        if let Some(room) = room.beside_client_key
            && !rest.is_empty()
        {
            let (first, after) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.queue(Opcode::ControlWkcV1, first.to_vec())?;
            rest = after;
        }
        for chunk in rest.chunks(room.usual.max(1)) {
            self.queue(Opcode::ControlV1, chunk.to_vec())?;
        }
        Ok(())
    }

    pub(super) fn queue(&mut self, opcode: Opcode, payload: Vec<u8>) -> Result<(), Error> {
        if self.send.push(opcode, payload) {
            return Ok(());
        }
        Err(Error::Protocol("it acknowledges nothing"))
    }
}
