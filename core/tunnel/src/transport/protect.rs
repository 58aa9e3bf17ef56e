use std::io;
use std::sync::Arc;

/// The operating system's own name of a socket.
#[cfg(unix)]
pub type RawSocket = std::os::fd::RawFd;
/// The operating system's own name of a socket.
#[cfg(windows)]
pub type RawSocket = std::os::windows::io::RawSocket;

/// What a host does with a socket before it connects, so that its packets stay outside the tunnel, such as
/// `VpnService.protect` on Android. The socket stays the library's. An error refuses the address being tried.
pub type ProtectSocket = Arc<dyn Fn(RawSocket) -> io::Result<()> + Send + Sync>;

#[cfg(unix)]
pub(super) fn raw(socket: &impl std::os::fd::AsRawFd) -> RawSocket {
    socket.as_raw_fd()
}

#[cfg(windows)]
pub(super) fn raw(socket: &impl std::os::windows::io::AsRawSocket) -> RawSocket {
    socket.as_raw_socket()
}
