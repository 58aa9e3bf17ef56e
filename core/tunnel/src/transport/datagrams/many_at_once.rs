//! Many datagrams with one system call (`recvmmsg`, `sendmmsg`).

use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::AsRawFd;
use std::ptr::null_mut;

use tokio::net::UdpSocket;

use super::received::{MOST_RECEIVED, Received};
use crate::frames::Frames;

/// The most datagrams that are sent at once.
const MOST_SENT: usize = 64;

/// What the system says beside a datagram: how many it has dropped because the receive buffer was full.
#[repr(C)]
#[derive(Clone, Copy)]
struct Note {
    header: libc::cmsghdr,
    overflows: u32,
}

/// Asks for the count of datagrams that found the receive buffer full, to come with each that did not.
pub(super) fn count_overflows(socket: &UdpSocket) -> io::Result<()> {
    let on: libc::c_int = 1;
    // SAFETY: the descriptor is open while the socket is borrowed, and the option's value is an int that lives on.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RXQ_OVFL,
            (&raw const on).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Reads the datagrams that have arrived, each into the next slot of the buffer.
pub(super) fn receive(
    socket: &UdpSocket,
    buffer: &mut [u8],
    slot: usize,
    received: &mut Received,
) -> io::Result<()> {
    received.clear();
    // SAFETY: all three are plain C structures of integers and pointers, for which zeroes are valid.
    let (mut messages, mut places, mut notes): (
        [libc::mmsghdr; MOST_RECEIVED],
        [libc::iovec; MOST_RECEIVED],
        [Note; MOST_RECEIVED],
    ) = unsafe { (zeroed(), zeroed(), zeroed()) };
    let parts = messages.iter_mut().zip(&mut places).zip(&mut notes);
    let mut count = 0;
    for (((message, place), note), slot) in parts.zip(buffer.chunks_exact_mut(slot)) {
        place.iov_base = slot.as_mut_ptr().cast();
        place.iov_len = slot.len();
        message.msg_hdr.msg_iov = place;
        message.msg_hdr.msg_iovlen = 1;
        message.msg_hdr.msg_control = (note as *mut Note).cast();
        message.msg_hdr.msg_controllen = size_of::<Note>() as _;
        count += 1;
    }
    // SAFETY: the first `count` messages point to buffers, apart from each other, that live until after the call, and
    // say how long they are.
    let result = unsafe {
        libc::recvmmsg(
            socket.as_raw_fd(),
            messages.as_mut_ptr(),
            count,
            libc::MSG_DONTWAIT as _,
            null_mut(),
        )
    };
    // A failure is the only negative answer.
    let arrived = usize::try_from(result).map_err(|_| io::Error::last_os_error())?;
    for (message, note) in messages.iter().zip(&notes).take(arrived) {
        received.push(message.msg_len as usize);
        #[allow(
            clippy::unnecessary_cast,
            reason = "the type differs between C libraries"
        )]
        let note_length = message.msg_hdr.msg_controllen as usize;
        if note_length > size_of::<libc::cmsghdr>()
            && note.header.cmsg_level == libc::SOL_SOCKET
            && note.header.cmsg_type == libc::SO_RXQ_OVFL
        {
            received.set_overflows(note.overflows);
        }
    }
    Ok(())
}

/// Sends frames from `first` on, each as a datagram; answers how many the system took, at least one.
pub(super) fn send(socket: &UdpSocket, frames: Frames<'_>, first: usize) -> io::Result<usize> {
    // SAFETY: both are plain C structures of integers and pointers, for which zeroes are valid.
    let (mut messages, mut places): ([libc::mmsghdr; MOST_SENT], [libc::iovec; MOST_SENT]) =
        unsafe { (zeroed(), zeroed()) };
    let mut count = 0;
    for (index, (message, place)) in messages.iter_mut().zip(&mut places).enumerate() {
        let Some(frame) = frames.get(first + index) else {
            break;
        };
        // The system only reads what it sends.
        place.iov_base = frame.as_ptr().cast_mut().cast();
        place.iov_len = frame.len();
        message.msg_hdr.msg_iov = place;
        message.msg_hdr.msg_iovlen = 1;
        count += 1;
    }
    // SAFETY: the first `count` messages point to bytes that live until after the call, and say how many.
    let result = unsafe {
        libc::sendmmsg(
            socket.as_raw_fd(),
            messages.as_mut_ptr(),
            count,
            (libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) as _,
        )
    };
    match usize::try_from(result) {
        // There was nothing to send.
        Ok(0) => Err(io::ErrorKind::InvalidInput.into()),
        Ok(sent) => Ok(sent),
        Err(_) => Err(io::Error::last_os_error()),
    }
}
