//! Packets: the devices they come from and go to, the transports to the gateway, a network stack inside the process,
//! and the pump between them.
//!
//! A [`Device`] has two halves that move packets in batches: [`PacketSource`] and [`PacketSink`]. There are the system's
//! own TUN device, a descriptor that the host opened, and [`Stack`], the userspace network stack, which needs no
//! privilege. A [`TcpTransport`] is the connection to the gateway.
//!
//! Everything here needs a Tokio runtime with I/O and time.

mod batch;
mod device;
mod error;
mod transport;
mod userspace;

pub use batch::{Batch, Margin};
pub use device::{Device, PacketSink, PacketSource, TunOptions};
#[cfg(unix)]
pub use device::{HostFdOptions, PacketHeader};
pub use error::TunnelError;
pub use transport::{ProtectSocket, RawSocket, TcpOptions, TcpTransport};
pub use userspace::{Stack, StackOptions, StackStatistics, TcpListener, TcpStream};
