use std::ops::Range;

use super::aead::TAG_LEN;
use super::compression::CompressionFraming;
use crate::frame::Framing;
use crate::packet::{KeyId, Opcode};

/// The peer id that says "none" in the 24 bits of the header.
const NO_PEER_ID: u32 = 0x00ff_ffff;

/// How data packets look on the wire; constant for the life of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DataFormat {
    pub(crate) framing: Framing,
    /// The id that the gateway gave this connection: packets carry it behind a longer header (P_DATA_V2).
    pub(crate) peer_id: Option<u32>,
    /// The epoch format: packet ids of 64 bits, the tag behind the payload, keys that follow from each other.
    /// It always has the longer header.
    pub(crate) epoch: bool,
    /// The mark that goes with payloads for the sake of compression, inside of the encryption.
    pub(crate) compression: CompressionFraming,
}

impl DataFormat {
    /// Bytes before the payload, the length of a stream's frame included.
    pub(crate) fn headroom(self) -> usize {
        let id_and_tag = if self.epoch {
            EPOCH_ID_LEN
        } else {
            CLASSIC_ID_LEN + TAG_LEN
        };
        self.framing.header_len() + self.header_len() + id_and_tag + self.compression.headroom()
    }

    /// Bytes after the payload.
    pub(crate) fn tailroom(self) -> usize {
        let tag = if self.epoch { TAG_LEN } else { 0 };
        self.compression.tailroom() + tag
    }

    /// Where in a frame the payload lies together with the mark of its compression.
    pub(super) fn marked(self, frame_len: usize) -> Range<usize> {
        let start = self.headroom() - self.compression.headroom();
        let end = frame_len.saturating_sub(self.tailroom() - self.compression.tailroom());
        start..end
    }

    /// The header of packets that are sent under this key.
    pub(super) fn header(self, key_id: KeyId) -> Header {
        if !self.is_v2() {
            return Header::V1([Opcode::DataV1.first_byte(key_id)]);
        }
        let mut header = (self.peer_id.unwrap_or(NO_PEER_ID) & NO_PEER_ID).to_be_bytes();
        header[0] = Opcode::DataV2.first_byte(key_id);
        Header::V2(header)
    }

    fn header_len(self) -> usize {
        if self.is_v2() {
            Header::V2_LEN
        } else {
            Header::V1_LEN
        }
    }

    fn is_v2(self) -> bool {
        self.epoch || self.peer_id.is_some()
    }
}

/// Bytes of a packet id.
pub(super) const CLASSIC_ID_LEN: usize = 4;

/// Bytes of a packet id with its epoch.
pub(super) const EPOCH_ID_LEN: usize = 8;

/// What stands before the packet id.
#[derive(Clone, Copy)]
pub(super) enum Header {
    V1([u8; Header::V1_LEN]),
    V2([u8; Header::V2_LEN]),
}

impl Header {
    pub(super) const V1_LEN: usize = 1;
    pub(super) const V2_LEN: usize = 4;

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::V1(bytes) => bytes,
            Self::V2(bytes) => bytes,
        }
    }

    /// What of header and packet id is authenticated: the short header is not.
    pub(super) fn associated(head: &[u8], header_len: usize) -> &[u8] {
        if header_len == Self::V1_LEN {
            head.get(header_len..).unwrap_or_default()
        } else {
            head
        }
    }
}
