//! Machines and profiles that plans are made for.

use std::net::IpAddr;

use ipnet::IpNet;
use p2svpn_profile::{
    Caution, CautionKind, DeviceKind, KnownCertificate, KnownProfile, LocalNetwork, MissingKind,
    Moment, Plan, Profile, Routes, Surroundings, Thumbprint,
};

use super::CERTIFICATE;

pub(crate) const TODAY: Moment = Moment(1_795_420_800);
pub(crate) const DAY: i64 = 86_400;

pub(crate) fn assert_azure_dns(profile: &Profile) {
    let plan = Plan::new(profile, &at_home());

    only(&plan, CautionKind::AzureDnsUnreachable);
    let json: serde_json::Value = serde_json::from_str(&plan.to_json()).unwrap();
    assert_eq!(json["network"]["dns_servers"][0]["reach"]["kind"], "never");
}

/// A profile with a certificate sign-in, the root G2, and routes.
pub(crate) fn profile(networks: &[&str]) -> Profile {
    let imported = Profile::from_azure_xml(CERTIFICATE.as_bytes()).unwrap();
    let mut profile = imported.profile;
    profile.include_routes = routes(networks);
    profile
}

/// The plan of a profile with routes, and a DNS server that calls for no caution.
pub(crate) fn plan(networks: &[&str], surroundings: &Surroundings) -> Plan {
    let mut profile = profile(networks);
    if surroundings.device != DeviceKind::Program {
        profile.dns_servers = [address("192.168.1.53")].into_iter().collect();
    }
    Plan::new(&profile, surroundings)
}

pub(crate) fn at_home() -> Surroundings {
    Surroundings {
        now: Some(TODAY),
        local_networks: Some(vec![local("wlan0", "192.168.1.23/24")]),
        profiles: Some(Vec::new()),
        device: DeviceKind::Machine,
        ..Surroundings::default()
    }
}

pub(crate) fn local(interface: &str, address: &str) -> LocalNetwork {
    LocalNetwork {
        interface: interface.to_owned(),
        address: address.parse().unwrap(),
        is_default: true,
    }
}

pub(crate) fn other(name: &str, networks: &[&str]) -> KnownProfile {
    KnownProfile {
        name: name.to_owned(),
        is_connected: false,
        routes: routes(networks),
        address_pool: Routes::new(),
    }
}

pub(crate) fn known_certificate(number: u8, issuer: Thumbprint, days: i64) -> KnownCertificate {
    KnownCertificate {
        thumbprint: Thumbprint::new([number; 20]),
        issuers: vec![issuer],
        subject: format!("CN=user {number}"),
        not_after: Moment(TODAY.0 + days * DAY),
    }
}

pub(crate) fn kinds(plan: &Plan) -> Vec<CautionKind> {
    plan.cautions.iter().map(|caution| caution.kind).collect()
}

pub(crate) fn missing(plan: &Plan) -> Vec<MissingKind> {
    plan.missing.iter().map(|missing| missing.kind).collect()
}

/// The one caution of a kind.
#[track_caller]
pub(crate) fn only(plan: &Plan, kind: CautionKind) -> &Caution {
    let mut of_kind = plan.cautions.iter().filter(|caution| caution.kind == kind);
    let caution = of_kind
        .next()
        .unwrap_or_else(|| panic!("no {kind:?} in {:?}", plan.cautions));
    assert_eq!(of_kind.next(), None);
    assert!(caution.message.ends_with('.') && caution.remedy.ends_with('.'));
    caution
}

#[track_caller]
pub(crate) fn none(plan: &Plan, kind: CautionKind) {
    let found = plan.cautions.iter().find(|caution| caution.kind == kind);
    assert_eq!(found, None);
}

pub(crate) fn routes(networks: &[&str]) -> Routes {
    networks.iter().map(|network| net(network)).collect()
}

pub(crate) fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

pub(crate) fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}
