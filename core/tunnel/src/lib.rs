//! Packets: the devices they come from and go to, the transports to the gateway, a network stack inside the process,
//! and the pump between them.
//!
//! A [`Device`] has two halves that move packets in batches: [`PacketSource`] and [`PacketSink`]. There are the system's
//! own TUN device, a descriptor that the host opened, and [`Stack`], the userspace network stack, which needs no
//! privilege. A [`TcpTransport`] or a [`UdpTransport`] is the way to the gateway. A [`Tunnel`] runs an OpenVPN connection over it and
//! carries the packets of one device.
//!
//! Everything here needs a Tokio runtime with I/O and time.

mod batch;
mod device;
mod error;
mod event;
mod frames;
mod ipv6_refusal;
mod margin;
mod pump;
mod statistics;
mod transport;
mod tunnel;
mod userspace;

pub use batch::Batch;
pub use device::{Device, DeviceKeeper, PacketSink, PacketSource, TunOptions};
#[cfg(unix)]
pub use device::{HostFdOptions, PacketHeader};
pub use error::TunnelError;
pub use event::{Settings, TunnelEnd, TunnelEvent};
pub use margin::Margin;
pub use statistics::{Drops, TunnelStatistics};
pub use transport::{
    ProtectSocket, RawSocket, TcpOptions, TcpTransport, Transport, UdpOptions, UdpTransport,
    resolve,
};
pub use tunnel::Tunnel;
pub use userspace::{Stack, StackOptions, StackStatistics, TcpListener, TcpStream};
