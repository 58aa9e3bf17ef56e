/// A client certificate as a program shows it.
#[derive(uniffi::Record)]
pub struct CertificateDetails {
    /// Whose it is.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Start of its validity, in seconds since 1970.
    pub not_before: i64,
    /// End of its validity, in seconds since 1970.
    pub not_after: i64,
    /// SHA-1 hash in upper-case hexadecimal.
    pub thumbprint: String,
    /// Where it was found, for people.
    pub source: String,
}

impl From<p2svpn_client::CertificateDetails> for CertificateDetails {
    fn from(details: p2svpn_client::CertificateDetails) -> Self {
        Self {
            subject: details.subject,
            issuer: details.issuer,
            not_before: details.not_before,
            not_after: details.not_after,
            thumbprint: details.thumbprint,
            source: details.source,
        }
    }
}
