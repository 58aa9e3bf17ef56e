//! Promises of `choose`: who is taken, who is offered, and why nobody is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::time::Duration;

use p2svpn_auth::{
    AuthError, Candidate, CertificateSummary, Choice, EXPIRY_WARNING, Identity, IdentityCriteria,
    NoneFits, SigningError, Thumbprint, choose,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// 2050-01-01.
const NOW: i64 = 2_524_608_000;
const DAY: i64 = 86_400;

#[test]
fn each_situation_has_its_outcome() {
    let ours = Authority::new("ours");
    let theirs = Authority::new("theirs");
    let alice = ours.issue(&Leaf::named("alice"));
    let bob = ours.issue(&Leaf::named("bob"));
    let stranger = theirs.issue(&Leaf::named("stranger"));
    let expired = ours.issue(&Leaf {
        years: (2000, 2020),
        ..Leaf::named("expired")
    });
    let old_stranger = theirs.issue(&Leaf {
        years: (2000, 2020),
        ..Leaf::named("old stranger")
    });
    let early = ours.issue(&Leaf {
        years: (2060, 2070),
        ..Leaf::named("early")
    });
    let server = ours.issue(&Leaf {
        usage: ExtendedKeyUsagePurpose::ServerAuth,
        ..Leaf::named("server")
    });
    let anyone = IdentityCriteria::default();
    let ours_only = IdentityCriteria {
        root: Some(ours.thumbprint()),
        ..IdentityCriteria::default()
    };
    let bob_only = IdentityCriteria {
        thumbprint: Some(thumbprint(&bob)),
        root: Some(ours.thumbprint()),
    };
    let table: [(&str, Vec<Candidate>, &IdentityCriteria, Outcome); 14] = [
        ("nothing there", vec![], &anyone, none()),
        (
            "one that fits",
            vec![ours.chain(&alice)],
            &ours_only,
            one(0),
        ),
        (
            "two that fit",
            vec![ours.chain(&alice), ours.chain(&bob)],
            &ours_only,
            several(&[0, 1]),
        ),
        (
            "the thumbprint decides",
            vec![ours.chain(&alice), ours.chain(&bob)],
            &bob_only,
            one(1),
        ),
        (
            "the root decides",
            vec![theirs.chain(&stranger), ours.chain(&alice)],
            &ours_only,
            one(1),
        ),
        (
            "no root is asked for",
            vec![theirs.chain(&stranger), ours.chain(&alice)],
            &anyone,
            several(&[0, 1]),
        ),
        (
            "another one's chain completes its own",
            vec![alone(&alice), alone(&stranger), ours.chain(&expired)],
            &ours_only,
            one(0),
        ),
        (
            "another root is found through another one's chain",
            vec![alone(&stranger), theirs.chain(&old_stranger)],
            &ours_only,
            none(),
        ),
        (
            "an end that is not known is left for the gateway",
            vec![alone(&stranger)],
            &ours_only,
            one(0),
        ),
        (
            "an end that is not known is not offered beside one that fits",
            vec![alone(&stranger), ours.chain(&alice)],
            &ours_only,
            one(1),
        ),
        (
            "the dates and the purpose decide",
            vec![
                ours.chain(&expired),
                ours.chain(&early),
                ours.chain(&server),
                ours.chain(&alice),
            ],
            &ours_only,
            one(3),
        ),
        (
            "a key that cannot be used decides",
            vec![
                ours.chain(&alice).without_key(AuthError::NoPrivateKey),
                ours.chain(&bob),
            ],
            &ours_only,
            one(1),
        ),
        (
            "one certificate in two places is one",
            vec![
                ours.chain(&alice).without_key(AuthError::NoPrivateKey),
                ours.chain(&alice),
                ours.chain(&alice),
            ],
            &ours_only,
            one(1),
        ),
        (
            "none fits",
            vec![ours.chain(&expired), theirs.chain(&alice)],
            &bob_only,
            none(),
        ),
    ];

    for (situation, candidates, criteria, expected) in table {
        let outcome = choose(&candidates, criteria, NOW).map_err(|_| ());

        assert_eq!(outcome, expected, "{situation}");
    }
}

#[test]
fn everything_that_stands_against_each_candidate_is_said() {
    let ours = Authority::new("ours");
    let expired_server = ours.issue(&Leaf {
        years: (2000, 2020),
        usage: ExtendedKeyUsagePurpose::ServerAuth,
        ..Leaf::named("server")
    });
    let alice = ours.issue(&Leaf::named("alice"));
    let candidates = [
        ours.chain(&expired_server),
        ours.chain(&alice).without_key(SigningError::Removed.into()),
    ];

    let NoneFits { rejected } = choose(&candidates, &IdentityCriteria::default(), NOW).unwrap_err();

    assert!(matches!(
        rejected[0].reasons[..],
        [
            AuthError::NotForClientAuthentication,
            AuthError::Expired { .. }
        ]
    ));
    assert_eq!(
        rejected[1].reasons,
        [AuthError::Signing(SigningError::Removed)]
    );
}

#[test]
fn the_table_of_reasons_lines_up() {
    let ours = Authority::new("ours");
    let long = "x".repeat(60);
    let expired_server = ours.issue(&Leaf {
        years: (2000, 2020),
        usage: ExtendedKeyUsagePurpose::ServerAuth,
        ..Leaf::named("Jörg\nServer")
    });
    let nameless = ours.issue(&Leaf::named(&long));
    let candidates = [
        Candidate::new(std::slice::from_ref(&expired_server), "user store").unwrap(),
        Candidate::new(std::slice::from_ref(&nameless), "token")
            .unwrap()
            .without_key(AuthError::NoPrivateKey),
    ];

    let text = choose(&candidates, &IdentityCriteria::default(), NOW)
        .unwrap_err()
        .to_string();

    let expected = format!(
        "\
no client certificate fits:
  subject                                           thumbprint                                found in    why not
  CN=Jörg\\nServer                                   {}  user store  the certificate is not for client authentication (its extended key usage lacks clientAuth)
                                                                                                          the certificate expired at 2020-01-01T00:00:00Z (it is now 2050-01-01T00:00:00Z)
  CN={}…  {}  token       the input holds no private key",
        summary(&expired_server).sha1_text(),
        &long[..44],
        summary(&nameless).sha1_text(),
    );
    assert_eq!(text, expected);
}

#[test]
fn nothing_to_choose_from_is_said_as_such() {
    let error = choose(&[], &IdentityCriteria::default(), NOW).unwrap_err();

    assert_eq!(error.to_string(), "no client certificate was found");
}

#[test]
fn a_choice_and_a_check_agree() {
    let ours = Authority::new("ours");
    let theirs = Authority::new("theirs");
    for leaf in [
        Leaf::named("alice"),
        Leaf {
            years: (2000, 2020),
            ..Leaf::named("expired")
        },
        Leaf {
            usage: ExtendedKeyUsagePurpose::ServerAuth,
            ..Leaf::named("server")
        },
    ] {
        let key = PrivateKeyDer::try_from(leaf.key.serialize_der()).unwrap();
        let certificates = [ours.issue(&leaf), ours.root.clone()];
        let identity = Identity::from_der(&certificates, key).unwrap();
        for root in [None, Some(ours.thumbprint()), Some(theirs.thumbprint())] {
            let criteria = IdentityCriteria {
                thumbprint: None,
                root,
            };
            let candidates = [Candidate::from_identity(&identity, "file")];

            let chosen = choose(&candidates, &criteria, NOW)
                .map(|_| ())
                .map_err(|none| none.rejected[0].reasons[0].clone());

            assert_eq!(chosen, identity.check(NOW, &criteria));
        }
    }
}

#[test]
fn what_ends_within_thirty_days_is_told_of_the_whole_chain() {
    let ours = Authority::new("ours");
    let leaf = Leaf::named("alice");
    let key = PrivateKeyDer::try_from(leaf.key.serialize_der()).unwrap();
    let certificates = [ours.issue(&leaf), ours.root.clone()];
    let identity = Identity::from_der(&certificates, key).unwrap();
    let end = identity.summary().not_after;

    let told = |now| {
        identity
            .expires_within(now, EXPIRY_WARNING)
            .map(|summary| summary.sha1)
    };

    assert_eq!(told(end - 30 * DAY - 1), None);
    assert_eq!(told(end - 30 * DAY), Some(thumbprint(&certificates[0])));
    assert_eq!(told(end + 1), Some(thumbprint(&certificates[0])));
    assert!(summary(&ours.root).expires_within(NOW, Duration::MAX));
    assert!(!summary(&ours.root).expires_within(NOW, Duration::ZERO));
}

type Outcome = Result<Choice, ()>;

fn one(place: usize) -> Outcome {
    Ok(Choice::One(place))
}

fn several(places: &[usize]) -> Outcome {
    Ok(Choice::Several(places.to_vec()))
}

fn none() -> Outcome {
    Err(())
}

/// A root that issues client certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = parameters(name, (2000, 2090));
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = parameters.self_signed(&key).unwrap().der().clone();
        Self {
            issuer: Issuer::new(parameters, key),
            root,
        }
    }

    fn thumbprint(&self) -> Thumbprint {
        thumbprint(&self.root)
    }

    fn issue(&self, leaf: &Leaf) -> CertificateDer<'static> {
        let mut parameters = parameters(&leaf.name, leaf.years);
        parameters.extended_key_usages = vec![leaf.usage.clone()];
        parameters
            .signed_by(&leaf.key, &self.issuer)
            .unwrap()
            .der()
            .clone()
    }

    /// The candidate with this root at hand.
    fn chain(&self, leaf: &CertificateDer<'static>) -> Candidate {
        Candidate::new(&[leaf.clone(), self.root.clone()], "file").unwrap()
    }
}

struct Leaf {
    name: String,
    years: (i32, i32),
    usage: ExtendedKeyUsagePurpose,
    key: KeyPair,
}

impl Leaf {
    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            years: (2020, 2080),
            usage: ExtendedKeyUsagePurpose::ClientAuth,
            key: KeyPair::generate().unwrap(),
        }
    }
}

fn parameters(name: &str, (from, to): (i32, i32)) -> CertificateParams {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.not_before = rcgen::date_time_ymd(from, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(to, 1, 1);
    parameters
}

/// The candidate whose issuer is not at hand.
fn alone(leaf: &CertificateDer<'static>) -> Candidate {
    Candidate::new(std::slice::from_ref(leaf), "file").unwrap()
}

fn summary(certificate: &CertificateDer<'_>) -> CertificateSummary {
    CertificateSummary::from_der(certificate).unwrap()
}

fn thumbprint(certificate: &CertificateDer<'_>) -> Thumbprint {
    summary(certificate).sha1
}
