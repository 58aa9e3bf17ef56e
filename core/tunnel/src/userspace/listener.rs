use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::machine::Shared;
use super::stream::TcpStream;
use crate::error::TunnelError;

/// Accepts the TCP connections that peers in the tunnel make to one port of the stack.
///
/// Dropping it closes the port and resets the connections that nobody accepted.
pub struct TcpListener {
    shared: Arc<Shared>,
    bank: u64,
    port: u16,
}

impl TcpListener {
    pub(super) fn new(shared: Arc<Shared>, bank: u64, port: u16) -> TcpListener {
        TcpListener { shared, bank, port }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the next connection; the address is the peer's.
    ///
    /// Dropping the future loses no connection. Only the caller that asked last is woken, so one task accepts.
    ///
    /// # Errors
    /// [`TunnelError::StackClosed`] once the stack is closed.
    pub async fn accept(&self) -> Result<(TcpStream, SocketAddr), TunnelError> {
        poll_fn(|context| self.poll_accept(context)).await
    }

    fn poll_accept(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<Result<(TcpStream, SocketAddr), TunnelError>> {
        let mut machine = self.shared.lock();
        loop {
            if machine.is_closed() {
                return Poll::Ready(Err(TunnelError::StackClosed));
            }
            let Some(handle) = machine.accept(self.bank, context.waker()) else {
                return Poll::Pending;
            };
            if let Some(peer) = machine.tcp(handle).remote_endpoint().map(SocketAddr::from) {
                let stream = TcpStream::new(Arc::clone(&self.shared), handle, peer);
                return Poll::Ready(Ok((stream, peer)));
            }
            machine.abandon(handle);
        }
    }
}

impl Drop for TcpListener {
    fn drop(&mut self) {
        self.shared.lock().stop_listening(self.bank);
    }
}

impl std::fmt::Debug for TcpListener {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TcpListener")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}
