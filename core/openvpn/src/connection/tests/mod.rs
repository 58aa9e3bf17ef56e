#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod bad_input;
mod data_path;
mod handshake;
mod pair;
mod tls_crypt_v2;
