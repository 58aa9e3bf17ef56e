#![allow(clippy::disallowed_methods)]
//! What cargo-fuzz finds in an hour it found by these seeds: each is replayed as it is and changed in many ways.

mod replay;
mod seeds;

use std::path::PathBuf;

/// The folder of cargo-fuzz.
fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fuzz"))
}
