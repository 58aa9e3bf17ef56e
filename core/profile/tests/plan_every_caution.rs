//! Every kind of caution has a profile and a machine of which it is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_profile::{
    Authentication, AuthenticationKind, CautionKind, CertificateAuthentication, CertificateUsage,
    ClientIdentity, EntraAuthentication, Moment, OneOrMore, PinnedRoot, Plan, Profile, SecretText,
    Server, ServerName, ServerTrust, Severity, Surroundings, Thumbprint,
};
use support::planned::*;

/// Makes a profile and a machine, of which nothing is told otherwise, what a caution is about.
type Scene = fn(&mut Profile, &mut Surroundings);

const SCENES: [(CautionKind, Scene); 32] = [
    (CautionKind::UnknownAuthority, |profile, _| {
        let tenant = "https://login.example.com/tenant".parse().unwrap();
        let entra = EntraAuthentication::new(tenant, "audience", "issuer");
        profile.authentication.offer(Authentication::Entra(entra));
        profile.authentication.select(AuthenticationKind::Entra);
    }),
    (CautionKind::SignInUnsupported, |_, machine| {
        machine.sign_ins = Some(Vec::new());
    }),
    (CautionKind::ClientCertificateExpired, |profile, machine| {
        take_any_certificate(profile);
        machine.certificates = Some(vec![known_certificate(1, ISSUER, -1)]);
    }),
    (CautionKind::RootsExpired, |_, machine| {
        machine.now = Some(Moment(END_OF_G2 + 1));
    }),
    (CautionKind::TooManyRoutes, |profile, machine| {
        profile.include_routes = routes(&["10.1.0.0/16", "10.3.0.0/16"]);
        machine.most_routes = Some(1);
    }),
    (
        CautionKind::ClientCertificateNotYetValid,
        |profile, machine| {
            bring_certificate(profile);
            machine.now = Some(Moment(START_OF_CLIENT - 1));
        },
    ),
    (
        CautionKind::ClientCertificateExpiresSoon,
        |profile, machine| {
            take_any_certificate(profile);
            machine.certificates = Some(vec![known_certificate(1, ISSUER, 29)]);
        },
    ),
    (CautionKind::RootExpired, |profile, machine| {
        trust_both_roots(profile);
        machine.now = Some(Moment(END_OF_CA + 1));
    }),
    (CautionKind::RootExpiresSoon, |_, machine| {
        machine.now = Some(Moment(END_OF_G2 - 10 * DAY));
    }),
    (CautionKind::RouteTakesLocalNetwork, |profile, _| {
        profile.include_routes = routes(&["192.168.1.128/25"]);
    }),
    (CautionKind::LocalNetworkHidesRoute, |profile, _| {
        profile.include_routes = routes(&["192.168.0.0/16"]);
    }),
    (CautionKind::RouteOverlapsProfile, |profile, machine| {
        profile.include_routes = routes(&["10.1.0.0/16"]);
        machine.profiles = Some(vec![other("west", &["10.0.0.0/8"])]);
    }),
    (
        CautionKind::AddressPoolOverlapsLocalNetwork,
        |profile, _| {
            profile.network.address_pool = routes(&["192.168.0.0/16"]);
        },
    ),
    (
        CautionKind::AddressPoolOverlapsProfile,
        |profile, machine| {
            profile.network.address_pool = routes(&["172.16.0.0/24"]);
            let mut west = other("west", &[]);
            west.address_pool = routes(&["172.16.0.0/16"]);
            machine.profiles = Some(vec![west]);
        },
    ),
    (CautionKind::AddressPoolOverlapsRoute, |profile, _| {
        profile.network.address_pool = routes(&["10.1.0.0/24"]);
        profile.include_routes = routes(&["10.1.0.0/16"]);
    }),
    (CautionKind::RouteIsExcluded, |profile, _| {
        profile.include_routes = routes(&["10.1.0.0/16"]);
        profile.exclude_routes = routes(&["10.1.0.0/16"]);
    }),
    (CautionKind::RouteInsideExclude, |profile, _| {
        profile.include_routes = routes(&["10.1.2.0/24"]);
        profile.exclude_routes = routes(&["10.1.0.0/16"]);
    }),
    (CautionKind::ExcludeWithoutEffect, |profile, _| {
        profile.exclude_routes = routes(&["10.1.0.0/16"]);
    }),
    (CautionKind::AzureDnsUnreachable, |profile, _| {
        profile.dns_servers = [address("168.63.129.16")].into_iter().collect();
    }),
    (CautionKind::DnsServerOutsideRoutes, |profile, _| {
        profile.dns_servers = [address("10.1.0.4")].into_iter().collect();
    }),
    (CautionKind::DnsServerIsPublic, |profile, _| {
        profile.dns_servers = [address("9.9.9.9")].into_iter().collect();
    }),
    (CautionKind::NoDnsServer, |profile, _| {
        profile.dns_servers = std::iter::empty().collect();
    }),
    (CautionKind::DnsIsNotSet, |_, machine| {
        machine.sets_dns = Some(false);
    }),
    (CautionKind::RouteTakesDnsServer, |profile, machine| {
        profile.include_routes = routes(&["10.1.0.0/16"]);
        machine.dns_servers = Some(vec![address("10.1.0.1")]);
    }),
    (CautionKind::Ipv6StaysOutside, |profile, _| {
        profile.include_routes = routes(&["0.0.0.0/0"]);
    }),
    (CautionKind::Ipv6NeedsAddress, |profile, _| {
        profile.include_routes = routes(&["fd00::/8"]);
    }),
    (CautionKind::GatewayInsideRoute, |profile, _| {
        profile.include_routes = routes(&["198.51.100.0/24"]);
        let inside: Server = "198.51.100.7".parse().unwrap();
        profile.servers.push(inside);
    }),
    (CautionKind::NestedRoutes, |profile, _| {
        profile.include_routes = routes(&["10.0.0.0/8", "10.1.0.0/16"]);
    }),
    (CautionKind::SecondaryProfileMissing, |profile, _| {
        profile.secondary_profile = Some("west".parse().unwrap());
    }),
    (CautionKind::AnotherProfileConnected, |_, machine| {
        let mut west = other("west", &[]);
        west.is_connected = true;
        machine.profiles = Some(vec![west]);
    }),
    (CautionKind::AnyGatewayName, |profile, _| {
        profile.server_validation.name = ServerName::Any;
    }),
    (CautionKind::AnyCertificateUsage, |profile, _| {
        profile.server_validation.usage = CertificateUsage::Any;
    }),
];

/// A certificate for clients, and when it begins to be valid.
const CLIENT: &str = include_str!("fixtures/client.pem");
const START_OF_CLIENT: i64 = 1_795_386_250;

const ISSUER: Thumbprint = Thumbprint::new([9; 20]);

/// When DigiCert's roots end: G2 is pinned by the profile, the other one is Azure's older one.
const END_OF_G2: i64 = 2_147_169_600;
const CA: &str = "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436";
const END_OF_CA: i64 = 1_952_035_200;

#[test]
fn nothing_is_told_without_a_cause_and_every_caution_is_with_its_own() {
    assert_eq!(kinds(&planned(|_, _| {})), []);
    for (kind, scene) in SCENES {
        let plan = planned(scene);

        only(&plan, kind);
        let gravest = plan.cautions.iter().map(|caution| caution.severity).min();
        if kind.severity() == Severity::Obstacle {
            assert_eq!(gravest, Some(Severity::Obstacle), "{kind:?}");
        }
        let page = plan.to_string().replace(char::is_whitespace, "");
        for caution in &plan.cautions {
            let message = caution.message.replace(char::is_whitespace, "");
            assert!(page.contains(&message), "{kind:?}");
        }
    }
}

/// A kind that nobody thought of here is not tried.
#[test]
fn every_kind_of_caution_has_a_scene() {
    let (_, list) = include_str!("../src/plan/caution.rs")
        .split_once("pub enum CautionKind {")
        .unwrap();
    let (list, _) = list.split_once("\n}").unwrap();
    let kinds = list.lines().map(str::trim);
    let kinds: Vec<&str> = kinds
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .map(|line| line.trim_end_matches(','))
        .collect();

    let scenes: Vec<String> = SCENES.iter().map(|(kind, _)| format!("{kind:?}")).collect();

    assert_eq!(scenes, kinds);
}

#[test]
fn a_client_certificate_from_tomorrow_on_is_a_warning() {
    let plan = planned(|profile, machine| {
        bring_certificate(profile);
        machine.now = Some(Moment(START_OF_CLIENT - 1));
    });
    let caution = only(&plan, CautionKind::ClientCertificateNotYetValid);
    assert_eq!(caution.severity, Severity::Warning);
    assert!(caution.message.contains("clock"), "{caution:?}");

    let valid = planned(|profile, machine| {
        bring_certificate(profile);
        machine.now = Some(Moment(START_OF_CLIENT));
    });
    none(&valid, CautionKind::ClientCertificateNotYetValid);
}

#[test]
fn one_root_of_two_that_ended_is_told_by_its_name() {
    let plan = planned(|profile, machine| {
        trust_both_roots(profile);
        machine.now = Some(Moment(END_OF_CA + 1));
    });

    let caution = only(&plan, CautionKind::RootExpired);
    assert_eq!(caution.severity, Severity::Warning);
    assert!(caution.message.contains("DigiCert Global Root CA"));
    none(&plan, CautionKind::RootsExpired);
}

/// The plan of a profile and a machine, of which nothing is told but what a scene makes of them.
fn planned(scene: Scene) -> Plan {
    let mut profile = profile(&[]);
    profile.dns_servers = [address("192.168.1.53")].into_iter().collect();
    let mut machine = at_home();
    scene(&mut profile, &mut machine);
    Plan::new(&profile, &machine)
}

fn take_any_certificate(profile: &mut Profile) {
    let way = Authentication::Certificate(CertificateAuthentication::default());
    profile.authentication.offer(way);
}

fn bring_certificate(profile: &mut Profile) {
    let certificate = CertificateAuthentication {
        identity: Some(ClientIdentity::Pem {
            certificates: CLIENT.to_owned(),
            key: SecretText::new("-----BEGIN PRIVATE KEY-----".to_owned().into()),
        }),
        ..CertificateAuthentication::default()
    };
    let way = Authentication::Certificate(certificate);
    profile.authentication.offer(way);
}

fn trust_both_roots(profile: &mut Profile) {
    let hashes: Vec<Thumbprint> = profile.server_validation.trust.pinned().collect();
    let own = hashes.into_iter().map(PinnedRoot::from);
    let older = PinnedRoot::from(CA.parse::<Thumbprint>().unwrap());
    let roots = OneOrMore::from_vec(own.chain([older]).collect()).unwrap();
    profile.server_validation.trust = ServerTrust::PinnedRoots(roots);
}
