//! Promises of keys on PKCS#11 tokens, kept with SoftHSM2, a token made of software.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[path = "../support/mod.rs"]
mod support;
mod token;

use cryptoki::object::{Attribute, AttributeType};
use p2svpn_auth::{
    AuthError, Choice, Identity, IdentityCriteria, Pkcs11Module, SigningError, choose,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    PKCS_ECDSA_P384_SHA384,
};
use rustls::ProtocolVersion;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::version::{TLS12, TLS13};

use support::{NOW, handshake};
use token::{MODULE, PIN, Token, WITHOUT_PSS, on_a_token};

#[test]
fn every_kind_of_key_on_a_token_signs_in_with_every_version_of_tls() {
    on_a_token(
        "every_kind_of_key_on_a_token_signs_in_with_every_version_of_tls",
        "ALL",
        |token| {
            let (p384, p384_root) = p384();
            token.import_key("p256.key.pem", "A1");
            token.import_key("rsa.key.pem", "A2");
            token.import_key_pem(&p384.1, "A3");
            let module = token.module();
            token.add_certificate(&fixture("p256.pem"), &[0xA1]);
            token.add_certificate(&fixture("rsa.pem"), &[0xA2]);
            token.add_certificate(&p384.0, &[0xA3]);
            token.add_certificate(&fixture("intermediate.pem"), &[]);

            let certificates = module.certificates().unwrap();

            assert_eq!(certificates.len(), 3);
            for certificate in certificates {
                let subject = certificate.summary().subject.clone();
                let root = if subject.ends_with("p384") {
                    &p384_root
                } else {
                    &fixture("root.pem")
                };
                let identity = certificate.open(Some(PIN)).unwrap();
                assert!(!identity.needs_tls12(), "{subject}");
                identity.test_key().unwrap();
                for (version, expected) in [
                    (&TLS13, ProtocolVersion::TLSv1_3),
                    (&TLS12, ProtocolVersion::TLSv1_2),
                ] {
                    let agreed = handshake(&identity, root, &[version]);
                    assert_eq!(agreed, Ok(expected), "{subject}");
                }
            }
        },
    );
}

#[test]
fn a_token_without_rsa_pss_signs_in_with_tls_1_2() {
    on_a_token(
        "a_token_without_rsa_pss_signs_in_with_tls_1_2",
        WITHOUT_PSS,
        |token| {
            let identity = token.identity("rsa");

            assert!(identity.needs_tls12());
            identity.test_key().unwrap();
            assert_eq!(
                handshake(&identity, &fixture("root.pem"), &[&TLS12]),
                Ok(ProtocolVersion::TLSv1_2)
            );
        },
    );
}

#[test]
fn a_pin_is_asked_for_and_a_wrong_one_is_told() {
    on_a_token(
        "a_pin_is_asked_for_and_a_wrong_one_is_told",
        "ALL",
        |token| {
            let certificate = token.certificate("p256");

            assert!(certificate.needs_pin().unwrap());
            for pin in [None, Some("")] {
                assert_eq!(
                    certificate.open(pin).unwrap_err(),
                    AuthError::Signing(SigningError::PinRequired)
                );
            }
            for pin in ["0000", "1", "00000000000000000000000000000000000000"] {
                assert_eq!(
                    certificate.open(Some(pin)).unwrap_err(),
                    AuthError::Signing(SigningError::PinWrong { last_try: false })
                );
            }
            assert!(certificate.needs_pin().unwrap());
            certificate.open(Some(PIN)).unwrap().test_key().unwrap();
        },
    );
}

#[test]
fn the_token_is_closed_when_the_last_identity_is_dropped() {
    on_a_token(
        "the_token_is_closed_when_the_last_identity_is_dropped",
        "ALL",
        |token| {
            let certificate = token.certificate("p256");
            let identity = certificate.open(Some(PIN)).unwrap();
            let clone = identity.clone();

            drop(identity);
            assert!(!certificate.needs_pin().unwrap());
            clone.test_key().unwrap();

            drop(clone);
            // A login ends with the last session of the process (PKCS#11 version 2.40, section 5.6.2).
            assert!(certificate.needs_pin().unwrap());
        },
    );
}

#[test]
fn a_key_that_goes_away_is_told_from_other_failures() {
    on_a_token(
        "a_key_that_goes_away_is_told_from_other_failures",
        "ALL",
        |token| {
            let identity = token.identity("p256");
            token.remove_keys();

            let ended = handshake(&identity, &fixture("root.pem"), &[&TLS13]);

            assert!(ended.is_err());
            assert_eq!(identity.take_signing_error(), Some(SigningError::Removed));
        },
    );
}

#[test]
fn certificates_without_a_key_are_shown_and_never_chosen() {
    on_a_token(
        "certificates_without_a_key_are_shown_and_never_chosen",
        "ALL",
        |token| {
            token.import_key("p256.key.pem", "A1");
            let module = token.module();
            token.add_certificate(&fixture("rsa.pem"), &[0xA2]);
            token.add_certificate(&fixture("p256.pem"), &[0xA1]);
            token.add_certificate(&fixture("intermediate.pem"), &[0xB1]);
            token.add_certificate(&fixture("root.pem"), &[0xB2]);
            token.add_certificate(&CertificateDer::from(b"no certificate".to_vec()), &[0xA1]);

            let certificates = module.certificates().unwrap();
            let candidates: Vec<_> = certificates
                .iter()
                .map(|certificate| certificate.candidate().clone())
                .collect();
            let choice = choose(&candidates, &IdentityCriteria::default(), NOW).unwrap();

            let Choice::One(place) = choice else {
                panic!("{choice:?}");
            };
            assert_eq!(candidates.len(), 2);
            assert!(candidates[place].summary().subject.ends_with("p256"));
            assert_eq!(candidates[place].source(), "token Alice");
            let other = &candidates[1 - place];
            assert_eq!(other.key_problem(), Some(&AuthError::NoPrivateKey));
            let opened = certificates[1 - place].open(Some(PIN));
            assert_eq!(opened.unwrap_err(), AuthError::NoPrivateKey);
        },
    );
}

#[test]
fn another_key_under_the_same_name_is_found_by_a_test_signature() {
    on_a_token(
        "another_key_under_the_same_name_is_found_by_a_test_signature",
        "ALL",
        |token| {
            token.import_key("other.key.pem", "A1");
            let module = token.module();
            token.add_certificate(&fixture("p256.pem"), &[0xA1]);

            let certificates = module.certificates().unwrap();
            let identity = certificates[0].open(Some(PIN)).unwrap();

            assert_eq!(identity.test_key(), Err(AuthError::KeyMismatch));
        },
    );
}

#[test]
fn a_key_that_may_not_sign_is_refused() {
    on_a_token("a_key_that_may_not_sign_is_refused", "ALL", |token| {
        let certificate = token.certificate("p256");
        token.change_keys(&[Attribute::Sign(false)]);

        let error = certificate.open(Some(PIN)).unwrap_err();

        assert!(error.to_string().contains("may not sign"), "{error}");
    });
}

#[test]
fn several_connections_use_one_key_at_once() {
    on_a_token("several_connections_use_one_key_at_once", "ALL", |token| {
        let identity = token.identity("p256");

        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        handshake(&identity, &fixture("root.pem"), &[&TLS13]).unwrap();
                    }
                });
            }
        });
    });
}

#[test]
fn a_pfx_is_put_on_a_token_signs_there_and_is_removed() {
    on_a_token(
        "a_pfx_is_put_on_a_token_signs_there_and_is_removed",
        "ALL",
        |token| {
            for (file, name) in [("p256-legacy.pfx", "p256"), ("rsa-modern.pfx", "rsa")] {
                let alice = token.listed();
                assert!(alice.needs_pin().unwrap());

                let imported = alice.import_pfx(&pfx(file), "secret", Some(PIN)).unwrap();

                assert_eq!(imported.candidate().source(), "token Alice");
                assert_eq!(imported.candidate().key_problem(), None);
                assert!(imported.summary().subject.ends_with(name));
                let identity = imported.open(Some(PIN)).unwrap();
                identity.test_key().unwrap();
                assert_eq!(
                    handshake(&identity, &fixture("root.pem"), &[&TLS13]),
                    Ok(ProtocolVersion::TLSv1_3)
                );
                token.with_keys(|session, key| {
                    let secrets = [AttributeType::Value, AttributeType::PrivateExponent];
                    let shown = session.get_attributes(key, &secrets).unwrap();
                    assert_eq!(shown, []);
                });

                imported.remove(Some(PIN)).unwrap();

                assert_eq!(identity.test_key(), Err(SigningError::Removed.into()));
                drop(identity);
                assert_eq!(token.module().certificates().unwrap().len(), 0);
                assert_eq!(
                    imported.open(Some(PIN)).unwrap_err(),
                    AuthError::NoPrivateKey
                );
                imported.remove(Some(PIN)).unwrap();
            }
        },
    );
}

#[test]
fn a_pfx_that_is_on_a_token_already_is_not_put_there_twice() {
    on_a_token(
        "a_pfx_that_is_on_a_token_already_is_not_put_there_twice",
        "ALL",
        |token| {
            let import = || {
                let alice = token.listed();
                let pfx = pfx("p256-modern.pfx");
                alice.import_pfx(&pfx, "secret", Some(PIN)).unwrap();
                token.objects()
            };

            let first = import();

            assert_eq!(import(), first);
        },
    );
}

#[test]
fn a_pfx_that_does_not_open_or_a_pin_that_is_wrong_leaves_a_token_as_it_was() {
    on_a_token(
        "a_pfx_that_does_not_open_or_a_pin_that_is_wrong_leaves_a_token_as_it_was",
        "ALL",
        |token| {
            let alice = token.listed();
            let pin_wrong = SigningError::PinWrong { last_try: false };
            for (file, password, pin, expected) in [
                (
                    "p256-modern.pfx",
                    "wrong",
                    Some(PIN),
                    AuthError::WrongPassword,
                ),
                ("no-key.pfx", "secret", Some(PIN), AuthError::NoPrivateKey),
                (
                    "p256-modern.pfx",
                    "secret",
                    None,
                    SigningError::PinRequired.into(),
                ),
                ("p256-modern.pfx", "secret", Some("0000"), pin_wrong.into()),
            ] {
                let error = alice.import_pfx(&pfx(file), password, pin).unwrap_err();

                assert_eq!(error, expected);
            }
            assert_eq!(token.objects(), 0);
        },
    );
}

#[test]
fn a_key_stays_on_its_token_until_its_last_certificate_is_removed() {
    on_a_token(
        "a_key_stays_on_its_token_until_its_last_certificate_is_removed",
        "ALL",
        |token| {
            let certificate = token.certificate("p256");
            let key = std::fs::read_to_string(token::fixture_path("p256.key.pem")).unwrap();
            let key = KeyPair::from_pem(&key).unwrap();
            let parameters = CertificateParams::new(Vec::new()).unwrap();
            let renewed = parameters.self_signed(&key).unwrap();
            token.add_certificate(renewed.der(), &[0xA1]);

            certificate.remove(Some(PIN)).unwrap();

            let left = token.module().certificates().unwrap();
            assert_eq!(left.len(), 1);
            left[0].open(Some(PIN)).unwrap().test_key().unwrap();
            left[0].remove(Some(PIN)).unwrap();
            token.with_keys(|_, _| panic!("a key is left"));
        },
    );
}

#[test]
fn what_is_no_module_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.so");
    std::fs::write(&text, "no library").unwrap();
    for path in [
        "libsofthsm2.so".into(),
        folder.path().join("absent.so"),
        text,
    ] {
        let error = Pkcs11Module::load(&path).unwrap_err();

        let AuthError::Pkcs11Module { path: named, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(*named, path.display().to_string());
    }
}

impl Token {
    /// A token with one fixture's key and certificate.
    fn certificate(&self, name: &str) -> p2svpn_auth::TokenCertificate {
        self.import_key(&format!("{name}.key.pem"), "A1");
        let module = self.module();
        self.add_certificate(&fixture(&format!("{name}.pem")), &[0xA1]);
        self.add_certificate(&fixture("intermediate.pem"), &[]);
        module.certificates().unwrap().remove(0)
    }

    fn identity(&self, name: &str) -> Identity {
        self.certificate(name).open(Some(PIN)).unwrap()
    }

    /// The token as the module lists it.
    fn listed(&self) -> p2svpn_auth::Token {
        // The module has a place for a further token, which is not set up and so not listed.
        let mut tokens = self.module().tokens().unwrap();
        assert_eq!(tokens.len(), 1);
        tokens.remove(0)
    }

    fn module(&self) -> Pkcs11Module {
        Pkcs11Module::load(MODULE).unwrap()
    }
}

/// A certificate for P-384 with its key in PEM, and the root above it.
fn p384() -> ((CertificateDer<'static>, String), CertificateDer<'static>) {
    let named = |name: &str| {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters
    };
    let root_key = KeyPair::generate().unwrap();
    let mut root = named("root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_certificate = root.self_signed(&root_key).unwrap().der().clone();
    let issuer = Issuer::new(root, root_key);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let mut leaf = named("p384");
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = leaf.signed_by(&key, &issuer).unwrap().der().clone();
    ((certificate, key.serialize_pem()), root_certificate)
}

fn pfx(name: &str) -> Vec<u8> {
    std::fs::read(token::fixture_path(name)).unwrap()
}

fn fixture(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(token::fixture_path(name)).unwrap()
}
