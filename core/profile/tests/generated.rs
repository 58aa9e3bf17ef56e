//! The generator of profiles leaves no part of the model out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::collections::BTreeSet;

use p2svpn_profile::{Profile, ServerTrust, TunnelMode, Wrapping};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use support::generated::any_profile;

#[test]
fn every_part_of_the_model_is_generated() {
    let mut runner = TestRunner::deterministic();
    let strategy = any_profile();

    let seen: BTreeSet<&str> = (0..500)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .flat_map(|profile| parts(&profile))
        .collect();

    let expected = [
        "always on",
        "authorities",
        "certificate",
        "certificate_and_password",
        "entra",
        "fingerprints",
        "no wrapping",
        "password",
        "pinned roots",
        "routes",
        "tls-auth",
        "tls-crypt",
        "tls-crypt-v2",
        "unknown elements",
    ];
    assert_eq!(seen, expected.into());
}

fn parts(profile: &Profile) -> Vec<&'static str> {
    let mut parts = vec![
        match &profile.server_validation.trust {
            ServerTrust::PinnedRoots(_) => "pinned roots",
            ServerTrust::Authorities { .. } => "authorities",
            ServerTrust::Fingerprints(_) => "fingerprints",
            other => panic!("{other:?} is new"),
        },
        match &profile.server_validation.wrapping {
            Wrapping::None => "no wrapping",
            Wrapping::TlsAuth { .. } => "tls-auth",
            Wrapping::TlsCrypt(_) => "tls-crypt",
            Wrapping::TlsCryptV2(_) => "tls-crypt-v2",
            other => panic!("{other:?} is new"),
        },
    ];
    parts.extend(profile.authentication.iter().map(|way| way.kind().name()));
    if profile.always_on {
        parts.push("always on");
    }
    if !profile.include_routes.is_empty() && profile.tunnel_mode() == TunnelMode::Split {
        parts.push("routes");
    }
    if !profile.unknown_elements.is_empty() {
        parts.push("unknown elements");
    }
    parts
}
