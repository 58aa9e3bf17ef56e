//! Systems for which no TUN device is written yet.

use super::halves::Device;
use super::tun_options::TunOptions;
use crate::error::TunnelError;

impl Device {
    /// Creates the operating system's own network interface: not written yet for this system.
    ///
    /// # Errors
    /// Always [`TunnelError::DeviceUnsupported`].
    pub fn tun(_options: &TunOptions) -> Result<Device, TunnelError> {
        Err(TunnelError::DeviceUnsupported)
    }
}
