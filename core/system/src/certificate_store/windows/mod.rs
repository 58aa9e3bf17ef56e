//! The certificate stores of Windows, and the keys that its cryptography (CNG) keeps for them.

mod certificate;
mod chain;
mod failure;
mod import;
mod key;
mod store;

pub use certificate::SystemCertificate;
pub use key::SystemKey;
