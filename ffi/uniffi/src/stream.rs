use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::Mutex;

/// The most that one read returns, so that nobody's number decides how much memory it takes.
const LARGEST_READ: u32 = 1 << 20;

/// A TCP connection through the tunnel.
///
/// Reading and writing may go on at the same time; several reads take turns, and so do several writes. Dropping it closes
/// the connection.
#[derive(uniffi::Object)]
pub struct Stream {
    peer: String,
    reader: Mutex<ReadHalf<p2svpn_client::Stream>>,
    writer: Mutex<WriteHalf<p2svpn_client::Stream>>,
}

impl Stream {
    pub(crate) fn new(stream: p2svpn_client::Stream) -> Self {
        let peer = stream.peer_address().to_string();
        let (reader, writer) = tokio::io::split(stream);
        Self {
            peer,
            reader: Mutex::new(reader),
            writer: Mutex::new(writer),
        }
    }
}

#[uniffi::export]
impl Stream {
    /// Returns the remote address and port.
    pub fn peer_address(&self) -> String {
        self.peer.clone()
    }

    /// Reads what has arrived, at most so many bytes (and never more than 1 MiB); nothing at the end of the stream.
    pub async fn read(&self, most: u32) -> Result<Vec<u8>, StreamError> {
        let mut bytes =
            Vec::with_capacity(usize::try_from(most.min(LARGEST_READ)).unwrap_or_default());
        self.reader.lock().await.read_buf(&mut bytes).await?;
        Ok(bytes)
    }

    /// Writes all bytes. Who gives up waiting does not know how many were written.
    pub async fn write(&self, bytes: Vec<u8>) -> Result<(), StreamError> {
        let mut writer = self.writer.lock().await;
        writer.write_all(&bytes).await?;
        Ok(writer.flush().await?)
    }

    /// Ends the writing half: the other side reads the end of the stream.
    pub async fn end_writing(&self) -> Result<(), StreamError> {
        Ok(self.writer.lock().await.shutdown().await?)
    }
}

/// How a connection through the tunnel failed.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum StreamError {
    /// The other side reset the connection, or was silent for too long: dial again.
    #[error("the connection was reset by the other side")]
    Reset,
    /// The host wrote after it had ended writing: a mistake of the host's.
    #[error("the connection was written to after the end of writing")]
    WritingEnded,
    /// The session that the connection went through is over: connect again.
    #[error("the session has ended")]
    SessionEnded,
    /// The connection failed otherwise: dial again.
    #[error("{reason}")]
    Failed {
        /// What happened.
        reason: String,
    },
}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionReset => Self::Reset,
            io::ErrorKind::BrokenPipe => Self::WritingEnded,
            io::ErrorKind::NotConnected => Self::SessionEnded,
            _ => Self::Failed {
                reason: error.to_string(),
            },
        }
    }
}
