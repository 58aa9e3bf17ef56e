//! The window of packet numbers that tells new packets from repeated ones.

/// Which of the last packet numbers were seen already: an ever sliding window over a bitmap.
///
/// Numbers start at 1; 0 is never new. Both calls take constant time whatever the number: a jump
/// ahead clears at most the bitmap. The method is that of RFC 6479.
#[derive(Debug, Clone)]
pub(crate) struct ReplayWindow {
    /// One bit a number, the number modulo the bitmap's size; a power of two of words.
    words: Box<[u64]>,
    highest: u64,
    size: u64,
}

impl ReplayWindow {
    /// A window that accepts numbers in any order as long as they lag less than `size` behind the highest.
    pub(crate) fn new(size: u32) -> Self {
        // One word more than the window, so that the word being entered never holds bits still in use.
        let words = (size.div_ceil(u64::BITS) as usize + 1).next_power_of_two();
        Self {
            words: vec![0; words].into_boxed_slice(),
            highest: 0,
            size: u64::from(size),
        }
    }

    /// Whether this number is new: neither seen, nor too old, nor zero.
    #[inline]
    pub(crate) fn check(&self, id: u64) -> bool {
        if id > self.highest {
            return true;
        }
        if id == 0 || self.highest - id >= self.size {
            return false;
        }
        self.words
            .get(self.word_of(id))
            .is_some_and(|word| word & bit_of(id) == 0)
    }

    /// Notes that this number was seen; call it for authentic packets only.
    #[inline]
    pub(crate) fn mark(&mut self, id: u64) {
        if id > self.highest {
            self.advance(id);
        } else if self.highest - id >= self.size {
            return;
        }
        let word = self.word_of(id);
        if let Some(word) = self.words.get_mut(word) {
            *word |= bit_of(id);
        }
    }

    /// Forgets all numbers.
    pub(crate) fn reset(&mut self) {
        self.words.fill(0);
        self.highest = 0;
    }

    fn advance(&mut self, id: u64) {
        let from = self.highest / u64::from(u64::BITS);
        let entered = id / u64::from(u64::BITS) - from;
        for step in 1..=entered.min(self.words.len() as u64) {
            let word = self.slot(from + step);
            if let Some(word) = self.words.get_mut(word) {
                *word = 0;
            }
        }
        self.highest = id;
    }

    fn word_of(&self, id: u64) -> usize {
        self.slot(id / u64::from(u64::BITS))
    }

    fn slot(&self, word: u64) -> usize {
        word as usize & (self.words.len() - 1)
    }
}

const fn bit_of(id: u64) -> u64 {
    1 << (id % u64::BITS as u64)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )]

    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_new_once() {
        let mut window = ReplayWindow::new(64);

        assert!(accept(&mut window, 1));
        assert!(!accept(&mut window, 1));
        assert!(accept(&mut window, 2));
    }

    #[test]
    fn zero_is_never_new() {
        let mut window = ReplayWindow::new(64);

        assert!(!accept(&mut window, 0));
        assert!(accept(&mut window, 5));
        assert!(!accept(&mut window, 0));
    }

    #[test]
    fn stragglers_within_the_window_are_accepted_and_older_ones_are_not() {
        for size in [1, 63, 64, 65, 1024, 2048] {
            let mut window = ReplayWindow::new(size);
            assert!(accept(&mut window, 5000));

            assert!(!accept(&mut window, 5000 - u64::from(size)), "{size}");
            for lag in 1..u64::from(size) {
                assert!(accept(&mut window, 5000 - lag), "{size} {lag}");
                assert!(!accept(&mut window, 5000 - lag), "{size} {lag}");
            }
        }
    }

    #[test]
    fn a_jump_over_all_numbers_forgets_the_old_ones_and_keeps_the_new_one() {
        let mut window = ReplayWindow::new(64);
        assert!((1..=64).all(|id| accept(&mut window, id)));

        assert!(accept(&mut window, u64::MAX));

        assert!(!accept(&mut window, u64::MAX));
        assert!(!accept(&mut window, 64));
        assert!((1..64).all(|lag| accept(&mut window, u64::MAX - lag)));
        assert!(!accept(&mut window, u64::MAX - 64));
    }

    #[test]
    fn a_reset_window_starts_over() {
        let mut window = ReplayWindow::new(64);
        accept(&mut window, 1000);

        window.reset();

        assert!(accept(&mut window, 1));
        assert!(!accept(&mut window, 1));
    }

    proptest! {
        #[test]
        fn any_order_is_judged_as_a_set_of_numbers_would(
            size in 1_u32..200,
            start in prop_oneof![Just(0), Just(u64::from(u32::MAX) - 500), Just((1 << 48) - 500), Just(u64::MAX - 500)],
            steps in prop::collection::vec((any::<bool>(), 0_u64..300), 0..300),
        ) {
            let mut window = ReplayWindow::new(size);
            let mut seen = HashSet::new();
            let mut highest: u64 = start;
            if start > 0 {
                prop_assert!(accept(&mut window, start));
                seen.insert(start);
            }
            for (ahead, distance) in steps {
                let id = if ahead { highest.saturating_add(distance) } else { highest.saturating_sub(distance) };
                let in_window = id > highest || highest - id < u64::from(size);
                let expected = id != 0 && in_window && !seen.contains(&id);

                prop_assert_eq!(accept(&mut window, id), expected, "{} of {}", id, highest);

                if expected {
                    seen.insert(id);
                    highest = highest.max(id);
                }
            }
        }
    }

    fn accept(window: &mut ReplayWindow, id: u64) -> bool {
        let new = window.check(id);
        if new {
            window.mark(id);
        }
        new
    }
}
