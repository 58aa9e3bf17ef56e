//! Each rule for a gateway's certificate, asked directly, and the kinds of certificates that webpki refuses.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod,
    KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs as aws_lc};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use sha1::{Digest as _, Sha1};

use super::server_certificate::ServerCertificateVerifier;
use super::{
    CertificateName, CertificateUsage, ExtendedKeyUsage, KeyUsage, RevocationLists, ServerTrust,
    ServerValidation,
};
use crate::certificate_error::{
    RevocationListProblem, ServerCertificateError, UnsupportedCertificate,
};

/// A moment in 2033, at which all certificates here are valid but the expired ones.
const NOW: u64 = 2_000_000_000;

type Refusal = ServerCertificateError;

#[test]
fn a_chain_through_an_intermediate_is_accepted_under_its_root_and_under_its_pin() {
    let made = Made::new();
    let pinned = ServerTrust::PinnedRoots {
        hashes: vec![Sha1::digest(made.root.der()).into()],
        known: vec![made.root.der().clone()],
        revocation: RevocationLists::default(),
    };
    for trust in [made.trust(), pinned] {
        assert_eq!(made.check(&validation(trust), &made.leaf()), Ok(()));
    }
}

#[test]
fn a_list_without_roots_hashes_or_fingerprints_trusts_nothing() {
    let made = Made::new();
    let revocation = RevocationLists::default;
    for trust in [
        ServerTrust::default(),
        ServerTrust::Fingerprints(Vec::new()),
        ServerTrust::Roots {
            roots: Vec::new(),
            revocation: revocation(),
        },
        ServerTrust::PinnedRoots {
            hashes: Vec::new(),
            known: vec![made.root.der().clone()],
            revocation: revocation(),
        },
    ] {
        assert!(made.check(&validation(trust), &made.leaf()).is_err());
    }
}

#[test]
fn a_fingerprint_vouches_for_a_self_signed_authority_and_for_nothing_else() {
    let made = Made::new();
    let (own, stranger) = (self_signed_authority(), made.leaf());
    let trust = ServerTrust::Fingerprints(vec![fingerprint(&own)]);

    let accepted = made.check(&any(trust.clone()), &own);
    let other = made.check(&any(trust), &stranger);

    assert_eq!(accepted, Ok(()));
    let expected = super::x509::hexadecimal(&fingerprint(&own));
    let presented = super::x509::hexadecimal(&fingerprint(&stranger));
    assert_eq!(
        other,
        Err(Refusal::WrongFingerprint {
            expected: vec![expected],
            presented
        })
    );
}

#[test]
fn a_fingerprint_does_not_vouch_for_what_is_not_valid_now() {
    let made = Made::new();
    let own = self_signed_authority();
    let trust = ServerTrust::Fingerprints(vec![fingerprint(&own)]);
    let at = |unix_time| check_at(&any(trust.clone()), &own, &[], unix_time, &made.provider);

    assert_eq!(at(1_000_000_000), Err(Refusal::NotYetValid));
    assert_eq!(at(NOW), Ok(()));
    assert_eq!(at(5_000_000_000), Err(Refusal::Expired));
}

#[test]
fn the_rules_for_use_and_name_hold_for_fingerprints_too() {
    let made = Made::new();
    let own = self_signed_authority();
    let trust = || ServerTrust::Fingerprints(vec![fingerprint(&own)]);

    let usage = made.check(&validation(trust()), &own);
    let mut named = any(trust());
    named.name = CertificateName::CommonName("other".to_owned());
    let name = made.check(&named, &own);

    assert_eq!(usage, Err(Refusal::NotForServers));
    assert!(matches!(name, Err(Refusal::WrongName { .. })));
}

#[test]
fn the_three_kinds_of_verify_x509_name_compare_what_openvpn_compares() {
    use CertificateName::{CommonName, CommonNamePrefix, Subject};
    let made = Made::new();
    let text = str::to_owned;
    for (name, accepted) in [
        (Subject(text("C=KG, O=Example, CN=gateway-1")), true),
        (Subject(text("CN=gateway-1, O=Example, C=KG")), false),
        (Subject(text("gateway-1")), false),
        (CommonName(text("gateway-1")), true),
        (CommonName(text("Gateway-1")), false),
        (CommonName(text("gateway-")), false),
        (CommonNamePrefix(text("gateway-")), true),
        (CommonNamePrefix(text("ateway-")), false),
        (CommonNamePrefix(text("gateway-11")), false),
    ] {
        let mut rules = validation(made.trust());
        rules.name = name.clone();

        let verdict = made.check(&rules, &made.leaf());

        assert_eq!(verdict.is_ok(), accepted, "{name:?}: {verdict:?}");
        let named = matches!(verdict, Ok(()) | Err(Refusal::WrongName { .. }));
        assert!(named, "{name:?}: {verdict:?}");
    }
}

#[test]
fn the_subject_is_written_as_openssl_writes_it() {
    let der = fixture(include_bytes!("fixtures/sha1.pem"));
    let certificate = super::x509::parse(&der).unwrap();

    let subject = super::subject::subject_text(&certificate);

    assert_eq!(subject, "C=KG, OU=Net + O=Example, CN=gateway");
}

#[test]
fn the_last_of_several_common_names_counts_and_control_characters_are_written_out() {
    let made = Made::new();
    let mut params = made.params();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "a\nCN=gateway");
    params
        .distinguished_name
        .push(DnType::CommonName, "mallory");
    let leaf = made.issue(params);
    let mut rules = validation(made.trust());
    rules.name = CertificateName::Subject("CN=gateway".to_owned());

    let verdict = made.check(&rules, &leaf);

    let presented = vec!["O=a\\0ACN=gateway, CN=mallory".to_owned()];
    let expected = vec!["CN=gateway".to_owned()];
    assert_eq!(
        verdict,
        Err(Refusal::WrongName {
            expected,
            presented
        })
    );
}

#[test]
fn key_usage_is_one_of_the_sets_as_openvpn_writes_their_bits() {
    use KeyUsagePurpose::{DigitalSignature, KeyAgreement, KeyEncipherment};
    let made = Made::new();
    let leaf = |usages: &[KeyUsagePurpose]| {
        let mut params = made.params();
        params.key_usages = usages.to_vec();
        made.issue(params)
    };
    let both = leaf(&[DigitalSignature, KeyEncipherment]);
    let agrees = leaf(&[DigitalSignature, KeyAgreement]);
    let unnamed = leaf(&[]);
    for (rule, leaf, accepted) in [
        (KeyUsage::Any, &unnamed, true),
        (KeyUsage::Named, &unnamed, false),
        (KeyUsage::Named, &both, true),
        (KeyUsage::OneOf(vec![0xa0, 0x88]), &both, true),
        (KeyUsage::OneOf(vec![0xa0, 0x88]), &agrees, true),
        (KeyUsage::OneOf(vec![0x80]), &agrees, true),
        (KeyUsage::OneOf(vec![0xa0]), &agrees, false),
        (KeyUsage::OneOf(vec![0]), &both, false),
        (KeyUsage::OneOf(Vec::new()), &both, false),
    ] {
        let mut rules = validation(made.trust());
        rules.usage.key = rule.clone();

        let verdict = made.check(&rules, leaf);

        assert_eq!(verdict.is_ok(), accepted, "{rule:?}: {verdict:?}");
    }
    let mut rules = validation(made.trust());
    rules.usage.key = KeyUsage::OneOf(vec![0xa0]);
    assert_eq!(
        made.check(&rules, &agrees),
        Err(Refusal::WrongUsage {
            expected: "the key usage A0".to_owned(),
            presented: vec!["88".to_owned()],
        })
    );
}

#[test]
fn a_clients_certificate_of_the_same_authority_is_not_a_gateway() {
    let made = Made::new();
    let mut params = made.params();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let client = made.issue(params);
    for usage in [
        CertificateUsage::any(),
        CertificateUsage::server(),
        CertificateUsage::remote_cert_tls(),
    ] {
        let mut rules = validation(made.trust());
        rules.usage = usage;
        assert_eq!(made.check(&rules, &client), Err(Refusal::NotForServers));
    }
}

#[test]
fn an_extended_key_usage_of_ones_own_is_demanded_by_its_identifier() {
    let made = Made::new();
    let mut params = made.params();
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::Other(vec![1, 3, 6, 1, 4, 1, 311, 9]),
    ];
    let own = made.issue(params);
    let mut rules = validation(made.trust());
    rules.usage.extended = ExtendedKeyUsage::parse("1.3.6.1.4.1.311.9");

    assert_eq!(made.check(&rules, &own), Ok(()));
    assert_eq!(
        made.check(&rules, &made.leaf()),
        Err(Refusal::WrongUsage {
            expected: "the extended key usage 1.3.6.1.4.1.311.9".to_owned(),
            presented: vec!["1.3.6.1.5.5.7.3.1".to_owned()],
        })
    );
}

#[test]
fn a_revoked_certificate_and_a_revoked_intermediate_are_refused() {
    let made = Made::new();
    let leaf = made.leaf();
    let of_leaf = made.intermediate_list(&[LEAF], 2099);
    let of_intermediate = made.root_list(&[INTERMEDIATE], 2099);
    let of_others = made.intermediate_list(&[99], 2099);

    let verdict = |lists| made.check(&validation(made.trust_with(lists)), &leaf);

    assert_eq!(verdict(of_leaf), Err(Refusal::Revoked));
    assert_eq!(verdict(of_intermediate), Err(Refusal::Revoked));
    assert_eq!(verdict(of_others), Ok(()));
}

#[test]
fn an_outdated_revocation_list_refuses_rather_than_overlooks() {
    let made = Made::new();
    let lists = made.intermediate_list(&[], 2030);

    let verdict = made.check(&validation(made.trust_with(lists)), &made.leaf());

    assert_eq!(verdict, Err(RevocationListProblem::Expired.into()));
}

#[test]
fn a_revocation_list_that_another_has_signed_is_told_as_such() {
    let made = Made::new();
    let impostor = Made::new();
    let lists = impostor.intermediate_list(&[LEAF], 2099);

    let verdict = made.check(&validation(made.trust_with(lists)), &made.leaf());

    assert_eq!(verdict, Err(RevocationListProblem::NotByIssuer.into()));
}

#[test]
fn revocation_lists_are_read_from_der_and_from_several_in_pem() {
    let made = Made::new();
    let pem = [
        made.signed_list(&made.root, &[INTERMEDIATE], 2099),
        made.signed_list(&made.intermediate, &[], 2099),
    ]
    .map(|list| list.pem().unwrap())
    .concat();

    let lists = RevocationLists::read(pem.as_bytes()).unwrap();

    assert_eq!(
        made.check(&validation(made.trust_with(lists)), &made.leaf()),
        Err(Refusal::Revoked)
    );
    for garbage in [&b""[..], b"no list", &[0x30, 0x82], made.root.der()] {
        assert!(RevocationLists::read(garbage).is_err());
    }
}

#[test]
fn settings_that_cannot_be_used_are_refused_before_any_gateway_is_asked() {
    let provider = Arc::new(aws_lc::default_provider());
    let trust = ServerTrust::Roots {
        roots: vec![CertificateDer::from(vec![0x30, 0x00])],
        revocation: RevocationLists::default(),
    };
    let verifier = ServerCertificateVerifier::new(&any(trust), &provider);
    assert!(matches!(verifier, Err(crate::Error::Configuration(_))));
}

#[test]
fn an_authority_that_poses_as_a_server_is_named() {
    let made = Made::new();
    let mut params = made.params();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let leaf = made.issue(params);

    let verdict = made.check(&validation(made.trust()), &leaf);

    assert_eq!(verdict, Err(UnsupportedCertificate::Authority.into()));
}

#[test]
fn an_unknown_critical_extension_is_named_by_its_identifier() {
    let made = Made::new();
    let mut params = made.params();
    let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4, 5], vec![0x04, 0x01, 0x00]);
    extension.set_criticality(true);
    params.custom_extensions = vec![extension];
    let leaf = made.issue(params);

    let verdict = made.check(&validation(made.trust()), &leaf);

    let unknown = UnsupportedCertificate::CriticalExtension("1.2.3.4.5".to_owned());
    assert_eq!(verdict, Err(unknown.into()));
}

#[test]
fn outdated_certificates_are_refused_by_what_is_outdated_with_either_provider() {
    let rows = [
        (
            fixture(include_bytes!("fixtures/v1.pem")),
            UnsupportedCertificate::Version,
        ),
        (
            fixture(include_bytes!("fixtures/sha1.pem")),
            UnsupportedCertificate::Signature("SHA-1 and ECDSA".to_owned()),
        ),
        (
            fixture(include_bytes!("fixtures/rsa1024.pem")),
            UnsupportedCertificate::ShortKey { bits: 1_024 },
        ),
    ];
    let roots = vec![fixture(include_bytes!("fixtures/ca.pem"))];
    let trust = ServerTrust::Roots {
        roots,
        revocation: RevocationLists::default(),
    };
    for provider in [aws_lc::default_provider(), p2svpn_ring::provider()] {
        let provider = Arc::new(provider);
        for (leaf, expected) in &rows {
            let verdict = check_at(&any(trust.clone()), leaf, &[], NOW, &provider);
            assert_eq!(verdict, Err(expected.clone().into()));
        }
    }
}

#[test]
fn a_changed_certificate_is_damaged() {
    let made = Made::new();
    let mut der = made.leaf().to_vec();
    *der.last_mut().unwrap() ^= 1;

    let verdict = made.check(&validation(made.trust()), &CertificateDer::from(der));

    assert!(matches!(verdict, Err(Refusal::Damaged(_))), "{verdict:?}");
}

const INTERMEDIATE: u64 = 7;
const LEAF: u64 = 8;

/// A root, an intermediate authority, and what it issues.
struct Made {
    provider: Arc<CryptoProvider>,
    root: CertifiedIssuer<'static, KeyPair>,
    intermediate: CertifiedIssuer<'static, KeyPair>,
}

impl Made {
    fn new() -> Self {
        let mut params = authority("Test Root");
        let root =
            CertifiedIssuer::self_signed(params.clone(), KeyPair::generate().unwrap()).unwrap();
        params = authority("Test Intermediate");
        params.serial_number = Some(SerialNumber::from(INTERMEDIATE));
        let key = KeyPair::generate().unwrap();
        let intermediate = CertifiedIssuer::signed_by(params, key, &root).unwrap();
        Self {
            provider: Arc::new(aws_lc::default_provider()),
            root,
            intermediate,
        }
    }

    /// A good gateway's certificate, to be spoiled.
    fn params(&self) -> CertificateParams {
        let mut params = valid(CertificateParams::default());
        params.serial_number = Some(SerialNumber::from(LEAF));
        params.distinguished_name = DistinguishedName::new();
        for (kind, value) in [
            (DnType::CountryName, "KG"),
            (DnType::OrganizationName, "Example"),
            (DnType::CommonName, "gateway-1"),
        ] {
            params.distinguished_name.push(kind, value);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params
    }

    fn issue(&self, params: CertificateParams) -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.intermediate).unwrap();
        certificate.der().clone()
    }

    fn leaf(&self) -> CertificateDer<'static> {
        self.issue(self.params())
    }

    fn trust(&self) -> ServerTrust {
        self.trust_with(RevocationLists::default())
    }

    fn trust_with(&self, revocation: RevocationLists) -> ServerTrust {
        ServerTrust::Roots {
            roots: vec![self.root.der().clone()],
            revocation,
        }
    }

    fn check(&self, rules: &ServerValidation, leaf: &CertificateDer<'_>) -> Result<(), Refusal> {
        let sent = [self.intermediate.der().clone()];
        check_at(rules, leaf, &sent, NOW, &self.provider)
    }

    fn root_list(&self, revoked: &[u64], until: i32) -> RevocationLists {
        let list = self.signed_list(&self.root, revoked, until);
        RevocationLists::read(list.der()).unwrap()
    }

    fn intermediate_list(&self, revoked: &[u64], until: i32) -> RevocationLists {
        let list = self.signed_list(&self.intermediate, revoked, until);
        RevocationLists::read(list.der()).unwrap()
    }

    fn signed_list(
        &self,
        issuer: &CertifiedIssuer<'static, KeyPair>,
        revoked: &[u64],
        until: i32,
    ) -> rcgen::CertificateRevocationList {
        let revoke = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2021, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        CertificateRevocationListParams {
            this_update: date_time_ymd(2021, 1, 1),
            next_update: date_time_ymd(until, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(revoke).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        }
        .signed_by(issuer)
        .unwrap()
    }
}

fn check_at(
    rules: &ServerValidation,
    leaf: &CertificateDer<'_>,
    sent: &[CertificateDer<'_>],
    unix_time: u64,
    provider: &Arc<CryptoProvider>,
) -> Result<(), Refusal> {
    let now = UnixTime::since_unix_epoch(Duration::from_secs(unix_time));
    let verifier = ServerCertificateVerifier::new(rules, provider).unwrap();
    verifier.check(leaf, sent, now)
}

/// For servers, of any name.
fn validation(trust: ServerTrust) -> ServerValidation {
    ServerValidation {
        exception: None,
        trust,
        ..ServerValidation::default()
    }
}

/// For any use and of any name.
fn any(trust: ServerTrust) -> ServerValidation {
    ServerValidation {
        exception: None,
        trust,
        usage: CertificateUsage::any(),
        name: CertificateName::Any,
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = valid(CertificateParams::default());
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// What `openssl req -x509` makes for `peer-fingerprint`.
fn self_signed_authority() -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let mut params = authority("gateway");
    params.key_usages = Vec::new();
    params.self_signed(&key).unwrap().der().clone()
}

fn valid(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2099, 1, 1);
    params
}

fn fingerprint(der: &CertificateDer<'_>) -> [u8; 32] {
    digest(&SHA256, der).as_ref().try_into().unwrap()
}

fn fixture(pem: &[u8]) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem).unwrap()
}
