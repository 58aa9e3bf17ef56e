#[cfg(unix)]
use std::os::fd::OwnedFd;

#[cfg(unix)]
pub use p2svpn_tunnel::PacketHeader;

/// Where a session's packets come from and go to.
#[derive(Debug, Default)]
#[non_exhaustive]
pub enum Device {
    /// A TUN device where the process may make one, else the userspace stack, which a warning event tells of.
    #[default]
    Auto,
    /// A network device of the operating system. It needs privilege: `CAP_NET_ADMIN` on Linux.
    Tun {
        /// Its name; the system's choice of `p2svpn0`, `p2svpn1`, ... if absent.
        name: Option<String>,
    },
    /// A network stack inside the process: it needs no privilege, changes nothing on the machine, and connections go
    /// through `Session::dial`.
    Userspace,
    /// A descriptor that the host opened: a TUN device or a socket that keeps packets apart.
    ///
    /// It is owned from here on and closed at the session's end; pass a duplicate to keep it.
    #[cfg(unix)]
    Fd {
        /// The descriptor.
        fd: OwnedFd,
        /// What stands before each packet.
        header: PacketHeader,
    },
}

impl Device {
    /// What to open in the place of a device that failed; nothing for one that the host has opened.
    pub(crate) fn again(&self) -> Option<Self> {
        match self {
            Self::Auto => Some(Self::Auto),
            Self::Tun { name } => Some(Self::Tun { name: name.clone() }),
            Self::Userspace => Some(Self::Userspace),
            #[cfg(unix)]
            Self::Fd { .. } => None,
        }
    }
}
