//! Where packets come from and go to on this machine.

#[cfg(unix)]
mod descriptor;
mod halves;
#[cfg(unix)]
mod host_fd;
mod keeper;
#[cfg(target_os = "linux")]
mod linux_tun;
#[cfg(not(target_os = "linux"))]
mod no_tun;
mod tun_options;

pub use halves::{Device, PacketSink, PacketSource};
#[cfg(unix)]
pub use host_fd::{HostFdOptions, PacketHeader};
pub use keeper::DeviceKeeper;
pub use tun_options::TunOptions;
