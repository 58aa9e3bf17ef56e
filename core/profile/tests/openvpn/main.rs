//! OpenVPN configurations, of Azure's gateways and of others, as profiles.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod hostile;
mod options;
mod refused;
mod support;
mod variants;
