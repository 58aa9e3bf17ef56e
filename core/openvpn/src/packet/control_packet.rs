use std::fmt;

use super::ack_list::AckList;
use super::opcode::{KeyId, Opcode, opcode_and_key};
use super::session_id::SessionId;

/// Bytes before the acknowledgements: opcode and key id, then the sender's session id.
///
/// Every wrapping leaves them in clear and at this place.
pub(crate) const HEAD_LEN: usize = 1 + SessionId::LEN;

/// One control packet in plain form, as all wrappings carry it.
///
/// `head(9) || count || count * u32 id || [peer session id] || [u32 message id] || payload`
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ControlPacket<'a> {
    pub(crate) opcode: Opcode,
    pub(crate) key_id: KeyId,
    /// The sender's session id.
    pub(crate) session_id: SessionId,
    pub(crate) acks: AckList,
    /// The receiver's session id: there if and only if something is acknowledged.
    pub(crate) peer_session_id: Option<SessionId>,
    /// The packet's number under its key: there in all kinds but [`Opcode::AckV1`].
    pub(crate) message_id: Option<u32>,
    pub(crate) payload: &'a [u8],
}

/// Why bytes are not a control packet, or a control packet cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PacketError {
    #[error("the packet is cut short")]
    Truncated,
    #[error("the packet is not a control packet of a known kind")]
    NotControl,
    #[error("the packet acknowledges more than eight packets")]
    TooManyAcks,
    #[error("a session id is zero")]
    ZeroSessionId,
    #[error("acknowledgements need the peer's session id, and it needs them")]
    AcksWithoutPeer,
    #[error("all kinds but acknowledgements need a message id, and those have none")]
    MessageIdMismatch,
}

impl<'a> ControlPacket<'a> {
    /// Reads a whole packet without wrapping.
    pub(crate) fn parse(packet: &'a [u8]) -> Result<Self, PacketError> {
        let (head, body) = packet.split_first_chunk().ok_or(PacketError::Truncated)?;
        Self::parse_parts(head, body)
    }

    /// Reads a packet whose head and body (what follows the head in plain form) lie apart.
    ///
    /// Bytes after the last field of an acknowledgement are ignored.
    pub(crate) fn parse_parts(head: &[u8; HEAD_LEN], body: &'a [u8]) -> Result<Self, PacketError> {
        let (opcode, key_id) = opcode_and_key(head[0])
            .filter(|(opcode, _)| !opcode.is_data())
            .ok_or(PacketError::NotControl)?;
        let mut reader = Reader(head.get(1..).unwrap_or_default());
        let session_id = reader.session_id()?;

        let mut reader = Reader(body);
        let [count] = reader.take()?;
        let mut acks = AckList::default();
        for _ in 0..count {
            if !acks.push(u32::from_be_bytes(reader.take()?)) {
                return Err(PacketError::TooManyAcks);
            }
        }
        let peer_session_id = match count {
            0 => None,
            _ => Some(reader.session_id()?),
        };
        let (message_id, payload) = match opcode {
            Opcode::AckV1 => (None, Default::default()),
            _ => (Some(u32::from_be_bytes(reader.take()?)), reader.0),
        };
        Ok(Self {
            opcode,
            key_id,
            session_id,
            acks,
            peer_session_id,
            message_id,
            payload,
        })
    }

    /// The first nine bytes, which every wrapping leaves in clear.
    pub(crate) fn head(&self) -> [u8; HEAD_LEN] {
        let mut head = [self.opcode.first_byte(self.key_id); HEAD_LEN];
        if let Some(session_id) = head.last_chunk_mut() {
            *session_id = *self.session_id.as_bytes();
        }
        head
    }

    /// Appends the whole packet in plain form; writes nothing if it is inconsistent.
    pub(crate) fn write(&self, out: &mut Vec<u8>) -> Result<(), PacketError> {
        self.check()?;
        out.extend_from_slice(&self.head());
        self.append_body(out);
        Ok(())
    }

    /// Appends what follows the head in plain form; writes nothing if the packet is inconsistent.
    pub(crate) fn write_body(&self, out: &mut Vec<u8>) -> Result<(), PacketError> {
        self.check()?;
        self.append_body(out);
        Ok(())
    }

    /// Whether the packet may be written: its optional fields are there exactly when its kind wants them.
    pub(crate) fn check(&self) -> Result<(), PacketError> {
        if self.opcode.is_data() {
            return Err(PacketError::NotControl);
        }
        if self.acks.is_empty() != self.peer_session_id.is_none() {
            return Err(PacketError::AcksWithoutPeer);
        }
        if (self.opcode == Opcode::AckV1) != self.message_id.is_none() {
            return Err(PacketError::MessageIdMismatch);
        }
        Ok(())
    }

    fn append_body(&self, out: &mut Vec<u8>) {
        out.push(self.acks.len() as u8);
        for id in self.acks.iter() {
            out.extend_from_slice(&id.to_be_bytes());
        }
        if let Some(peer) = self.peer_session_id {
            out.extend_from_slice(peer.as_bytes());
        }
        if let Some(id) = self.message_id {
            out.extend_from_slice(&id.to_be_bytes());
        }
        out.extend_from_slice(self.payload);
    }
}

/// Shows the length of the payload only: the handshake is nobody's business in a log.
impl fmt::Debug for ControlPacket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlPacket")
            .field("opcode", &self.opcode)
            .field("key_id", &self.key_id.number())
            .field("session_id", &self.session_id)
            .field("acks", &self.acks)
            .field("peer_session_id", &self.peer_session_id)
            .field("message_id", &self.message_id)
            .field("payload_len", &self.payload.len())
            .finish()
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], PacketError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(PacketError::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn session_id(&mut self) -> Result<SessionId, PacketError> {
        SessionId::from_bytes(self.take()?).ok_or(PacketError::ZeroSessionId)
    }
}
