//! Plans as people read them, compared with files: `P2SVPN_BLESS=1 cargo test -p p2svpn-profile --test plan` writes
//! them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::fs;
use std::path::Path;

use p2svpn_profile::{
    DeviceKind, Imported, LocalNetwork, Moment, Plan, Profile, Severity, Surroundings,
};
use support::{CERTIFICATE, ENTRA, ROOT, SETTINGS_2022, import_package};

#[test]
fn the_plan_of_the_entra_and_certificate_package_tells_what_will_happen() {
    let profile = both().profile;

    compare(&Plan::new(&profile, &home()), "entra-and-certificate");
}

#[test]
fn the_plan_of_a_certificate_package_asks_for_the_certificate() {
    let package = import_package(&[
        ("AzureVPN\\azurevpnconfig.xml", CERTIFICATE.as_bytes()),
        ("Generic\\VpnSettings.xml", SETTINGS_2022.as_bytes()),
        ("Generic\\VpnServerRoot.cer", ROOT),
    ]);
    let surroundings = Surroundings {
        certificates: Some(Vec::new()),
        ..home()
    };

    compare(&Plan::new(&package.profile, &surroundings), "certificate");
}

#[test]
fn the_plan_of_an_entra_package_tells_where_to_sign_in() {
    let profile = read(ENTRA);

    compare(&Plan::new(&profile, &Surroundings::default()), "entra");
}

#[test]
fn a_plan_that_changes_nothing_on_the_machine_says_so() {
    let surroundings = Surroundings {
        device: DeviceKind::Program,
        ..home()
    };

    let text = Plan::new(&both().profile, &surroundings).to_string();

    assert!(
        text.contains("No address, route or DNS server of this machine changes."),
        "{text}"
    );
    assert!(!text.contains("A new one appears"), "{text}");
}

#[test]
fn without_surroundings_nothing_is_claimed_about_them() {
    let plan = Plan::new(&read(CERTIFICATE), &Surroundings::default());

    assert_eq!(plan.network.local_networks, None);
    assert!(plan.missing.is_empty());
    assert!(
        plan.cautions
            .iter()
            .all(|caution| caution.severity == Severity::Note)
    );
}

/// A package of two files for one gateway.
fn both() -> Imported {
    import_package(&[
        ("AzureVPN\\azurevpnconfig_aad.xml", ENTRA.as_bytes()),
        ("AzureVPN\\azurevpnconfig_cert.xml", CERTIFICATE.as_bytes()),
        ("Generic\\VpnSettings.xml", SETTINGS_2022.as_bytes()),
        ("Generic\\VpnServerRoot.cer", ROOT),
    ])
}

fn read(xml: &str) -> Profile {
    Profile::from_azure_xml(xml.as_bytes()).unwrap().profile
}

/// A machine at home on 22 November 2026.
fn home() -> Surroundings {
    Surroundings {
        now: Some(Moment(1_795_334_400)),
        local_networks: Some(vec![LocalNetwork {
            interface: "wlan0".to_owned(),
            address: "192.168.1.23/24".parse().unwrap(),
            is_default: true,
        }]),
        dns_servers: Some(vec!["192.168.1.1".parse().unwrap()]),
        profiles: Some(Vec::new()),
        device: DeviceKind::Machine,
        ..Surroundings::default()
    }
}

/// Compares a plan with the file of a name, or writes it there.
fn compare(plan: &Plan, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    for (extension, text) in [
        ("txt", plan.to_string()),
        ("json", format!("{}\n", plan.to_json())),
    ] {
        let file = folder.join(format!("{name}.{extension}"));
        if is_blessing() {
            fs::write(&file, &text).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(
            text,
            expected,
            "{} differs; P2SVPN_BLESS=1 writes it",
            file.display()
        );
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by whom it is run"
)]
fn is_blessing() -> bool {
    std::env::var_os("P2SVPN_BLESS").is_some()
}
