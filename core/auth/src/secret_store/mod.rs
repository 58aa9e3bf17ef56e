//! Where secrets are kept: sealed files. The trait and the store in memory are the profile crate's.

mod kept_key;
mod key_keeper;
mod seal;
mod sealed;
mod sealing_key;

pub use key_keeper::KeyKeeper;
pub use sealed::{MAXIMUM_SECRET_BYTES, SealedSecretStore};
pub use sealing_key::{InvalidSealingKey, SealingKey};
