use std::mem::{offset_of, size_of};

use p2svpn_client::{Error, Statistics};

use crate::input::invalid;

/// What went through a session since it began. Set `size` to the structure's size before it is filled.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct p2svpn_statistics {
    /// The size of this structure in bytes.
    pub size: usize,
    /// Bytes of the packets sent into the tunnel, without the tunnel's own overhead.
    pub sent_bytes: u64,
    /// Packets sent into the tunnel.
    pub sent_packets: u64,
    /// Bytes of the packets received from the tunnel, without the tunnel's own overhead.
    pub received_bytes: u64,
    /// Packets received from the tunnel.
    pub received_packets: u64,
    /// Bytes sent to the gateway, with everything above TCP or UDP.
    pub wire_sent_bytes: u64,
    /// Bytes received from the gateway, with everything above TCP or UDP.
    pub wire_received_bytes: u64,
    /// Packets of either direction that were dropped, whatever the cause.
    pub dropped_packets: u64,
    /// How often the keys that protect packets were replaced by new ones.
    pub rekeys: u64,
    /// How often a lost connection was got back.
    pub reconnects: u64,
}

impl p2svpn_statistics {
    fn new(statistics: &Statistics) -> Self {
        Self {
            size: size_of::<Self>(),
            sent_bytes: statistics.sent_bytes,
            sent_packets: statistics.sent_packets,
            received_bytes: statistics.received_bytes,
            received_packets: statistics.received_packets,
            wire_sent_bytes: statistics.wire_sent_bytes,
            wire_received_bytes: statistics.wire_received_bytes,
            dropped_packets: statistics.dropped_packets,
            rekeys: statistics.rekeys,
            reconnects: statistics.reconnects,
        }
    }

    /// Fills a caller's structure: as much of it as it has, and the rest, which only a later version knows, with zeros.
    ///
    /// # Safety
    /// The pointer is not NULL and points to as many writable bytes as its first field says.
    pub(crate) unsafe fn fill(place: *mut Self, statistics: &Statistics) -> Result<(), Error> {
        /// The size in the first version that had the structure.
        const FIRST_SIZE: usize = offset_of!(p2svpn_statistics, rekeys);
        /// So that a wild size is seen before it is believed.
        const LARGEST: usize = 4096;

        let place = place.cast::<u8>();
        // SAFETY: the structure starts with its size.
        let size = unsafe { place.cast::<usize>().read_unaligned() };
        if !(FIRST_SIZE..=LARGEST).contains(&size) {
            let rule = format!(
                "statistics: set the field size to the size of the structure; it is {size}"
            );
            return Err(invalid(rule));
        }
        let known = size.min(size_of::<Self>());
        let filled = Self {
            size,
            ..Self::new(statistics)
        };
        // SAFETY: `known` is no more than either side has, and the source is a local.
        unsafe { std::ptr::copy_nonoverlapping((&raw const filled).cast::<u8>(), place, known) };
        // SAFETY: the caller's structure has `size` bytes.
        unsafe { std::ptr::write_bytes(place.add(known), 0, size - known) };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn fill(words: &mut [u64]) -> Result<(), Error> {
        let mut statistics = Statistics::default();
        statistics.sent_bytes = 11;
        statistics.dropped_packets = 77;
        statistics.rekeys = 88;
        statistics.reconnects = 99;
        // SAFETY: the tests state no more bytes than there are.
        unsafe { p2svpn_statistics::fill(words.as_mut_ptr().cast(), &statistics) }
    }

    #[test]
    fn a_newer_caller_gets_zeros_for_what_is_unknown() {
        let mut words = [96, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5];

        fill(&mut words).unwrap();

        assert_eq!(words, [96, 11, 0, 0, 0, 0, 0, 77, 88, 99, 0, 0, 5]);
    }

    #[test]
    fn an_older_caller_gets_what_it_has_room_for() {
        let mut words = [64, 0, 0, 0, 0, 0, 0, 0, 99];

        fill(&mut words).unwrap();

        assert_eq!(words, [64, 11, 0, 0, 0, 0, 0, 77, 99]);
    }

    #[test]
    fn nothing_is_written_without_a_size() {
        let mut words = [0; 8];

        assert!(fill(&mut words).is_err());
        assert_eq!(words, [0; 8]);
    }
}
