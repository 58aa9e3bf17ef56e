//! One X.509 certificate: what it says, and whether it issued another.

use std::time::Duration;

use aws_lc_rs::digest;
use p2svpn_profile::printable;
use rustls_pki_types::CertificateDer;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521,
    OID_PKCS1_RSAENCRYPTION, OID_SIG_ED25519,
};
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::AuthError;
use crate::scheme::KeyAlgorithm;
use crate::thumbprint::{Thumbprint, hex};
use crate::time_text::rfc3339;

/// Describes a certificate for showing it and for choosing between several.
///
/// Names come from the certificate and are not to be trusted; control and invisible characters in them are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSummary {
    /// Subject as text, for example `CN=alice, O=Example`.
    pub subject: String,
    /// Issuer as text.
    pub issuer: String,
    /// Serial number in upper-case hexadecimal.
    pub serial: String,
    /// Start of its validity, in Unix seconds.
    pub not_before: i64,
    /// End of its validity, in Unix seconds.
    pub not_after: i64,
    /// SHA-1 hash of the DER, what Windows and Azure call the thumbprint.
    pub sha1: Thumbprint,
    /// SHA-256 hash of the DER.
    pub sha256: [u8; 32],
    /// Whether it may authenticate a client: its extended key usage names clientAuth or any purpose, or it has none
    /// (RFC 5280 section 4.2.1.12).
    pub permits_client_authentication: bool,
}

/// How long before its end a host should warn of a certificate: 30 days.
pub const EXPIRY_WARNING: Duration = Duration::from_secs(30 * 86_400);

impl CertificateSummary {
    /// Reads a DER certificate.
    ///
    /// Fails with [`AuthError::Certificate`] if it is not well-formed X.509.
    pub fn from_der(der: &[u8]) -> Result<Self, AuthError> {
        Certificate::parse(der).map(|certificate| certificate.summary)
    }

    /// Returns whether it has ended or ends within `period` of `now` in Unix seconds.
    pub fn expires_within(&self, now: i64, period: Duration) -> bool {
        let period = i64::try_from(period.as_secs()).unwrap_or(i64::MAX);
        self.not_after <= now.saturating_add(period)
    }

    /// Returns the SHA-1 thumbprint in upper-case hexadecimal, as Windows and Azure write it.
    pub fn sha1_text(&self) -> String {
        hex(&self.sha1)
    }

    /// Returns the SHA-256 hash in upper-case hexadecimal.
    pub fn sha256_text(&self) -> String {
        hex(&self.sha256)
    }

    /// Returns the start of its validity as RFC 3339.
    pub fn not_before_text(&self) -> String {
        rfc3339(self.not_before)
    }

    /// Returns the end of its validity as RFC 3339.
    pub fn not_after_text(&self) -> String {
        rfc3339(self.not_after)
    }
}

/// A certificate with what is needed to order a chain, read once.
#[derive(Clone)]
pub(crate) struct Certificate {
    pub(crate) der: CertificateDer<'static>,
    pub(crate) summary: CertificateSummary,
    /// SubjectPublicKeyInfo in DER.
    pub(crate) public_key: Vec<u8>,
    /// None for a kind of key that TLS here does not sign with.
    pub(crate) key_algorithm: Option<KeyAlgorithm>,
    /// Name in DER.
    pub(crate) subject: Vec<u8>,
    /// Name in DER.
    pub(crate) issuer: Vec<u8>,
    subject_key_id: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
}

impl Certificate {
    pub(crate) fn parse(der: &[u8]) -> Result<Self, AuthError> {
        let malformed = |reason: String| AuthError::Certificate { reason };
        let (rest, parsed) =
            X509Certificate::from_der(der).map_err(|error| malformed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(malformed("bytes follow its end".to_owned()));
        }
        let usage = parsed
            .extended_key_usage()
            .map_err(|error| malformed(error.to_string()))?;
        let summary = CertificateSummary {
            subject: printable(&parsed.subject().to_string()),
            issuer: printable(&parsed.issuer().to_string()),
            serial: hex(parsed.raw_serial()),
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            sha1: sha1(der),
            sha256: sha256(der),
            permits_client_authentication: usage
                .is_none_or(|usage| usage.value.client_auth || usage.value.any),
        };
        let (mut subject_key_id, mut authority_key_id) = (None, None);
        for extension in parsed.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(id) => subject_key_id = Some(id.0.to_vec()),
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    authority_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
                }
                _ => {}
            }
        }
        Ok(Self {
            der: CertificateDer::from(der.to_vec()),
            summary,
            public_key: parsed.public_key().raw.to_vec(),
            key_algorithm: key_algorithm(parsed.public_key()),
            subject: parsed.subject().as_raw().to_vec(),
            issuer: parsed.issuer().as_raw().to_vec(),
            subject_key_id,
            authority_key_id,
        })
    }

    /// Whether it names itself as its issuer, as roots do.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.is_issued_by(self)
    }

    /// Whether `issuer` fits by name and, if both carry one, by key identifier.
    ///
    /// It orders a chain for sending; the gateway is who verifies the signatures.
    pub(crate) fn is_issued_by(&self, issuer: &Self) -> bool {
        let keys_fit = match (&self.authority_key_id, &issuer.subject_key_id) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => true,
        };
        self.issuer == issuer.subject && keys_fit
    }
}

/// Reads the kind of a key off its algorithm identifier (RFC 3279 section 2.3, RFC 5480 section 2.1.1, RFC 8410).
fn key_algorithm(key: &SubjectPublicKeyInfo<'_>) -> Option<KeyAlgorithm> {
    let algorithm = &key.algorithm;
    if algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
        return Some(KeyAlgorithm::Rsa);
    }
    if algorithm.algorithm == OID_SIG_ED25519 {
        return Some(KeyAlgorithm::Ed25519);
    }
    if algorithm.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return None;
    }
    let curve = algorithm.parameters.as_ref()?.as_oid().ok()?;
    [
        (OID_EC_P256, KeyAlgorithm::EcdsaP256),
        (OID_NIST_EC_P384, KeyAlgorithm::EcdsaP384),
        (OID_NIST_EC_P521, KeyAlgorithm::EcdsaP521),
    ]
    .into_iter()
    .find_map(|(oid, algorithm)| (oid == curve).then_some(algorithm))
}

pub(crate) fn sha1(bytes: &[u8]) -> Thumbprint {
    let mut hash = Thumbprint::default();
    hash.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
    hash
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = <[u8; 32]>::default();
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}
