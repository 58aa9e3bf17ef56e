use crate::replay::ReplayWindow;

/// The number that a wrapping gives each packet against replay: `u32 counter || u32 time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PacketNumber {
    pub(super) counter: u32,
    /// Seconds since 1970 at the sender's first packet, the same in all its later packets.
    pub(super) time: u32,
}

impl PacketNumber {
    pub(super) const LEN: usize = 8;

    pub(super) fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        let number = u64::from_be_bytes(bytes);
        Self {
            counter: (number >> 32) as u32,
            time: number as u32,
        }
    }

    pub(super) fn to_bytes(self) -> [u8; Self::LEN] {
        (u64::from(self.counter) << 32 | u64::from(self.time)).to_be_bytes()
    }
}

/// The numbers of the packets that this end sends.
#[derive(Debug)]
pub(super) struct SendNumbers {
    /// The counter of the last packet.
    counter: u32,
    /// Fixed by the first packet.
    time: Option<u32>,
}

impl SendNumbers {
    /// Numbers whose first counter is the one after `before`.
    pub(super) const fn starting_after(before: u32) -> Self {
        Self {
            counter: before,
            time: None,
        }
    }

    /// The number of the next packet; none when the counter is used up and there is no newer time.
    pub(super) fn next(&mut self, unix_time: u32) -> Option<PacketNumber> {
        let mut time = self.time.unwrap_or(unix_time);
        let counter = match self.counter.checked_add(1) {
            Some(counter) => counter,
            None => {
                time = unix_time.max(time.checked_add(1)?);
                1
            }
        };
        self.counter = counter;
        self.time = Some(time);
        Some(PacketNumber { counter, time })
    }
}

/// The numbers of the packets that the other end sent.
#[derive(Debug)]
pub(super) struct ReceivedNumbers {
    time: u32,
    window: ReplayWindow,
}

impl ReceivedNumbers {
    pub(super) fn new() -> Self {
        Self {
            time: 0,
            window: ReplayWindow::new(WINDOW),
        }
    }

    /// Notes the number of an authentic packet; false when it is a replay and the packet must be dropped.
    ///
    /// A newer time opens a new window, an older one is refused.
    pub(super) fn accept(&mut self, number: PacketNumber) -> bool {
        if number.counter == 0 || number.time < self.time {
            return false;
        }
        if number.time > self.time {
            self.time = number.time;
            self.window.reset();
        }
        let id = u64::from(number.counter);
        let new = self.window.check(id);
        self.window.mark(id);
        new
    }
}

/// OpenVPN's `replay-window` unless told otherwise.
const WINDOW: u32 = 64;

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )]

    use super::*;

    #[test]
    fn the_time_of_the_first_packet_stays() {
        let mut numbers = SendNumbers::starting_after(0);

        assert_eq!(
            numbers.next(100),
            Some(PacketNumber {
                counter: 1,
                time: 100
            })
        );
        assert_eq!(
            numbers.next(200),
            Some(PacketNumber {
                counter: 2,
                time: 100
            })
        );
    }

    #[test]
    fn an_overflow_of_the_counter_takes_a_newer_time() {
        let mut numbers = SendNumbers {
            counter: u32::MAX - 1,
            time: Some(100),
        };

        assert_eq!(
            numbers.next(200),
            Some(PacketNumber {
                counter: u32::MAX,
                time: 100
            })
        );
        assert_eq!(
            numbers.next(200),
            Some(PacketNumber {
                counter: 1,
                time: 200
            })
        );
        let mut standing = SendNumbers {
            counter: u32::MAX,
            time: Some(100),
        };
        assert_eq!(
            standing.next(100),
            Some(PacketNumber {
                counter: 1,
                time: 101
            })
        );
    }

    #[test]
    fn numbers_end_rather_than_repeat() {
        let mut numbers = SendNumbers {
            counter: u32::MAX,
            time: Some(u32::MAX),
        };

        assert_eq!(numbers.next(u32::MAX), None);
        assert_eq!(numbers.next(u32::MAX), None);
    }

    #[test]
    fn a_newer_time_opens_a_new_window_and_an_older_one_is_refused() {
        let mut received = ReceivedNumbers::new();

        assert!(received.accept(PacketNumber {
            counter: 1,
            time: 10
        }));
        assert!(!received.accept(PacketNumber {
            counter: 1,
            time: 10
        }));
        assert!(received.accept(PacketNumber {
            counter: 1,
            time: 11
        }));
        assert!(!received.accept(PacketNumber {
            counter: 2,
            time: 10
        }));
        assert!(received.accept(PacketNumber {
            counter: 0x0f00_0001,
            time: 11
        }));
        assert!(!received.accept(PacketNumber {
            counter: 2,
            time: 11
        }));
    }

    #[test]
    fn a_counter_of_zero_is_refused_whatever_its_time() {
        let mut received = ReceivedNumbers::new();

        assert!(!received.accept(PacketNumber {
            counter: 0,
            time: 10
        }));
        assert!(received.accept(PacketNumber {
            counter: 1,
            time: 9
        }));
    }

    #[test]
    fn the_counter_goes_before_the_time() {
        let number = PacketNumber {
            counter: 1,
            time: 0x61d3_bf6c,
        };

        assert_eq!(number.to_bytes(), [0, 0, 0, 1, 0x61, 0xd3, 0xbf, 0x6c]);
        assert_eq!(PacketNumber::from_bytes(number.to_bytes()), number);
    }
}
