use std::sync::Arc;

use p2svpn_client::RefusedCertificate as Refused;

use crate::error::ErrorDetails;

/// Accepts gateways' certificates that the profile does not, on the program's own responsibility.
#[uniffi::export(with_foreign)]
pub trait ServerException: Send + Sync {
    /// Says whether this certificate is good all the same. It must answer at once, and the same each time.
    fn accepts(&self, certificate: RefusedCertificate) -> bool;
}

/// A gateway's certificate that was refused.
#[derive(uniffi::Record)]
pub struct RefusedCertificate {
    /// Whose it is; empty where the certificate cannot be read.
    pub subject: String,
    /// Who issued it; empty where the certificate cannot be read.
    pub issuer: String,
    /// SHA-256 hash of the certificate in upper-case hexadecimal.
    pub fingerprint: String,
    /// The certificates that the gateway showed, DER, its own first.
    pub chain: Vec<Vec<u8>>,
    /// Why it was refused.
    pub refusal: ErrorDetails,
}

/// The program's judgement, as the library calls it.
pub(crate) struct Exception(pub(crate) Arc<dyn ServerException>);

impl p2svpn_client::ServerException for Exception {
    fn accepts(&self, certificate: &Refused) -> bool {
        self.0.accepts(RefusedCertificate {
            subject: certificate.subject.clone(),
            issuer: certificate.issuer.clone(),
            fingerprint: certificate.fingerprint.clone(),
            chain: certificate.chain.clone(),
            refusal: (&certificate.refusal).into(),
        })
    }
}
