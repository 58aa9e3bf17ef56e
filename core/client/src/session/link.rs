use p2svpn_profile::DeviceKind;
use p2svpn_system::{Clock, NetworkConfig, can_configure_network};
#[cfg(unix)]
use p2svpn_tunnel::HostFdOptions;
use p2svpn_tunnel::{Device as TunnelDevice, Stack, StackOptions, TunOptions};

use super::network::stack_addresses;
use crate::device::Device;
use crate::error::{Error, ErrorCode};
use crate::options::ConnectOptions;
use crate::warning::{Warning, WarningKind};

/// The device of a session, open and ready to be attached.
pub(super) struct Link {
    pub(super) device: TunnelDevice,
    /// The stack behind it, if it is the userspace device.
    pub(super) stack: Option<Stack>,
    /// The network interface that this session made, and may configure.
    pub(super) interface: Option<String>,
    /// What the host should know about the choice.
    pub(super) warning: Option<Warning>,
}

/// Finds out early what would fail late: before anybody signs in.
pub(super) fn check(device: &Device, configure: bool) -> Result<(), Error> {
    if !matches!(device, Device::Tun { .. }) {
        return Ok(());
    }
    if cfg!(not(target_os = "linux")) {
        return Err(ErrorCode::DeviceUnsupported.into());
    }
    if configure && !can_configure_network() {
        return Err(Error::new(
            ErrorCode::DeviceDenied,
            "the process lacks CAP_NET_ADMIN",
        ));
    }
    Ok(())
}

/// Where the packets of a session with these options will go, as far as that is known before [`open`].
///
/// It is not known where the host itself configures what the packets go through.
pub(crate) fn device_kind(options: &ConnectOptions, privileged: bool) -> DeviceKind {
    match &options.device {
        Device::Userspace => DeviceKind::Program,
        Device::Auto if !privileged => DeviceKind::Program,
        Device::Auto | Device::Tun { .. } if !options.leave_machine => DeviceKind::Machine,
        _ => DeviceKind::Unknown,
    }
}

/// Opens the device that the host chose; `privileged` says whether the machine's network may be changed.
pub(super) fn open(
    device: Device,
    mtu: u16,
    config: &NetworkConfig,
    clock: Clock,
    privileged: bool,
) -> Result<Link, Error> {
    match device {
        Device::Tun { name } => tun(name, mtu),
        Device::Userspace => userspace(mtu, config, clock),
        #[cfg(unix)]
        Device::Fd { fd, header } => {
            let device = TunnelDevice::host_fd(fd, HostFdOptions { mtu, header })?;
            Ok(Link {
                device,
                stack: None,
                interface: None,
                warning: None,
            })
        }
        Device::Auto => {
            let denied = || Error::new(ErrorCode::DeviceDenied, "the process lacks the privilege");
            let made = if privileged {
                tun(None, mtu)
            } else {
                Err(denied())
            };
            let error = match made {
                Ok(link) => return Ok(link),
                Err(error) => error,
            };
            let message = format!("the userspace device is used: {error}");
            let warning = Some(Warning::new(WarningKind::Device, message));
            Ok(Link {
                warning,
                ..userspace(mtu, config, clock)?
            })
        }
    }
}

fn tun(name: Option<String>, mtu: u16) -> Result<Link, Error> {
    let device = TunnelDevice::tun(&TunOptions { name, mtu })?;
    let interface = device.name.clone();
    Ok(Link {
        device,
        stack: None,
        interface,
        warning: None,
    })
}

fn userspace(mtu: u16, config: &NetworkConfig, clock: Clock) -> Result<Link, Error> {
    let (ipv4, ipv6) = stack_addresses(config);
    let options = StackOptions {
        mtu,
        ipv4,
        ipv6,
        ..StackOptions::default()
    };
    let stack = Stack::new(options, clock)?;
    Ok(Link {
        device: stack.device(),
        stack: Some(stack),
        interface: None,
        warning: None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn without_privilege_the_automatic_device_is_the_userspace_stack_and_says_so() {
        let link = open(
            Device::Auto,
            1400,
            &NetworkConfig::default(),
            Clock::new(),
            false,
        )
        .unwrap();

        assert!(link.stack.is_some() && link.interface.is_none());
        assert_eq!(link.warning.unwrap().kind, WarningKind::Device);
    }

    #[test]
    fn it_is_known_before_where_packets_go_unless_the_host_sees_to_that() {
        let tun = || ConnectOptions::default().device(Device::Tun { name: None });
        let userspace = || ConnectOptions::default().device(Device::Userspace);
        let auto = ConnectOptions::default;
        for (options, privileged, kind) in [
            (auto(), true, DeviceKind::Machine),
            (auto(), false, DeviceKind::Program),
            (tun(), true, DeviceKind::Machine),
            (userspace(), true, DeviceKind::Program),
            (auto().configure_machine(false), true, DeviceKind::Unknown),
            (auto().configure_machine(false), false, DeviceKind::Program),
            (tun().configure_machine(false), true, DeviceKind::Unknown),
        ] {
            assert_eq!(device_kind(&options, privileged), kind, "{options:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_descriptor_of_the_host_leads_where_only_the_host_knows() {
        let fd = std::fs::File::open("/dev/null").unwrap().into();
        let header = p2svpn_tunnel::PacketHeader::None;
        let options = ConnectOptions::default().device(Device::Fd { fd, header });

        assert_eq!(device_kind(&options, true), DeviceKind::Unknown);
    }
}
