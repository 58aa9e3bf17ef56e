use p2svpn_auth::{Candidate, CertificateSummary};

/// A client certificate as a host shows it.
///
/// Names come from the certificate and are not to be trusted; control and invisible characters in them are escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateDetails {
    /// Whose it is, for example `CN=alice, O=Example`.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Start of its validity, in seconds since 1970.
    pub not_before: i64,
    /// End of its validity, in seconds since 1970.
    pub not_after: i64,
    /// SHA-1 hash in upper-case hexadecimal, what Windows and Azure call the thumbprint.
    pub thumbprint: String,
    /// Where it was found, for people: a file's name or a token's, for example.
    pub source: String,
}

impl CertificateDetails {
    pub(crate) fn new(candidate: &Candidate) -> Self {
        let summary: &CertificateSummary = candidate.summary();
        Self {
            subject: summary.subject.clone(),
            issuer: summary.issuer.clone(),
            not_before: summary.not_before,
            not_after: summary.not_after,
            thumbprint: summary.sha1_text(),
            source: candidate.source().to_owned(),
        }
    }
}
