//! Places that keep client certificates with their keys: tokens, Windows' certificate stores, the keychains of macOS.

mod store;
mod stored_certificate;
mod system_key;
mod token_access;

pub use store::CertificateStore;
pub(crate) use store::nothing_found;
pub(crate) use stored_certificate::StoredCertificate;
pub use token_access::TokenAccess;
