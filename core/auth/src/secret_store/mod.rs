//! Where secrets are kept: sealed files. The trait and the store in memory are the profile crate's.

mod seal;
mod sealed;
mod sealing_key;
mod unprotected;

pub use sealed::{MAXIMUM_SECRET_BYTES, SealedSecretStore};
pub use sealing_key::{InvalidSealingKey, SealingKey};
