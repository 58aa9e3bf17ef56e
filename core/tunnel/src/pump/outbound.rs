//! From the device to the transport.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use p2svpn_openvpn::{SealError, Sealer};
use p2svpn_system::Clock;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::messages::{FromPump, ToOutbound};
use crate::batch::{Batch, Margin};
use crate::device::PacketSource;
use crate::statistics::Counters;

/// Bytes of one write: enough to spread a system call thin, little enough to wait behind.
const BATCH: usize = 128 * 1024;

/// The only writer of the transport.
pub(crate) struct Outbound<W> {
    transport: W,
    orders: mpsc::Receiver<ToOutbound>,
    control: mpsc::Sender<FromPump>,
    clock: Clock,
    counters: Arc<Counters>,
    sealer: Option<Sealer>,
    source: Option<(Box<dyn PacketSource>, u16)>,
    /// There once both sealer and source are.
    batch: Option<Batch>,
    /// Bytes that go before the next batch.
    urgent: Vec<u8>,
}

/// What there is to do next.
enum Step {
    Order(ToOutbound),
    Packets,
    SourceFailed(io::Error),
    Finish,
}

impl<W: AsyncWrite + Unpin> Outbound<W> {
    pub(crate) fn new(
        transport: W,
        orders: mpsc::Receiver<ToOutbound>,
        control: mpsc::Sender<FromPump>,
        clock: Clock,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            transport,
            orders,
            control,
            clock,
            counters,
            sealer: None,
            source: None,
            batch: None,
            urgent: Vec::new(),
        }
    }

    /// Writes until there are no more orders, then ends the transport's outgoing direction.
    pub(crate) async fn run(mut self) {
        if let Err(error) = self.write_all_there_is().await {
            // Nobody listens only when the tunnel is going away.
            let _ = self.control.send(FromPump::WriteFailed(error.kind())).await;
            return;
        }
        let _ = self.transport.shutdown().await;
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
            ToOutbound::Control(bytes) => self.urgent.extend_from_slice(&bytes),
            ToOutbound::KeepAlive => {
                let now = self.clock.now();
                if let Some(sealer) = &mut self.sealer
                    && let Err(error) = sealer.seal_keepalive(now, &mut self.urgent)
                {
                    tracing::debug!(%error, "no keepalive sent");
                }
            }
            ToOutbound::Sealer(sealer) => self.sealer = Some(sealer),
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

    async fn write_urgent(&mut self) -> io::Result<()> {
        if self.urgent.is_empty() {
            return Ok(());
        }
        self.transport.write_all(&self.urgent).await?;
        self.counters.wire_sent_bytes.add(self.urgent.len() as u64);
        self.urgent.clear();
        Ok(())
    }

    /// Seals the batch where it lies and writes it at once.
    async fn write_batch(&mut self) -> io::Result<()> {
        let (Some(sealer), Some(batch)) = (&mut self.sealer, &mut self.batch) else {
            return Ok(());
        };
        let now = self.clock.now();
        let packets = batch.len();
        let (sealed, failure) = batch.seal(|frame| sealer.seal(now, frame));

        if !batch.frames().is_empty() {
            self.transport.write_all(batch.frames()).await?;
        }
        self.counters.sent_packets.add(sealed as u64);
        self.counters.sent_bytes.add(batch.packet_bytes() as u64);
        self.counters
            .wire_sent_bytes
            .add(batch.frames().len() as u64);
        self.counters.unsealed.add((packets - sealed) as u64);
        batch.clear();
        if failure == Some(SealError::Exhausted) {
            let _ = self.control.send(FromPump::KeysExhausted).await;
        }
        Ok(())
    }
}
