use std::ops::Range;

use crate::frames::Frames;
use crate::margin::Margin;

/// Packets of one direction on their way through the tunnel: one bounded arena and where in it the packets lie.
///
/// It is filled in one of two ways. A device writes packet after packet through [`slot`](Self::slot) and
/// [`commit`](Self::commit): each gets the batch's [`Margin`] and the frames stand back to back, so that sealing in
/// place leaves one run of bytes, [`frames`](Self::frames), for a single write. The pump, in the other direction, reads
/// the transport straight into [`buffer_mut`](Self::buffer_mut), opens the frames where they lie and marks the plain
/// packets with [`mark`](Self::mark). Either way nothing is copied between device and transport, and a batch allocates
/// only until it has seen its largest number of packets.
///
/// Packets are plain IP packets of at most [`max_packet`](Self::max_packet) bytes. Segmentation offload is the business
/// of the device behind the batch: a device that is handed a super-packet splits it into slots, whose margins could not
/// lie inside it anyway, and a device that can write super-packets joins the neighbours it finds in the batch. For
/// that a batch always holds what one super-packet splits into.
///
/// Packets leave at the front: [`front`](Self::front), then [`pop`](Self::pop) or [`reject`](Self::reject).
pub struct Batch {
    arena: Box<[u8]>,
    margin: Margin,
    max_packet: usize,
    /// Packets in order of their place in the arena; those before `first` have left.
    packets: Vec<Range<usize>>,
    first: usize,
    /// End of the last packet's frame: where the next one starts.
    end: usize,
    rejected: u64,
    oversized: u64,
}

/// The largest packet that a device with segmentation offload reads or writes at once.
const SUPER_PACKET: usize = 65_535;

impl Batch {
    /// Makes an empty batch for packets of at most `max_packet` bytes.
    ///
    /// The arena holds `capacity` bytes, or as many as the segments of one super-packet need, whichever is more.
    pub fn new(capacity: usize, max_packet: usize, margin: Margin) -> Batch {
        let max_packet = max_packet.clamp(1, SUPER_PACKET);
        // A segment repeats up to 120 bytes of headers, so a small packet size splits into more of them.
        let payload = max_packet.saturating_sub(120).max(max_packet / 2).max(1);
        let segments = SUPER_PACKET.div_ceil(payload);
        let capacity = capacity.max(segments * (max_packet + margin.total()));
        Batch {
            arena: vec![0; capacity].into_boxed_slice(),
            margin,
            max_packet,
            packets: Vec::new(),
            first: 0,
            end: 0,
            rejected: 0,
            oversized: 0,
        }
    }

    /// The largest packet that fits a slot, in bytes.
    pub fn max_packet(&self) -> usize {
        self.max_packet
    }

    /// Packets that have not left yet.
    pub fn len(&self) -> usize {
        self.packets.len() - self.first
    }

    /// Whether every packet has left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the packets that have not left yet, without margins.
    pub fn packet_bytes(&self) -> usize {
        self.packets.iter().skip(self.first).map(Range::len).sum()
    }

    /// The packets that have not left yet, in order.
    pub fn packets(&self) -> impl Iterator<Item = &[u8]> {
        self.packets
            .iter()
            .skip(self.first)
            .filter_map(|packet| self.arena.get(packet.clone()))
    }

    /// Forgets all packets; the arena and the counts stay.
    pub fn clear(&mut self) {
        self.packets.clear();
        self.first = 0;
        self.end = 0;
    }

    // ---- a device fills ----

    /// Room for one more packet of up to [`max_packet`](Self::max_packet) bytes; `None` when the batch is full.
    pub fn slot(&mut self) -> Option<&mut [u8]> {
        let start = self.end + self.margin.before;
        let end = start + self.max_packet;
        if end + self.margin.after > self.arena.len() {
            return None;
        }
        self.arena.get_mut(start..end)
    }

    /// Whether [`slot`](Self::slot) has room.
    pub fn has_room(&self) -> bool {
        self.end + self.margin.total() + self.max_packet <= self.arena.len()
    }

    /// Takes the first `length` bytes of the slot in as a packet.
    ///
    /// A length of zero, or beyond the slot, adds nothing.
    pub fn commit(&mut self, length: usize) {
        if length == 0 || length > self.max_packet || !self.has_room() {
            return;
        }
        let start = self.end + self.margin.before;
        self.packets.push(start..start + length);
        self.end = start + length + self.margin.after;
    }

    /// Copies a packet in; answers whether there was room for it.
    pub fn push(&mut self, packet: &[u8]) -> bool {
        let Some(slot) = self.slot().and_then(|slot| slot.get_mut(..packet.len())) else {
            return false;
        };
        slot.copy_from_slice(packet);
        self.commit(packet.len());
        true
    }

    /// Counts a packet that the device has for the tunnel and that is longer than a slot: it is left out.
    pub fn skip_oversized(&mut self) {
        self.oversized += 1;
    }

    /// Takes out the packets that `keeps` refuses, and closes the gaps.
    ///
    /// Only for a batch that a device filled.
    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(&[u8]) -> bool) {
        let (arena, margin) = (&mut self.arena, self.margin);
        let mut end = 0;
        self.packets.retain_mut(|packet| {
            let kept = arena.get(packet.clone()).is_some_and(&mut keeps);
            if kept {
                let start = end + margin.before;
                if start != packet.start {
                    // It moves towards the beginning, so that it stays inside.
                    arena.copy_within(packet.clone(), start);
                }
                *packet = start..start + packet.len();
                end = packet.end + margin.after;
            }
            kept
        });
        self.end = end;
    }

    /// Packets left out as too long since the last call.
    pub fn take_oversized(&mut self) -> u64 {
        std::mem::take(&mut self.oversized)
    }

    // ---- the pump seals ----

    /// Calls `seal` with each whole frame, margins included, in order, until one fails.
    ///
    /// Frames before the failure are kept and those from it on are dropped, so that [`frames`](Self::frames) is what
    /// may be sent. Answers how many frames were sealed, and the failure.
    pub fn seal<E>(
        &mut self,
        mut seal: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> (usize, Option<E>) {
        let mut sealed = 0;
        for packet in &self.packets {
            let frame = packet.start - self.margin.before..packet.end + self.margin.after;
            let Some(frame) = self.arena.get_mut(frame) else {
                break;
            };
            if let Err(error) = seal(frame) {
                self.end = packet.start - self.margin.before;
                self.packets.truncate(sealed);
                return (sealed, Some(error));
            }
            sealed += 1;
        }
        (sealed, None)
    }

    /// All frames back to back: the bytes for one write after [`seal`](Self::seal).
    ///
    /// Only for a batch that a device filled.
    pub fn frames(&self) -> &[u8] {
        self.arena.get(..self.end).unwrap_or_default()
    }

    /// The frames one by one, for a transport that keeps packets apart.
    pub(crate) fn sealed(&self) -> Frames<'_> {
        Frames::new(self.frames(), &self.packets, self.margin)
    }

    /// The bytes around every packet.
    pub(crate) fn margin(&self) -> Margin {
        self.margin
    }

    // ---- the pump reads ----

    /// The whole arena, for reading the transport into.
    pub fn buffer_mut(&mut self) -> &mut [u8] {
        &mut self.arena
    }

    /// Marks a packet that lies in the arena; answers `false`, and marks nothing, when the range is empty, reaches
    /// beyond the arena or begins before the end of the packet marked last.
    pub fn mark(&mut self, packet: Range<usize>) -> bool {
        if packet.start < self.end || packet.start >= packet.end || packet.end > self.arena.len() {
            return false;
        }
        self.end = packet.end;
        self.packets.push(packet);
        true
    }

    // ---- a device empties ----

    /// The packet that leaves next.
    pub fn front(&self) -> Option<&[u8]> {
        self.packets
            .get(self.first)
            .and_then(|packet| self.arena.get(packet.clone()))
    }

    /// Lets the front packet go; the last one to go makes the batch ready for filling again.
    pub fn pop(&mut self) {
        self.first = (self.first + 1).min(self.packets.len());
        if self.is_empty() {
            self.clear();
        }
    }

    /// Lets the front packet go as one that the device cannot take, and counts it.
    pub fn reject(&mut self) {
        if !self.is_empty() {
            self.rejected += 1;
            self.pop();
        }
    }

    /// Packets rejected since the last call.
    pub fn take_rejected(&mut self) -> u64 {
        std::mem::take(&mut self.rejected)
    }
}

impl std::fmt::Debug for Batch {
    /// Sizes only: what packets carry stays out of logs.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Batch")
            .field("packets", &self.len())
            .field("capacity", &self.arena.len())
            .field("margin", &self.margin)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
