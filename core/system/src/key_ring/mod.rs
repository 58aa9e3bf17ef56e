//! The place where the system keeps secrets for a user.
//!
//! On Linux that is the Secret Service of the desktop (GNOME Keyring, KWallet, KeePassXC), on macOS the user's keychain, and
//! on Windows the user's key for data protection, which encrypts what the caller keeps. What is kept here is small: keys that
//! other secrets are sealed with, because some of these places are slow, limit the size, or ask a person.

#[cfg(windows)]
mod data_protection;
mod error;
#[cfg(target_os = "macos")]
mod keychain;
#[cfg(target_os = "linux")]
mod secret_service;
#[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
mod unsupported;

pub use error::KeyRingError;
use zeroize::Zeroizing;

#[cfg(windows)]
use data_protection as platform;
#[cfg(target_os = "macos")]
use keychain as platform;
#[cfg(target_os = "linux")]
use secret_service as platform;
#[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
use unsupported as platform;

/// The system's place for secrets of the user that the process runs as.
///
/// Every call blocks, and where the place is locked the system asks the user to unlock it, for two minutes at most.
pub struct KeyRing;

impl KeyRing {
    /// Gives a secret into the system's keeping and returns a receipt, with which it is fetched.
    ///
    /// The name tells the secret from others of this user; one of the same name is replaced. The label is what tools show a
    /// person. The receipt is at most a few hundred bytes longer than the secret, and nobody but this user learns the secret
    /// from it.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`].
    pub fn keep(name: &str, label: &str, secret: &[u8]) -> Result<Vec<u8>, KeyRingError> {
        platform::keep(name, label, secret)
    }

    /// Returns the secret that a receipt is for.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`]; [`KeyRingError::Lost`] if the system does not have it any more.
    pub fn fetch(receipt: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyRingError> {
        platform::fetch(receipt)
    }

    /// Has the system forget a secret; it is no error if it has already.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`].
    pub fn forget(receipt: &[u8]) -> Result<(), KeyRingError> {
        platform::forget(receipt)
    }
}
