//! What a failed verification means.

use rustls_pki_types::CertificateDer;
use webpki::Error as Failure;
use x509_parser::asn1_rs::Oid;
use x509_parser::prelude::FromDer;

use super::x509;
use crate::certificate_error::{
    RevocationListProblem, ServerCertificateError, UnsupportedCertificate,
};

/// The extensions that may be critical: key usage, alternative names, basic and name constraints, extended key usage,
/// distribution points of revocation lists.
const UNDERSTOOD: [&str; 6] = [
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.37",
    "2.5.29.31",
];

/// Outdated signatures by name (RFC 3279, RFC 5758).
const OUTDATED: [(&str, &str); 3] = [
    ("1.2.840.113549.1.1.4", "MD5 and RSA"),
    ("1.2.840.113549.1.1.5", "SHA-1 and RSA"),
    ("1.2.840.10045.4.1", "SHA-1 and ECDSA"),
];

/// The refusal that stands for a failed verification of `certificates`.
pub(super) fn of<'a>(
    failure: &Failure,
    certificates: impl Iterator<Item = &'a CertificateDer<'a>>,
) -> ServerCertificateError {
    use ServerCertificateError as Refusal;
    match failure {
        Failure::CertExpired { .. } => Refusal::Expired,
        Failure::CertNotValidYet { .. } => Refusal::NotYetValid,
        Failure::UnknownIssuer => Refusal::NotPinned,
        Failure::CertRevoked => Refusal::Revoked,
        Failure::RequiredEkuNotFoundContext(_) | Failure::EmptyEkuExtension => {
            Refusal::NotForServers
        }
        Failure::CaUsedAsEndEntity => UnsupportedCertificate::Authority.into(),
        Failure::UnsupportedCertVersion => UnsupportedCertificate::Version.into(),
        Failure::UnsupportedCriticalExtension => {
            UnsupportedCertificate::CriticalExtension(unknown_extension(certificates)).into()
        }
        Failure::UnsupportedSignatureAlgorithmContext(context) => {
            UnsupportedCertificate::Signature(algorithm(&context.signature_algorithm_id)).into()
        }
        Failure::UnsupportedSignatureAlgorithmForPublicKeyContext(context) => {
            UnsupportedCertificate::Signature(algorithm(&context.signature_algorithm_id)).into()
        }
        Failure::CrlExpired { .. } => RevocationListProblem::Expired.into(),
        Failure::InvalidCrlSignatureForPublicKey | Failure::IssuerNotCrlSigner => {
            RevocationListProblem::NotByIssuer.into()
        }
        Failure::UnsupportedCrlSignatureAlgorithmContext(_)
        | Failure::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => {
            RevocationListProblem::Unsupported(failure.to_string()).into()
        }
        other => Refusal::Damaged(other.to_string()),
    }
}

impl From<UnsupportedCertificate> for ServerCertificateError {
    fn from(kind: UnsupportedCertificate) -> Self {
        Self::Unsupported(kind)
    }
}

impl From<RevocationListProblem> for ServerCertificateError {
    fn from(problem: RevocationListProblem) -> Self {
        Self::RevocationUnknown(problem)
    }
}

fn unknown_extension<'a>(certificates: impl Iterator<Item = &'a CertificateDer<'a>>) -> String {
    for certificate in certificates.filter_map(x509::parse) {
        let critical = certificate.extensions().iter();
        let mut critical = critical.filter(|extension| extension.critical);
        let mut identifiers = critical.by_ref().map(|extension| extension.oid.to_string());
        if let Some(unknown) = identifiers.find(|id| !UNDERSTOOD.contains(&id.as_str())) {
            return unknown;
        }
    }
    "unnamed".to_owned()
}

/// The name of a signature algorithm, from the content of its `AlgorithmIdentifier`.
fn algorithm(identifier: &[u8]) -> String {
    let Ok((_, oid)) = Oid::from_der(identifier) else {
        return "an unknown algorithm".to_owned();
    };
    let oid = oid.to_id_string();
    OUTDATED
        .iter()
        .find(|(outdated, _)| *outdated == oid)
        .map_or_else(|| oid.clone(), |(_, name)| (*name).to_owned())
}
