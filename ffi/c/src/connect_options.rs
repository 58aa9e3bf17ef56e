use std::ffi::c_char;
use std::mem::offset_of;
use std::time::Duration;

use p2svpn_client::{ConnectOptions, Device, Error, Timeouts};

use crate::certificate::{certificate, p2svpn_certificate};
use crate::input::{Versioned, bytes, invalid, structure, text};

/// Where a session's packets come from and go to.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_devices {
    /// A TUN device where the process may make one, else the userspace stack, which a warning event tells of.
    P2SVPN_DEVICE_AUTO = 0,
    /// A network device of the operating system. It needs privilege: CAP_NET_ADMIN on Linux.
    P2SVPN_DEVICE_TUN = 1,
    /// A network stack inside the process: it needs no privilege and changes nothing on the machine. Connections go through
    /// p2svpn_session_dial().
    P2SVPN_DEVICE_USERSPACE = 2,
    /// A descriptor that the host opened: a TUN device, or a socket that keeps packets apart. Not on Windows.
    P2SVPN_DEVICE_FD = 3,
}

/// What stands before each packet of a host's descriptor.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_packet_headers {
    /// Nothing: the descriptor carries bare IP packets.
    P2SVPN_PACKET_HEADER_NONE = 0,
    /// Linux packet information (`struct tun_pi`): two bytes of flags, then the EtherType in network order.
    P2SVPN_PACKET_HEADER_LINUX = 1,
    /// The address family in four bytes in network order, as `utun` of macOS and iOS has it.
    P2SVPN_PACKET_HEADER_DARWIN = 2,
}

/// How to connect. Set all of it to zero and `size` to the structure's size; in every field zero is the default.
///
/// What it points to is read during the call only, and copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct p2svpn_connect_options {
    /// The size of this structure in bytes.
    pub size: usize,
    /// Where packets come from and go to: one of #p2svpn_devices.
    pub device: u32,
    /// What stands before each packet of `fd`: one of #p2svpn_packet_headers.
    pub packet_header: u32,
    /// With #P2SVPN_DEVICE_TUN, the name of the device; NULL for the system's choice of p2svpn0, p2svpn1, ...
    pub tun_name: *const c_char,
    /// With #P2SVPN_DEVICE_FD, the descriptor. It is duplicated; the caller's own stays the caller's.
    pub fd: i32,
    /// 1 leaves addresses and routes to the host, who applies each network configuration event; 0 has them set on the
    /// machine. With the userspace device and a descriptor the machine is never configured.
    pub leave_machine: u32,
    /// The client certificate; NULL has a challenge ask for it.
    pub certificate: *const p2svpn_certificate,
    /// Certificates, PEM (any number) or DER (one), among which the root that the profile pins is looked for; the roots
    /// of Azure's public gateways are always there. A root is trusted only by a profile that names its hash.
    pub trusted_roots: *const u8,
    /// How many bytes `trusted_roots` has.
    pub trusted_roots_size: usize,
    /// The largest packet inside the tunnel in bytes, from 576 to 1,500; 0 for 1,500. A smaller one that the gateway pushes
    /// wins.
    pub mtu: u32,
    /// For the gateway's name, and for the gateway to take a TCP connection at each of its addresses, in milliseconds of at
    /// most an hour, as all timeouts here; 0 for 20 s.
    pub connect_timeout_ms: u32,
    /// For the gateway's first answer, at each of its addresses; 0 for 20 s.
    pub answer_timeout_ms: u32,
    /// For TLS and the exchange of keys; 0 for 60 s.
    pub handshake_timeout_ms: u32,
    /// For the gateway's settings; 0 for 60 s.
    pub push_timeout_ms: u32,
    /// How long the keys that protect packets are used before the client asks for new ones, in seconds from 60 to 86,400; 0
    /// for 3,600. The gateway may ask earlier.
    pub renegotiate_after_s: u32,
    /// How often all servers of the profile are called before the session gives up, with growing pauses; 0 for once. Each call
    /// in vain is told by a warning event.
    pub rounds: u32,
    /// Nothing yet: 0.
    pub reserved: u32,
}

// SAFETY: integers and pointers, which are looked at by the rules for callers.
unsafe impl Versioned for p2svpn_connect_options {
    const FIRST_SIZE: usize = offset_of!(Self, rounds);
}

/// Reads a caller's options; the defaults for NULL.
///
/// # Safety
/// The pointer is NULL or points to options whose pointers hold to the rules.
pub(crate) unsafe fn connect_options(
    pointer: *const p2svpn_connect_options,
) -> Result<ConnectOptions, Error> {
    // SAFETY: as the caller of this function promises.
    let Some(given) = (unsafe { structure(pointer, "options") })? else {
        return Ok(ConnectOptions::default());
    };
    if given.leave_machine > 1 || given.reserved != 0 {
        return Err(invalid(
            "options: leave_machine is 0 or 1, and reserved is 0",
        ));
    }
    // SAFETY: the buffers and strings of options hold to the rules.
    let (roots, certificate, tun_name) = unsafe {
        (
            bytes(
                given.trusted_roots,
                given.trusted_roots_size,
                "trusted_roots",
            )?,
            certificate(given.certificate)?,
            text(given.tun_name, "tun_name")?,
        )
    };
    let mut options = ConnectOptions::default()
        .device(device(&given, tun_name)?)
        .configure_machine(given.leave_machine == 0)
        .timeouts(timeouts(&given));
    if let Some(certificate) = certificate {
        options = options.certificate(certificate);
    }
    if let Some(roots) = roots {
        options = options.trusted_root(roots);
    }
    if given.mtu != 0 {
        let mtu = u16::try_from(given.mtu)
            .map_err(|_| invalid("options: the mtu is from 576 to 1500"))?;
        options = options.mtu(mtu);
    }
    if given.renegotiate_after_s != 0 {
        let time = Duration::from_secs(given.renegotiate_after_s.into());
        options = options.renegotiate_after(time);
    }
    if given.rounds != 0 {
        options = options.rounds(given.rounds);
    }
    Ok(options)
}

fn timeouts(given: &p2svpn_connect_options) -> Timeouts {
    let mut timeouts = Timeouts::default();
    for (timeout, milliseconds) in [
        (&mut timeouts.connect, given.connect_timeout_ms),
        (&mut timeouts.answer, given.answer_timeout_ms),
        (&mut timeouts.handshake, given.handshake_timeout_ms),
        (&mut timeouts.push, given.push_timeout_ms),
    ] {
        if milliseconds != 0 {
            *timeout = Duration::from_millis(milliseconds.into());
        }
    }
    timeouts
}

fn device(given: &p2svpn_connect_options, tun_name: Option<&str>) -> Result<Device, Error> {
    const AUTO: u32 = p2svpn_devices::P2SVPN_DEVICE_AUTO as u32;
    const TUN: u32 = p2svpn_devices::P2SVPN_DEVICE_TUN as u32;
    const USERSPACE: u32 = p2svpn_devices::P2SVPN_DEVICE_USERSPACE as u32;
    const FD: u32 = p2svpn_devices::P2SVPN_DEVICE_FD as u32;

    if tun_name.is_some() && given.device != TUN {
        return Err(invalid("options: tun_name is for P2SVPN_DEVICE_TUN"));
    }
    if (given.fd != 0 || given.packet_header != 0) && given.device != FD {
        return Err(invalid(
            "options: fd and packet_header are for P2SVPN_DEVICE_FD",
        ));
    }
    match given.device {
        AUTO => Ok(Device::Auto),
        TUN => Ok(Device::Tun {
            name: tun_name.map(str::to_owned),
        }),
        USERSPACE => Ok(Device::Userspace),
        FD => host_fd(given),
        _ => Err(invalid("options: there is no such device")),
    }
}

#[cfg(unix)]
fn host_fd(given: &p2svpn_connect_options) -> Result<Device, Error> {
    use std::os::fd::BorrowedFd;

    use p2svpn_client::{ErrorCode, PacketHeader};

    const NONE: u32 = p2svpn_packet_headers::P2SVPN_PACKET_HEADER_NONE as u32;
    const LINUX: u32 = p2svpn_packet_headers::P2SVPN_PACKET_HEADER_LINUX as u32;
    const DARWIN: u32 = p2svpn_packet_headers::P2SVPN_PACKET_HEADER_DARWIN as u32;

    if given.fd < 0 {
        return Err(invalid("options: fd is no descriptor"));
    }
    let header = match given.packet_header {
        NONE => PacketHeader::None,
        LINUX => PacketHeader::LinuxProtocol,
        DARWIN => PacketHeader::DarwinFamily,
        _ => return Err(invalid("options: there is no such packet_header")),
    };
    // SAFETY: not -1, and the caller keeps it open during the call. One that is not open is an error of the system.
    let borrowed = unsafe { BorrowedFd::borrow_raw(given.fd) };
    let unusable = |error| Error::from(ErrorCode::HostDeviceUnusable).because(&error);
    let fd = borrowed.try_clone_to_owned().map_err(unusable)?;
    Ok(Device::Fd { fd, header })
}

#[cfg(not(unix))]
fn host_fd(_: &p2svpn_connect_options) -> Result<Device, Error> {
    Err(invalid("options: this system has no descriptors"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::mem::size_of;
    use std::ptr;

    use p2svpn_client::ErrorCode;

    use super::*;

    fn options() -> p2svpn_connect_options {
        p2svpn_connect_options {
            size: size_of::<p2svpn_connect_options>(),
            device: 0,
            packet_header: 0,
            tun_name: ptr::null(),
            fd: 0,
            leave_machine: 0,
            certificate: ptr::null(),
            trusted_roots: ptr::null(),
            trusted_roots_size: 0,
            mtu: 0,
            connect_timeout_ms: 0,
            answer_timeout_ms: 0,
            handshake_timeout_ms: 0,
            push_timeout_ms: 0,
            renegotiate_after_s: 0,
            rounds: 0,
            reserved: 0,
        }
    }

    fn refusal(given: p2svpn_connect_options) -> Option<ErrorCode> {
        // SAFETY: the tests set string literals only.
        unsafe { connect_options(&raw const given) }
            .err()
            .map(|error| error.code())
    }

    #[test]
    fn zero_is_the_default_of_every_field() {
        assert_eq!(refusal(options()), None);
        assert_eq!(timeouts(&options()), Timeouts::default());
        assert!(matches!(device(&options(), None), Ok(Device::Auto)));
    }

    #[test]
    fn values_that_mean_nothing_are_refused() {
        let refused = Some(ErrorCode::InvalidArgument);

        assert_eq!(
            refusal(p2svpn_connect_options {
                device: 4,
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                leave_machine: 2,
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                reserved: 1,
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                mtu: 65_536 + 1400,
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options { fd: 5, ..options() }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                tun_name: c"a".as_ptr(),
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                trusted_roots_size: 5,
                ..options()
            }),
            refused
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_descriptor_that_is_not_open_is_refused() {
        let given = p2svpn_connect_options {
            device: 3,
            fd: 1_000_000,
            ..options()
        };

        assert_eq!(refusal(given), Some(ErrorCode::HostDeviceUnusable));
        assert_eq!(
            refusal(p2svpn_connect_options { fd: -1, ..given }),
            Some(ErrorCode::InvalidArgument)
        );
    }

    #[test]
    fn the_structure_has_no_gap_that_could_hold_rubbish() {
        #[cfg(target_pointer_width = "64")]
        assert_eq!(size_of::<p2svpn_connect_options>(), 5 * 8 + 12 * 4);
    }
}
