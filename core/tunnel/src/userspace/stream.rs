use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{RecvError, Socket, State};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::machine::Shared;

/// A TCP connection over the tunnel.
///
/// A write waits while the peer's window and the stack's buffer are full; a reader that does not read holds the peer
/// back. `shutdown` sends what is written and then the end, waits until the peer has all that was written, and leaves
/// reading to go on until the peer's own end; a peer that takes nothing holds it up, so a caller in a hurry bounds it.
/// A reset by the peer, and the close of the stack, are errors of kind [`ConnectionReset`](io::ErrorKind::ConnectionReset) and
/// [`NotConnected`](io::ErrorKind::NotConnected). Dropping it closes the connection in good order, or with a reset
/// when data was not read.
pub struct TcpStream {
    shared: Arc<Shared>,
    socket: SocketHandle,
    peer: SocketAddr,
}

impl TcpStream {
    pub(super) fn new(shared: Arc<Shared>, socket: SocketHandle, peer: SocketAddr) -> TcpStream {
        TcpStream {
            shared,
            socket,
            peer,
        }
    }

    /// The other side's address.
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    /// The stack's own address in this connection; `None` once it is over.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.shared
            .lock()
            .tcp(self.socket)
            .local_endpoint()
            .map(SocketAddr::from)
    }
}

impl AsyncRead for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut machine = self.shared.lock();
        let closed = machine.is_closed();
        let socket = machine.tcp(self.socket);
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let queued = socket.recv_queue();
        match receive(socket, buffer) {
            Ok(0) => {
                socket.register_recv_waker(context.waker());
                Poll::Pending
            }
            Ok(length) => {
                // What lies beyond the end of the ring; an end of the connection shows with the next read.
                if length < queued {
                    let _ = receive(socket, buffer);
                }
                // The peer is told of new room only when its window has at least doubled, for which the buffer must
                // have been half full.
                if queued >= socket.recv_capacity() / 2 {
                    machine.wake_departure();
                }
                Poll::Ready(Ok(()))
            }
            Err(RecvError::Finished) => Poll::Ready(Ok(())),
            Err(RecvError::InvalidState) => Poll::Ready(Err(broken(closed))),
        }
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut machine = self.shared.lock();
        let closed = machine.is_closed();
        let socket = machine.tcp(self.socket);
        if data.is_empty() && socket.may_send() {
            return Poll::Ready(Ok(0));
        }
        match socket.send_slice(data) {
            Ok(0) => {
                socket.register_send_waker(context.waker());
                Poll::Pending
            }
            Ok(length) => {
                machine.wake_departure();
                Poll::Ready(Ok(length))
            }
            Err(_) if has_shut_down(socket) => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Err(_) => Poll::Ready(Err(broken(closed))),
        }
    }

    /// Does nothing: what is written leaves as fast as the peer takes it.
    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut machine = self.shared.lock();
        let closed = machine.is_closed();
        let socket = machine.tcp(self.socket);
        let first = !has_shut_down(socket);
        socket.close();
        // The queue holds what the peer has not acknowledged.
        let state = if socket.send_queue() == 0 {
            Poll::Ready(Ok(()))
        } else if socket.state() == State::Closed {
            Poll::Ready(Err(broken(closed)))
        } else {
            socket.register_send_waker(context.waker());
            Poll::Pending
        };
        if first {
            machine.wake_departure();
        }
        state
    }
}

impl Drop for TcpStream {
    fn drop(&mut self) {
        self.shared.lock().abandon(self.socket);
    }
}

impl std::fmt::Debug for TcpStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TcpStream")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

/// Copies what lies in one piece; the rest of the caller's buffer is not touched.
fn receive(socket: &mut Socket<'_>, buffer: &mut ReadBuf<'_>) -> Result<usize, RecvError> {
    socket.recv(|data| {
        let part = data.get(..buffer.remaining()).unwrap_or(data);
        buffer.put_slice(part);
        (part.len(), part.len())
    })
}

/// Whether our own side sent its end.
fn has_shut_down(socket: &Socket<'_>) -> bool {
    matches!(
        socket.state(),
        State::FinWait1 | State::FinWait2 | State::Closing | State::LastAck | State::TimeWait
    )
}

fn broken(stack_is_closed: bool) -> io::Error {
    if stack_is_closed {
        io::ErrorKind::NotConnected.into()
    } else {
        io::ErrorKind::ConnectionReset.into()
    }
}
