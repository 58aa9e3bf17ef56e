//! Lowers the largest segment that the ends of a TCP connection announce to each other as they open it.

/// What the header of IPv6 exceeds that of IPv4 by.
const LONGER_HEADER: u16 = 20;

/// The least segment that is worth a limit: every IPv4 host takes packets of 576 bytes, but links may be worse.
const LEAST: u16 = 48;

/// The number of TCP in IP headers.
const TCP: u8 = 6;

/// The flag of the two segments that open a connection.
const SYN: u8 = 0x02;

/// TCP options: the end of them, one byte of nothing, and the largest segment (RFC 9293 section 3.1).
const END: u8 = 0;
const NOTHING: u8 = 1;
const LARGEST_SEGMENT: u8 = 2;

/// The length of a TCP header without options.
const TCP_HEADER_LEN: usize = 20;

/// The length of an IPv6 header without extensions.
const IPV6_HEADER_LEN: usize = 40;

/// How many extension headers are looked through; RFC 8200 knows six kinds, each to stand once, one of them twice.
const MOST_EXTENSIONS: usize = 8;

/// The largest TCP segments that fit through a tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MssClamp {
    over_ipv4: u16,
    over_ipv6: u16,
}

impl MssClamp {
    /// A clamp by the segment that fits over IPv4; none if hardly one would.
    pub(super) fn new(over_ipv4: u16) -> Option<Self> {
        (over_ipv4 >= LEAST).then_some(Self {
            over_ipv4,
            over_ipv6: over_ipv4.saturating_sub(LONGER_HEADER),
        })
    }

    #[cfg(test)]
    pub(super) fn over_ipv4(self) -> u16 {
        self.over_ipv4
    }

    /// Lowers what this IP packet announces, if it opens a TCP connection and announces too much; other packets are left
    /// alone after a glance.
    #[inline]
    pub(super) fn apply(self, packet: &mut [u8]) {
        let (start, largest) = match packet.first().map(|first| first >> 4) {
            Some(4) => (tcp_over_ipv4(packet), self.over_ipv4),
            Some(6) => (tcp_over_ipv6(packet), self.over_ipv6),
            _ => return,
        };
        let Some(segment) = start.and_then(|start| packet.get_mut(start..)) else {
            return;
        };
        if segment.get(13).is_some_and(|flags| flags & SYN != 0) {
            lower(segment, largest);
        }
    }
}

/// Where the TCP header of this IPv4 packet begins; none if it has none.
#[inline]
fn tcp_over_ipv4(packet: &[u8]) -> Option<usize> {
    let header: &[u8; 20] = packet.first_chunk()?;
    let [
        first,
        _,
        _,
        _,
        _,
        _,
        fragment_high,
        fragment_low,
        _,
        protocol,
        ..,
    ] = header;
    let is_first_fragment = fragment_high & 0x1f == 0 && *fragment_low == 0;
    let header_len = usize::from(first & 0x0f) * 4;
    (*protocol == TCP && is_first_fragment && header_len >= header.len()).then_some(header_len)
}

/// Where the TCP header of this IPv6 packet begins; none if it has none, or hides it behind encryption.
#[inline]
fn tcp_over_ipv6(packet: &[u8]) -> Option<usize> {
    match packet.get(6)? {
        &TCP => Some(IPV6_HEADER_LEN),
        // UDP, ICMP, encryption, nothing.
        17 | 50 | 58 | 59 => None,
        &next => behind_extensions(packet, next),
    }
}

/// Goes through the extension headers of IPv6 (RFC 8200 section 4).
#[cold]
fn behind_extensions(packet: &[u8], mut next: u8) -> Option<usize> {
    let mut start = IPV6_HEADER_LEN;
    for _ in 0..MOST_EXTENSIONS {
        let extension: &[u8; 8] = packet.get(start..)?.first_chunk()?;
        let [following, len, offset_high, offset_low, ..] = *extension;
        let len = usize::from(len);
        start += match next {
            TCP => return Some(start),
            // Hop-by-hop options, routing, destination options, mobility.
            0 | 43 | 60 | 135 => (len + 1) * 8,
            // A fragment: the first one only has the TCP header.
            44 if offset_high == 0 && offset_low & 0xf8 == 0 => 8,
            // Authentication (RFC 4302): in units of four bytes. Its check covers what would be changed.
            _ => return None,
        };
        next = following;
    }
    None
}

/// Lowers each announcement in a TCP header that is above this.
#[cold]
fn lower(segment: &mut [u8], largest: u16) {
    let Some(header_len) = segment.get(12).map(|first| usize::from(first >> 4) * 4) else {
        return;
    };
    let mut option = TCP_HEADER_LEN;
    while let Some(kind) = segment
        .get(..header_len)
        .and_then(|header| header.get(option))
    {
        match *kind {
            END => return,
            NOTHING => option += 1,
            kind => {
                let Some(len @ 2..) = segment.get(option + 1).copied().map(usize::from) else {
                    return;
                };
                if kind == LARGEST_SEGMENT && len == 4 && option + len <= header_len {
                    lower_announcement(segment, option + 2, largest);
                }
                option += len;
            }
        }
    }
}

fn lower_announcement(segment: &mut [u8], place: usize, largest: u16) {
    let Some(announced) = segment
        .get_mut(place..)
        .and_then(|rest| rest.first_chunk_mut::<2>())
    else {
        return;
    };
    let former = u16::from_be_bytes(*announced);
    if former <= largest {
        return;
    }
    *announced = largest.to_be_bytes();
    // Options need not lie on even places; the checksum of swapped bytes is the swapped checksum.
    let (former, latter) = if place.is_multiple_of(2) {
        (former, largest)
    } else {
        (former.swap_bytes(), largest.swap_bytes())
    };
    let checksum = segment
        .get_mut(16..)
        .and_then(|rest| rest.first_chunk_mut());
    if let Some(checksum) = checksum {
        *checksum = adjusted(u16::from_be_bytes(*checksum), former, latter).to_be_bytes();
    }
}

/// A checksum after one word has changed (RFC 1624 section 3, equation 3).
fn adjusted(checksum: u16, former: u16, latter: u16) -> u16 {
    let sum = u32::from(!checksum) + u32::from(!former) + u32::from(latter);
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

#[cfg(test)]
mod tests;
