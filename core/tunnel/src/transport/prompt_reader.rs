use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;

/// How many reads are acknowledged at once: a handshake takes about ten.
const PROMPT_READS: u32 = 32;

/// The reading half of a connection, which acknowledges the handshake's packets at once.
///
/// A gateway that has not set `TCP_NODELAY`, as stock OpenVPN servers do not, holds a small packet back until its
/// predecessor is acknowledged, and Linux acknowledges only after 40 ms if there is nothing to send: some 40 ms for
/// each flight of the handshake that takes two packets. Linux forgets the setting, so it is renewed after each read.
pub(crate) struct PromptReader {
    half: OwnedReadHalf,
    prompt_reads: u32,
}

impl PromptReader {
    pub(crate) fn new(half: OwnedReadHalf) -> Self {
        let reader = Self {
            half,
            prompt_reads: PROMPT_READS,
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
}

impl AsyncRead for PromptReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.half).poll_read(context, buffer);
        if self.prompt_reads > 0 && read.is_ready() {
            self.prompt_reads -= 1;
            self.acknowledge();
        }
        read
    }
}
