//! How packets lie in a transport: one a datagram, or behind a length in a stream.

use std::ops::Range;

/// How packets lie in the transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// TCP: two bytes of length, big-endian and not counting themselves, before each packet.
    Stream,
    /// UDP: one packet is one datagram.
    Datagram,
}

impl Framing {
    /// Bytes before each packet.
    #[must_use]
    pub const fn header_len(self) -> usize {
        match self {
            Self::Stream => STREAM_HEADER_LEN,
            Self::Datagram => 0,
        }
    }

    /// Fills in the header of a frame, for which [`Self::header_len`] bytes are kept free before the packet.
    ///
    /// Returns none, and the frame must not be sent, when the packet is empty or longer than 65535 bytes.
    #[must_use]
    pub fn write_header(self, frame: &mut [u8]) -> Option<()> {
        let packet_len = frame.len().checked_sub(self.header_len())?;
        let header = stream_header(packet_len)?;
        if self == Self::Stream {
            *frame.first_chunk_mut()? = header;
        }
        Some(())
    }
}

/// What the start of a stream's buffer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Not a whole packet yet.
    Incomplete {
        /// How many more bytes to read at least before asking again; never zero.
        needed: usize,
    },
    /// A whole packet lies at this place of the buffer; the next frame begins where it ends.
    Packet(Range<usize>),
    /// A length of zero: the stream is out of step and must be closed.
    Invalid,
}

/// Finds the first packet in the unread bytes of a stream, in place.
///
/// A packet is at most 65535 bytes long, so a buffer of 65537 bytes always suffices.
#[must_use]
pub fn next_frame(buffer: &[u8]) -> Frame {
    let Some((length, rest)) = buffer.split_first_chunk() else {
        return Frame::Incomplete {
            needed: STREAM_HEADER_LEN - buffer.len(),
        };
    };
    match usize::from(u16::from_be_bytes(*length)) {
        0 => Frame::Invalid,
        length if length > rest.len() => Frame::Incomplete {
            needed: length - rest.len(),
        },
        length => Frame::Packet(STREAM_HEADER_LEN..STREAM_HEADER_LEN + length),
    }
}

/// The two bytes that go before a packet of this length in a stream; none if it is empty or too long.
#[must_use]
pub const fn stream_header(packet_len: usize) -> Option<[u8; STREAM_HEADER_LEN]> {
    if packet_len == 0 || packet_len > u16::MAX as usize {
        return None;
    }
    Some((packet_len as u16).to_be_bytes())
}

const STREAM_HEADER_LEN: usize = 2;
