/// Where a session's packets come from and go to.
#[derive(uniffi::Enum)]
pub enum Device {
    /// A TUN device where the process may make one, else the userspace stack, which a warning tells of.
    Auto,
    /// A network device of the operating system. It needs privilege.
    Tun {
        /// Its name; the system's choice if absent.
        name: Option<String>,
    },
    /// A network stack inside the process, which needs no privilege; connections go through `Session.dial`.
    Userspace,
}

impl From<Device> for p2svpn_client::Device {
    fn from(device: Device) -> Self {
        match device {
            Device::Auto => Self::Auto,
            Device::Tun { name } => Self::Tun { name },
            Device::Userspace => Self::Userspace,
        }
    }
}
