//! The client certificates that the system itself keeps, with private keys that sign and are not shown.
//!
//! Windows has a store for each user and one for the machine (`Cert:\CurrentUser\My` and `Cert:\LocalMachine\My`), macOS the
//! user's keychains and the system's. Linux has none: there PKCS#11 modules give access to keys.
//!
//! Everything here blocks: the system may ask a person for consent or for a PIN by itself.

mod error;
#[cfg(any(test, target_os = "macos"))]
mod issuers;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(any(test, windows, target_os = "macos"))]
mod schemes;
#[cfg(not(any(windows, target_os = "macos")))]
mod unsupported;
#[cfg(any(test, windows))]
mod wide;
#[cfg(windows)]
mod windows;

pub use error::CertificateStoreError;
#[cfg(target_os = "macos")]
pub use macos::{SystemCertificate, SystemKey};
#[cfg(not(any(windows, target_os = "macos")))]
pub use unsupported::{SystemCertificate, SystemKey};
#[cfg(windows)]
pub use windows::{SystemCertificate, SystemKey};

/// Says whose certificates are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateLocation {
    /// Those of the user that the process runs as.
    CurrentUser,
    /// Those of the machine, which only administrators may change, and whose keys often only they may use.
    LocalMachine,
}
