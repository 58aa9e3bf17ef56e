//! The keychains of macOS, and the keys that they, the Secure Enclave and smart cards keep.

mod certificate;
mod failure;
mod key;

pub use certificate::SystemCertificate;
pub use key::SystemKey;
