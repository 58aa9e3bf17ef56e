//! The place where the system keeps secrets for a user.
//!
//! On Linux that is the Secret Service of the desktop (GNOME Keyring, KWallet, KeePassXC), on macOS the user's keychain, and
//! on Windows the user's key for data protection, which encrypts what the caller keeps. What is kept here is small: keys that
//! other secrets are sealed with, because some of these places are slow, limit the size, or ask a person.

mod error;
#[cfg(target_os = "linux")]
#[path = "secret_service.rs"]
mod platform;
#[cfg(windows)]
#[path = "data_protection.rs"]
mod platform;
#[cfg(target_os = "macos")]
#[path = "keychain.rs"]
mod platform;
#[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
#[path = "unsupported.rs"]
mod platform;

pub use error::KeyRingError;
use zeroize::Zeroizing;

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
