//! A descriptor that the host opened.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use socket2::{SockRef, Type};

use super::descriptor::{EmptyRead, Header, split};
use super::halves::Device;
use crate::error::TunnelError;

/// What stands before each packet on a host's descriptor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PacketHeader {
    /// Nothing: the descriptor carries bare IP packets.
    #[default]
    None,
    /// Linux packet information (`struct tun_pi`): two bytes of flags, then the EtherType in network order.
    LinuxProtocol,
    /// The address family in four bytes in network order, as macOS' and iOS' `utun` has it: 2 for IPv4, 30 for IPv6.
    DarwinFamily,
}

/// How [`Device::host_fd`] treats its descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostFdOptions {
    /// The largest packet, in bytes, without its header.
    pub mtu: u16,
    /// What stands before each packet.
    pub header: PacketHeader,
}

impl Device {
    /// Wraps a descriptor that the host opened, such as that of an Android `VpnService`, or one end of a packet pair.
    ///
    /// The descriptor is owned from here on: it is made non-blocking, closed when the device is dropped, and a host
    /// that wants to keep it passes a duplicate. It must keep packets apart: a TUN device, or a socket of type
    /// `SOCK_DGRAM` or `SOCK_SEQPACKET`. Needs a Tokio runtime with I/O.
    ///
    /// # Errors
    /// [`TunnelError::HostFd`] for a descriptor of another kind, or one that cannot be polled.
    pub fn host_fd(descriptor: OwnedFd, options: HostFdOptions) -> Result<Device, TunnelError> {
        adopt(descriptor, options)
    }
}

fn adopt(descriptor: OwnedFd, options: HostFdOptions) -> Result<Device, TunnelError> {
    let refuse = |source| TunnelError::HostFd { source };
    let empty_read = kind_of(&descriptor).map_err(refuse)?;
    // On Unix this is the descriptor's O_NONBLOCK flag, whatever the descriptor is.
    SockRef::from(&descriptor)
        .set_nonblocking(true)
        .map_err(refuse)?;

    let header: Header = match options.header {
        PacketHeader::None => None,
        PacketHeader::LinuxProtocol => Some(linux_protocol),
        PacketHeader::DarwinFamily => Some(darwin_family),
    };
    let (source, sink) = split(descriptor, header, empty_read, options.mtu).map_err(refuse)?;
    Ok(Device {
        source: Box::new(source),
        sink: Box::new(sink),
        mtu: options.mtu,
        name: None,
    })
}

/// Refuses what would run packets together: streams, pipes and files.
fn kind_of(descriptor: &impl AsFd) -> io::Result<EmptyRead> {
    match SockRef::from(descriptor).r#type() {
        Ok(Type::DGRAM) => Ok(EmptyRead::Datagram),
        Ok(kind) if is_sequential_packets(kind) => Ok(EmptyRead::End),
        Ok(_) => Err(unfit(
            "the descriptor is a stream socket, which does not keep packets apart",
        )),
        Err(error) if error.raw_os_error() == Some(libc::ENOTSOCK) => character_device(descriptor),
        Err(error) => Err(error),
    }
}

fn is_sequential_packets(kind: Type) -> bool {
    i32::from(kind) == libc::SOCK_SEQPACKET
}

fn character_device(descriptor: &impl AsFd) -> io::Result<EmptyRead> {
    use std::os::unix::fs::FileTypeExt;

    let file = std::fs::File::from(descriptor.as_fd().try_clone_to_owned()?);
    if file.metadata()?.file_type().is_char_device() {
        return Ok(EmptyRead::Datagram);
    }
    Err(unfit(
        "the descriptor is neither a packet socket nor a device",
    ))
}

fn unfit(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

/// EtherTypes 0x0800 and 0x86DD (RFC 7042 appendix B.1).
fn linux_protocol(version: u8) -> [u8; 4] {
    if version == 4 {
        [0, 0, 0x08, 0x00]
    } else {
        [0, 0, 0x86, 0xdd]
    }
}

/// `AF_INET` and `AF_INET6` of Darwin.
fn darwin_family(version: u8) -> [u8; 4] {
    if version == 4 {
        [0, 0, 0, 2]
    } else {
        [0, 0, 0, 30]
    }
}
