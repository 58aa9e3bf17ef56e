use std::io::{Read, Result, copy, sink};

use aws_lc_rs::digest::{Context, SHA256};

use crate::hexadecimal::hexadecimal;

/// Bytes that look random and depend on nothing but their number.
pub struct Body {
    left: u64,
    state: u64,
}

/// Passes bytes through and hashes them.
pub(crate) struct Hashing<R> {
    inner: R,
    context: Context,
}

impl Body {
    /// The body of that length.
    pub fn new(length: u64) -> Self {
        Self {
            left: length,
            state: length | 1 << 63,
        }
    }

    /// The SHA-256 of all of it, in hexadecimal digits.
    pub fn hash(self) -> String {
        let mut hashing = Hashing::new(self);
        // Neither end of the copy can fail.
        let _ = copy(&mut hashing, &mut sink());
        hashing.finish()
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let room = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let (wanted, _) = buffer.split_at_mut(room);
        for byte in wanted {
            // Xorshift, one byte a step, so that the bytes do not depend on how they are read.
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            *byte = self.state.to_be_bytes()[0];
        }
        self.left -= room as u64;
        Ok(room)
    }
}

impl<R> Hashing<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            context: Context::new(&SHA256),
        }
    }

    pub(crate) fn finish(self) -> String {
        hexadecimal(self.context.finish().as_ref())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(bytes) = buffer.get(..read) {
            self.context.update(bytes);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_body_is_the_same_however_it_is_read() {
        let mut whole = Vec::new();
        Body::new(1000).read_to_end(&mut whole).unwrap();
        let mut pieces: Vec<u8> = Vec::new();
        let mut body = Body::new(1000);
        let mut piece = [0; 7];
        loop {
            let read = body.read(&mut piece).unwrap();
            if read == 0 {
                break;
            }
            pieces.extend(piece.iter().take(read));
        }

        assert_eq!(whole.len(), 1000);
        assert_eq!(whole, pieces);
        assert_ne!(Body::new(1000).hash(), Body::new(1001).hash());
    }
}
