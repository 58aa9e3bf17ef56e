//! The control channel: wrapped packets in and out, reliable order, and TLS on top; the same for both roles.

use std::sync::Arc;
use std::time::Instant;

use rustls::crypto::CryptoProvider;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::frame::Framing;
use crate::packet::{ControlPacket, KeyId, Opcode, Role, SessionId};
use crate::reliability::{Acknowledgements, Receipt, ReceiveQueue, SendQueue};
use crate::tls::{SessionTime, TlsSession};
use crate::wrap::{Wrapper, Wrapping, asks_for_client_key};

/// The longest datagram of the control channel (OpenVPN's `max-packet-size`), in which older peers expect to find it.
const LONGEST_DATAGRAM: usize = 1_250;

/// What goes into a datagram beside wrapping and TLS: IPv6 and UDP, opcode and session id, acknowledgements with the
/// peer's session id, message id.
const BESIDE_TLS: usize = 48 + 9 + (1 + 4 * ACKNOWLEDGEMENTS + 8) + 4;

/// How many acknowledgements ride in a control packet, and in a packet of its own where old peers allow no more.
const ACKNOWLEDGEMENTS: usize = 4;

/// What a packet brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// The peer's first packet: its session id is known now.
    Reset,
    /// A packet of the session, new or repeated.
    Control,
    /// The peer wants to negotiate new keys.
    RekeyAsked,
    /// Nothing that counts: damaged, replayed, of another session. It was counted.
    Ignored,
}

/// One control channel.
pub(super) struct ControlChannel {
    role: Role,
    framing: Framing,
    wrapper: Wrapper,
    time: Arc<SessionTime>,
    local: SessionId,
    remote: Option<SessionId>,
    key_id: KeyId,
    send: SendQueue,
    receive: ReceiveQueue,
    acknowledgements: Acknowledgements,
    tls: Option<TlsSession>,
    /// The next packet brings the client's wrapped key once more.
    brings_key: bool,
    plaintext: Vec<Zeroizing<Vec<u8>>>,
    ignored: u64,
}

impl ControlChannel {
    pub(super) fn new(
        role: Role,
        framing: Framing,
        wrapping: &Wrapping,
        provider: &CryptoProvider,
        time: Arc<SessionTime>,
    ) -> Result<Self, Error> {
        Ok(Self {
            role,
            framing,
            wrapper: Wrapper::new(wrapping, role),
            time,
            local: SessionId::new(provider.secure_random).map_err(|_| Error::NoRandomness)?,
            remote: None,
            key_id: KeyId::FIRST,
            send: SendQueue::new(framing),
            receive: ReceiveQueue::new(),
            acknowledgements: Acknowledgements::default(),
            tls: None,
            brings_key: false,
            plaintext: Vec::new(),
            ignored: 0,
        })
    }

    /// Queues the packet that opens the session.
    pub(super) fn send_reset(&mut self) -> Result<(), Error> {
        let opcode = match self.role {
            Role::Client => self.wrapper.client_reset_opcode(),
            Role::Gateway => Opcode::HardResetServerV2,
        };
        self.queue(opcode, Vec::new())
    }

    /// Starts TLS; what it has to say first is queued.
    pub(super) fn start_tls(&mut self, session: TlsSession) -> Result<(), Error> {
        self.tls = Some(session);
        self.queue_tls()
    }

    /// Encrypts and queues a message.
    pub(super) fn send_message(&mut self, message: &[u8]) -> Result<(), Error> {
        if let Some(tls) = &mut self.tls {
            tls.send(message)?;
            self.queue_tls()?;
        }
        Ok(())
    }

    /// Takes in one packet. An error ends the connection; its alert is queued already.
    pub(super) fn receive(&mut self, now: Instant, packet: &mut [u8]) -> Result<Received, Error> {
        let Ok(packet) = self.wrapper.unwrap(packet) else {
            self.ignored += 1;
            return Ok(Received::Ignored);
        };
        let first = self.remote.is_none();
        if self.asks_for_rekey(&packet) {
            return Ok(Received::RekeyAsked);
        }
        if !self.is_of_session(&packet) {
            self.ignored += 1;
            return Ok(Received::Ignored);
        }
        if first {
            self.remote = Some(packet.session_id);
            if self.framing == Framing::Datagram {
                self.send.hurry();
            }
        }
        for id in packet.acks.iter() {
            self.send.acknowledge(id);
        }
        let Some(message_id) = packet.message_id else {
            return Ok(Received::Control);
        };
        match self.receive.insert(message_id, packet.payload) {
            Receipt::OutsideWindow => {
                self.ignored += 1;
                return Ok(Received::Ignored);
            }
            Receipt::Accepted | Receipt::Duplicate => self.acknowledgements.note(message_id),
        }
        self.time.advance(now);
        self.deliver()?;
        Ok(if first {
            Received::Reset
        } else {
            Received::Control
        })
    }

    /// The next control packet, ready for the wire, if one is due.
    pub(super) fn poll_transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.time.advance(now);
        let acknowledgements_due = self.acknowledgements.is_due() && self.remote.is_some();
        let packet = match self.send.poll(now) {
            Some(outgoing) => {
                let acks = self.acknowledgements.take(ACKNOWLEDGEMENTS);
                ControlPacket {
                    opcode: outgoing.opcode,
                    key_id: self.key_id,
                    session_id: self.local,
                    peer_session_id: if acks.is_empty() { None } else { self.remote },
                    acks,
                    message_id: Some(outgoing.message_id),
                    payload: outgoing.payload,
                }
            }
            None if acknowledgements_due => ControlPacket {
                opcode: Opcode::AckV1,
                key_id: self.key_id,
                session_id: self.local,
                acks: self.acknowledgements.take(ACKNOWLEDGEMENTS),
                peer_session_id: self.remote,
                message_id: None,
                payload: &[],
            },
            None => return None,
        };
        let mut wire = vec![0; self.framing.header_len()];
        // Fails only when a 32-bit packet number is used up, and then the handshake's deadline ends it.
        self.wrapper
            .wrap(&packet, self.time.unix_time(), &mut wire)
            .ok()?;
        self.framing.write_header(&mut wire)?;
        Some(wire)
    }

    /// When `poll_transmit` has something next.
    pub(super) fn transmit_due(&self, now: Instant) -> Option<Instant> {
        if self.acknowledgements.is_due() && self.remote.is_some() {
            return Some(now);
        }
        self.send.due(now)
    }

    /// The decrypted messages that arrived, one for each TLS record.
    pub(super) fn take_plaintext(&mut self) -> Vec<Zeroizing<Vec<u8>>> {
        std::mem::take(&mut self.plaintext)
    }

    /// The TLS session, once there is one.
    pub(super) fn tls(&self) -> Option<&TlsSession> {
        self.tls.as_ref()
    }

    /// Says goodbye in TLS.
    pub(super) fn close_tls(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            // A peer that acknowledges nothing will not hear it.
            let _ = self.queue_tls();
        }
    }

    /// Our own session id.
    pub(super) fn local(&self) -> SessionId {
        self.local
    }

    /// The peer's session id, once it is known.
    pub(super) fn remote(&self) -> Option<SessionId> {
        self.remote
    }

    /// The key id of the running negotiation.
    pub(super) fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// How many packets were ignored because they were damaged, replayed or of another session.
    pub(super) fn ignored(&self) -> u64 {
        self.ignored
    }

    fn deliver(&mut self) -> Result<(), Error> {
        while let Some(payload) = self.receive.pop() {
            let Some(tls) = &mut self.tls else {
                // The payload of the gateway's reset.
                self.brings_key |=
                    self.wrapper.client_key_len() > 0 && asks_for_client_key(&payload);
                continue;
            };
            if payload.is_empty() {
                continue;
            }
            let result = tls.receive(&payload, &mut self.plaintext);
            let queued = self.queue_tls();
            result.and(queued)?;
        }
        Ok(())
    }

    fn queue_tls(&mut self) -> Result<(), Error> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        let chunk_len = LONGEST_DATAGRAM - BESIDE_TLS - self.wrapper.overhead();
        let outbound = tls.take_outbound();
        let mut rest = outbound.as_slice();
        if self.brings_key && !rest.is_empty() {
            self.brings_key = false;
            let room = chunk_len.saturating_sub(self.wrapper.client_key_len());
            let (first, after) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.queue(Opcode::ControlWkcV1, first.to_vec())?;
            rest = after;
        }
        for chunk in rest.chunks(chunk_len) {
            self.queue(Opcode::ControlV1, chunk.to_vec())?;
        }
        Ok(())
    }

    fn queue(&mut self, opcode: Opcode, payload: Vec<u8>) -> Result<(), Error> {
        if self.send.push(opcode, payload) {
            return Ok(());
        }
        Err(Error::Protocol("it acknowledges nothing"))
    }

    /// Whether the peer opens the negotiation of the next key. Anything else of another key is not of this session.
    fn asks_for_rekey(&self, packet: &ControlPacket<'_>) -> bool {
        packet.opcode == Opcode::SoftResetV1
            && packet.key_id == self.key_id.next()
            && packet.message_id == Some(0)
            && Some(packet.session_id) == self.remote
            && packet
                .peer_session_id
                .is_none_or(|echoed| echoed == self.local)
    }

    /// Whether a packet belongs to the session: its ids fit, and a session is only ever opened by the reset of the other
    /// role.
    fn is_of_session(&self, packet: &ControlPacket<'_>) -> bool {
        let echoes_another = packet
            .peer_session_id
            .is_some_and(|echoed| echoed != self.local);
        if echoes_another || packet.key_id != self.key_id {
            return false;
        }
        let is_reset = match self.role {
            Role::Client => packet.opcode == Opcode::HardResetServerV2,
            Role::Gateway => matches!(
                packet.opcode,
                Opcode::HardResetClientV2 | Opcode::HardResetClientV3
            ),
        };
        match self.remote {
            Some(remote) if remote != packet.session_id => false,
            Some(_) if is_reset => packet.message_id == Some(0),
            Some(_) => matches!(
                packet.opcode,
                Opcode::ControlV1 | Opcode::ControlWkcV1 | Opcode::AckV1
            ),
            None => is_reset && packet.message_id == Some(0) && self.is_answer(packet),
        }
    }

    /// Whether a reset answers ours. A datagram of an earlier session could pass for it unless it echoes our session id;
    /// on a stream nothing foreign arrives, and not every gateway acknowledges in its first packet.
    fn is_answer(&self, packet: &ControlPacket<'_>) -> bool {
        self.role == Role::Gateway
            || self.framing == Framing::Stream
            || packet.peer_session_id.is_some()
    }
}
