use super::error::{DropReason, SealError};

/// The byte before a payload that is not compressed.
const PLAIN: u8 = 0xfa;

/// The byte in the place of a payload's first one, which stands at the end: not compressed either.
const PLAIN_SWAPPED: u8 = 0xfb;

/// The same for payloads that LZO or LZ4 has compressed.
const LZO: u8 = 0x66;
const LZ4_SWAPPED: u8 = 0x69;

/// What the second kind of framing starts with; no IP packet does. What follows says how the rest is compressed.
const ESCAPE: u8 = 0x50;
const ESCAPED_PLAIN: u8 = 0x00;
const ESCAPED_LZ4: u8 = 0x01;

/// How payloads are marked as "not compressed", which is all that this library ever does about compression.
///
/// Compression inside of encryption leaks what is sent (VORACLE), so nothing is compressed and nothing is decompressed.
/// The frames around it remain, because some gateways still ask for them. It is OpenVPN's policy as well: stubs are
/// taken, compressors are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CompressionFraming {
    /// None: payloads travel as they are.
    #[default]
    None,
    /// A byte before each payload (`comp-lzo no`).
    LzoStub,
    /// A byte in the place of the payload's first one, which goes to the end (`compress`, `compress stub`).
    Stub,
    /// Nothing, but for payloads that could be taken for a mark (`compress stub-v2`).
    StubV2,
}

/// The option asks for a compressor, or for what nobody knows; its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is refused: nothing is ever compressed")]
pub struct UnsupportedCompression(pub String);

impl CompressionFraming {
    /// The framing that an option asks for, given as pushed or as in a configuration file.
    ///
    /// `compress migrate` is a server's way to say that there is none.
    ///
    /// # Errors
    /// Whatever asks for a compressor: `comp-lzo` bare, `yes` or `adaptive`, `compress` with `lzo`, `lz4` or `lz4-v2`. So
    /// does OpenVPN unless `allow-compression` says otherwise.
    pub fn of_option(option: &str) -> Result<Self, UnsupportedCompression> {
        let words: Vec<&str> = option.split_ascii_whitespace().take(3).collect();
        match words.as_slice() {
            ["comp-lzo", "no"] => Ok(Self::LzoStub),
            ["compress"] | ["compress", "stub"] => Ok(Self::Stub),
            ["compress", "stub-v2"] => Ok(Self::StubV2),
            ["compress", "migrate"] => Ok(Self::None),
            _ => Err(UnsupportedCompression(option.to_owned())),
        }
    }

    /// Bytes before the payload.
    pub(super) const fn headroom(self) -> usize {
        match self {
            Self::LzoStub => 1,
            Self::None | Self::Stub | Self::StubV2 => 0,
        }
    }

    /// Bytes behind the payload.
    pub(super) const fn tailroom(self) -> usize {
        match self {
            Self::Stub => 1,
            Self::None | Self::LzoStub | Self::StubV2 => 0,
        }
    }

    /// Marks a payload that lies between its headroom and its tailroom.
    #[inline]
    pub(super) fn mark(self, framed: &mut [u8]) -> Result<(), SealError> {
        match self {
            Self::None => Ok(()),
            Self::LzoStub => {
                *framed.first_mut().ok_or(SealError::FrameLength)? = PLAIN;
                Ok(())
            }
            Self::Stub => {
                let [first, .., last] = framed else {
                    return Err(SealError::FrameLength);
                };
                *last = std::mem::replace(first, PLAIN_SWAPPED);
                Ok(())
            }
            // Two more bytes would be wanted for it, and only for it.
            Self::StubV2 if framed.first() == Some(&ESCAPE) => Err(SealError::NotIp),
            Self::StubV2 => Ok(()),
        }
    }

    /// The payload without its mark.
    #[inline]
    pub(super) fn unmark(self, framed: &mut [u8]) -> Result<&mut [u8], DropReason> {
        match self {
            _ if framed.is_empty() => Ok(framed),
            Self::None => Ok(framed),
            Self::LzoStub => match framed {
                [PLAIN, payload @ ..] => Ok(payload),
                [LZO, ..] => Err(DropReason::Compressed),
                _ => Err(DropReason::Malformed),
            },
            Self::Stub => match framed.split_last_mut() {
                Some((last, payload @ [PLAIN_SWAPPED, ..])) => {
                    if let Some(first) = payload.first_mut() {
                        *first = *last;
                    }
                    Ok(payload)
                }
                Some((_, [LZO | LZ4_SWAPPED, ..])) => Err(DropReason::Compressed),
                _ => Err(DropReason::Malformed),
            },
            Self::StubV2 => match framed {
                [ESCAPE, ESCAPED_PLAIN, payload @ ..] => Ok(payload),
                [ESCAPE, ESCAPED_LZ4, ..] => Err(DropReason::Compressed),
                [ESCAPE, ..] => Err(DropReason::Malformed),
                payload => Ok(payload),
            },
        }
    }
}

#[cfg(test)]
mod tests;
