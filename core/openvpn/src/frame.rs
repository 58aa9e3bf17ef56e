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

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )]

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_stream_cut_anywhere_says_how_much_is_missing_and_loses_nothing() {
        let packets: [&[u8]; 4] = [b"a", b"control", &[7; 300], &[8; 65_535]];
        let stream = stream_of(&packets);
        for cut in (0..700).chain(stream.len() - 10..=stream.len()) {
            let (mut read, mut found) = (stream[..cut].to_vec(), Vec::new());
            let mut start = 0;
            loop {
                match next_frame(&read[start..]) {
                    Frame::Packet(range) => {
                        found.push(read[start + range.start..start + range.end].to_vec());
                        start += range.end;
                    }
                    Frame::Incomplete { needed } if read.len() + needed <= stream.len() => {
                        assert!(needed > 0);
                        let end = read.len() + needed;
                        read.extend_from_slice(&stream[read.len()..end]);
                    }
                    Frame::Incomplete { .. } => break,
                    Frame::Invalid => panic!("no frame is invalid"),
                }
            }
            assert_eq!(found, packets, "cut at {cut}");
            assert_eq!(start, stream.len());
        }
    }

    proptest! {
        #[test]
        fn a_stream_that_comes_in_any_pieces_yields_the_packets_that_went_in(
            packets in vec(vec(any::<u8>(), 1..200), 0..20),
            pieces in vec(1..50usize, 1..50),
        ) {
            let borrowed: Vec<&[u8]> = packets.iter().map(Vec::as_slice).collect();
            let stream = stream_of(&borrowed);
            let (mut unread, mut found) = (Vec::new(), Vec::new());
            let mut rest = stream.as_slice();
            let mut sizes = pieces.iter().cycle();
            while !rest.is_empty() {
                let size = rest.len().min(*sizes.next().unwrap());
                let (piece, after) = rest.split_at(size);
                unread.extend_from_slice(piece);
                rest = after;
                while let Frame::Packet(range) = next_frame(&unread) {
                    found.push(unread[range.clone()].to_vec());
                    unread.drain(..range.end);
                }
            }
            prop_assert_eq!(found, packets);
            prop_assert!(unread.is_empty());
        }

        #[test]
        fn what_is_asked_for_never_passes_the_end_of_the_packet(stream in vec(any::<u8>(), 0..400)) {
            match next_frame(&stream) {
                Frame::Incomplete { needed } => prop_assert!(needed > 0 && stream.len() + needed <= 65_537),
                Frame::Packet(range) => prop_assert!(range.start == 2 && !range.is_empty() && range.end <= stream.len()),
                Frame::Invalid => prop_assert_eq!(&stream[..2], [0, 0]),
            }
        }
    }

    #[test]
    fn no_more_is_asked_for_than_the_frame_needs() {
        let stream = stream_of(&[&[1; 5]]);

        let needed: Vec<Frame> = (0..7).map(|len| next_frame(&stream[..len])).collect();

        let expected = [2, 1, 5, 4, 3, 2, 1].map(|needed| Frame::Incomplete { needed });
        assert_eq!(needed, expected);
        assert_eq!(next_frame(&stream), Frame::Packet(2..7));
    }

    #[test]
    fn a_length_of_zero_is_invalid() {
        assert_eq!(next_frame(&[0, 0]), Frame::Invalid);
        assert_eq!(next_frame(&[0, 0, 1, 2]), Frame::Invalid);
    }

    #[test]
    fn headers_are_written_for_packets_that_fit_only() {
        let mut whole = [0; 5];
        let mut too_long = vec![0; 2 + 65_536];

        assert_eq!(Framing::Stream.write_header(&mut whole), Some(()));
        assert_eq!(whole, [0, 3, 0, 0, 0]);
        assert_eq!(Framing::Stream.write_header(&mut [0; 2]), None);
        assert_eq!(Framing::Stream.write_header(&mut [0; 1]), None);
        assert_eq!(Framing::Stream.write_header(&mut too_long), None);
        assert_eq!(stream_header(65_535), Some([0xff, 0xff]));
    }

    #[test]
    fn datagrams_have_no_header() {
        let mut datagram = [9; 3];

        assert_eq!(Framing::Datagram.write_header(&mut datagram), Some(()));
        assert_eq!(datagram, [9; 3]);
        assert_eq!(Framing::Datagram.header_len(), 0);
        assert_eq!(Framing::Datagram.write_header(&mut []), None);
    }

    fn stream_of(packets: &[&[u8]]) -> Vec<u8> {
        let framed = packets.iter().map(|packet| {
            let header = stream_header(packet.len()).unwrap();
            [&header, *packet].concat()
        });
        framed.collect::<Vec<_>>().concat()
    }
}
