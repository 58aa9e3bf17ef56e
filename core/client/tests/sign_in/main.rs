//! Every way to sign in, from the profile to the gateway: Entra ID against a stand-in for it, passwords, tokens of the host,
//! and certificates of several places.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod browser;
mod certificates;
mod entra;
mod host_token;
mod password;
mod renewal;
#[path = "../support/mod.rs"]
mod support;
