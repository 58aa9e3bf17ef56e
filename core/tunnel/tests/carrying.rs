//! Whole tunnels that carry packets, with every allocation of their tasks counted.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use p2svpn_tunnel::{Batch, Device, PacketSink, PacketSource};
use support::counting::{Counting, counted};
use support::ends::Plan;

const PACKET: [u8; 1_400] = [0x45; 1_400];
const ROUNDS: usize = 50;
/// How many packets go each way in a round: few enough for the smallest receive buffers.
const PACKETS: usize = 20;

#[test]
fn a_tunnel_carries_packets_without_allocating() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for mut plan in [Plan::new(), Plan::over_datagrams()] {
        plan.push.peer_id = Some(7);
        let (client, gateway) = runtime.block_on(plan.meet());
        let (near, far) = (Arc::new(Load::default()), Arc::new(Load::default()));
        // Every task of both ends runs on this thread; the first packets may grow what is kept.
        runtime.block_on(async {
            client.tunnel.attach(near.device()).await.unwrap();
            gateway.tunnel.attach(far.device()).await.unwrap();
            for _ in 0..ROUNDS {
                exchange(&near, &far).await;
            }
        });

        let run = |rounds: usize| {
            let ((), counts) = counted(|| {
                runtime.block_on(async {
                    for _ in 0..rounds {
                        exchange(&near, &far).await;
                    }
                });
            });
            counts.allocations
        };
        let (short, long) = (run(1), run(ROUNDS));

        // The runtime allocates something to begin with.
        assert_eq!(long, short, "{:?}", plan.client.framing);
        let carried = client.tunnel.statistics().received_packets;
        assert_eq!(carried, (PACKETS * (2 * ROUNDS + 1)) as u64);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Has each end send a round of packets, and waits until all have arrived.
async fn exchange(near: &Load, far: &Load) {
    near.start_round();
    far.start_round();
    while near.missing() > 0 || far.missing() > 0 {
        tokio::task::yield_now().await;
    }
}

/// A device that sends packets when told, and counts those that it receives.
#[derive(Default)]
struct Load {
    to_send: AtomicUsize,
    to_receive: AtomicUsize,
    waker: Mutex<Option<Waker>>,
}

impl Load {
    fn device(self: &Arc<Self>) -> Device {
        Device {
            source: Box::new(Source(Arc::clone(self))),
            sink: Box::new(Sink(Arc::clone(self))),
            mtu: PACKET.len() as u16,
            name: None,
        }
    }

    fn start_round(&self) {
        self.to_send.store(PACKETS, Ordering::Relaxed);
        self.to_receive.store(PACKETS, Ordering::Relaxed);
        if let Some(waker) = self.waker.lock().unwrap().take() {
            waker.wake();
        }
    }

    fn missing(&self) -> usize {
        self.to_receive.load(Ordering::Relaxed)
    }
}

struct Source(Arc<Load>);

impl PacketSource for Source {
    fn poll_read(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        let mut left = self.0.to_send.load(Ordering::Relaxed);
        if left == 0 {
            *self.0.waker.lock().unwrap() = Some(context.waker().clone());
            return Poll::Pending;
        }
        while left > 0 && batch.push(&PACKET) {
            left -= 1;
        }
        self.0.to_send.store(left, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

struct Sink(Arc<Load>);

impl PacketSink for Sink {
    fn poll_write(&mut self, _: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        self.0.to_receive.fetch_sub(batch.len(), Ordering::Relaxed);
        batch.clear();
        Poll::Ready(Ok(()))
    }
}
