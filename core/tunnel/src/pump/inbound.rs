//! From the transport to the device.

use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use p2svpn_openvpn::{DropReason, Opened, Opener, opcode_and_key};
use p2svpn_system::Clock;
use tokio::sync::mpsc;

use super::messages::{FromPump, ToInbound};
use crate::batch::Batch;
use crate::device::PacketSink;
use crate::ipv6_refusal::Ipv6Refusal;
use crate::margin::Margin;
use crate::statistics::Counters;
use crate::transport::PacketReader;

/// The only reader of the transport.
pub(crate) struct Inbound<R> {
    transport: R,
    orders: mpsc::Receiver<ToInbound>,
    /// Packets of the tunnel's own for the device.
    answers: mpsc::Receiver<Vec<u8>>,
    control: mpsc::Sender<FromPump>,
    clock: Clock,
    counters: Arc<Counters>,
    opener: Option<Opener>,
    sink: Option<Box<dyn PacketSink>>,
    /// Read, opened and handed to the device in place.
    batch: Batch,
    /// There once something was answered.
    answer_batch: Option<Batch>,
}

/// What one packet holds.
enum Content {
    Control,
    Packet(Range<usize>),
    PeerLeaves,
    KeyUsedUp,
    Nothing,
}

/// What there is to do next.
enum Read {
    /// The packets of the transport.
    Packets,
    /// A packet of the tunnel's own for the device.
    Answer(Vec<u8>),
}

/// Nobody listens any more: the tunnel is going away.
struct Gone;

impl<R: PacketReader> Inbound<R> {
    pub(crate) fn new(
        transport: R,
        orders: mpsc::Receiver<ToInbound>,
        answers: mpsc::Receiver<Vec<u8>>,
        control: mpsc::Sender<FromPump>,
        clock: Clock,
        counters: Arc<Counters>,
    ) -> Self {
        let batch = Batch::new(R::BUFFER, usize::from(u16::MAX), Margin::default());
        Self {
            transport,
            orders,
            answers,
            control,
            clock,
            counters,
            opener: None,
            sink: None,
            batch,
            answer_batch: None,
        }
    }

    /// Reads until the transport ends or nobody listens.
    pub(crate) async fn run(mut self) {
        let end = loop {
            match self.read().await {
                Ok(Read::Packets) => {}
                Ok(Read::Answer(answer)) => match self.deliver_answer(answer).await {
                    Ok(()) => continue,
                    Err(Gone) => return,
                },
                Err(end) => break end,
            }
            match self.deliver().await {
                Ok(Ok(())) => {}
                Ok(Err(wrong)) => break Some(wrong),
                Err(Gone) => return,
            }
        };
        let end = end.map(|error| error.kind());
        let _ = self.control.send(FromPump::Ended(end)).await;
    }

    /// Reads once, meanwhile doing as ordered.
    async fn read(&mut self) -> Result<Read, Option<io::Error>> {
        loop {
            let buffer = self.batch.buffer_mut();
            tokio::select! {
                biased;
                Some(order) = self.orders.recv() => self.obey(order),
                // Few come, and they would never have their turn behind a transport that always has something.
                Some(answer) = self.answers.recv() => return Ok(Read::Answer(answer)),
                read = poll_fn(|context| self.transport.poll_read(context, buffer)) => {
                    return read.map(|()| Read::Packets);
                }

            }
        }
    }

    fn obey(&mut self, order: ToInbound) {
        match order {
            ToInbound::Opener(opener) => self.opener = Some(opener),
            ToInbound::Sink(sink) => self.sink = Some(sink),
        }
    }

    /// Hands on every packet that was read whole; answers what is wrong with the stream, if something is.
    async fn deliver(&mut self) -> Result<io::Result<()>, Gone> {
        // What was ordered before these packets came may have been sent between the look for orders and the read.
        while let Ok(order) = self.orders.try_recv() {
            self.obey(order);
        }
        let now = self.clock.now();
        let (mut packets, mut bytes) = (0_u64, 0_u64);
        let result = loop {
            let packet = match self.transport.next_packet(self.batch.buffer_mut()) {
                Ok(Some(packet)) => packet,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            };
            match self.open(now, packet.clone()) {
                Content::Packet(payload) => {
                    packets += 1;
                    bytes += payload.len() as u64;
                    self.batch.mark(payload);
                }
                Content::Control => {
                    let packet = self
                        .batch
                        .buffer_mut()
                        .get(packet)
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
                Content::KeyUsedUp => self
                    .control
                    .send(FromPump::KeysExhausted)
                    .await
                    .map_err(|_| Gone)?,
                Content::Nothing => {}
            }
        };
        self.counters.received_packets.add(packets);
        self.counters.received_bytes.add(bytes);
        let wants_rekey = self.opener.as_mut().is_some_and(Opener::take_rekey_request);
        if wants_rekey {
            self.control
                .send(FromPump::RekeyWanted)
                .await
                .map_err(|_| Gone)?;
        }
        self.hand_over().await?;
        self.batch.clear();
        self.transport.reclaim(self.batch.buffer_mut());
        Ok(result)
    }

    /// Opens a packet where it lies.
    fn open(&mut self, now: Instant, place: Range<usize>) -> Content {
        let offset = place.start;
        let Some(packet) = self.batch.buffer_mut().get_mut(place) else {
            return Content::Nothing;
        };
        let is_data = packet
            .first()
            .and_then(|first| opcode_and_key(*first))
            .map(|(opcode, _)| opcode.is_data());
        match (is_data, &mut self.opener) {
            // The connection counts what it cannot use.
            (Some(false), _) => return Content::Control,
            (None, _) | (Some(true), None) => {
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
                    Opened::Dropped(reason) => {
                        self.counters.unopened(reason);
                        if reason == DropReason::KeyUsedUp {
                            return Content::KeyUsedUp;
                        }
                    }
                }
            }
        }
        Content::Nothing
    }

    /// Writes the opened packets to the device, as fast as it takes them.
    async fn hand_over(&mut self) -> Result<(), Gone> {
        if self.sink.is_none() {
            self.counters.not_attached.add(self.batch.len() as u64);
            return Ok(());
        }
        let written = write_to(&mut self.sink, &mut self.batch, &self.counters).await;
        self.counters
            .rejected_by_device
            .add(self.batch.take_rejected());
        self.check_device(written).await
    }

    /// Writes an answer to the device, and those that wait behind it.
    async fn deliver_answer(&mut self, first: Vec<u8>) -> Result<(), Gone> {
        let batch = self
            .answer_batch
            .get_or_insert_with(|| Batch::new(0, Ipv6Refusal::LONGEST_ANSWER, Margin::default()));
        let mut next = Some(first);
        while let Some(answer) = next {
            batch.push(&answer);
            next = if batch.has_room() {
                self.answers.try_recv().ok()
            } else {
                None
            };
        }
        let written = write_to(&mut self.sink, batch, &self.counters).await;
        batch.clear();
        self.check_device(written).await
    }

    /// Tells of a device that failed, and writes to it no more.
    async fn check_device(&mut self, written: io::Result<()>) -> Result<(), Gone> {
        let Err(error) = written else {
            return Ok(());
        };
        self.sink = None;
        self.control
            .send(FromPump::DeviceFailed(error))
            .await
            .map_err(|_| Gone)
    }
}

/// Writes a batch to the device, if there is one, and notes when that waits.
async fn write_to(
    sink: &mut Option<Box<dyn PacketSink>>,
    batch: &mut Batch,
    counters: &Counters,
) -> io::Result<()> {
    let Some(sink) = sink.as_mut().filter(|_| !batch.is_empty()) else {
        return Ok(());
    };
    let mut waits = false;
    poll_fn(|context| {
        let written = sink.poll_write(context, batch);
        if written.is_pending() != waits {
            waits = !waits;
            counters.device_waits.add(1);
        }
        written
    })
    .await
}
