//! The machine: what a session changes on it, and how that is put back.
//!
//! A [`NetworkConfig`] says how the machine's network shall look while a session is up. [`Interface`] makes it so, by
//! changing only what differs, and [`Interface::undo`] removes precisely what was added; a [`Journal`] keeps what a killed process could
//! not undo, and a [`LeakGuard`] keeps everything else from going beside the tunnel. [`local_networks`] says beforehand
//! in which networks the machine is, [`NetworkWatch`] when that changes, and [`path_to`] by which way an address is reached. [`Clock`] tells the time that
//! protocols and deadlines run on: it counts the time a machine sleeps, which
//! [`SleepMeter`] measures. [`open_browser`] shows the user a page.
//! [`SystemCertificate`] finds client certificates in the stores of Windows and macOS.
//! [`KeyRing`] keeps small secrets where the system keeps those of its user.
//!
//! Linux is done through netlink and systemd-resolved. On other systems [`Interface`] exists and answers [`SystemError::Unsupported`].

mod applied;
mod browser;
mod certificate_store;
mod clock;
mod config;
mod error;
mod guard_rules;
mod key_ring;
#[cfg(target_os = "linux")]
mod linux;
mod local_networks;
#[cfg(not(target_os = "linux"))]
mod network_watch;
mod path;
#[cfg(any(test, target_os = "linux"))]
mod plan;
mod privilege;
mod recovered;
mod sleep_meter;
#[cfg(any(test, not(target_os = "linux")))]
mod unsupported;

pub use applied::{Applied, Unapplied};
pub use browser::{BrowserError, open_browser};
pub use certificate_store::{
    CertificateLocation, CertificateStoreError, SystemCertificate, SystemKey,
};
pub use clock::Clock;
pub use config::{InterfaceAddress, MAX_ROUTES, NetworkConfig, Route, TunnelMode};
pub use error::SystemError;
pub use guard_rules::{GuardRules, GuardedGateway};
pub use key_ring::{KeyRing, KeyRingError};
#[cfg(target_os = "linux")]
pub use linux::{Interface, Journal, LeakGuard, NetworkWatch, sets_dns};
pub use local_networks::{LocalNetwork, local_networks};
#[cfg(not(target_os = "linux"))]
pub use network_watch::NetworkWatch;
pub use path::{Path, path_to};
pub use privilege::can_configure_network;
pub use recovered::Recovered;
pub use sleep_meter::SleepMeter;
#[cfg(not(target_os = "linux"))]
pub use unsupported::{Interface, Journal, LeakGuard, sets_dns};
