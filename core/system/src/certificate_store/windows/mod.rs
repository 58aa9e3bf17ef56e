//! The certificate stores of Windows, and the keys that its cryptography (CNG) keeps for them.

mod certificate;
mod chain;
mod failure;
mod import;
mod key;

pub use certificate::SystemCertificate;
pub use key::SystemKey;

use rustls_cng::store::CertStoreType;

use super::CertificateLocation;

/// The store of certificates that have keys.
const PERSONAL: &str = "My";

/// The store of issuers that are no roots.
const ISSUERS: &str = "CA";

fn store_type(location: CertificateLocation) -> CertStoreType {
    match location {
        CertificateLocation::CurrentUser => CertStoreType::CurrentUser,
        CertificateLocation::LocalMachine => CertStoreType::LocalMachine,
    }
}
