//! Bytes that look random and are the same every time.

/// Fills the buffer with the bytes that stand at `offset` of the endless sequence that the gateway's services send.
///
/// The byte at a place depends on nothing but the place, so a reader can check any piece of a transfer.
pub fn pattern(offset: u64, buffer: &mut [u8]) {
    let skipped = offset % WORD;
    let (head, body) = buffer.split_at_mut(buffer.len().min(lead(skipped)));
    let mut index = offset / WORD;
    if skipped > 0 {
        let word = mix(index).to_le_bytes().into_iter().skip(skipped as usize);
        head.iter_mut()
            .zip(word)
            .for_each(|(byte, value)| *byte = value);
        index += 1;
    }
    for chunk in body.chunks_mut(WORD as usize) {
        let word = mix(index).to_le_bytes();
        chunk
            .iter_mut()
            .zip(word)
            .for_each(|(byte, value)| *byte = value);
        index += 1;
    }
}

/// Bytes that one mixed number makes.
const WORD: u64 = 8;

/// Bytes up to the next whole word.
fn lead(skipped: u64) -> usize {
    if skipped == 0 {
        0
    } else {
        (WORD - skipped) as usize
    }
}

/// The output function of SplitMix64 (Steele, Lea and Flood, 2014).
fn mix(index: u64) -> u64 {
    let mut value = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn any_piece_is_the_same_as_that_place_of_the_whole() {
        let mut whole = [0; 100];
        pattern(0, &mut whole);
        for start in 0..40 {
            for length in 0..40 {
                let mut piece = vec![0; length];
                pattern(start as u64, &mut piece);
                assert_eq!(piece, whole[start..start + length], "{start} + {length}");
            }
        }
    }

    #[test]
    fn the_sequence_is_the_published_one() {
        let mut first = [0; 8];

        pattern(0, &mut first);

        // The first output of SplitMix64 with seed 0.
        assert_eq!(u64::from_le_bytes(first), 0xe220_a839_7b1d_cdaf);
    }
}
