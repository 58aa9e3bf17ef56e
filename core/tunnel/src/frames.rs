use std::ops::Range;

use crate::margin::Margin;

/// Sealed packets that lie back to back: one run of bytes for a stream, one datagram each where packets stay apart.
#[derive(Clone, Copy)]
pub(crate) struct Frames<'a> {
    bytes: &'a [u8],
    /// The packets inside the frames.
    packets: &'a [Range<usize>],
    margin: Margin,
}

impl<'a> Frames<'a> {
    /// Takes the bytes of all frames, and where in them the packets lie, each with its margin around it.
    pub(crate) fn new(bytes: &'a [u8], packets: &'a [Range<usize>], margin: Margin) -> Self {
        Self {
            bytes,
            packets,
            margin,
        }
    }

    /// All frames as one run.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.packets.len()
    }

    /// One frame.
    pub(crate) fn get(&self, index: usize) -> Option<&'a [u8]> {
        let packet = self.packets.get(index)?;
        let start = packet.start.checked_sub(self.margin.before)?;
        self.bytes.get(start..packet.end + self.margin.after)
    }
}
