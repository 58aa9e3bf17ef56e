//! Stacks joined back to back, and data that tells when it was harmed.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub(crate) mod counting;
pub(crate) mod ends;
pub(crate) mod joined;
#[cfg(target_os = "linux")]
pub(crate) mod namespace;

use std::future::poll_fn;
use std::net::{Ipv4Addr, Ipv6Addr};

use p2svpn_tunnel::{Batch, Device, Margin, Stack, StackOptions};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::{JoinHandle, JoinSet};

pub(crate) const MIB: usize = 1024 * 1024;

pub(crate) fn stack(ipv4: Ipv4Addr, ipv6: Ipv6Addr) -> Stack {
    let options = StackOptions {
        ipv4: Some(ipv4),
        ipv6: Some(ipv6),
        ..StackOptions::default()
    };
    Stack::new(options, clock()).unwrap()
}

pub(crate) fn clock() -> p2svpn_system::Clock {
    p2svpn_system::Clock::new()
}

/// Carries packets between two stacks, those that `passes` lets through, until it is dropped.
pub(crate) fn join(
    left: &Stack,
    right: &Stack,
    passes: impl FnMut(&[u8]) -> bool + Send + Clone + 'static,
) -> JoinSet<()> {
    let (left, right) = (left.device(), right.device());
    let mut tasks = JoinSet::new();
    tasks.spawn(carry(left.source, right.sink, passes.clone()));
    tasks.spawn(carry(right.source, left.sink, passes));
    tasks
}

async fn carry(
    mut source: Box<dyn p2svpn_tunnel::PacketSource>,
    mut sink: Box<dyn p2svpn_tunnel::PacketSink>,
    mut passes: impl FnMut(&[u8]) -> bool,
) {
    let mut outgoing = Batch::new(
        128 * 1024,
        1400,
        Margin {
            before: 24,
            after: 16,
        },
    );
    let mut incoming = Batch::new(256 * 1024, 1400, Margin::default());
    loop {
        poll_fn(|context| source.poll_read(context, &mut outgoing))
            .await
            .unwrap();
        for packet in outgoing.packets().filter(|packet| passes(packet)) {
            assert!(incoming.push(packet));
        }
        outgoing.clear();
        poll_fn(|context| sink.poll_write(context, &mut incoming))
            .await
            .unwrap();
    }
}

/// Writes `length` bytes of a pattern and the end.
pub(crate) async fn send(mut writer: impl AsyncWrite + Unpin, seed: u64, length: usize) {
    let mut pattern = Pattern::new(seed);
    let mut left = length;
    let mut buffer = vec![0; 64 * 1024];
    while left > 0 {
        let part = left.min(buffer.len());
        pattern.fill(&mut buffer[..part]);
        writer.write_all(&buffer[..part]).await.unwrap();
        left -= part;
    }
    writer.shutdown().await.unwrap();
}

/// Reads `length` bytes of the same pattern and the end.
pub(crate) async fn expect(mut reader: impl AsyncRead + Unpin, seed: u64, length: usize) {
    let mut pattern = Pattern::new(seed);
    let mut got = 0;
    let mut buffer = vec![0; 64 * 1024];
    let mut wanted = vec![0; 64 * 1024];
    loop {
        let read = reader.read(&mut buffer).await.unwrap();
        if read == 0 {
            break;
        }
        pattern.fill(&mut wanted[..read]);
        assert!(
            buffer[..read] == wanted[..read],
            "the data was harmed between {got} and {}",
            got + read
        );
        got += read;
    }
    assert_eq!(got, length);
}

/// Sends a different stream each way at once, and expects both whole.
pub(crate) fn transfers<S>(near: S, far: S, length: usize) -> [JoinHandle<()>; 4]
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (near_read, near_write) = tokio::io::split(near);
    let (far_read, far_write) = tokio::io::split(far);
    [
        tokio::spawn(send(near_write, 1, length)),
        tokio::spawn(send(far_write, 2, length)),
        tokio::spawn(expect(far_read, 1, length)),
        tokio::spawn(expect(near_read, 2, length)),
    ]
}

/// Bytes that repeat nowhere near: a counter, mixed (splitmix64), taken byte by byte.
pub(crate) struct Pattern {
    counter: u64,
    word: [u8; 8],
    used: usize,
}

impl Pattern {
    pub(crate) fn new(seed: u64) -> Pattern {
        Pattern {
            counter: seed << 32,
            word: [0; 8],
            used: 8,
        }
    }

    pub(crate) fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            if self.used == 8 {
                self.counter = self.counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mixed =
                    (self.counter ^ (self.counter >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                self.word = (mixed ^ (mixed >> 27)).to_le_bytes();
                self.used = 0;
            }
            *byte = self.word[self.used];
            self.used += 1;
        }
    }
}

/// The first packets that a device has to send.
pub(crate) async fn next_packets(device: &mut Device) -> Vec<Vec<u8>> {
    let mut batch = Batch::new(0, 1400, Margin::default());
    poll_fn(|context| device.source.poll_read(context, &mut batch))
        .await
        .unwrap();
    batch.packets().map(<[u8]>::to_vec).collect()
}
