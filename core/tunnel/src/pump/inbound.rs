//! From the transport to the device.

use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use p2svpn_openvpn::{Frame, Opened, Opener, next_frame, opcode_and_key};
use p2svpn_system::Clock;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

use super::messages::{FromPump, ToInbound};
use crate::batch::{Batch, Margin};
use crate::device::PacketSink;
use crate::statistics::Counters;

/// Bytes of one read; several of the longest frames, which take 65,537 bytes each.
const BUFFER: usize = 256 * 1024;

/// The only reader of the transport.
pub(crate) struct Inbound<R> {
    transport: R,
    orders: mpsc::Receiver<ToInbound>,
    control: mpsc::Sender<FromPump>,
    clock: Clock,
    counters: Arc<Counters>,
    opener: Option<Opener>,
    sink: Option<Box<dyn PacketSink>>,
    /// Read, opened and handed to the device in place.
    batch: Batch,
    /// Bytes of the batch's buffer that were read; those after the last whole frame stay for the next read.
    filled: usize,
}

/// What one frame holds.
enum Content {
    Control,
    Packet(Range<usize>),
    PeerLeaves,
    Nothing,
}

/// Nobody listens any more: the tunnel is going away.
struct Gone;

impl<R: AsyncRead + Unpin> Inbound<R> {
    pub(crate) fn new(
        transport: R,
        orders: mpsc::Receiver<ToInbound>,
        control: mpsc::Sender<FromPump>,
        clock: Clock,
        counters: Arc<Counters>,
    ) -> Self {
        let batch = Batch::new(BUFFER, usize::from(u16::MAX), Margin::default());
        Self {
            transport,
            orders,
            control,
            clock,
            counters,
            opener: None,
            sink: None,
            batch,
            filled: 0,
        }
    }

    /// Reads until the transport ends or nobody listens.
    pub(crate) async fn run(mut self) {
        let end = loop {
            match self.read().await {
                Ok(0) => break None,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => break Some(error.kind()),
            }
            match self.deliver().await {
                Ok(None) => {}
                Ok(Some(kind)) => break Some(kind),
                Err(Gone) => return,
            }
        };
        let _ = self.control.send(FromPump::Ended(end)).await;
    }

    /// Reads once, meanwhile doing as ordered.
    async fn read(&mut self) -> io::Result<usize> {
        loop {
            let room = self
                .batch
                .buffer_mut()
                .get_mut(self.filled..)
                .unwrap_or_default();
            tokio::select! {
                biased;
                Some(order) = self.orders.recv() => match order {
                    ToInbound::Opener(opener) => self.opener = Some(opener),
                    ToInbound::Sink(sink) => self.sink = Some(sink),
                },
                read = self.transport.read(room) => {
                    let length = read?;
                    self.filled += length;
                    self.counters.wire_received_bytes.add(length as u64);
                    return Ok(length);
                }
            }
        }
    }

    /// Hands on everything that was read whole; answers what is wrong with the stream, if it is.
    async fn deliver(&mut self) -> Result<Option<io::ErrorKind>, Gone> {
        let now = self.clock.now();
        let mut start = 0;
        let mut wrong = None;
        let (mut packets, mut bytes) = (0_u64, 0_u64);
        loop {
            let unread = self
                .batch
                .buffer_mut()
                .get(start..self.filled)
                .unwrap_or_default();
            let frame = match next_frame(unread) {
                Frame::Packet(range) => start + range.start..start + range.end,
                Frame::Incomplete { .. } => break,
                Frame::Invalid => {
                    wrong = Some(io::ErrorKind::InvalidData);
                    break;
                }
            };
            start = frame.end;
            match self.open(now, frame.clone()) {
                Content::Packet(packet) => {
                    packets += 1;
                    bytes += packet.len() as u64;
                    self.batch.mark(packet);
                }
                Content::Control => {
                    let packet = self
                        .batch
                        .buffer_mut()
                        .get(frame)
                        .unwrap_or_default()
                        .to_vec();
                    self.control
                        .send(FromPump::Packet(packet))
                        .await
                        .map_err(|_| Gone)?;
                }
                Content::PeerLeaves => self
                    .control
                    .send(FromPump::PeerLeft)
                    .await
                    .map_err(|_| Gone)?,
                Content::Nothing => {}
            }
        }
        self.counters.received_packets.add(packets);
        self.counters.received_bytes.add(bytes);
        self.hand_over().await?;

        self.batch.clear();
        self.batch.buffer_mut().copy_within(start..self.filled, 0);
        self.filled -= start;
        Ok(wrong)
    }

    /// Opens a frame where it lies.
    fn open(&mut self, now: std::time::Instant, frame: Range<usize>) -> Content {
        let offset = frame.start;
        let Some(packet) = self.batch.buffer_mut().get_mut(frame) else {
            return Content::Nothing;
        };
        let is_data = packet
            .first()
            .and_then(|first| opcode_and_key(*first))
            .map(|(opcode, _)| opcode.is_data());
        match (is_data, &mut self.opener) {
            // The connection counts what it cannot use.
            (Some(false) | None, _) => return Content::Control,
            (Some(true), None) => {
                self.counters.malformed.add(1);
                return Content::Nothing;
            }
            (Some(true), Some(opener)) => {
                let address = packet.as_ptr().addr();
                match opener.open(now, packet) {
                    Opened::Packet(payload) => {
                        let start = offset + (payload.as_ptr().addr() - address);
                        return Content::Packet(start..start + payload.len());
                    }
                    Opened::KeepAlive => {}
                    Opened::ExitNotification => return Content::PeerLeaves,
                    Opened::Dropped(reason) => self.counters.unopened(reason),
                }
            }
        }
        Content::Nothing
    }

    /// Writes the opened packets to the device, as fast as it takes them.
    async fn hand_over(&mut self) -> Result<(), Gone> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let Some(sink) = &mut self.sink else {
            self.counters.not_attached.add(self.batch.len() as u64);
            return Ok(());
        };
        let mut waits = false;
        let written = poll_fn(|context| {
            let written = sink.poll_write(context, &mut self.batch);
            if written.is_pending() != waits {
                waits = !waits;
                self.counters.device_waits.add(1);
            }
            written
        })
        .await;
        self.counters
            .rejected_by_device
            .add(self.batch.take_rejected());
        if let Err(error) = written {
            self.sink = None;
            self.control
                .send(FromPump::DeviceFailed(error))
                .await
                .map_err(|_| Gone)?;
        }
        Ok(())
    }
}
