//! What the pump asks of a transport, whether it carries a stream or datagrams.

use std::io;
use std::ops::Range;
use std::task::{Context, Poll};

use crate::frames::Frames;

/// The reading end of a transport, which tells packets apart. It counts the bytes that it reads.
pub(crate) trait PacketReader: Send + 'static {
    /// The size of the buffer that it reads into, in bytes.
    const BUFFER: usize;

    /// Reads once whatever has arrived into the buffer, which is the same one at each call.
    ///
    /// # Errors
    /// The transport is over: it ended in order (none) or failed.
    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<(), Option<io::Error>>>;

    /// Finds the next whole packet among what was read: its place in the buffer, behind those of earlier ones.
    ///
    /// # Errors
    /// The stream is out of step and must be closed.
    fn next_packet(&mut self, buffer: &[u8]) -> io::Result<Option<Range<usize>>>;

    /// Makes room for the next read: the packets found so far have left the buffer.
    fn reclaim(&mut self, buffer: &mut [u8]);
}

/// The writing end of a transport. It counts the bytes that it writes.
pub(crate) trait PacketWriter: Send + 'static {
    /// Writes all frames, as fast as the system takes them.
    ///
    /// # Errors
    /// The transport is over. A frame that alone could not be sent is no error: it is counted and left out.
    fn write(&mut self, frames: Frames<'_>) -> impl Future<Output = io::Result<Written>> + Send;

    /// Ends the outgoing direction, where there is such a thing.
    fn shutdown(&mut self) -> impl Future<Output = ()> + Send;
}

/// What a transport took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) frames: usize,
    pub(crate) bytes: usize,
}
