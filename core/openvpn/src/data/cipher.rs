use std::fmt;
use std::str::FromStr;

use aws_lc_rs::aead;

/// A cipher of the data channel.
///
/// All of them authenticate what they encrypt. The older ones without that (CBC with HMAC, Blowfish and their kind)
/// are left out on purpose: every gateway of interest can do better, and each is a risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cipher {
    /// AES-128-GCM.
    Aes128Gcm,
    /// AES-192-GCM.
    Aes192Gcm,
    /// AES-256-GCM.
    Aes256Gcm,
    /// ChaCha20-Poly1305.
    ChaCha20Poly1305,
}

impl Cipher {
    /// All ciphers, strongest first.
    pub const ALL: [Self; 4] = [
        Self::Aes256Gcm,
        Self::ChaCha20Poly1305,
        Self::Aes192Gcm,
        Self::Aes128Gcm,
    ];

    /// The name that OpenVPN uses for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aes128Gcm => "AES-128-GCM",
            Self::Aes192Gcm => "AES-192-GCM",
            Self::Aes256Gcm => "AES-256-GCM",
            Self::ChaCha20Poly1305 => "CHACHA20-POLY1305",
        }
    }

    /// The key's length in bytes.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes192Gcm => 24,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }

    pub(super) fn algorithm(self) -> &'static aead::Algorithm {
        match self {
            Self::Aes128Gcm => &aead::AES_128_GCM,
            Self::Aes192Gcm => &aead::AES_192_GCM,
            Self::Aes256Gcm => &aead::AES_256_GCM,
            Self::ChaCha20Poly1305 => &aead::CHACHA20_POLY1305,
        }
    }

    /// How many packets and blocks of 16 bytes together one key may protect.
    ///
    /// The bound for GCM keeps an attacker's advantage below 2^-57 (the TLS working group's AEAD limits);
    /// ChaCha20-Poly1305 has none that 2^64 packets could reach.
    pub(super) const fn usage_limit(self) -> u64 {
        match self {
            Self::Aes128Gcm | Self::Aes192Gcm | Self::Aes256Gcm => (1 << 36) - 1,
            Self::ChaCha20Poly1305 => u64::MAX,
        }
    }
}

/// Formats OpenVPN's name for the cipher.
impl fmt::Display for Cipher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The cipher of this name is unknown, or one that is left out on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the data cipher is not supported")]
pub struct UnknownCipher;

/// Reads OpenVPN's name for a cipher, in upper or lower case.
impl FromStr for Cipher {
    type Err = UnknownCipher;

    fn from_str(name: &str) -> Result<Self, UnknownCipher> {
        Self::ALL
            .into_iter()
            .find(|cipher| cipher.name().eq_ignore_ascii_case(name))
            .ok_or(UnknownCipher)
    }
}
