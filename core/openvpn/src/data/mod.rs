//! The data channel: packets sealed and opened in place, by two halves that share no lock.
//!
//! # A packet's way
//!
//! The [`Sealer`] is given a frame with room around an IP packet. A TCP segment that opens a connection has its announced
//! segment size lowered (`mss_clamp`), the mark that some gateways want for the sake of compression is set
//! (`compression`), and the key in use (`key`) encrypts and numbers it in the format that was agreed on: `classic` since
//! OpenVPN 2.4, `epoch` since 2.7. The [`Opener`] does the same backwards: it finds the key by the id in the packet's
//! header, checks authenticity first and repetition second, takes the mark off, tells OpenVPN's own messages apart
//! (`magic`), and yields the IP packet where it lies.
//!
//! Nothing on that way allocates, copies or locks. The connection brings keys through a mailbox (`shared`), whose lock the
//! halves take only after it has changed; what the halves have to tell it goes through atomics (`signals`, `statistics`).
//!
//! # Keys and their end
//!
//! Every key has limits: packet ids and epochs must not repeat, a GCM key may protect only so many blocks, and forged
//! packets may be guesses. A key near one of them asks for the next key once
//! ([`Sealer::take_rekey_request`], [`Opener::take_rekey_request`]); one that has reached a limit refuses every packet
//! with [`SealError::Exhausted`] or [`DropReason::KeyUsedUp`], which end the connection.
//!
//! # What is left out
//!
//! The old ciphers without authentication of their own (AES-CBC with HMAC, Blowfish, `none`) are refused as
//! [`Error::Cipher`](crate::Error::Cipher), by name. OpenVPN has preferred AES-GCM since 2.4 (2016), Azure's gateways use
//! it, and each further format is one more that an attacker can ask for. Nothing is ever compressed or decompressed, and
//! `fragment` is not supported.

mod aead;
mod channel;
mod cipher;
mod classic;
mod compression;
mod epoch;
mod error;
mod format;
mod key;
mod magic;
mod mss_clamp;
mod mss_fix;
mod opener;
mod sealer;
mod shared;
mod signals;
mod statistics;

pub(crate) use channel::DataChannel;
pub use cipher::{Cipher, UnknownCipher};
pub use compression::{CompressionFraming, UnsupportedCompression};
pub use error::{DropReason, SealError};
pub(crate) use format::DataFormat;
pub use mss_fix::{IpVersion, MssFix};
pub use opener::{Opened, Opener};
pub use sealer::Sealer;
pub use statistics::DataStatistics;

#[cfg(test)]
mod tests;
