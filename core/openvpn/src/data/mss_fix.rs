use super::format::DataFormat;
use super::mss_clamp::MssClamp;
use crate::frame::Framing;

/// The tunnel's MTU for which OpenVPN has a default of its own.
const USUAL_TUNNEL_MTU: u16 = 1_500;

/// That default: a link through PPPoE.
const USUAL_LINK_MTU: u16 = 1_492;

/// The headers of the tunnelled segments: IPv4 and TCP, without options.
const INNER_HEADERS: u16 = 20 + 20;

/// How large TCP segments in the tunnel may be (OpenVPN's `mssfix`).
///
/// The ends of a TCP connection announce the largest segment that they take as they open it. Where they announce more
/// than fits through the tunnel without fragments, the announcement is lowered, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MssFix {
    /// OpenVPN's default: `mssfix 1492 mtu` for a tunnel of 1500 bytes, else `fixed` with the tunnel's MTU.
    #[default]
    Usual,
    /// Announcements stay as they are.
    Off,
    /// What the tunnel sends, with the headers of IP and UDP or TCP, has at most this many bytes (`mssfix N mtu`).
    Mtu(u16),
    /// What the tunnel sends, without those headers, has at most this many bytes (`mssfix N`).
    Packet(u16),
    /// The IP packets in the tunnel have at most this many bytes (`mssfix N fixed`).
    Fixed(u16),
}

/// Which IP carries the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum IpVersion {
    /// IPv4.
    #[default]
    V4,
    /// IPv6.
    V6,
}

impl MssFix {
    /// The largest segment in figures; none where nothing is to be lowered, or where no segment at all would fit.
    pub(crate) fn clamp(
        self,
        format: &DataFormat,
        tunnel_mtu: u16,
        carrier: IpVersion,
    ) -> Option<MssClamp> {
        let room = usize_to_u16(format.headroom() + format.tailroom());
        let inner = match self {
            Self::Off => return None,
            Self::Usual if tunnel_mtu == USUAL_TUNNEL_MTU => {
                return Self::Mtu(USUAL_LINK_MTU).clamp(format, tunnel_mtu, carrier);
            }
            Self::Usual => tunnel_mtu,
            Self::Fixed(inner) => inner,
            Self::Packet(packet) => packet.checked_sub(room)?,
            Self::Mtu(mtu) => mtu.checked_sub(room + outer_headers(format.framing, carrier))?,
        };
        MssClamp::new(inner.checked_sub(INNER_HEADERS)?)
    }
}

/// The headers around what the tunnel sends: those of IP and of UDP or TCP, without options.
const fn outer_headers(framing: Framing, carrier: IpVersion) -> u16 {
    let ip = match carrier {
        IpVersion::V4 => 20,
        IpVersion::V6 => 40,
    };
    ip + match framing {
        Framing::Datagram => 8,
        Framing::Stream => 20,
    }
}

fn usize_to_u16(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests;
