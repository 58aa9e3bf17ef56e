//! What a plan says of sign-in, certificates and the profile's own settings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_profile::{
    Authentication, AuthenticationKind, CautionKind, CertificateAuthentication, CertificateSource,
    CertificateUsage, ClientIdentity, EntraAuthentication, MissingKind, Moment,
    PasswordAuthentication, Plan, Profile, SecretBytes, ServerName, Severity, SignIn, Surroundings,
    Thumbprint,
};
use support::ENTRA;
use support::planned::*;

#[test]
fn a_secondary_profile_that_is_not_there_is_told() {
    let mut profile = profile(&[]);
    profile.secondary_profile = Some("west".parse().unwrap());
    let mut surroundings = at_home();

    only(
        &Plan::new(&profile, &surroundings),
        CautionKind::SecondaryProfileMissing,
    );
    surroundings.profiles = Some(vec![other("west", &[])]);
    none(
        &Plan::new(&profile, &surroundings),
        CautionKind::SecondaryProfileMissing,
    );
}

#[test]
fn always_on_and_trusted_networks_are_in_the_text() {
    let mut profile = profile(&[]);
    profile.always_on = true;
    profile.trusted_networks = ["corp.example".parse().unwrap()].into_iter().collect();

    let text = Plan::new(&profile, &at_home()).to_string();

    assert!(text.contains("Always on"), "{text}");
    assert!(
        text.contains("but not in the networks of corp.example"),
        "{text}"
    );
}

#[test]
fn an_unknown_authority_is_an_obstacle_unless_it_is_allowed() {
    let mut profile = profile(&[]);
    profile
        .authentication
        .offer(Authentication::Entra(EntraAuthentication::new(
            "https://login.example.com/tenant".parse().unwrap(),
            "audience",
            "issuer",
        )));
    profile.authentication.select(AuthenticationKind::Entra);
    let mut surroundings = at_home();

    let refused = Plan::new(&profile, &surroundings);
    let caution = only(&refused, CautionKind::UnknownAuthority);
    assert_eq!(caution.severity, Severity::Obstacle);
    assert_eq!(refused.cautions[0], *caution);
    assert_eq!(missing(&refused), [MissingKind::AuthorityPermission]);

    surroundings.authorities = vec!["Login.Example.com".to_owned()];
    let allowed = Plan::new(&profile, &surroundings);
    none(&allowed, CautionKind::UnknownAuthority);
    assert_eq!(missing(&allowed), [MissingKind::EntraSignIn]);

    surroundings.signed_in = Some(true);
    assert_eq!(missing(&Plan::new(&profile, &surroundings)), []);
}

#[test]
fn the_certificate_that_fits_and_is_valid_longest_is_planned() {
    let issuer = Thumbprint::new([9; 20]);
    let certificates = [
        (1, issuer, 100),
        (2, issuer, 300),
        (3, Thumbprint::new([8; 20]), 900),
    ]
    .map(|(number, issuer, days)| known_certificate(number, issuer, days));
    let mut profile = profile(&[]);
    profile
        .authentication
        .offer(Authentication::Certificate(CertificateAuthentication {
            issuer: Some(issuer),
            ..CertificateAuthentication::default()
        }));
    let mut surroundings = at_home();
    surroundings.certificates = Some(certificates.to_vec());

    let plan = Plan::new(&profile, &surroundings);

    let SignIn::Certificate(wanted) = &plan.sign_in else {
        panic!("{:?}", plan.sign_in);
    };
    let CertificateSource::Host {
        certificate,
        others,
    } = &wanted.source
    else {
        panic!("{wanted:?}");
    };
    assert_eq!(certificate.thumbprint, Some("02".repeat(20)));
    assert_eq!(*others, 1);
    assert_eq!(missing(&plan), []);
    none(&plan, CautionKind::ClientCertificateExpiresSoon);
}

#[test]
fn a_client_certificate_that_ends_is_told() {
    for (days, kind, severity) in [
        (
            29,
            CautionKind::ClientCertificateExpiresSoon,
            Severity::Warning,
        ),
        (
            -1,
            CautionKind::ClientCertificateExpired,
            Severity::Obstacle,
        ),
    ] {
        let mut surroundings = at_home();
        surroundings.certificates =
            Some(vec![known_certificate(1, Thumbprint::new([9; 20]), days)]);
        let mut profile = profile(&[]);
        profile.authentication.offer(Authentication::Certificate(
            CertificateAuthentication::default(),
        ));

        let plan = Plan::new(&profile, &surroundings);

        assert_eq!(only(&plan, kind).severity, severity);
    }
}

#[test]
fn roots_that_end_are_told() {
    let profile = profile(&[]);
    // DigiCert Global Root G2 is valid until 15 January 2038.
    let end = 2_147_169_600;
    for (now, kind) in [
        (end - 10 * DAY, Some(CautionKind::RootExpiresSoon)),
        (end + 1, Some(CautionKind::RootsExpired)),
        (end - 100 * DAY, None),
    ] {
        let surroundings = Surroundings {
            now: Some(Moment(now)),
            ..Surroundings::default()
        };

        let plan = Plan::new(&profile, &surroundings);

        match kind {
            Some(kind) => assert!(only(&plan, kind).message.contains("valid")),
            None => assert_eq!(kinds(&plan), [CautionKind::NoDnsServer]),
        }
    }
}

#[test]
fn a_gateway_that_anybody_can_pose_as_is_told() {
    let mut profile = profile(&[]);
    profile.server_validation.name = ServerName::Any;
    profile.server_validation.usage = CertificateUsage::Any;

    let plan = Plan::new(&profile, &at_home());

    only(&plan, CautionKind::AnyGatewayName);
    only(&plan, CautionKind::AnyCertificateUsage);
}

#[test]
fn what_a_password_takes_is_listed_without_the_password() {
    let mut profile = profile(&[]);
    profile
        .authentication
        .offer(Authentication::CertificateAndPassword(
            CertificateAuthentication {
                identity: Some(ClientIdentity::Pfx(SecretBytes::new(vec![1, 2, 3].into()))),
                ..CertificateAuthentication::default()
            },
            PasswordAuthentication::default(),
        ));
    profile
        .authentication
        .select(AuthenticationKind::CertificateAndPassword);

    let plan = Plan::new(&profile, &at_home());

    assert_eq!(
        missing(&plan),
        [
            MissingKind::KeyPassphrase,
            MissingKind::Username,
            MissingKind::Password
        ]
    );
}

#[test]
fn a_way_to_sign_in_that_the_program_lacks_is_an_obstacle() {
    let only_certificates = Surroundings {
        sign_ins: Some(vec![AuthenticationKind::Certificate]),
        ..Surroundings::default()
    };
    let entra = Profile::from_azure_xml(ENTRA.as_bytes()).unwrap().profile;
    let mut both = entra.clone();
    both.authentication.offer(Authentication::Certificate(
        CertificateAuthentication::default(),
    ));

    let alone = Plan::new(&entra, &only_certificates);
    let with_another = Plan::new(&both, &only_certificates);

    let caution = only(&alone, CautionKind::SignInUnsupported);
    assert_eq!(caution.severity, Severity::Obstacle);
    assert!(caution.remedy.contains("administrator"), "{caution:?}");
    assert!(alone.missing.is_empty(), "{:?}", alone.missing);
    let caution = only(&with_another, CautionKind::SignInUnsupported);
    assert!(
        caution.remedy.contains("a client certificate"),
        "{caution:?}"
    );
    none(
        &plan(&[], &only_certificates),
        CautionKind::SignInUnsupported,
    );
}
