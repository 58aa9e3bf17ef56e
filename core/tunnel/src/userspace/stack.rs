use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use p2svpn_system::Clock;
use smoltcp::socket::tcp::State;

use super::link::{LinkSink, LinkSource};
use super::listener::TcpListener;
use super::machine::{Machine, Shared};
use super::options::{StackOptions, StackStatistics};
use super::ping::ping;
use super::stream::TcpStream;
use crate::device::Device;
use crate::error::TunnelError;

/// A network stack inside the process: TCP connections, listeners and ping over the tunnel, without any privilege.
///
/// It is a [`Device`] like the others: [`device`](Self::device) goes into the pump, and packets are written into, and
/// read out of, the pump's own batches. The stack has no task of its own: whoever reads its device drives it, and it
/// wakes for packets, for what applications write, and for timers of TCP, never to look around. It answers ICMP echo
/// requests. A clone is another handle of the same stack.
///
/// Connections outlive the device: while none is attached nothing moves, and an attached one takes up where the last
/// one left off. [`close`](Self::close) ends them.
#[derive(Clone)]
pub struct Stack {
    shared: Arc<Shared>,
}

impl Stack {
    /// Makes a stack.
    ///
    /// # Errors
    /// [`TunnelError::StackOptions`] or [`TunnelError::Unaddressable`] for options that cannot be used.
    pub fn new(options: StackOptions, clock: Clock) -> Result<Stack, TunnelError> {
        Ok(Stack {
            shared: Shared::new(Machine::new(options, clock)?),
        })
    }

    /// The stack's end of the tunnel. Only the one made last is served; make one for each pump that runs the stack.
    pub fn device(&self) -> Device {
        Device {
            source: Box::new(LinkSource::new(Arc::clone(&self.shared))),
            sink: Box::new(LinkSink::new(Arc::clone(&self.shared))),
            mtu: self.shared.lock().mtu(),
            name: None,
        }
    }

    /// Connects to an address in the tunnel, within `timeout`. Needs a Tokio runtime with time.
    ///
    /// # Errors
    /// [`TunnelError::Refused`], [`TunnelError::TimedOut`], [`TunnelError::Unaddressable`],
    /// [`TunnelError::TooManySockets`] or [`TunnelError::StackClosed`].
    pub async fn dial(
        &self,
        address: SocketAddr,
        timeout: Duration,
    ) -> Result<TcpStream, TunnelError> {
        let handle = self.shared.lock().connect(address)?;
        // From here on dropping the stream, as a timeout does, gives the socket back.
        let stream = TcpStream::new(Arc::clone(&self.shared), handle, address);
        let connected = poll_fn(|context| {
            let mut machine = self.shared.lock();
            if machine.is_closed() {
                return Poll::Ready(Err(TunnelError::StackClosed));
            }
            let socket = machine.tcp(handle);
            match socket.state() {
                State::SynSent | State::SynReceived => {
                    socket.register_send_waker(context.waker());
                    Poll::Pending
                }
                State::Closed | State::Listen => Poll::Ready(Err(TunnelError::Refused { address })),
                _ => Poll::Ready(Ok(())),
            }
        });
        tokio::time::timeout(timeout, connected)
            .await
            .map_err(|_| TunnelError::TimedOut)??;
        Ok(stream)
    }

    /// Accepts connections to a port, on every address of the stack. `backlog` bounds how many peers may connect at
    /// once and how many connections may wait to be accepted; each takes a socket.
    ///
    /// # Errors
    /// [`TunnelError::PortInUse`], [`TunnelError::StackOptions`] for a port or backlog of 0,
    /// [`TunnelError::TooManySockets`] or [`TunnelError::StackClosed`].
    pub fn listen(&self, port: u16, backlog: usize) -> Result<TcpListener, TunnelError> {
        let bank = self.shared.lock().listen(port, backlog)?;
        Ok(TcpListener::new(Arc::clone(&self.shared), bank, port))
    }

    /// Sends one ICMP echo request and answers how long the reply took. Needs a Tokio runtime with time.
    ///
    /// # Errors
    /// [`TunnelError::TimedOut`], [`TunnelError::Unaddressable`], [`TunnelError::TooManySockets`] or
    /// [`TunnelError::StackClosed`].
    pub async fn ping(&self, address: IpAddr, timeout: Duration) -> Result<Duration, TunnelError> {
        ping(&self.shared, address, timeout).await
    }

    /// Gives the stack other addresses, as after a reconnect. Connections from an address that is gone end with a
    /// reset; others go on.
    ///
    /// # Errors
    /// As [`new`](Self::new); the addresses stay as they were.
    pub fn set_addresses(
        &self,
        ipv4: Option<Ipv4Addr>,
        ipv6: Option<Ipv6Addr>,
    ) -> Result<(), TunnelError> {
        self.shared.lock().set_addresses(ipv4, ipv6)
    }

    /// Ends every connection with a reset, and refuses new ones. Does not block.
    pub fn close(&self) {
        self.shared.lock().close();
    }

    /// What the stack holds and dropped.
    pub fn statistics(&self) -> StackStatistics {
        self.shared.lock().statistics()
    }
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Stack").finish_non_exhaustive()
    }
}
