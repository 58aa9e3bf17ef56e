//! Promises of the stand-in for Entra, and of a gateway that takes its tokens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[path = "../support/mod.rs"]
mod support;

mod admission;
mod application;
mod authorize;
mod device;
mod faults;
mod http;
mod program;
mod refresh;
mod sign_in;
mod tokens;
