use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::error::SealError;
use super::format::DataFormat;
use super::key::SealKey;
use super::magic;
use super::mss_clamp::MssClamp;
use super::shared::{Delivery, Shared};

/// The longest frame, without the length that leads it in a stream.
const LONGEST: usize = u16::MAX as usize;

/// The sending half of the data channel.
///
/// It belongs to whoever sends, may move between threads, and shares no lock with the receiving half. It switches
/// to a new key by itself when the connection has negotiated one.
pub struct Sealer {
    shared: Arc<Shared>,
    format: DataFormat,
    clamp: Option<MssClamp>,
    generation: u64,
    key: Option<Box<SealKey>>,
}

impl Sealer {
    pub(super) fn new(shared: Arc<Shared>, format: DataFormat, clamp: Option<MssClamp>) -> Self {
        Self {
            shared,
            format,
            clamp,
            generation: 0,
            key: None,
        }
    }

    /// Bytes that a frame needs before its payload; constant for the life of the connection.
    #[must_use]
    pub fn headroom(&self) -> usize {
        self.format.headroom()
    }

    /// Bytes that a frame needs after its payload; constant for the life of the connection.
    #[must_use]
    pub fn tailroom(&self) -> usize {
        self.format.tailroom()
    }

    /// Seals one packet in place.
    ///
    /// The frame is headroom, then the IP packet, then tailroom, with nothing left over; it becomes one frame ready
    /// for the wire. Neither allocates nor, but for a change of keys, takes a lock.
    ///
    /// # Errors
    /// The frame must not be sent, and is spoilt.
    #[inline]
    pub fn seal(&mut self, now: Instant, frame: &mut [u8]) -> Result<(), SealError> {
        self.lower_segments(frame);
        match self.seal_frame(now, frame) {
            Ok(payload_len) => {
                self.shared.sent.counters.packets.add(1);
                self.shared.sent.counters.bytes.add(payload_len as u64);
                Ok(())
            }
            Err(error) => {
                self.shared.sent.counters.unsealed.add(1);
                Err(error)
            }
        }
    }

    /// Appends a sealed keepalive to `out`, as one frame ready for the wire.
    ///
    /// # Errors
    /// Nothing is appended.
    pub fn seal_keepalive(&mut self, now: Instant, out: &mut Vec<u8>) -> Result<(), SealError> {
        self.seal_message(now, &magic::PING, out)
    }

    /// Appends a sealed note that this end leaves to `out`, as one frame ready for the wire.
    ///
    /// OpenVPN sends it over datagrams, where nothing else tells that a connection is over, unless both ends agreed
    /// on a message in the control channel.
    ///
    /// # Errors
    /// Nothing is appended.
    pub fn seal_exit_notification(
        &mut self,
        now: Instant,
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        self.seal_message(now, &magic::EXIT, out)
    }

    /// Whether the key in use is near its end, be it in this direction or in the other: true once for each key.
    ///
    /// Whoever sends asks after each batch, and has the connection renegotiate. Unheard, the key goes on until it is used
    /// up, and then every packet is refused with [`SealError::Exhausted`].
    #[inline]
    pub fn take_rekey_request(&mut self) -> bool {
        self.key
            .as_ref()
            .is_some_and(|key| key.take_rekey_request())
    }

    fn seal_message(
        &mut self,
        now: Instant,
        message: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let start = out.len();
        out.resize(start + self.headroom(), 0);
        out.extend_from_slice(message);
        out.resize(out.len() + self.tailroom(), 0);
        let sealed = match out.get_mut(start..) {
            Some(frame) => self.seal_frame(now, frame),
            None => Err(SealError::FrameLength),
        };
        match sealed {
            Ok(_) => {
                self.shared.sent.counters.messages.add(1);
                Ok(())
            }
            Err(error) => {
                out.truncate(start);
                Err(error)
            }
        }
    }

    /// Sees to it that TCP connections that open in the tunnel use segments that fit.
    #[inline]
    fn lower_segments(&self, frame: &mut [u8]) {
        let end = frame.len().saturating_sub(self.tailroom());
        if let (Some(clamp), Some(packet)) = (self.clamp, frame.get_mut(self.headroom()..end)) {
            clamp.apply(packet);
        }
    }

    /// Seals a frame and yields the length of its payload.
    #[inline]
    fn seal_frame(&mut self, now: Instant, frame: &mut [u8]) -> Result<usize, SealError> {
        self.collect_keys();
        let framing = self.format.framing;
        let payload_len = frame
            .len()
            .saturating_sub(self.format.headroom() + self.format.tailroom());
        if payload_len == 0 || frame.len() - framing.header_len() > LONGEST {
            return Err(SealError::FrameLength);
        }
        let key = self.key.as_mut().ok_or(SealError::NoKey)?;
        let marked = frame
            .get_mut(self.format.marked(frame.len()))
            .ok_or(SealError::FrameLength)?;
        self.format.compression.mark(marked)?;
        let packet = frame
            .get_mut(framing.header_len()..)
            .ok_or(SealError::FrameLength)?;
        key.seal(packet)?;
        framing.write_header(frame).ok_or(SealError::FrameLength)?;
        self.shared.sent.last.set(now);
        Ok(payload_len)
    }

    #[inline]
    fn collect_keys(&mut self) {
        let Some(mut mailbox) = self.shared.changed(&mut self.generation) else {
            return;
        };
        match std::mem::take(&mut mailbox.for_sealer) {
            Delivery::Keep => {}
            Delivery::Replace(key) => self.key = Some(key),
            Delivery::Stop => self.key = None,
        }
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sealer")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
