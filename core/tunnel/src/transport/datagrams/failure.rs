use std::io;

/// What a failed system call on a datagram socket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nothing: try again.
    Interrupted,
    /// A datagram sent before met a closed port, a host that is down, or a router that refused it (ICMP). Anybody can make
    /// such a message up, so that it never ends a connection.
    PeerUnreachable,
    /// There is no way to the peer just now, or a firewall of this machine is in it.
    NoRoute,
    /// The datagram is longer than the way to the peer, or the socket, carries.
    TooLong,
    /// The system has no memory for it just now, and no means to wait for some.
    NoRoom,
    /// The socket cannot be used any more.
    Other,
}

impl Failure {
    pub(super) fn of(error: &io::Error) -> Failure {
        match error.raw_os_error() {
            Some(TOO_LONG) => return Failure::TooLong,
            Some(NO_ROOM) => return Failure::NoRoom,
            #[cfg(unix)]
            Some(libc::ENOMEM) => return Failure::NoRoom,
            // The socket's own address is gone, perhaps for a while.
            #[cfg(unix)]
            Some(libc::EINVAL) => return Failure::NoRoute,
            #[cfg(unix)]
            Some(libc::ENOPROTOOPT | libc::EHOSTDOWN | libc::EPROTO) => {
                return Failure::PeerUnreachable;
            }
            #[cfg(any(target_os = "linux", target_os = "android"))]
            Some(libc::ENONET) => return Failure::PeerUnreachable,
            #[cfg(windows)]
            Some(HOPS_USED_UP) => return Failure::PeerUnreachable,
            _ => {}
        }
        match error.kind() {
            io::ErrorKind::Interrupted => Failure::Interrupted,
            // Windows calls a closed port a reset.
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => {
                Failure::PeerUnreachable
            }
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::PermissionDenied => Failure::NoRoute,
            _ => Failure::Other,
        }
    }
}

#[cfg(unix)]
const TOO_LONG: i32 = libc::EMSGSIZE;
#[cfg(unix)]
const NO_ROOM: i32 = libc::ENOBUFS;
/// `WSAEMSGSIZE`
#[cfg(windows)]
const TOO_LONG: i32 = 10_040;
/// `WSAENOBUFS`
#[cfg(windows)]
const NO_ROOM: i32 = 10_055;
/// `WSAENETRESET`
#[cfg(windows)]
const HOPS_USED_UP: i32 = 10_052;
