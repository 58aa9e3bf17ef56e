//! The rules of the house, checked on the tree: each test names the rule it holds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod files;
mod imports;
mod manifests;
mod pure;
mod rings;
mod source;
mod unsafety;
mod workspace;
