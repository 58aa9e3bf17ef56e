//! The cryptography of ring, for tests that prove that the provider is the caller's choice.
//!
//! A crate of its own, because a feature of rustls that another crate's tests switch on would else be in its product too.
#![forbid(unsafe_code)]

use rustls_ring::crypto::CryptoProvider;

/// What rustls offers with ring: no post-quantum key exchange.
#[must_use]
pub fn provider() -> CryptoProvider {
    rustls_ring::crypto::ring::default_provider()
}
