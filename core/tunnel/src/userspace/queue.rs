//! Where the stack's packets go: straight into a batch, or, for answers made while packets come in, into a bounded
//! queue that the next batch takes along.

use std::collections::VecDeque;

use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;

use crate::batch::Batch;

/// Answers kept for the next batch: about what one read of the transport can ask for.
const MOST_ANSWERS: usize = 256;

/// What the interface is told about its device.
pub(super) fn capabilities(mtu: u16) -> DeviceCapabilities {
    let mut capabilities = DeviceCapabilities::default();
    capabilities.medium = Medium::Ip;
    capabilities.max_transmission_unit = usize::from(mtu);
    capabilities
}

/// Answers (resets, echo replies, repeated acknowledgements) that wait for the next batch, in recycled buffers.
///
/// A full queue drops, as a network may, and counts: holding back the incoming packets instead would let two tunnels
/// that wait for each other stand still.
#[derive(Default)]
pub(super) struct Answers {
    waiting: VecDeque<Vec<u8>>,
    spare: Vec<Vec<u8>>,
    dropped: u64,
}

impl Answers {
    /// Moves answers into the batch while it has room.
    pub(super) fn drain_into(&mut self, batch: &mut Batch) {
        while batch.has_room() {
            let Some(answer) = self.waiting.pop_front() else {
                return;
            };
            if !batch.push(&answer) {
                self.dropped += 1;
            }
            self.spare.push(answer);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Answers dropped because the queue was full or the batch takes only shorter packets.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    fn emit<R>(&mut self, length: usize, write: impl FnOnce(&mut [u8]) -> R) -> R {
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.clear();
        buffer.resize(length, 0);
        let result = write(&mut buffer);
        if self.waiting.len() < MOST_ANSWERS {
            self.waiting.push_back(buffer);
        } else {
            self.dropped += 1;
            self.spare.push(buffer);
        }
        result
    }
}

/// The interface's device while packets leave: they are written where they will be sealed.
pub(super) struct Departure<'a> {
    pub(super) batch: &'a mut Batch,
    pub(super) mtu: u16,
    /// Counts packets that the batch is too narrow for.
    pub(super) oversized: &'a mut u64,
}

impl Device for Departure<'_> {
    type RxToken<'a>
        = Arriving<'a>
    where
        Self: 'a;
    type TxToken<'a>
        = Departing<'a>
    where
        Self: 'a;

    fn receive(&mut self, _now: Instant) -> Option<(Arriving<'_>, Departing<'_>)> {
        None
    }

    fn transmit(&mut self, _now: Instant) -> Option<Departing<'_>> {
        self.batch.has_room().then_some(Departing {
            batch: self.batch,
            oversized: self.oversized,
        })
    }

    fn capabilities(&self) -> DeviceCapabilities {
        capabilities(self.mtu)
    }
}

/// The right to write one packet into the batch.
pub(super) struct Departing<'a> {
    batch: &'a mut Batch,
    oversized: &'a mut u64,
}

impl TxToken for Departing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        if let Some(slot) = self.batch.slot().and_then(|slot| slot.get_mut(..length)) {
            let result = write(slot);
            self.batch.commit(length);
            return result;
        }
        *self.oversized += 1;
        write(&mut vec![0; length])
    }
}

/// The interface's device while packets come in: one packet, and room for the answer to it.
pub(super) struct Arrival<'a> {
    pub(super) packet: Option<&'a [u8]>,
    pub(super) answers: &'a mut Answers,
    pub(super) mtu: u16,
}

impl Device for Arrival<'_> {
    type RxToken<'a>
        = Arriving<'a>
    where
        Self: 'a;
    type TxToken<'a>
        = Answering<'a>
    where
        Self: 'a;

    fn receive(&mut self, _now: Instant) -> Option<(Arriving<'_>, Answering<'_>)> {
        let packet = self.packet.take()?;
        Some((Arriving(packet), Answering(self.answers)))
    }

    fn transmit(&mut self, _now: Instant) -> Option<Answering<'_>> {
        Some(Answering(self.answers))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        capabilities(self.mtu)
    }
}

/// One packet that came in.
pub(super) struct Arriving<'a>(&'a [u8]);

impl RxToken for Arriving<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(self.0)
    }
}

/// The right to queue one answer.
pub(super) struct Answering<'a>(&'a mut Answers);

impl TxToken for Answering<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        self.0.emit(length, write)
    }
}
