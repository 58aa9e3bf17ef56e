//! Bytes that arrive in parts and may hold a password or a token.

use zeroize::Zeroizing;

/// Appends to a buffer, and erases the memory that it leaves when it grows: growing in place would leave a copy behind.
pub(crate) fn append_secret(buffer: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    let needed = buffer.len() + bytes.len();
    if needed > buffer.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity((2 * needed).max(1024)));
        larger.extend_from_slice(buffer);
        *buffer = larger;
    }
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_any_size_stay_in_order_while_the_buffer_grows() {
        let whole: Vec<u8> = (0..=255).cycle().take(5_000).collect();
        let mut buffer = Zeroizing::default();

        for part in whole.chunks(7) {
            append_secret(&mut buffer, part);
        }

        assert_eq!(*buffer, whole);
    }
}
