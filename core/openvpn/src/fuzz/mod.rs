//! Entry points for fuzzing: each takes arbitrary bytes and panics when a promise is broken.
//!
//! Built for this crate's tests, which replay the committed seeds and regressions of `tests/fuzz` with mutations, and
//! for cargo-fuzz, which sets `cfg(fuzzing)`. A promise here is what holds for every input: no panic, no endless
//! loop, nothing forged that is let in, nothing delivered twice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod control;
mod data;
mod input;
mod keys;
mod packets;
mod reliability;
mod session;
mod wrapping;

#[cfg(test)]
mod tests;

use std::time::Instant;

/// One thing to fuzz.
pub struct Target {
    /// Its name: that of its seeds' folder, its dictionary and its program in `tests/fuzz`.
    pub name: &'static str,
    /// Judges one input. The instant is where virtual time begins; no result depends on which one it is.
    pub run: fn(Instant, &[u8]),
    /// The most bytes that one input may make the process hold at a time, the target's own bookkeeping included.
    pub memory: usize,
}

/// All of them.
pub const TARGETS: [Target; 12] = [
    Target {
        name: "packet",
        run: packets::packet,
        memory: MEBIBYTE,
    },
    Target {
        name: "frame",
        run: packets::frame,
        memory: MEBIBYTE,
    },
    Target {
        name: "unwrap",
        run: wrapping::unwrap,
        memory: MEBIBYTE,
    },
    Target {
        name: "reliability",
        run: reliability::reliability,
        memory: 4 * MEBIBYTE,
    },
    Target {
        name: "key_method",
        run: control::key_method,
        memory: 4 * MEBIBYTE,
    },
    Target {
        name: "control_message",
        run: control::control_message,
        memory: 4 * MEBIBYTE,
    },
    Target {
        name: "push_reply",
        run: control::push_reply,
        memory: 16 * MEBIBYTE,
    },
    Target {
        name: "text",
        run: control::text,
        memory: MEBIBYTE,
    },
    Target {
        name: "key_file",
        run: keys::key_file,
        memory: MEBIBYTE,
    },
    Target {
        name: "data",
        run: data::data,
        memory: 4 * MEBIBYTE,
    },
    Target {
        name: "tunnel",
        run: data::tunnel,
        memory: 4 * MEBIBYTE,
    },
    Target {
        name: "session",
        run: session::session,
        memory: 8 * MEBIBYTE,
    },
];

const MEBIBYTE: usize = 1 << 20;
