//! From the device to the transport.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use p2svpn_openvpn::{SealError, Sealer};
use p2svpn_system::Clock;
use tokio::sync::mpsc;

use super::messages::{FromPump, ToOutbound};
use crate::batch::Batch;
use crate::device::PacketSource;
use crate::frames::Frames;
use crate::ipv6_refusal::Ipv6Refusal;
use crate::margin::Margin;
use crate::statistics::Counters;
use crate::transport::PacketWriter;

/// Bytes of one write: enough to spread a system call thin, little enough to wait behind.
const BATCH: usize = 128 * 1024;

/// The only writer of the transport.
pub(crate) struct Outbound<W> {
    transport: W,
    orders: mpsc::Receiver<ToOutbound>,
    control: mpsc::Sender<FromPump>,
    /// Answers to refused packets, for the only task that writes to the device.
    answers: mpsc::Sender<Vec<u8>>,
    clock: Clock,
    counters: Arc<Counters>,
    sealer: Option<Sealer>,
    source: Option<(Box<dyn PacketSource>, u16)>,
    ipv6_refusal: Option<Ipv6Refusal>,
    /// There once both sealer and source are.
    batch: Option<Batch>,
    /// What goes before the next batch.
    urgent: Urgent,
    /// The sealer has refused a packet because its key is used up.
    exhausted: bool,
}

/// Packets, ready for the wire, that do not come from the device.
#[derive(Default)]
struct Urgent {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Urgent {
    /// Takes in the one packet that `append` adds to the bytes.
    fn add<E>(&mut self, append: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        let start = self.bytes.len();
        append(&mut self.bytes)?;
        self.places.push(start..self.bytes.len());
        Ok(())
    }

    fn frames(&self) -> Frames<'_> {
        Frames::new(&self.bytes, &self.places, Margin::default())
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }
}

/// What there is to do next.
enum Step {
    Order(ToOutbound),
    Packets,
    SourceFailed(io::Error),
    Finish,
}

impl<W: PacketWriter> Outbound<W> {
    pub(crate) fn new(
        transport: W,
        orders: mpsc::Receiver<ToOutbound>,
        control: mpsc::Sender<FromPump>,
        answers: mpsc::Sender<Vec<u8>>,
        clock: Clock,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            transport,
            orders,
            control,
            answers,
            clock,
            counters,
            sealer: None,
            source: None,
            ipv6_refusal: None,
            batch: None,
            urgent: Urgent::default(),
            exhausted: false,
        }
    }

    /// Writes until there are no more orders, then ends the transport's outgoing direction.
    pub(crate) async fn run(mut self) {
        if let Err(error) = self.write_all_there_is().await {
            // Nobody listens only when the tunnel is going away.
            let _ = self.control.send(FromPump::WriteFailed(error.kind())).await;
            return;
        }
        self.transport.shutdown().await;
    }

    async fn write_all_there_is(&mut self) -> io::Result<()> {
        loop {
            match poll_fn(|context| self.poll_step(context)).await {
                Step::Finish => return self.write_urgent().await,
                Step::Order(order) => {
                    self.obey(order);
                    while let Ok(order) = self.orders.try_recv() {
                        self.obey(order);
                    }
                    self.write_urgent().await?;
                }
                Step::Packets => self.write_batch().await?,
                Step::SourceFailed(error) => {
                    self.source = None;
                    self.batch = None;
                    let _ = self.control.send(FromPump::DeviceFailed(error)).await;
                }
            }
        }
    }

    /// Orders go before packets.
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Step> {
        if let Poll::Ready(order) = self.orders.poll_recv(context) {
            return Poll::Ready(order.map_or(Step::Finish, Step::Order));
        }
        let (Some((source, _)), Some(batch)) = (&mut self.source, &mut self.batch) else {
            return Poll::Pending;
        };
        let read = source.poll_read(context, batch);
        self.counters.oversized.add(batch.take_oversized());
        read.map(|read| match read {
            Ok(()) => Step::Packets,
            Err(error) => Step::SourceFailed(error),
        })
    }

    fn obey(&mut self, order: ToOutbound) {
        match order {
            ToOutbound::Control(packet) => {
                let _ = self.urgent.add(|bytes| {
                    bytes.extend_from_slice(&packet);
                    Ok::<(), Infallible>(())
                });
            }
            ToOutbound::KeepAlive => self.say(Sealer::seal_keepalive),
            ToOutbound::ExitNotification => self.say(Sealer::seal_exit_notification),
            ToOutbound::Sealer(sealer) => self.sealer = Some(sealer),
            ToOutbound::BlockIpv6(refusal) => self.ipv6_refusal = refusal,
            ToOutbound::Source(source, mtu) => self.source = Some((source, mtu)),
        }
        if self.batch.is_none()
            && let (Some(sealer), Some((_, mtu))) = (&self.sealer, &self.source)
        {
            let margin = Margin {
                before: sealer.headroom(),
                after: sealer.tailroom(),
            };
            self.batch = Some(Batch::new(BATCH, usize::from(*mtu), margin));
        }
    }

    /// Seals one of the data channel's own messages.
    fn say(&mut self, seal: fn(&mut Sealer, Instant, &mut Vec<u8>) -> Result<(), SealError>) {
        let Some(sealer) = &mut self.sealer else {
            return;
        };
        let now = self.clock.now();
        if let Err(error) = self.urgent.add(|bytes| seal(sealer, now, bytes)) {
            tracing::debug!(%error, "a message of the data channel was not sent");
            self.exhausted |= error == SealError::Exhausted;
        }
    }

    async fn write_urgent(&mut self) -> io::Result<()> {
        self.tell_of_key().await;
        if self.urgent.bytes.is_empty() {
            return Ok(());
        }
        self.transport.write(self.urgent.frames()).await?;
        self.urgent.clear();
        Ok(())
    }

    /// Seals the batch where it lies and writes it at once.
    async fn write_batch(&mut self) -> io::Result<()> {
        let (Some(sealer), Some(batch)) = (&mut self.sealer, &mut self.batch) else {
            return Ok(());
        };
        let now = self.clock.now();
        if let Some(refusal) = &mut self.ipv6_refusal {
            let blocked = refuse_ipv6(refusal, now, batch, &self.answers);
            self.counters.blocked_ipv6.add(blocked);
        }
        let packets = batch.len();
        let (sealed, failure) = batch.seal(|frame| sealer.seal(now, frame));
        self.counters.unsealed.add((packets - sealed) as u64);

        let frames = batch.sealed();
        if frames.len() > 0 {
            let written = self.transport.write(frames).await?;
            let around = written.frames * batch.margin().total();
            self.counters.sent_packets.add(written.frames as u64);
            self.counters
                .sent_bytes
                .add(written.bytes.saturating_sub(around) as u64);
        }
        batch.clear();
        self.exhausted |= failure == Some(SealError::Exhausted);
        self.tell_of_key().await;
        Ok(())
    }

    /// Tells when the key in use nears its end, and when it is used up.
    async fn tell_of_key(&mut self) {
        let Some(sealer) = &mut self.sealer else {
            return;
        };
        let news = if std::mem::take(&mut self.exhausted) {
            FromPump::KeysExhausted
        } else if sealer.take_rekey_request() {
            FromPump::RekeyWanted
        } else {
            return;
        };
        // Nobody listens only when the tunnel is going away.
        let _ = self.control.send(news).await;
    }
}

/// Takes the IPv6 packets out of a batch, has those answered that may be, and counts all of them.
fn refuse_ipv6(
    refusal: &mut Ipv6Refusal,
    now: Instant,
    batch: &mut Batch,
    answers: &mpsc::Sender<Vec<u8>>,
) -> u64 {
    let longest = batch.max_packet();
    let mut blocked = 0;
    batch.retain(|packet| {
        if !Ipv6Refusal::concerns(packet) {
            return true;
        }
        blocked += 1;
        if let Ok(place) = answers.try_reserve()
            && let Some(answer) = refusal.answer(now, packet, longest)
        {
            place.send(answer);
        }
        false
    });
    blocked
}
