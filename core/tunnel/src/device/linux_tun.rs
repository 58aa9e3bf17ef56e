//! The Linux TUN device, one packet a read.

use std::io;
use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd};

use tun::AbstractDevice;

use super::descriptor::{EmptyRead, split};
use super::halves::Device;
use super::tun_options::TunOptions;
use crate::error::TunnelError;

/// The kernel puts the next free number in place of `%d`.
const ANY_NAME: &str = "p2svpn%d";

/// Bytes of an interface name, without the closing zero (`IFNAMSIZ` in netdevice(7)).
const LONGEST_NAME: usize = 15;

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
    pub fn tun(options: &TunOptions) -> Result<Device, TunnelError> {
        create(options)
    }
}

fn create(options: &TunOptions) -> Result<Device, TunnelError> {
    if let Some(name) = &options.name {
        check_name(name)?;
    }

    let mut configuration = tun::Configuration::default();
    configuration
        .tun_name(options.name.as_deref().unwrap_or(ANY_NAME))
        .mtu(options.mtu);
    let interface = tun::create(&configuration).map_err(open_failure)?;
    let name = interface.tun_name().map_err(open_failure)?;
    interface
        .set_nonblock()
        .map_err(|source| TunnelError::DeviceOpen { source })?;

    // SAFETY: `into_raw_fd` gives up the only owner of the descriptor, which the crate opened and nobody else knows.
    let descriptor = unsafe { OwnedFd::from_raw_fd(interface.into_raw_fd()) };
    let (source, sink) = split(descriptor, None, EmptyRead::Datagram, options.mtu)
        .map_err(|source| TunnelError::DeviceOpen { source })?;
    Ok(Device {
        source: Box::new(source),
        sink: Box::new(sink),
        mtu: options.mtu,
        name: Some(name),
    })
}

/// The kernel's rule for names, without `%`, which it would take for a pattern.
fn check_name(name: &str) -> Result<(), TunnelError> {
    let fits = (1..=LONGEST_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'/' | b':' | b'%'))
        && !matches!(name, "." | "..");
    if fits {
        Ok(())
    } else {
        Err(TunnelError::DeviceName {
            name: name.chars().take(64).collect(),
        })
    }
}

fn open_failure(error: tun::Error) -> TunnelError {
    let source = match error {
        tun::Error::Io(source) => source,
        other => io::Error::other(other),
    };
    if source.kind() == io::ErrorKind::PermissionDenied {
        return TunnelError::DeviceDenied { source };
    }
    TunnelError::DeviceOpen { source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_kernel_refuses_or_expands_are_refused() {
        for name in [
            "",
            "sixteen-bytes-xx",
            "a/b",
            "a:b",
            "a b",
            "p2s%d",
            ".",
            "..",
            "caf\u{e9}",
        ] {
            assert!(
                matches!(check_name(name), Err(TunnelError::DeviceName { .. })),
                "{name:?} was taken"
            );
        }
        for name in ["p2svpn0", "azure-vpn.test", "x"] {
            assert!(check_name(name).is_ok(), "{name:?} was refused");
        }
    }
}
