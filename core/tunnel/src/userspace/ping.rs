//! One ICMP echo request and its reply.

use std::future::poll_fn;
use std::net::IpAddr;
use std::task::Poll;
use std::time::Duration;

use smoltcp::iface::SocketHandle;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::icmp::{PacketBuffer, PacketMetadata, Socket};
use smoltcp::wire::{Icmpv4Packet, Icmpv4Repr, Icmpv6Packet, Icmpv6Repr, IpAddress};

use super::machine::Shared;
use crate::error::TunnelError;

/// What a request carries.
const PAYLOAD: &[u8] = b"p2svpn";

/// Room for the few replies that may carry our identifier.
const BUFFER: usize = 512;

pub(super) async fn ping(
    shared: &Shared,
    address: IpAddr,
    timeout: Duration,
) -> Result<Duration, TunnelError> {
    let request = Request::send(shared, address)?;
    let started = tokio::time::Instant::now();
    let reply = poll_fn(|context| {
        let mut machine = shared.lock();
        if machine.is_closed() {
            return Poll::Ready(Err(TunnelError::StackClosed));
        }
        let socket = machine.echo(request.socket);
        while let Ok((message, from)) = socket.recv() {
            if IpAddr::from(from) == address && is_reply(message) {
                return Poll::Ready(Ok(()));
            }
        }
        machine.await_echo(request.socket, context.waker());
        Poll::Pending
    });
    tokio::time::timeout(timeout, reply)
        .await
        .map_err(|_| TunnelError::TimedOut)??;
    Ok(started.elapsed())
}

/// A request on its way; dropping it gives its socket back.
struct Request<'a> {
    shared: &'a Shared,
    socket: SocketHandle,
}

impl<'a> Request<'a> {
    fn send(shared: &'a Shared, address: IpAddr) -> Result<Request<'a>, TunnelError> {
        let mut machine = shared.lock();
        let source = machine.source_for(address)?;
        let buffer = || PacketBuffer::new(vec![PacketMetadata::EMPTY; 4], vec![0; BUFFER]);
        let (socket, identifier) = machine.open_echo(Socket::new(buffer(), buffer()))?;
        let message = message(source, IpAddress::from(address), identifier);
        // The buffer is empty and larger than the message.
        let _ = machine
            .echo(socket)
            .send_slice(&message, IpAddress::from(address));
        machine.wake_departure();
        Ok(Request { shared, socket })
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.shared.lock().remove(self.socket);
    }
}

fn message(source: IpAddress, destination: IpAddress, identifier: u16) -> Vec<u8> {
    let checksums = ChecksumCapabilities::default();
    match (source, destination) {
        (IpAddress::Ipv6(source), IpAddress::Ipv6(destination)) => {
            let request = Icmpv6Repr::EchoRequest {
                ident: identifier,
                seq_no: 1,
                data: PAYLOAD,
            };
            let mut message = vec![0; request.buffer_len()];
            request.emit(
                &source,
                &destination,
                &mut Icmpv6Packet::new_unchecked(&mut message),
                &checksums,
            );
            message
        }
        _ => {
            let request = Icmpv4Repr::EchoRequest {
                ident: identifier,
                seq_no: 1,
                data: PAYLOAD,
            };
            let mut message = vec![0; request.buffer_len()];
            request.emit(&mut Icmpv4Packet::new_unchecked(&mut message), &checksums);
            message
        }
    }
}

/// Whether it is an echo reply (type 0 in RFC 792, type 129 in RFC 4443) with our payload; the socket has compared the
/// identifier.
fn is_reply(message: &[u8]) -> bool {
    matches!(message.first(), Some(0 | 129)) && message.get(8..) == Some(PAYLOAD)
}
