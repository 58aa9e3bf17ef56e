use serde::Serialize;

use super::moment::Moment;
use super::surroundings::KnownCertificate;
use crate::certificate::Certificate;
use crate::excerpt::Excerpt;
use crate::validation::PinnedRoot;

/// A certificate, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CertificateSummary {
    /// Whose it is, such as `CN=DigiCert Global Root G2`.
    pub subject: Option<String>,
    /// The SHA-1 hash of its DER encoding, 40 upper-case hexadecimal digits.
    pub thumbprint: Option<String>,
    /// When it begins to be valid.
    pub not_before: Option<Moment>,
    /// When it ends to be valid.
    pub not_after: Option<Moment>,
}

impl From<&Certificate> for CertificateSummary {
    fn from(certificate: &Certificate) -> Self {
        Self {
            subject: Some(certificate.subject().to_owned()),
            thumbprint: Some(certificate.thumbprint().to_string()),
            not_before: Some(Moment(certificate.not_before())),
            not_after: Some(Moment(certificate.not_after())),
        }
    }
}

impl From<&PinnedRoot> for CertificateSummary {
    fn from(root: &PinnedRoot) -> Self {
        if let Some(certificate) = root.certificate() {
            return certificate.into();
        }
        let thumbprint = root.thumbprint().to_string();
        let mut roots = ROOTS_OF_AZURE.into_iter();
        let known = roots.find(|known| known.0 == thumbprint);
        Self {
            subject: known.map(|known| known.1.to_owned()),
            thumbprint: Some(thumbprint),
            not_before: None,
            not_after: known.map(|known| Moment(known.2)),
        }
    }
}

impl From<&KnownCertificate> for CertificateSummary {
    fn from(certificate: &KnownCertificate) -> Self {
        Self {
            subject: Some(Excerpt::of_sentence(&certificate.subject).to_string()),
            thumbprint: Some(certificate.thumbprint.to_string()),
            not_before: None,
            not_after: Some(certificate.not_after),
        }
    }
}

/// The roots that Azure's profiles pin: hash, subject and end of validity.
const ROOTS_OF_AZURE: [(&str, &str, i64); 2] = [
    (
        "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436",
        "C=US, O=DigiCert Inc, OU=www.digicert.com, CN=DigiCert Global Root CA",
        1_952_035_200,
    ),
    (
        "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4",
        "C=US, O=DigiCert Inc, OU=www.digicert.com, CN=DigiCert Global Root G2",
        2_147_169_600,
    ),
];
