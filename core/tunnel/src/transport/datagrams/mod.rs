//! Packets in datagrams, one in each.

mod failure;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod many_at_once;
#[cfg(any(not(any(target_os = "linux", target_os = "android")), test))]
mod one_by_one;
mod received;

use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::Interest;
use tokio::net::UdpSocket;

use self::failure::Failure;
#[cfg(any(target_os = "linux", target_os = "android"))]
use self::many_at_once as system;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use self::one_by_one as system;
use self::received::{MOST_RECEIVED, Received};
use super::packets::{PacketReader, PacketWriter, Written};
use crate::frames::Frames;
use crate::statistics::Counters;

/// Makes the two ends of a connected socket.
pub(crate) fn split(
    socket: UdpSocket,
    counters: &Arc<Counters>,
) -> (DatagramReader, DatagramWriter) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Err(error) = system::count_overflows(&socket) {
        tracing::debug!(%error, "datagrams that the system drops are not counted");
    }
    let socket = Arc::new(socket);
    let reader = DatagramReader {
        socket: Arc::clone(&socket),
        counters: Arc::clone(counters),
        received: Received::default(),
        next: 0,
    };
    let writer = DatagramWriter {
        socket,
        counters: Arc::clone(counters),
    };
    (reader, writer)
}

/// Room for one datagram, which is at most 65,527 bytes long, so that none is ever cut.
///
/// Most of it is never touched, and then takes no memory. It is no power of two, lest the beginnings of all datagrams
/// compete for the same lines of the processor's cache.
const SLOT: usize = 65_536 + 17 * 64;

/// The reading end.
pub(crate) struct DatagramReader {
    socket: Arc<UdpSocket>,
    counters: Arc<Counters>,
    received: Received,
    /// The datagram that is handed out next.
    next: usize,
}

impl DatagramReader {
    fn poll_once(&mut self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<()>> {
        loop {
            ready!(self.socket.poll_recv_ready(context))?;
            let (socket, received) = (&self.socket, &mut self.received);
            let read = socket.try_io(Interest::READABLE, || {
                system::receive(socket, buffer, SLOT, received)
            });
            match read {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read),
            }
        }
    }

    /// Takes note of a failure that is about a packet sent before; hands back any other.
    fn excuse(&self, error: io::Error) -> io::Result<()> {
        let answered = self.counters.wire_received_bytes.get() > 0;
        match Failure::of(&error) {
            Failure::Interrupted => Ok(()),
            Failure::NoRoute if !answered => Err(error),
            // Windows tells so of a datagram that was cut, which none is, and Unix of one that was sent.
            Failure::PeerUnreachable | Failure::NoRoute | Failure::TooLong => {
                self.counters.unreachable.add_shared(1);
                Ok(())
            }
            Failure::NoRoom | Failure::Other => Err(error),
        }
    }
}

impl PacketReader for DatagramReader {
    const BUFFER: usize = MOST_RECEIVED * SLOT;

    /// A closed port is no end: a gateway that restarts has it closed for a while.
    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<(), Option<io::Error>>> {
        while let Err(error) = ready!(self.poll_once(context, buffer)) {
            self.excuse(error).map_err(Some)?;
        }
        self.next = 0;
        let counters = &self.counters;
        counters
            .wire_received_bytes
            .add(self.received.bytes() as u64);
        counters.receive_buffer_full.set(self.received.overflows());
        Poll::Ready(Ok(()))
    }

    fn next_packet(&mut self, _buffer: &[u8]) -> io::Result<Option<Range<usize>>> {
        while let Some(length) = self.received.length(self.next) {
            let start = self.next * SLOT;
            self.next += 1;
            if length > 0 {
                return Ok(Some(start..start + length));
            }
            self.counters.malformed.add(1);
        }
        Ok(None)
    }

    fn reclaim(&mut self, _buffer: &mut [u8]) {}
}

/// The writing end.
pub(crate) struct DatagramWriter {
    socket: Arc<UdpSocket>,
    counters: Arc<Counters>,
}

impl PacketWriter for DatagramWriter {
    /// What the system refuses to send is lost, as on any way that loses packets, and counted: the peer's silence tells
    /// when nothing gets through. Only before the peer's first answer a missing route ends the connection.
    async fn write(&mut self, frames: Frames<'_>) -> io::Result<Written> {
        let mut written = Written::default();
        let mut next = 0;
        let mut told_before = false;
        while next < frames.len() {
            let error = match poll_fn(|context| self.poll_send(context, frames, next)).await {
                Ok(count) => {
                    let sent = (next..next + count).filter_map(|index| frames.get(index));
                    written.bytes += sent.map(<[u8]>::len).sum::<usize>();
                    written.frames += count;
                    next += count;
                    told_before = false;
                    continue;
                }
                Err(error) => error,
            };
            let answered = self.counters.wire_received_bytes.get() > 0;
            let counter = match Failure::of(&error) {
                Failure::Interrupted => continue,
                // It is about a datagram sent before; this one has not been tried yet.
                Failure::PeerUnreachable if !told_before => {
                    self.counters.unreachable.add_shared(1);
                    told_before = true;
                    continue;
                }
                Failure::NoRoute if !answered => return Err(error),
                Failure::Other => return Err(error),
                Failure::TooLong => &self.counters.too_long_for_network,
                Failure::PeerUnreachable | Failure::NoRoute | Failure::NoRoom => {
                    &self.counters.not_sent
                }
            };
            counter.add(1);
            next += 1;
        }
        self.counters.wire_sent_bytes.add(written.bytes as u64);
        Ok(written)
    }

    async fn shutdown(&mut self) {}
}

impl DatagramWriter {
    /// Sends as many frames from `first` on as the system takes at once, at least one.
    fn poll_send(
        &self,
        context: &mut Context<'_>,
        frames: Frames<'_>,
        first: usize,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.socket.poll_send_ready(context))?;
            let sent = self.socket.try_io(Interest::WRITABLE, || {
                system::send(&self.socket, frames, first)
            });
            match sent {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                sent => return Poll::Ready(sent),
            }
        }
    }
}

#[cfg(test)]
mod tests;
