//! The control channel: wrapped packets in and out, and the key states that they belong to; the same for both roles.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use rustls::crypto::CryptoProvider;
use zeroize::Zeroizing;

use super::key_state::{KeyState, Room};
use crate::error::Error;
use crate::frame::Framing;
use crate::packet::{ControlPacket, KeyId, Opcode, Role, SessionId, opcode_and_key};
use crate::reliability::{Acknowledgements, Receipt};
use crate::tls::{SessionTime, TlsSession};
use crate::wrap::{Wrapper, Wrapping, asks_for_client_key};

/// The longest datagram of the control channel (OpenVPN's `max-packet-size`), in which older peers expect to find it.
const LONGEST_DATAGRAM: usize = 1_250;

/// What goes into a datagram beside wrapping and TLS: IPv6 and UDP, opcode and session id, acknowledgements with the
/// peer's session id, message id.
const BESIDE_TLS: usize = 48 + 9 + (1 + 4 * ACKNOWLEDGEMENTS + 8) + 4;

/// How many acknowledgements ride in a control packet, and in a packet of its own where old peers allow no more.
const ACKNOWLEDGEMENTS: usize = 4;

/// The most messages that wait for new keys to be negotiated.
const MOST_UNSENT: usize = 16;

/// What a packet brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// The peer's first packet: its session id is known now, and TLS can start.
    Reset,
    /// The peer's first packet of a new negotiation, asked for or not: TLS can start anew.
    SoftReset,
    /// A packet of the session, new or repeated.
    Control,
    /// Nothing that counts: damaged, replayed, of another session. It was counted.
    Ignored,
}

/// One control channel.
///
/// At most two key states are kept. All that this end sends goes under the newer one: OpenVPN takes control packets
/// under the former one for a loss of synchronism. What the peer still sends under the former one is read.
pub(super) struct ControlChannel {
    role: Role,
    framing: Framing,
    wrapper: Wrapper,
    /// What wraps all packets of rekeys, where that was agreed.
    rekey_wrapper: Option<Wrapper>,
    time: Arc<SessionTime>,
    local: SessionId,
    remote: Option<SessionId>,
    current: KeyState,
    former: Option<KeyState>,
    /// Whether the current keys are in use, so that the peer may ask for the next ones.
    may_rekey: bool,
    /// Messages that wait until key method 2 has been exchanged under the current key id; none: it has been.
    unsent: Option<VecDeque<Zeroizing<Vec<u8>>>>,
    /// The next packet brings the client's wrapped key once more.
    brings_key: bool,
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
            rekey_wrapper: None,
            time,
            local: SessionId::new(provider.secure_random).map_err(|_| Error::NoRandomness)?,
            remote: None,
            current: KeyState::new(KeyId::FIRST, framing),
            former: None,
            may_rekey: false,
            unsent: Some(VecDeque::new()),
            brings_key: false,
            ignored: 0,
        })
    }

    /// Queues the packet that opens the session.
    pub(super) fn send_reset(&mut self) -> Result<(), Error> {
        let opcode = match self.role {
            Role::Client => self.wrapper.client_reset_opcode(),
            Role::Gateway => Opcode::HardResetServerV2,
        };
        self.current.queue(opcode, Vec::new())
    }

    /// Lets the peer ask for new keys from now on, or not.
    pub(super) fn allow_rekey(&mut self, allowed: bool) {
        self.may_rekey = allowed;
    }

    /// Opens the negotiation of the next keys, and queues the packet that says so.
    pub(super) fn begin_rekey(&mut self) -> Result<(), Error> {
        self.may_rekey = false;
        let next = KeyState::new(self.current.key_id.next(), self.framing);
        self.former = Some(std::mem::replace(&mut self.current, next));
        self.unsent = Some(VecDeque::new());
        self.current.queue(Opcode::SoftResetV1, Vec::new())
    }

    /// Forgets the key state before the current one: what still comes under it is ignored.
    pub(super) fn forget_former(&mut self) {
        self.former = None;
    }

    /// Wraps all packets of rekeys with a key of their own from now on (`dyn-tls-crypt`).
    pub(super) fn wrap_rekeys(&mut self, exported: &[u8; 256]) {
        self.rekey_wrapper = Some(self.wrapper.dynamic(exported));
    }

    /// Starts TLS; what it has to say first is queued.
    pub(super) fn start_tls(&mut self, session: TlsSession) -> Result<(), Error> {
        self.current.tls = Some(session);
        // The peer's first packets may have arrived before this end was ready for them.
        self.deliver()
    }

    /// Encrypts and queues a message of the key exchange.
    pub(super) fn send_key_message(&mut self, message: &[u8]) -> Result<(), Error> {
        if let Some(tls) = &mut self.current.tls {
            tls.send(message)?;
            self.queue_tls()?;
        }
        Ok(())
    }

    /// The key exchange is done: messages may be sent, and those that waited for it are.
    pub(super) fn open_for_messages(&mut self) -> Result<(), Error> {
        for message in self.unsent.take().unwrap_or_default() {
            self.send_key_message(&message)?;
        }
        Ok(())
    }

    /// Encrypts and queues a message; one that comes in mid-negotiation waits for its end.
    pub(super) fn send_message(&mut self, message: &[u8]) -> Result<(), Error> {
        match &mut self.unsent {
            None => self.send_key_message(message),
            Some(unsent) if unsent.len() < MOST_UNSENT => {
                unsent.push_back(Zeroizing::new(message.to_vec()));
                Ok(())
            }
            Some(_) => Err(Error::Protocol("it never finishes the key exchange")),
        }
    }

    /// Takes in one packet. An error ends the connection; its alert is queued already.
    pub(super) fn receive(&mut self, now: Instant, packet: &mut [u8]) -> Result<Received, Error> {
        let wrapper = self.wrapper_of(packet);
        let Ok(packet) = wrapper.unwrap(packet) else {
            return Ok(self.ignore());
        };
        if !self.is_of_session(&packet) {
            return Ok(self.ignore());
        }
        self.time.advance(now);
        if packet.opcode == Opcode::SoftResetV1 {
            return self.receive_soft_reset(&packet);
        }
        let opens = self.remote.is_none();
        if opens {
            self.remote = Some(packet.session_id);
            if self.framing == Framing::Datagram {
                self.current.send.hurry();
            }
        }
        if self.current.key_id == packet.key_id {
            if !accept(&mut self.current, &packet) {
                return Ok(self.ignore());
            }
            self.deliver()?;
        } else if let Some(former) = &mut self.former {
            if !accept(former, &packet) {
                return Ok(self.ignore());
            }
            // Nothing is sent under its key id any more, acknowledgements neither; and its end does not matter.
            former.acknowledgements = Acknowledgements::default();
            let _ = former.deliver();
        }
        Ok(if opens {
            Received::Reset
        } else {
            Received::Control
        })
    }

    /// The next control packet, ready for the wire, if one is due.
    pub(super) fn poll_transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.time.advance(now);
        let state = &mut self.current;
        let acknowledgements_due = state.acknowledgements.is_due() && self.remote.is_some();
        let packet = match state.send.poll(now) {
            Some(outgoing) => {
                let acks = state.acknowledgements.take(ACKNOWLEDGEMENTS);
                ControlPacket {
                    opcode: outgoing.opcode,
                    key_id: state.key_id,
                    session_id: self.local,
                    peer_session_id: if acks.is_empty() { None } else { self.remote },
                    acks,
                    message_id: Some(outgoing.message_id),
                    payload: outgoing.payload,
                }
            }
            None if acknowledgements_due => ControlPacket {
                opcode: Opcode::AckV1,
                key_id: state.key_id,
                session_id: self.local,
                acks: state.acknowledgements.take(ACKNOWLEDGEMENTS),
                peer_session_id: self.remote,
                message_id: None,
                payload: &[],
            },
            None => return None,
        };
        let mut wire = vec![0; self.framing.header_len()];
        let wrapper = match &mut self.rekey_wrapper {
            Some(wrapper) if state.key_id != KeyId::FIRST => wrapper,
            _ => &mut self.wrapper,
        };
        // Fails only when a 32-bit packet number is used up, and then the handshake's deadline ends it.
        wrapper
            .wrap(&packet, self.time.unix_time(), &mut wire)
            .ok()?;
        self.framing.write_header(&mut wire)?;
        Some(wire)
    }

    /// Whether the peer has everything that was sent under the current key id.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.current.send.is_empty()
    }

    /// When `poll_transmit` has something next.
    pub(super) fn transmit_due(&self, now: Instant) -> Option<Instant> {
        if self.current.acknowledgements.is_due() && self.remote.is_some() {
            return Some(now);
        }
        self.current.send.due(now)
    }

    /// The decrypted messages that arrived, each with the key id that it came under.
    pub(super) fn take_plaintext(&mut self) -> Vec<(KeyId, Zeroizing<Vec<u8>>)> {
        let states = self.former.iter_mut().chain([&mut self.current]);
        states
            .flat_map(|state| {
                let key_id = state.key_id;
                let records = state.take_plaintext();
                records.into_iter().map(move |record| (key_id, record))
            })
            .collect()
    }

    /// The TLS session of the newest negotiation, once there is one.
    pub(super) fn tls(&self) -> Option<&TlsSession> {
        self.current.tls.as_ref()
    }

    /// Says goodbye in TLS.
    pub(super) fn close_tls(&mut self) {
        if let Some(tls) = &mut self.current.tls {
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

    /// The key id of the newest negotiation.
    pub(super) fn key_id(&self) -> KeyId {
        self.current.key_id
    }

    /// How many packets were ignored because they were damaged, replayed or of another session.
    pub(super) fn ignored(&self) -> u64 {
        self.ignored
    }

    /// Takes in the packet by which the peer opens a negotiation, or answers that this end has opened one; when both
    /// open it at once, each takes the other's packet for the answer.
    fn receive_soft_reset(&mut self, packet: &ControlPacket<'_>) -> Result<Received, Error> {
        if packet.key_id != self.current.key_id {
            self.begin_rekey()?;
        }
        if !accept(&mut self.current, packet) {
            return Ok(self.ignore());
        }
        Ok(match self.current.open() {
            Some(_) => Received::SoftReset,
            None => Received::Control,
        })
    }

    fn deliver(&mut self) -> Result<(), Error> {
        if let Some(payload) = self.current.open() {
            // The payload of the gateway's reset.
            self.brings_key |= self.wrapper.client_key_len() > 0 && asks_for_client_key(&payload);
        }
        let delivered = self.current.deliver();
        let queued = self.queue_tls();
        delivered.and(queued)
    }

    fn queue_tls(&mut self) -> Result<(), Error> {
        let overhead = match &self.rekey_wrapper {
            Some(wrapper) if self.current.key_id != KeyId::FIRST => wrapper.overhead(),
            _ => self.wrapper.overhead(),
        };
        let usual = LONGEST_DATAGRAM.saturating_sub(BESIDE_TLS + overhead);
        let brings_key = self.brings_key && self.current.tls.is_some();
        let room = Room {
            usual,
            beside_client_key: brings_key
                .then(|| usual.saturating_sub(self.wrapper.client_key_len())),
        };
        self.brings_key &= !brings_key;
        self.current.queue_tls(room)
    }

    /// What unwraps a packet: the key id says so before it is authenticated.
    fn wrapper_of(&mut self, packet: &[u8]) -> &mut Wrapper {
        let key_id = packet
            .first()
            .and_then(|first| opcode_and_key(*first))
            .map(|(_, key_id)| key_id);
        match &mut self.rekey_wrapper {
            Some(wrapper) if key_id != Some(KeyId::FIRST) => wrapper,
            _ => &mut self.wrapper,
        }
    }

    fn ignore(&mut self) -> Received {
        self.ignored += 1;
        Received::Ignored
    }

    /// Whether a packet belongs to the session: its ids fit, a session is only ever opened by the reset of the other role,
    /// and a negotiation by the first packet of the next key id, or of the one that this end has opened.
    fn is_of_session(&self, packet: &ControlPacket<'_>) -> bool {
        let echoes_another = packet
            .peer_session_id
            .is_some_and(|echoed| echoed != self.local);
        if echoes_another {
            return false;
        }
        let key_id = packet.key_id;
        let is_reset = match self.role {
            Role::Client => packet.opcode == Opcode::HardResetServerV2,
            Role::Gateway => matches!(
                packet.opcode,
                Opcode::HardResetClientV2 | Opcode::HardResetClientV3
            ),
        };
        let is_first = packet.message_id == Some(0);
        match self.remote {
            Some(remote) if remote != packet.session_id => false,
            Some(_) if packet.opcode == Opcode::SoftResetV1 => {
                let repeated_or_answered = key_id == self.current.key_id && key_id != KeyId::FIRST;
                let asked_for = self.may_rekey && key_id == self.current.key_id.next();
                is_first && (repeated_or_answered || asked_for)
            }
            Some(_) if is_reset => is_first && self.has_state(key_id) && key_id == KeyId::FIRST,
            Some(_) => {
                self.has_state(key_id)
                    && matches!(
                        packet.opcode,
                        Opcode::ControlV1 | Opcode::ControlWkcV1 | Opcode::AckV1
                    )
            }
            None => is_reset && is_first && key_id == KeyId::FIRST && self.is_answer(packet),
        }
    }

    fn has_state(&self, key_id: KeyId) -> bool {
        let former = self.former.as_ref();
        self.current.key_id == key_id || former.is_some_and(|former| former.key_id == key_id)
    }

    /// Whether a reset answers ours. A datagram of an earlier session could pass for it unless it echoes our session id;
    /// on a stream nothing foreign arrives, and not every gateway acknowledges in its first packet.
    fn is_answer(&self, packet: &ControlPacket<'_>) -> bool {
        self.role == Role::Gateway
            || self.framing == Framing::Stream
            || packet.peer_session_id.is_some()
    }
}

/// Takes acknowledgements and payload in; false when the packet is too far ahead to be kept.
fn accept(state: &mut KeyState, packet: &ControlPacket<'_>) -> bool {
    for id in packet.acks.iter() {
        state.send.acknowledge(id);
    }
    packet
        .message_id
        .is_none_or(|id| state.insert(id, packet.payload) != Receipt::OutsideWindow)
}
