#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod bad_input;
mod control_messages;
mod data_path;
mod endurance;
mod framing;
mod handshake;
mod link;
mod old_server;
mod pair;
mod plan;
mod random;
mod rekey;
mod renegotiation;
mod servers;
mod tables;
mod tls;
mod tls_crypt_v2;
mod trace;
mod traps;
