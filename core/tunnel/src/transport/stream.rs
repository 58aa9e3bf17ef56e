//! Packets in a stream, each behind its length.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use p2svpn_openvpn::{Frame, next_frame};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::packets::{PacketReader, PacketWriter, Written};
use crate::frames::Frames;
use crate::statistics::Counters;

/// Makes the two ends of a stream.
pub(crate) fn split(stream: TcpStream, counters: &Arc<Counters>) -> (StreamReader, StreamWriter) {
    let (read, write) = stream.into_split();
    let reader = StreamReader::new(read, Arc::clone(counters));
    let writer = StreamWriter {
        half: write,
        counters: Arc::clone(counters),
    };
    (reader, writer)
}

/// How many reads are acknowledged at once: a handshake takes about ten.
const PROMPT_READS: u32 = 32;

/// The reading end, which acknowledges the handshake's packets at once.
///
/// A gateway that has not set `TCP_NODELAY`, as stock OpenVPN servers do not, holds a small packet back until its
/// predecessor is acknowledged, and Linux acknowledges only after 40 ms if there is nothing to send: some 40 ms for
/// each flight of the handshake that takes two packets. Linux forgets the setting, so it is renewed after each read.
pub(crate) struct StreamReader {
    half: OwnedReadHalf,
    counters: Arc<Counters>,
    prompt_reads: u32,
    /// Where the first packet begins that was not found yet.
    start: usize,
    /// The end of what was read; bytes after the last whole packet stay for the next read.
    filled: usize,
}

impl StreamReader {
    fn new(half: OwnedReadHalf, counters: Arc<Counters>) -> Self {
        let reader = Self {
            half,
            counters,
            prompt_reads: PROMPT_READS,
            start: 0,
            filled: 0,
        };
        reader.acknowledge();
        reader
    }

    /// Has what was received acknowledged at once. A system that refuses only makes the handshake slower.
    fn acknowledge(&self) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Err(error) = socket2::SockRef::from(self.half.as_ref()).set_tcp_quickack(true) {
            tracing::debug!(%error, "no prompt acknowledgements");
        }
    }

    fn poll_once(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let room = buffer.get_mut(self.filled..).unwrap_or_default();
        let mut room = ReadBuf::new(room);
        let read = Pin::new(&mut self.half).poll_read(context, &mut room);
        if self.prompt_reads > 0 && read.is_ready() {
            self.prompt_reads -= 1;
            self.acknowledge();
        }
        read.map_ok(|()| room.filled().len())
    }
}

impl PacketReader for StreamReader {
    /// Several of the longest frames, which take 65,537 bytes each.
    const BUFFER: usize = 256 * 1024;

    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<(), Option<io::Error>>> {
        loop {
            match ready!(self.poll_once(context, buffer)) {
                Ok(0) => return Poll::Ready(Err(None)),
                Ok(length) => {
                    self.filled += length;
                    self.counters.wire_received_bytes.add(length as u64);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(Some(error))),
            }
        }
    }

    fn next_packet(&mut self, buffer: &[u8]) -> io::Result<Option<Range<usize>>> {
        let unread = buffer.get(self.start..self.filled).unwrap_or_default();
        match next_frame(unread) {
            Frame::Packet(range) => {
                let packet = self.start + range.start..self.start + range.end;
                self.start = packet.end;
                Ok(Some(packet))
            }
            Frame::Incomplete { .. } => Ok(None),
            Frame::Invalid => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn reclaim(&mut self, buffer: &mut [u8]) {
        buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
    }
}

/// The writing end.
pub(crate) struct StreamWriter {
    half: OwnedWriteHalf,
    counters: Arc<Counters>,
}

impl PacketWriter for StreamWriter {
    async fn write(&mut self, frames: Frames<'_>) -> io::Result<Written> {
        self.half.write_all(frames.bytes()).await?;
        let written = Written {
            frames: frames.len(),
            bytes: frames.bytes().len(),
        };
        self.counters.wire_sent_bytes.add(written.bytes as u64);
        Ok(written)
    }

    async fn shutdown(&mut self) {
        let _ = self.half.shutdown().await;
    }
}
