//! Where packets come from and go to on this machine.

#[cfg(unix)]
mod descriptor;
#[cfg(unix)]
mod host_fd;
#[cfg(target_os = "linux")]
mod linux_tun;

use std::io;
use std::task::{Context, Poll};

#[cfg(unix)]
pub use host_fd::{HostFdOptions, PacketHeader};

use crate::batch::Batch;
use crate::error::TunnelError;

/// The reading half of a device: packets that leave through the tunnel.
///
/// Implemented by devices, called by the pump, from one task at a time.
pub trait PacketSource: Send {
    /// Adds the packets that are ready to the batch: all of them, or as many as it has room for, at least one.
    ///
    /// # Errors
    /// An error ends the tunnel with it as the cause. A packet that cannot be carried is no error: it is skipped.
    fn poll_read(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>>;
}

/// The writing half of a device: packets that came through the tunnel.
///
/// Implemented by devices, called by the pump, from one task at a time.
pub trait PacketSink: Send {
    /// Takes the batch's packets from the front until none is left; `Pending` with the rest still in the batch while
    /// the device is full, which holds back the peer.
    ///
    /// Packets are hostile input: one that the device refuses is [`reject`](Batch::reject)ed, which counts it.
    ///
    /// # Errors
    /// An error ends the tunnel with it as the cause.
    fn poll_write(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>>;
}

/// A device: what the pump attaches to a connection. Dropping it closes it.
pub struct Device {
    /// Packets that leave through the tunnel.
    pub source: Box<dyn PacketSource>,
    /// Packets that came through the tunnel.
    pub sink: Box<dyn PacketSink>,
    /// The largest packet it reads or writes, in bytes.
    pub mtu: u16,
    /// The name of its network interface, if it is one.
    pub name: Option<String>,
}

impl Device {
    /// Creates the operating system's own network interface; it vanishes when the device is dropped.
    ///
    /// It comes without addresses and down: setting addresses, routes and the link up belongs to whoever configures
    /// the machine. Needs a Tokio runtime with I/O, and on Linux the capability `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// [`TunnelError::DeviceDenied`] without the privilege, [`TunnelError::DeviceUnsupported`] on a system without
    /// such a device, [`TunnelError::DeviceName`] for a name that the system cannot use, [`TunnelError::DeviceOpen`]
    /// otherwise.
    #[cfg(target_os = "linux")]
    pub fn tun(options: &TunOptions) -> Result<Device, TunnelError> {
        linux_tun::create(options)
    }

    /// Creates the operating system's own network interface: not written yet for this system.
    ///
    /// # Errors
    /// Always [`TunnelError::DeviceUnsupported`].
    #[cfg(not(target_os = "linux"))]
    pub fn tun(_options: &TunOptions) -> Result<Device, TunnelError> {
        Err(TunnelError::DeviceUnsupported)
    }

    /// Wraps a descriptor that the host opened, such as that of an Android `VpnService`, or one end of a packet pair.
    ///
    /// The descriptor is owned from here on: it is made non-blocking, closed when the device is dropped, and a host
    /// that wants to keep it passes a duplicate. It must keep packets apart: a TUN device, or a socket of type
    /// `SOCK_DGRAM` or `SOCK_SEQPACKET`. Needs a Tokio runtime with I/O.
    ///
    /// # Errors
    /// [`TunnelError::HostFd`] for a descriptor of another kind, or one that cannot be polled.
    #[cfg(unix)]
    pub fn host_fd(
        descriptor: std::os::fd::OwnedFd,
        options: HostFdOptions,
    ) -> Result<Device, TunnelError> {
        host_fd::adopt(descriptor, options)
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Device")
            .field("mtu", &self.mtu)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How [`Device::tun`] creates its interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TunOptions {
    /// Name of the interface; `None` takes the next free one of `p2svpn0`, `p2svpn1`, ...
    pub name: Option<String>,
    /// The largest packet, in bytes.
    pub mtu: u16,
}
