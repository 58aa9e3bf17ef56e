//! One datagram a system call, on every system.

use std::io::{self, Read, Write};

use socket2::SockRef;
use tokio::net::UdpSocket;

use super::received::{MOST_RECEIVED, Received};
use crate::frames::Frames;

/// Reads the datagrams that have arrived, each into the next slot of the buffer.
pub(super) fn receive(
    socket: &UdpSocket,
    buffer: &mut [u8],
    slot: usize,
    received: &mut Received,
) -> io::Result<()> {
    received.clear();
    let socket = SockRef::from(socket);
    for slot in buffer.chunks_exact_mut(slot).take(MOST_RECEIVED) {
        match (&*socket).read(slot) {
            Ok(length) => received.push(length),
            // What was read before the failure counts first; a failure that lasts comes again with the next read.
            Err(_) if received.len() > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Sends frames from `first` on, each as a datagram; answers how many the system took, at least one.
pub(super) fn send(socket: &UdpSocket, frames: Frames<'_>, first: usize) -> io::Result<usize> {
    let socket = SockRef::from(socket);
    let mut sent = 0;
    while let Some(frame) = frames.get(first + sent) {
        match (&*socket).write(frame) {
            Ok(_) => sent += 1,
            Err(_) if sent > 0 => break,
            Err(error) => return Err(error),
        }
    }
    if sent == 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(sent)
}
