//! Several profiles, kept in a folder and in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod damage;
mod faults;
mod files;
mod locked;
mod place;
mod processes;
mod profiles;
#[path = "../support/mod.rs"]
mod support;
