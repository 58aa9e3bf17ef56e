//! What protects control packets before and beside TLS: tls-auth, tls-crypt, tls-crypt-v2.

mod config;
mod early_negotiation;
mod key_error;
mod packet_number;
mod static_key;
mod tls_auth;
mod tls_crypt;
mod tls_crypt_v2;
mod wrapper;

pub use config::{Digest, KeyDirection, UnknownDigest, Wrapping};
pub(crate) use early_negotiation::asks_for_client_key;
pub use key_error::KeyError;
pub use static_key::StaticKey;
pub use tls_crypt_v2::{TlsCryptV2ClientKey, TlsCryptV2ServerKey, UnwrappedClientKey};
pub(crate) use wrapper::Wrapper;

#[cfg(test)]
mod captures_tests;
#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod tests;
