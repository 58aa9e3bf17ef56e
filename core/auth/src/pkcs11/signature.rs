//! The forms of signatures: what a token is given to sign, and what TLS wants of the answer.

use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::types::Ulong;

use crate::scheme::{KeyAlgorithm, Scheme};
use crate::signing_error::SigningError;

/// What goes before the hash in a signature of PKCS#1 version 1.5 (RFC 8017 section 9.2).
const SHA256_INFO: &[u8] =
    b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
const SHA384_INFO: &[u8] =
    b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30";
const SHA512_INFO: &[u8] =
    b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40";

/// Lists the schemes for which the token has the mechanisms, the preferred one first.
pub(super) fn schemes(algorithm: KeyAlgorithm, mechanisms: &[MechanismType]) -> Vec<Scheme> {
    let candidates = [
        Scheme::EcdsaP256Sha256,
        Scheme::EcdsaP384Sha384,
        Scheme::EcdsaP521Sha512,
        Scheme::RsaPssSha256,
        Scheme::RsaPssSha384,
        Scheme::RsaPssSha512,
        Scheme::RsaPkcs1Sha256,
        Scheme::RsaPkcs1Sha384,
        Scheme::RsaPkcs1Sha512,
    ];
    candidates
        .into_iter()
        .filter(|scheme| scheme.fits(algorithm))
        .filter(|scheme| {
            mechanism(*scheme)
                .is_some_and(|mechanism| mechanisms.contains(&mechanism.mechanism_type()))
        })
        .collect()
}

/// Returns the mechanism that signs a hash: hashing here spares slow tokens the message, and old ones know no SHA-2.
pub(super) fn mechanism(scheme: Scheme) -> Option<Mechanism<'static>> {
    let pss = |hash_alg, mgf, salt: u8| {
        Mechanism::RsaPkcsPss(PkcsPssParams {
            hash_alg,
            mgf,
            s_len: Ulong::new(salt.into()),
        })
    };
    match scheme {
        Scheme::RsaPkcs1Sha256 | Scheme::RsaPkcs1Sha384 | Scheme::RsaPkcs1Sha512 => {
            Some(Mechanism::RsaPkcs)
        }
        Scheme::RsaPssSha256 => Some(pss(MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32)),
        Scheme::RsaPssSha384 => Some(pss(MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48)),
        Scheme::RsaPssSha512 => Some(pss(MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64)),
        Scheme::EcdsaP256Sha256 | Scheme::EcdsaP384Sha384 | Scheme::EcdsaP521Sha512 => {
            Some(Mechanism::Ecdsa)
        }
        Scheme::Ed25519 => None,
    }
}

/// Returns what the mechanism of the scheme is given to sign.
pub(super) fn input(scheme: Scheme, message: &[u8]) -> Option<Vec<u8>> {
    let digest = scheme.digest(message)?;
    let info = match scheme {
        Scheme::RsaPkcs1Sha256 => SHA256_INFO,
        Scheme::RsaPkcs1Sha384 => SHA384_INFO,
        Scheme::RsaPkcs1Sha512 => SHA512_INFO,
        _ => &[],
    };
    Some([info, &digest].concat())
}

/// Turns what the token answers into the form that TLS wants.
pub(super) fn output(scheme: Scheme, answer: Vec<u8>) -> Result<Vec<u8>, SigningError> {
    match scheme {
        Scheme::EcdsaP256Sha256 | Scheme::EcdsaP384Sha384 | Scheme::EcdsaP521Sha512 => {
            ecdsa_der(&answer).ok_or_else(|| SigningError::Failed {
                reason: format!("it made an ECDSA signature of {} bytes", answer.len()),
            })
        }
        _ => Ok(answer),
    }
}

/// Encodes the two halves of an ECDSA signature as DER: `SEQUENCE { INTEGER r, INTEGER s }` (RFC 3279 section 2.2.3).
fn ecdsa_der(raw: &[u8]) -> Option<Vec<u8>> {
    if raw.is_empty() || !raw.len().is_multiple_of(2) {
        return None;
    }
    let (r, s) = raw.split_at_checked(raw.len() / 2)?;
    let body = [integer(r)?, integer(s)?].concat();
    let length = u8::try_from(body.len()).ok()?;
    let header: &[u8] = if length < 0x80 {
        &[0x30, length]
    } else {
        &[0x30, 0x81, length]
    };
    Some([header, &body].concat())
}

fn integer(bytes: &[u8]) -> Option<Vec<u8>> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let (_, digits) = bytes.split_at_checked(zeros)?;
    // An INTEGER has a sign: a leading bit would make it negative, and no digit at all is not allowed.
    let padding: &[u8] = match digits.first() {
        Some(first) if *first < 0x80 => &[],
        _ => &[0],
    };
    let length = u8::try_from(padding.len() + digits.len())
        .ok()
        .filter(|length| *length < 0x80)?;
    Some([&[0x02, length], padding, digits].concat())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn halves_of_an_ecdsa_signature_become_positive_integers() {
        assert_eq!(
            ecdsa_der(&[0x00, 0x7f, 0x80, 0x01]).unwrap(),
            [0x30, 0x08, 0x02, 0x01, 0x7f, 0x02, 0x03, 0x00, 0x80, 0x01][..]
        );
        assert_eq!(
            ecdsa_der(&[0, 0]).unwrap(),
            [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00][..]
        );
    }

    #[test]
    fn a_signature_on_p_521_has_a_long_length() {
        let der = ecdsa_der(&[0xff; 132]).unwrap();

        assert_eq!(der.get(..3), Some(&[0x30, 0x81, 138][..]));
        assert_eq!(der.len(), 141);
    }

    #[test]
    fn what_is_no_ecdsa_signature_is_refused() {
        for length in [0, 1, 63, 300, 4096] {
            assert_eq!(ecdsa_der(&vec![0xff; length]), None, "{length}");
        }
    }

    #[test]
    fn a_token_without_pss_offers_pkcs_1_only() {
        let schemes = schemes(KeyAlgorithm::Rsa, &[MechanismType::RSA_PKCS]);

        assert!(!schemes.is_empty());
        assert!(schemes.iter().all(|scheme| !scheme.is_in_tls13()));
    }
}
