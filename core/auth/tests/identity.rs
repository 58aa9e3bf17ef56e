//! Promises of `Identity`: what it reads, what it refuses and how it says so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use aws_lc_rs::signature;
use p2svpn_auth::{AuthError, CertificateSummary, Identity, IdentityCriteria};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::SignatureScheme;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// A time within the validity of every fixture: 2050-01-01.
const NOW: i64 = 2_524_608_000;

// What openssl says of `rsa.pem`; `fixtures/make.sh` prints it when it makes the files anew.
const RSA_SHA1: &str = "9EEF068F098585F53E4651331A326ACB41288A1F";
const RSA_SHA256: &str = "58B9FFA4769F807D5DEBC8B9978A367C54BE7F03163B0DE727EF3BCA0CBF577E";
const RSA_SERIAL: &str = "6D8D70CDF63D392378F09853EF55B40A7D4C5B8E";
const RSA_NOT_BEFORE: &str = "2026-11-22T14:50:10Z";
const RSA_NOT_AFTER: &str = "2126-10-29T14:50:10Z";

#[test]
fn every_pem_encoding_of_a_key_is_read() {
    for (certificate, key, password) in [
        ("rsa.pem", "rsa.key.pem", None),
        ("rsa.pem", "rsa.pkcs1.pem", None),
        ("rsa.pem", "rsa.aes256.pem", Some("secret")),
        ("rsa.pem", "rsa.des3.pem", Some("secret")),
        ("p256.pem", "p256.key.pem", None),
        ("p256.pem", "p256.sec1.pem", None),
        ("p256.pem", "p256.scrypt.pem", Some("secret")),
    ] {
        let identity = Identity::from_pem(&fixture(certificate), Some(&fixture(key)), password)
            .unwrap_or_else(|error| panic!("{key}: {error}"));

        assert_signs(&identity);
    }
}

#[test]
fn certificate_and_key_may_come_in_one_input_in_any_order() {
    let (certificate, key) = (fixture("p256.pem"), fixture("p256.key.pem"));

    for input in [
        [certificate.clone(), key.clone()].concat(),
        [key, certificate].concat(),
    ] {
        assert_signs(&Identity::from_pem(&input, None, None).unwrap());
    }
}

#[test]
fn text_around_blocks_and_windows_line_ends_are_no_obstacle() {
    let unpacked = String::from_utf8(fixture("p256-unpacked.pem")).unwrap();
    let windows = format!("\u{feff}{}", unpacked.replace('\n', "\r\n"));

    for text in [unpacked, windows] {
        let identity = Identity::from_pem(text.as_bytes(), None, None).unwrap();

        assert_eq!(names(&identity), ["p256", "intermediate", "root"]);
    }
}

#[test]
fn every_kind_of_pfx_is_read_with_its_chain_in_order() {
    for (file, leaf, password) in [
        ("rsa-modern.pfx", "rsa", "secret"),
        ("p256-modern.pfx", "p256", "secret"),
        ("rsa-legacy.pfx", "rsa", "secret"),
        ("p256-legacy.pfx", "p256", "secret"),
        ("p256-3des.pfx", "p256", "secret"),
        ("p256-non-ascii.pfx", "p256", "pässwörd€"),
        ("p256-non-ascii-modern.pfx", "p256", "pässwörd€"),
        ("p256-empty.pfx", "p256", ""),
        ("p256-no-mac.pfx", "p256", "secret"),
        ("p256-several.pfx", "p256", "secret"),
    ] {
        let identity = Identity::from_pfx(&fixture(file), password)
            .unwrap_or_else(|error| panic!("{file}: {error}"));

        assert_eq!(names(&identity), [leaf, "intermediate", "root"], "{file}");
        assert_signs(&identity);
    }
}

#[test]
fn a_wrong_password_is_named_as_such() {
    for file in [
        "rsa-modern.pfx",
        "p256-legacy.pfx",
        "p256-non-ascii.pfx",
        "p256-empty.pfx",
        "p256-no-mac.pfx",
    ] {
        let error = Identity::from_pfx(&fixture(file), "wrong").unwrap_err();

        assert_eq!(error, AuthError::WrongPassword, "{file}");
    }
    for key in ["rsa.aes256.pem", "rsa.des3.pem", "p256.scrypt.pem"] {
        let error = Identity::from_pem(&fixture("rsa.pem"), Some(&fixture(key)), Some("wrong"))
            .unwrap_err();

        assert_eq!(error, AuthError::WrongPassword, "{key}");
    }
}

#[test]
fn a_missing_password_is_asked_for() {
    let error = Identity::from_pem(&fixture("rsa.pem"), Some(&fixture("rsa.aes256.pem")), None)
        .unwrap_err();

    assert_eq!(error, AuthError::PasswordRequired);
}

#[test]
fn encryption_that_is_not_supported_is_named() {
    for key in ["rsa.traditional.pem", "p256.pbes1.pem"] {
        let error = Identity::from_pem(&fixture("rsa.pem"), Some(&fixture(key)), Some("secret"))
            .unwrap_err();

        assert!(
            matches!(error, AuthError::UnsupportedEncryption { .. }),
            "{key}: {error:?}"
        );
    }
    let error = Identity::from_pfx(&fixture("p256-rc4.pfx"), "secret").unwrap_err();
    assert!(
        matches!(error, AuthError::UnsupportedEncryption { .. }),
        "{error:?}"
    );
}

#[test]
fn a_key_derivation_that_would_never_end_is_refused_at_once() {
    let text = String::from_utf8(fixture("rsa.aes256.pem")).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let mut der = decode_base64(&body);
    // OpenSSL writes 2048 iterations as INTEGER 02 02 08 00, after a salt of at least 8 bytes: make it 2^30 by
    // widening the integer over the tail of the salt.
    let integer = find(&der, &[0x02, 0x02, 0x08, 0x00]);
    let salt = integer - 10;
    assert_eq!(der[salt..salt + 2], [0x04, 0x08]);
    der[salt + 1] = 0x06;
    der[salt + 8..salt + 14].copy_from_slice(&[0x02, 0x04, 0x40, 0x00, 0x00, 0x00]);
    let key = format!(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----\n",
        encode(&der)
    );

    let error =
        Identity::from_pem(&fixture("rsa.pem"), Some(key.as_bytes()), Some("secret")).unwrap_err();

    assert!(
        matches!(&error, AuthError::UnsupportedEncryption { scheme } if scheme.contains("too much")),
        "{error:?}"
    );
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let error = Identity::from_pem(&fixture("p256.pem"), Some(&fixture("other.key.pem")), None)
        .unwrap_err();

    assert_eq!(error, AuthError::KeyMismatch);
}

#[test]
fn missing_parts_are_named() {
    let no_key = Identity::from_pem(&fixture("p256.pem"), None, None).unwrap_err();
    let no_certificate = Identity::from_pem(&fixture("p256.key.pem"), None, None).unwrap_err();
    let no_key_in_pfx = Identity::from_pfx(&fixture("no-key.pfx"), "secret").unwrap_err();

    assert_eq!(no_key, AuthError::NoPrivateKey);
    assert_eq!(no_certificate, AuthError::NoCertificate);
    assert_eq!(no_key_in_pfx, AuthError::NoPrivateKey);
}

#[test]
fn a_version_1_certificate_is_accepted() {
    let identity = Identity::from_pem(
        &fixture("version1.pem"),
        Some(&fixture("rsa.key.pem")),
        None,
    )
    .unwrap();

    assert_signs(&identity);
    assert_eq!(identity.check(NOW, &IdentityCriteria::default()), Ok(()));
}

#[test]
fn the_leaf_is_sent_first_and_the_root_is_not_sent() {
    let identity = Identity::from_pfx(&fixture("p256-several.pfx"), "secret").unwrap();

    let sent: Vec<_> = identity
        .certified_key()
        .cert
        .iter()
        .map(|der| CertificateSummary::from_der(der).unwrap().subject)
        .collect();

    assert_eq!(
        sent,
        ["O=p2svpn tests, CN=p256", "O=p2svpn tests, CN=intermediate"]
    );
}

#[test]
fn of_two_certificates_for_one_key_the_one_that_can_authenticate_and_lasts_longest_is_chosen() {
    let key = KeyPair::generate().unwrap();
    let server_only = self_signed(&key, 2090, &[ExtendedKeyUsagePurpose::ServerAuth]);
    let old = self_signed(&key, 2070, &[ExtendedKeyUsagePurpose::ClientAuth]);
    let renewed = self_signed(&key, 2080, &[ExtendedKeyUsagePurpose::ClientAuth]);

    let identity = Identity::from_der(&[server_only, old, renewed], key_der(&key)).unwrap();

    assert_eq!(identity.summary().not_after_text(), "2080-01-01T00:00:00Z");
}

#[test]
fn issuers_of_one_name_are_told_apart_by_their_key() {
    let (old_key, new_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let old_root = root_parameters().self_signed(&old_key).unwrap();
    let new_root = root_parameters().self_signed(&new_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.use_authority_key_identifier_extension = true;
    let leaf = parameters
        .signed_by(&key, &Issuer::from_params(&root_parameters(), &new_key))
        .unwrap();

    let certificates = [
        leaf.der().clone(),
        old_root.der().clone(),
        new_root.der().clone(),
    ];
    let identity = Identity::from_der(&certificates, key_der(&key)).unwrap();

    let wanted = CertificateSummary::from_der(new_root.der()).unwrap().sha1;
    let other = CertificateSummary::from_der(old_root.der()).unwrap().sha1;
    let criteria = |root| IdentityCriteria {
        root: Some(root),
        ..Default::default()
    };
    assert_eq!(identity.check(NOW, &criteria(wanted)), Ok(()));
    assert_eq!(
        identity.check(NOW, &criteria(other)),
        Err(AuthError::RootMismatch {
            wanted: other,
            found: wanted
        })
    );
}

#[test]
fn certificates_that_issue_each_other_end_somewhere() {
    let (first_key, second_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let (first, second) = (named("first"), named("second"));
    let first_by_second = first
        .signed_by(&first_key, &Issuer::from_params(&second, &second_key))
        .unwrap();
    let second_by_first = second
        .signed_by(&second_key, &Issuer::from_params(&first, &first_key))
        .unwrap();

    let certificates = [first_by_second.der().clone(), second_by_first.der().clone()];
    let identity = Identity::from_der(&certificates, key_der(&first_key)).unwrap();

    assert_eq!(identity.chain().count(), 11);
}

#[test]
fn a_certificate_outside_its_validity_is_refused_with_the_date() {
    let identity = Identity::from_pfx(&fixture("p256-modern.pfx"), "secret").unwrap();
    let summary = identity.summary().clone();
    let anything = IdentityCriteria::default();

    assert_eq!(identity.check(summary.not_before, &anything), Ok(()));
    assert_eq!(identity.check(summary.not_after, &anything), Ok(()));
    let early = identity
        .check(summary.not_before - 1, &anything)
        .unwrap_err();
    let late = identity
        .check(summary.not_after + 1, &anything)
        .unwrap_err();

    assert!(
        matches!(early, AuthError::NotYetValid { .. })
            && early.to_string().contains(&summary.not_before_text())
    );
    assert!(
        matches!(late, AuthError::Expired { .. })
            && late.to_string().contains(&summary.not_after_text())
    );
}

#[test]
fn a_certificate_for_servers_only_is_refused() {
    let key = KeyPair::generate().unwrap();
    for (usages, expected) in [
        (vec![], Ok(())),
        (vec![ExtendedKeyUsagePurpose::Any], Ok(())),
        (
            vec![
                ExtendedKeyUsagePurpose::ServerAuth,
                ExtendedKeyUsagePurpose::ClientAuth,
            ],
            Ok(()),
        ),
        (
            vec![ExtendedKeyUsagePurpose::ServerAuth],
            Err(AuthError::NotForClientAuthentication),
        ),
    ] {
        let identity =
            Identity::from_der(&[self_signed(&key, 2090, &usages)], key_der(&key)).unwrap();

        assert_eq!(
            identity.check(NOW, &IdentityCriteria::default()),
            expected,
            "{usages:?}"
        );
    }
}

#[test]
fn the_thumbprint_that_a_profile_names_decides() {
    let identity = Identity::from_pfx(&fixture("p256-modern.pfx"), "secret").unwrap();
    let own = identity.summary().sha1;
    let criteria = |thumbprint| IdentityCriteria {
        thumbprint: Some(thumbprint),
        ..Default::default()
    };

    assert_eq!(identity.check(NOW, &criteria(own)), Ok(()));
    assert_eq!(
        identity.check(NOW, &criteria([7; 20])),
        Err(AuthError::ThumbprintMismatch {
            wanted: [7; 20],
            found: own
        })
    );
}

#[test]
fn a_root_is_checked_only_where_the_chain_reaches_one() {
    let with_root = Identity::from_pfx(&fixture("p256-modern.pfx"), "secret").unwrap();
    let leaf_only =
        Identity::from_pem(&fixture("p256.pem"), Some(&fixture("p256.key.pem")), None).unwrap();
    let root = with_root.chain().last().unwrap().sha1;
    let criteria = |root| IdentityCriteria {
        root: Some(root),
        ..Default::default()
    };

    assert_eq!(with_root.check(NOW, &criteria(root)), Ok(()));
    assert_eq!(
        with_root.check(NOW, &criteria([7; 20])),
        Err(AuthError::RootMismatch {
            wanted: [7; 20],
            found: root
        })
    );
    assert_eq!(leaf_only.check(NOW, &criteria([7; 20])), Ok(()));
}

#[test]
fn a_summary_says_what_openssl_says() {
    let summary = Identity::from_pfx(&fixture("rsa-modern.pfx"), "secret")
        .unwrap()
        .summary()
        .clone();

    assert_eq!(summary.sha1_text(), RSA_SHA1);
    assert_eq!(summary.sha256_text(), RSA_SHA256);
    assert_eq!(summary.serial, RSA_SERIAL);
    assert_eq!(summary.not_before_text(), RSA_NOT_BEFORE);
    assert_eq!(summary.not_after_text(), RSA_NOT_AFTER);
    assert_eq!(summary.subject, "O=p2svpn tests, CN=rsa");
    assert_eq!(summary.issuer, "O=p2svpn tests, CN=intermediate");
    assert!(summary.permits_client_authentication);
}

#[test]
fn control_characters_in_names_do_not_reach_the_screen() {
    let key = KeyPair::generate().unwrap();
    let certificate = named("evil\n\u{1b}[31mred").self_signed(&key).unwrap();

    let summary = CertificateSummary::from_der(certificate.der()).unwrap();

    assert!(
        !summary.subject.contains(char::is_control),
        "{:?}",
        summary.subject
    );
}

#[test]
fn nothing_secret_is_printed() {
    let identity = Identity::from_pfx(&fixture("p256-modern.pfx"), "secret").unwrap();
    let summary = identity.summary();

    let expected = format!(
        "Identity {{ subject: {:?}, sha1: {:?}, .. }}",
        summary.subject,
        summary.sha1_text()
    );
    assert_eq!(format!("{identity:?}"), expected);
    assert_eq!(
        format!("{:?}", identity.certified_key().key),
        "EcdsaSigningKey { algorithm: ECDSA }"
    );
}

#[test]
fn oversized_input_is_refused() {
    let large = vec![b' '; (1 << 20) + 1];

    assert!(matches!(
        Identity::from_pem(&large, None, None),
        Err(AuthError::TooLarge { .. })
    ));
    assert!(matches!(
        Identity::from_pem(&[], Some(&large), None),
        Err(AuthError::TooLarge { .. })
    ));
    assert!(matches!(
        Identity::from_pfx(&large, ""),
        Err(AuthError::TooLarge { .. })
    ));
}

#[test]
fn too_many_keys_or_certificates_are_refused() {
    let keys = fixture("p256.key.pem").repeat(17);
    let certificates = fixture("p256.pem").repeat(513);

    let too_many_keys = Identity::from_pem(&fixture("p256.pem"), Some(&keys), None).unwrap_err();
    let too_many_certificates =
        Identity::from_pem(&certificates, Some(&fixture("p256.key.pem")), None).unwrap_err();

    assert_eq!(
        too_many_keys,
        AuthError::TooLarge {
            what: "private keys",
            limit: 16
        }
    );
    assert_eq!(
        too_many_certificates,
        AuthError::TooLarge {
            what: "certificates",
            limit: 512
        }
    );
}

#[test]
fn damaged_pem_is_refused_and_never_panics() {
    let good = [fixture("p256.pem"), fixture("p256.key.pem")].concat();

    for length in 0..good.len() - 1 {
        let _ = Identity::from_pem(&good[..length], None, None);
    }
    for position in 0..good.len() {
        let mut bad = good.clone();
        bad[position] = bad[position].wrapping_add(1);
        let _ = Identity::from_pem(&bad, None, None);
    }
    let cut = Identity::from_pem(&good[..200], None, None).unwrap_err();
    assert!(matches!(cut, AuthError::Pem { .. }));
}

#[test]
fn a_damaged_pfx_is_refused_and_never_panics() {
    let good = fixture("p256-fast.pfx");
    assert!(Identity::from_pfx(&good, "secret").is_ok());

    for length in 0..good.len() {
        assert!(Identity::from_pfx(&good[..length], "secret").is_err());
    }
    for position in 0..good.len() {
        let mut bad = good.clone();
        bad[position] ^= 0x41;
        let _ = Identity::from_pfx(&bad, "secret");
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/fixtures/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

/// Common names of the chain, leaf first.
fn names(identity: &Identity) -> Vec<String> {
    identity
        .chain()
        .map(|summary| summary.subject.rsplit_once("CN=").unwrap().1.to_owned())
        .collect()
}

/// Signs with the key and verifies with the leaf's public key.
fn assert_signs(identity: &Identity) {
    let certified = identity.certified_key();
    let (_, leaf) = x509_parser::parse_x509_certificate(&certified.cert[0]).unwrap();
    let public_key = &leaf.public_key().subject_public_key.data;
    let offered = [
        SignatureScheme::RSA_PSS_SHA256,
        SignatureScheme::ECDSA_NISTP256_SHA256,
    ];
    let signer = certified.key.choose_scheme(&offered).unwrap();

    let signature = signer.sign(b"message").unwrap();

    let algorithm: &dyn signature::VerificationAlgorithm = match signer.scheme() {
        SignatureScheme::RSA_PSS_SHA256 => &signature::RSA_PSS_2048_8192_SHA256,
        _ => &signature::ECDSA_P256_SHA256_ASN1,
    };
    signature::UnparsedPublicKey::new(algorithm, public_key)
        .verify(b"message", &signature)
        .unwrap();
}

fn self_signed(
    key: &KeyPair,
    last_year: i32,
    usages: &[ExtendedKeyUsagePurpose],
) -> CertificateDer<'static> {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.not_after = rcgen::date_time_ymd(last_year, 1, 1);
    parameters.extended_key_usages = usages.to_vec();
    parameters.self_signed(key).unwrap().der().clone()
}

fn named(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    parameters
}

fn root_parameters() -> CertificateParams {
    let mut parameters = named("root of one name");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters
}

fn key_der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).unwrap()
}

fn decode_base64(text: &str) -> Vec<u8> {
    use base64ct::Encoding;
    base64ct::Base64::decode_vec(text).unwrap()
}

fn encode(der: &[u8]) -> String {
    use base64ct::Encoding;
    base64ct::Base64::encode_string(der)
}

fn find(bytes: &[u8], pattern: &[u8]) -> usize {
    bytes
        .windows(pattern.len())
        .position(|window| window == pattern)
        .unwrap()
}
