//! Promises of keys that are held elsewhere: they sign in, they are tested, and their refusals are told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::sync::Arc;

use p2svpn_auth::{AuthError, ExternalKey, Identity, KeyAlgorithm, Scheme, SigningError};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::SigningKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ProtocolVersion, SignatureScheme};

use support::handshake;

const BOTH: &[&rustls::SupportedProtocolVersion] = &[&TLS13, &TLS12];

#[test]
fn a_key_that_is_held_elsewhere_signs_in_with_every_version_of_tls() {
    for key in [Elsewhere::p256(), Elsewhere::rsa()] {
        let identity = key.identity().unwrap();

        assert!(!identity.needs_tls12());
        identity.test_key().unwrap();
        assert_eq!(
            handshake(&identity, &root(), BOTH),
            Ok(ProtocolVersion::TLSv1_3)
        );
        assert_eq!(
            handshake(&identity, &root(), &[&TLS12]),
            Ok(ProtocolVersion::TLSv1_2)
        );
    }
}

#[test]
fn the_whole_chain_is_sent_but_for_the_root() {
    let identity = Elsewhere::p256().identity().unwrap();

    assert_eq!(identity.chain().count(), 3);
    assert_eq!(identity.certified_key().cert.len(), 2);
}

#[test]
fn a_key_without_rsa_pss_says_that_it_needs_tls_1_2_and_signs_in_with_it() {
    let identity = Elsewhere {
        schemes: vec![Scheme::RsaPkcs1Sha256],
        ..Elsewhere::rsa()
    }
    .identity()
    .unwrap();

    assert!(identity.needs_tls12());
    identity.test_key().unwrap();
    assert_eq!(
        handshake(&identity, &root(), &[&TLS12]),
        Ok(ProtocolVersion::TLSv1_2)
    );
    assert!(handshake(&identity, &root(), BOTH).is_err());
}

#[test]
fn keys_that_are_held_here_need_no_particular_version() {
    let key = PrivateKeyDer::from_pem_slice(&fixture("rsa.key.pem")).unwrap();
    let identity = Identity::from_der(&[certificate("rsa.pem")], key).unwrap();

    assert!(!identity.needs_tls12());
    assert_eq!(identity.take_signing_error(), None);
    identity.test_key().unwrap();
}

#[test]
fn a_key_of_another_kind_than_the_certificates_is_refused_at_once() {
    let key = Elsewhere {
        certificate: "rsa.pem",
        ..Elsewhere::p256()
    };

    assert_eq!(key.identity().unwrap_err(), AuthError::KeyMismatch);
}

#[test]
fn a_wrong_key_of_the_right_kind_is_found_by_a_test_signature() {
    let identity = Elsewhere {
        certificate: "other.pem",
        ..Elsewhere::p256()
    }
    .identity()
    .unwrap();

    assert_eq!(identity.test_key(), Err(AuthError::KeyMismatch));
}

#[test]
fn schemes_that_do_not_fit_the_key_are_passed_over() {
    let mixed = Elsewhere {
        schemes: vec![Scheme::RsaPssSha256, Scheme::EcdsaP256Sha256],
        ..Elsewhere::p256()
    };
    let none = Elsewhere {
        schemes: vec![Scheme::RsaPssSha256, Scheme::Ed25519],
        ..Elsewhere::p256()
    };

    mixed.identity().unwrap().test_key().unwrap();
    assert_eq!(
        none.identity().unwrap_err(),
        AuthError::Signing(SigningError::NoScheme)
    );
}

#[test]
fn a_refused_signature_is_told_apart_after_tls_has_failed() {
    for error in [
        SigningError::Cancelled,
        SigningError::PinLocked,
        SigningError::Removed,
    ] {
        let identity = Elsewhere {
            answer: Some(Err(error.clone())),
            ..Elsewhere::p256()
        }
        .identity()
        .unwrap();

        let ended = handshake(&identity, &root(), BOTH).unwrap_err();

        assert!(ended.to_string().contains(&error.to_string()), "{ended}");
        assert_eq!(identity.clone().take_signing_error(), Some(error.clone()));
        assert_eq!(identity.take_signing_error(), None);
        assert_eq!(identity.test_key(), Err(AuthError::Signing(error)));
    }
}

#[test]
fn signatures_of_an_impossible_size_are_refused() {
    for size in [0, 4097, 1 << 20] {
        let identity = Elsewhere {
            answer: Some(Ok(vec![0; size])),
            ..Elsewhere::p256()
        }
        .identity()
        .unwrap();

        assert!(handshake(&identity, &root(), BOTH).is_err());
        assert!(matches!(
            identity.take_signing_error(),
            Some(SigningError::Failed { .. })
        ));
    }
}

#[test]
fn a_certificate_is_needed() {
    let key = Arc::new(Elsewhere::p256());

    let error = Identity::from_external_key(&[], key).unwrap_err();

    assert_eq!(error, AuthError::NoCertificate);
}

#[test]
fn the_hash_that_a_scheme_signs_is_told() {
    for (scheme, length) in [
        (Scheme::RsaPkcs1Sha256, Some(32)),
        (Scheme::EcdsaP384Sha384, Some(48)),
        (Scheme::RsaPssSha512, Some(64)),
        (Scheme::Ed25519, None),
    ] {
        assert_eq!(scheme.digest(b"message").map(|hash| hash.len()), length);
    }
}

/// A key that another part of the program holds.
#[derive(Clone)]
struct Elsewhere {
    key: Arc<dyn SigningKey>,
    algorithm: KeyAlgorithm,
    schemes: Vec<Scheme>,
    certificate: &'static str,
    /// Answers instead of the key.
    answer: Option<Result<Vec<u8>, SigningError>>,
}

impl Elsewhere {
    fn p256() -> Self {
        Self {
            key: signing_key("p256.key.pem"),
            algorithm: KeyAlgorithm::EcdsaP256,
            schemes: vec![Scheme::EcdsaP256Sha256],
            certificate: "p256.pem",
            answer: None,
        }
    }

    fn rsa() -> Self {
        Self {
            key: signing_key("rsa.key.pem"),
            algorithm: KeyAlgorithm::Rsa,
            schemes: vec![Scheme::RsaPssSha256, Scheme::RsaPkcs1Sha256],
            certificate: "rsa.pem",
            answer: None,
        }
    }

    fn identity(&self) -> Result<Identity, AuthError> {
        let chain = [
            certificate(self.certificate),
            root(),
            certificate("intermediate.pem"),
        ];
        Identity::from_external_key(&chain, Arc::new(self.clone()))
    }
}

impl ExternalKey for Elsewhere {
    fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    fn supported_schemes(&self) -> Vec<Scheme> {
        self.schemes.clone()
    }

    fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        if let Some(answer) = &self.answer {
            return answer.clone();
        }
        let scheme = SignatureScheme::from(scheme as u16);
        let signer = self.key.choose_scheme(&[scheme]).unwrap();
        Ok(signer.sign(message).unwrap())
    }
}

fn signing_key(name: &str) -> Arc<dyn SigningKey> {
    any_supported_type(&PrivateKeyDer::from_pem_slice(&fixture(name)).unwrap()).unwrap()
}

fn root() -> CertificateDer<'static> {
    certificate("root.pem")
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(&fixture(name)).unwrap()
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/fixtures/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}
