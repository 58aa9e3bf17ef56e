//! TLS over rustls: one new session for each key id, fed and drained in memory.

mod alert;
mod chain;
mod client_identity;
mod names;
mod options;
mod refusal;
mod server_certificate;
mod server_validation;
mod session;
mod subject;
mod time;
mod usage;
#[cfg(test)]
mod validation_tests;
mod x509;

pub use options::{TlsOptions, TlsVersions};
pub use server_validation::{
    CertificateException, CertificateName, RevocationLists, ServerTrust, ServerValidation,
};
pub use session::TlsSummary;
pub use usage::{CertificateUsage, ExtendedKeyUsage, KeyUsage};

pub(crate) use session::TlsSession;
pub(crate) use time::SessionTime;
