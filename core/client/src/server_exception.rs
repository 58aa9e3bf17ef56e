use crate::error::Error;

/// Accepts gateways' certificates that the profile does not, on the host's own responsibility.
///
/// A session asks it only when a certificate was refused, and only where the host has given one to
/// [`ConnectOptions::server_exception`](crate::ConnectOptions::server_exception). What it accepts is told by a warning.
pub trait ServerException: Send + Sync {
    /// Says whether this certificate is good all the same.
    ///
    /// It is called on a thread of the library while the gateway waits, when a session connects and at each change of keys, and
    /// must answer at once, the same each time: a host that asks a person says no, remembers the fingerprint, and connects
    /// again. A panic in it is a no.
    fn accepts(&self, certificate: &RefusedCertificate) -> bool;
}

/// A gateway's certificate that was refused.
///
/// Names come from the certificate and are not to be trusted; control and invisible characters in them are escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedCertificate {
    /// Whose it is; empty where the certificate cannot be read.
    pub subject: String,
    /// Who issued it; empty where the certificate cannot be read.
    pub issuer: String,
    /// SHA-256 hash of the certificate in upper-case hexadecimal: what a decision should stand on.
    pub fingerprint: String,
    /// The certificates that the gateway showed, DER, its own first.
    pub chain: Vec<Vec<u8>>,
    /// Why it was refused, one of the 5xx numbers.
    pub refusal: Error,
}
