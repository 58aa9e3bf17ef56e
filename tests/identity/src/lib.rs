//! An identity provider that others wrote, `oidc-provider`, and a real browser, Chromium, for tests of signing in.
//!
//! [`Provider`] runs the one with addresses like those of Entra ID, [`Browser`] the other. Both are programs of Node.js in
//! `provider/`; what they need from npm is brought by `provider/install`, with the hashes of its lock file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what fails here fails a test"
)]

mod browser;
mod provider;
mod signature;

pub use browser::{Browser, Seen};
pub use provider::{PASSWORD, Provider};

use std::path::PathBuf;

/// Whether the programs are there; if not, the test says so.
pub fn is_installed() -> bool {
    p2svpn_house::require_program("node", "it runs the identity provider")
        && p2svpn_house::require_program("chromium", "it signs in as a user")
}

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("provider")
        .join(name)
}
