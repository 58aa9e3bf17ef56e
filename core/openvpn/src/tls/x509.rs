//! What is read from certificates beside their verification.

use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// The shortest RSA key that is accepted, in bits.
const SHORTEST_RSA: usize = 2_048;

/// The certificate's fields; none if it cannot be parsed.
pub(super) fn parse<'a>(der: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(certificate)
}

/// Whether subject and issuer are the same, as with a root.
pub(super) fn is_self_issued(der: &CertificateDer<'_>) -> bool {
    parse(der)
        .is_some_and(|certificate| certificate.subject().as_raw() == certificate.issuer().as_raw())
}

pub(super) fn issuer(der: &CertificateDer<'_>) -> Option<Vec<u8>> {
    Some(parse(der)?.issuer().as_raw().to_vec())
}

pub(super) fn subject(der: &CertificateDer<'_>) -> Option<Vec<u8>> {
    Some(parse(der)?.subject().as_raw().to_vec())
}

/// The length of an RSA key that is too short, in bits.
pub(super) fn short_key(der: &CertificateDer<'_>) -> Option<usize> {
    let certificate = parse(der)?;
    let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() else {
        return None;
    };
    let leading = key.modulus.iter().take_while(|byte| **byte == 0).count();
    let first = key.modulus.get(leading)?;
    let bits = (key.modulus.len() - leading) * 8 - first.leading_zeros() as usize;
    (bits < SHORTEST_RSA).then_some(bits)
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
