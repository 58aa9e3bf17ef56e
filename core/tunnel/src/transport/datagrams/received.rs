/// The most datagrams that are taken at once.
pub(super) const MOST_RECEIVED: usize = 32;

/// The datagrams of one read: the first lies at the beginning of the first slot, and so on.
#[derive(Default)]
pub(super) struct Received {
    lengths: [usize; MOST_RECEIVED],
    count: usize,
    /// The system's own count of datagrams that found the receive buffer full, as told last, where it tells.
    #[cfg(any(target_os = "linux", target_os = "android", test))]
    overflows_told: u32,
    overflows: u64,
}

impl Received {
    /// Forgets the datagrams of the read before.
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// Takes note of the next datagram.
    pub(super) fn push(&mut self, length: usize) {
        if let Some(place) = self.lengths.get_mut(self.count) {
            *place = length;
            self.count += 1;
        }
    }

    /// Takes note of what the system says that it has dropped so far; its number begins anew after 2^32.
    #[cfg(any(target_os = "linux", target_os = "android", test))]
    pub(super) fn set_overflows(&mut self, told: u32) {
        self.overflows += u64::from(told.wrapping_sub(self.overflows_told));
        self.overflows_told = told;
    }

    /// How many there are.
    #[cfg(any(not(any(target_os = "linux", target_os = "android")), test))]
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The length of one.
    pub(super) fn length(&self, index: usize) -> Option<usize> {
        self.lengths.get(..self.count)?.get(index).copied()
    }

    /// The bytes of all.
    pub(super) fn bytes(&self) -> usize {
        self.lengths.iter().take(self.count).sum()
    }

    /// Datagrams that found the receive buffer full, as far as the system tells.
    pub(super) fn overflows(&self) -> u64 {
        self.overflows
    }
}
