//! The data channel: packets sealed and opened in place, by two halves that share no lock.

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
