//! How both sides come to the same data keys: key method 2 and the two derivations.

mod error;
mod key_message;
mod material;
mod prf;
mod secrets;

pub use error::KeyMethodError;
pub(crate) use key_message::{ClientKeyMessage, ServerKeyMessage};
pub(crate) use material::{Direction, KeyMaterial};
pub(crate) use secrets::{ClientSecrets, ServerSecrets};

#[cfg(test)]
mod tests;
