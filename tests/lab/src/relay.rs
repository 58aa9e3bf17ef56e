use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Result;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::addresses::{GATEWAY, PORT};
use crate::error::LabError;
use crate::site::Site;

/// What a link does to datagrams, in each direction. Shares are of 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Impairment {
    /// The share that is lost.
    pub loss: f64,
    /// The share that comes twice.
    pub duplication: f64,
    /// The share that comes later than those behind it.
    pub reordering: f64,
    /// How long each takes.
    pub delay: Duration,
}

/// A relay in front of the gateway that impairs UDP, where the kernel cannot ([`Netem`](crate::Netem)).
///
/// What becomes of the n-th datagram of a direction depends on nothing but the seed.
pub struct Relay {
    over: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<()>>>,
    counters: Arc<Counters>,
}

/// What a [`Relay`] has done to datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelayCounts {
    /// How many came.
    pub taken: u64,
    /// How many were dropped.
    pub lost: u64,
    /// How many were sent twice.
    pub duplicated: u64,
    /// How many were held back.
    pub reordered: u64,
}

#[derive(Default)]
struct Counters {
    taken: AtomicU64,
    lost: AtomicU64,
    duplicated: AtomicU64,
    reordered: AtomicU64,
}

/// Where the relay listens, at the gateway's address.
const RELAY: u16 = 4_443;

/// How much later than due a datagram comes that is to come after others.
const HELD_BACK: Duration = Duration::from_millis(15);

/// Room for the longest datagram of a tunnel.
const LONGEST: usize = 2_048;

/// More datagrams on their way than this are lost, as in a router.
const QUEUE: usize = 4_096;

impl Relay {
    /// Starts it in the gateway's namespace.
    ///
    /// # Errors
    /// [`LabError::System`] when its sockets cannot be made.
    pub fn start(
        site: &Site,
        impairment: Impairment,
        seed: u64,
    ) -> std::result::Result<Self, LabError> {
        let failed = || LabError::system("starting a relay");
        let (front, back, runtime) = site
            .gateway
            .run(|| -> Result<_> {
                let front = std::net::UdpSocket::bind((GATEWAY, RELAY))?;
                let back = std::net::UdpSocket::bind((GATEWAY, 0))?;
                back.connect((GATEWAY, PORT))?;
                front.set_nonblocking(true)?;
                back.set_nonblocking(true)?;
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                Ok((front, back, runtime))
            })?
            .map_err(failed())?;
        let counters = Arc::new(Counters::default());
        let (over, stopped) = oneshot::channel();
        let shared = Arc::clone(&counters);
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                let forwarder = Forwarder {
                    front: UdpSocket::from_std(front)?,
                    back: UdpSocket::from_std(back)?,
                    client: None,
                    inward: Fate::new(impairment, seed),
                    outward: Fate::new(impairment, !seed),
                    queue: BinaryHeap::new(),
                    counters: shared,
                };
                forwarder.run(stopped).await
            })
        });
        Ok(Self {
            over: Some(over),
            thread: Some(thread),
            counters,
        })
    }

    /// Where clients reach the gateway through it.
    pub fn address(&self) -> SocketAddr {
        (GATEWAY, RELAY).into()
    }

    /// What it has done so far.
    pub fn counts(&self) -> RelayCounts {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        RelayCounts {
            taken: load(&self.counters.taken),
            lost: load(&self.counters.lost),
            duplicated: load(&self.counters.duplicated),
            reordered: load(&self.counters.reordered),
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.over = None;
        if let Some(thread) = self.thread.take() {
            // What it could not pass on, the client has missed.
            let _ = thread.join();
        }
    }
}

struct Forwarder {
    front: UdpSocket,
    back: UdpSocket,
    /// Who spoke last: the only client.
    client: Option<SocketAddr>,
    inward: Fate,
    outward: Fate,
    queue: BinaryHeap<Reverse<Datagram>>,
    counters: Arc<Counters>,
}

/// One on its way; those that are due first are taken first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Datagram {
    due: Instant,
    /// Keeps those of one instant in order.
    number: u64,
    inward: bool,
    bytes: Vec<u8>,
}

impl Forwarder {
    async fn run(mut self, mut stopped: oneshot::Receiver<()>) -> Result<()> {
        let (mut from_client, mut from_server) = ([0; LONGEST], [0; LONGEST]);
        loop {
            let due = self.queue.peek().map(|Reverse(first)| first.due);
            let due = due.unwrap_or_else(|| Instant::now() + Duration::from_secs(60));
            tokio::select! {
                _ = &mut stopped => return Ok(()),
                () = tokio::time::sleep_until(due) => self.deliver().await,
                Ok((length, client)) = self.front.recv_from(&mut from_client) => {
                    self.client = Some(client);
                    self.take(true, from_client.get(..length).unwrap_or_default());
                }
                Ok(length) = self.back.recv(&mut from_server) => {
                    self.take(false, from_server.get(..length).unwrap_or_default());
                }
            }
        }
    }

    fn take(&mut self, inward: bool, bytes: &[u8]) {
        let add = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
        let number = add(&self.counters.taken);
        let fate = if inward {
            &mut self.inward
        } else {
            &mut self.outward
        };
        let Some(copies) = fate.decide() else {
            add(&self.counters.lost);
            return;
        };
        let impairment = fate.impairment;
        if copies.twice {
            add(&self.counters.duplicated);
        }
        let later = if copies.late {
            add(&self.counters.reordered);
            HELD_BACK
        } else {
            Duration::ZERO
        };
        let due = Instant::now() + impairment.delay + later;
        for _ in 0..=u8::from(copies.twice) {
            if self.queue.len() >= QUEUE {
                add(&self.counters.lost);
                return;
            }
            let bytes = bytes.to_vec();
            self.queue.push(Reverse(Datagram {
                due,
                number,
                inward,
                bytes,
            }));
        }
    }

    async fn deliver(&mut self) {
        let now = Instant::now();
        while let Some(Reverse(first)) = self.queue.peek()
            && first.due <= now
            && let Some(Reverse(datagram)) = self.queue.pop()
        {
            // One that nobody takes is lost, as on any link.
            let _ = match (datagram.inward, self.client) {
                (true, _) => self.back.send(&datagram.bytes).await,
                (false, Some(client)) => self.front.send_to(&datagram.bytes, client).await,
                (false, None) => Ok(0),
            };
        }
    }
}

/// Decides over the datagrams of one direction.
struct Fate {
    impairment: Impairment,
    state: u64,
}

/// What becomes of a datagram that is not lost.
#[derive(Debug, PartialEq, Eq)]
struct Copies {
    twice: bool,
    late: bool,
}

impl Fate {
    fn new(impairment: Impairment, seed: u64) -> Self {
        Self {
            impairment,
            // Zero would stay zero.
            state: seed | 1 << 63,
        }
    }

    /// None for one that is lost. Draws three times whatever comes, so that a decision shifts no other.
    fn decide(&mut self) -> Option<Copies> {
        let lost = self.draw() < self.impairment.loss;
        let copies = Copies {
            twice: self.draw() < self.impairment.duplication,
            late: self.draw() < self.impairment.reordering,
        };
        (!lost).then_some(copies)
    }

    /// A number from 0 up to 1, by xorshift64*.
    fn draw(&mut self) -> f64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let bits = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUGH: Impairment = Impairment {
        loss: 0.1,
        duplication: 0.05,
        reordering: 0.2,
        delay: Duration::ZERO,
    };

    #[test]
    fn a_seed_decides_over_each_datagram() {
        let decide = |seed| {
            let mut fate = Fate::new(ROUGH, seed);
            (0..100).map(|_| fate.decide()).collect::<Vec<_>>()
        };

        assert_eq!(decide(7), decide(7));
        assert_ne!(decide(7), decide(8));
    }

    #[test]
    fn shares_are_kept_in_the_long_run() {
        let mut fate = Fate::new(ROUGH, 1);
        let decided: Vec<_> = (0..100_000).map(|_| fate.decide()).collect();
        let share = |count: usize| count as f64 / 100_000.0;

        let lost = share(decided.iter().filter(|copies| copies.is_none()).count());
        let passed = decided.iter().flatten();
        let late = share(passed.filter(|copies| copies.late).count());

        assert!((lost - 0.1).abs() < 0.01, "{lost} lost");
        assert!((late - 0.18).abs() < 0.01, "{late} late");
    }
}
