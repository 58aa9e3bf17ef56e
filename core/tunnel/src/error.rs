use std::io;
use std::net::{IpAddr, SocketAddr};

/// What goes wrong with devices, transports and the userspace stack.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TunnelError {
    // ---- devices ----
    /// This system has no such device, or none is written for it yet: use the userspace stack or a host descriptor.
    #[error("this system has no TUN device that p2svpn can create")]
    DeviceUnsupported,
    /// The process may not create network interfaces: run it with the privilege, or use the userspace stack.
    #[error("creating a TUN device needs more privilege (CAP_NET_ADMIN on Linux)")]
    DeviceDenied {
        /// What the system said.
        source: io::Error,
    },
    /// The name cannot be that of a network interface: at most 15 printable ASCII bytes, none of `/`, `:`, `%`.
    #[error("{name:?} cannot be the name of a network interface")]
    DeviceName {
        /// The refused name, cut at 64 characters.
        name: String,
    },
    /// The device could not be created: the source says why.
    #[error("the TUN device could not be created")]
    DeviceOpen {
        /// What the system said.
        source: io::Error,
    },
    /// The host's descriptor cannot carry packets: pass a TUN device or a socket that keeps packets apart.
    #[error("the host's descriptor cannot be used")]
    HostFd {
        /// What is wrong with it.
        source: io::Error,
    },

    // ---- transports ----
    /// The name was not found or the resolver did not answer: check the name and the connection to the network.
    #[error("the name {host:?} was not resolved")]
    NameNotResolved {
        /// The name, cut at 255 characters.
        host: String,
        /// What the resolver said; none when it answered with no address.
        source: Option<io::Error>,
    },
    /// No address accepted the connection. The source is the failure of the address tried last; its kind tells refused,
    /// unreachable and others apart.
    #[error("no connection to {address}")]
    Connect {
        /// The address tried last.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Nothing answered within the time allowed: the peer is silent or something on the way drops packets. Try again.
    #[error("no answer within the time allowed")]
    TimedOut,

    // ---- the userspace stack ----
    /// The stack was closed: its session has ended.
    #[error("the userspace network stack is closed")]
    StackClosed,
    /// An option cannot be used; the text says which and why.
    #[error("the userspace network stack cannot use this: {0}")]
    StackOptions(&'static str),
    /// The peer refused the connection: nothing listens there.
    #[error("{address} refused the connection")]
    Refused {
        /// The address dialled.
        address: SocketAddr,
    },
    /// The stack has no address of the remote address' family, or the address is not one host's.
    #[error("{address} cannot be reached from the addresses of this tunnel")]
    Unaddressable {
        /// The address asked for.
        address: IpAddr,
    },
    /// As many sockets as the options allow are open: close some, or allow more.
    #[error("all {limit} sockets of the userspace network stack are in use")]
    TooManySockets {
        /// The limit.
        limit: usize,
    },
    /// Another listener has the port.
    #[error("port {port} is in use")]
    PortInUse {
        /// The port.
        port: u16,
    },

    // ---- tunnels ----
    /// The tunnel has a device already: attach one only once.
    #[error("the tunnel has a device already")]
    Attached,
    /// The answer to a question was not sent: the source says why.
    #[error("the answer was not sent")]
    Answer(#[from] p2svpn_openvpn::AnswerError),
    /// The tunnel is over: its last event says why.
    #[error("the tunnel is over")]
    Ended,
}
