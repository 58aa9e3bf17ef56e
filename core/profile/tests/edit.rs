//! What `ProfileEdit` changes, refuses and tells. Routes have `edit_routes.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_profile::{
    Authentication, AuthenticationKind, CertificateAuthentication, ClientIdentity, EditError,
    Edited, Field, PasswordAuthentication, Profile, ProfileEdit, SecretBytes, SecretText,
    Transport,
};
use proptest::prelude::*;
use support::generated::any_profile;

/// A certificate for clients.
const CLIENT: &str = include_str!("fixtures/client.pem");
const THUMBPRINT: &str = "00112233445566778899AABBCCDDEEFF00112233";
const HOST: &str = "azuregateway-0d3b2c1a-1f2e-4a5b-8c9d-7e6f5a4b3c2d-a1b2c3d4e5f6.vpn.azure.com";

#[test]
fn changes_are_made_together_and_named() {
    let mut edit = ProfileEdit::new();
    edit.rename(" Office ").unwrap();
    edit.include("10.1.0.0/16").unwrap().set_always_on(true);

    let Edited {
        profile, report, ..
    } = edit.apply(&certificate_profile()).unwrap();

    assert_eq!(profile.name, "Office");
    assert!(profile.always_on);
    assert_eq!(
        report.changed,
        [Field::Name, Field::IncludeRoutes, Field::AlwaysOn]
    );
    assert_eq!(
        report.to_string(),
        "changed: name, include_routes, always_on"
    );
}

#[test]
fn a_change_to_what_is_there_already_changes_nothing() {
    let profile = certificate_profile();
    let name = profile.name.to_string();

    let edited = ProfileEdit::new()
        .rename("Other")
        .and_then(|edit| edit.rename(&name))
        .unwrap()
        .set_always_on(false)
        .apply(&profile)
        .unwrap();

    assert!(edited.report.is_unchanged());
    assert_eq!(edited.profile, profile);
    assert_eq!(edited.report.to_string(), "nothing changed");
}

#[test]
fn a_refused_text_leaves_the_edit_as_it_was() {
    let mut edit = ProfileEdit::new();
    edit.rename("Office").unwrap();

    edit.rename("two\nlines").unwrap_err();
    edit.include("10.0.0.0/8\nrubbish").unwrap_err();

    let report = edit.apply(&certificate_profile()).unwrap().report;
    assert_eq!(report.changed, [Field::Name]);
}

#[test]
fn one_change_that_does_not_fit_refuses_the_whole_edit() {
    let mut edit = ProfileEdit::new();
    edit.rename("Office").unwrap();
    edit.remove_dns_servers("10.0.0.4").unwrap();

    let refused = edit.apply(&certificate_profile()).unwrap_err();

    assert_eq!(
        refused.to_string(),
        "dns_servers: '10.0.0.4' is not in the list"
    );
}

#[test]
fn one_edit_fits_several_profiles() {
    let mut edit = ProfileEdit::new();
    edit.replace_dns_suffixes("corp.example").unwrap();

    for text in [support::CERTIFICATE, support::ENTRA, support::PASSWORD] {
        let edited = edit.apply(&profile(text)).unwrap().profile;
        assert!(edited.dns_suffixes.iter().eq(["corp.example"].iter()));
    }
}

#[test]
fn servers_are_replaced_added_and_taken_out() {
    let replaced = apply(|edit| {
        edit.replace_servers([
            "a.example",
            "b.example:1194/udp",
            "a.example:443/tcp",
            "[2001:db8::1]:1194",
        ])?
        .add_server("c.example/UDP")?
        .remove_server("B.example:1194")
    });

    assert_eq!(
        servers(&replaced.profile),
        [
            ("a.example:443".to_owned(), Transport::Tcp),
            ("[2001:db8::1]:1194".to_owned(), Transport::Tcp),
            ("c.example:443".to_owned(), Transport::Udp),
        ]
    );
    assert_eq!(replaced.report.changed, [Field::Servers]);
}

#[test]
fn a_server_that_is_there_already_is_told() {
    let report = apply(|edit| edit.add_server(&HOST.to_uppercase())).report;

    assert!(report.is_unchanged());
    assert_eq!(report.duplicates.len(), 1);
    assert_eq!(report.duplicates[0].field, Field::Servers);
    assert_eq!(
        report.to_string(),
        format!("nothing changed\nalready there: {HOST}:443 in servers")
    );
}

#[test]
fn the_same_host_over_both_transports_is_two_servers() {
    let both = apply(|edit| edit.add_server(&format!("{HOST}/udp"))).profile;
    assert_eq!(both.servers.iter().count(), 2);

    let mut edit = ProfileEdit::new();
    edit.remove_server(&format!("{HOST}/tcp")).unwrap();
    let one = edit.apply(&both).unwrap().profile;
    assert_eq!(one.servers.first().transport(), Transport::Udp);
    assert_eq!(one.servers.iter().count(), 1);

    let mut edit = ProfileEdit::new();
    edit.set_transport(Transport::Udp);
    let joined = edit.apply(&both).unwrap().profile;
    assert_eq!(servers(&joined), servers(&one));
}

#[test]
fn the_last_server_stays_unless_another_comes() {
    let mut edit = ProfileEdit::new();
    edit.remove_server(HOST).unwrap();
    assert_eq!(edit.apply(&certificate_profile()), Err(EditError::NoServer));

    let exchanged = apply(|edit| edit.add_server("new.example")?.remove_server(HOST));
    assert_eq!(exchanged.profile.servers.first().host(), "new.example");

    let none: [&str; 0] = [];
    let refused = ProfileEdit::new().replace_servers(none).unwrap_err();
    assert_eq!(refused, EditError::NoServer);
}

#[test]
fn an_order_names_each_server_once() {
    let two = apply(|edit| edit.add_server("b.example")).profile;
    let order = |order: &[&str]| {
        let mut edit = ProfileEdit::new();
        edit.order_servers(order).unwrap();
        edit.apply(&two)
    };

    let ordered = order(&["b.example", HOST]).unwrap().profile;

    assert_eq!(ordered.servers.first().host(), "b.example");
    for wrong in [
        vec![],
        vec![HOST],
        vec![HOST, HOST],
        vec![HOST, "b.example", HOST],
        vec![HOST, "c.example"],
    ] {
        assert_eq!(
            order(&wrong),
            Err(EditError::Order { count: 2 }),
            "{wrong:?}"
        );
    }
}

#[test]
fn a_server_without_a_host_a_port_or_a_known_transport_is_refused() {
    for (wrong, reason) in [
        ("", "is an empty host name"),
        (
            "https://vpn.example",
            "is a URL where a host name is needed",
        ),
        (
            "vpn.example:0",
            "has a port that is not a number from 1 to 65535",
        ),
        (
            "vpn.example/quic",
            "has a transport that is neither tcp nor udp",
        ),
    ] {
        let refused = ProfileEdit::new().add_server(wrong).unwrap_err();
        assert_eq!(refused.to_string(), format!("servers: '{wrong}' {reason}"));
    }
}

#[test]
fn only_an_offered_way_to_sign_in_can_be_selected() {
    let mut choice = profile(support::ENTRA);
    let certificate = CertificateAuthentication::default();
    choice
        .authentication
        .offer(Authentication::Certificate(certificate));
    let select = |kind| {
        let mut edit = ProfileEdit::new();
        edit.select_authentication(kind);
        edit.apply(&choice)
    };

    let edited = select(AuthenticationKind::Certificate).unwrap();

    let selected = edited.profile.authentication.selected().kind();
    assert_eq!(selected, AuthenticationKind::Certificate);
    assert_eq!(edited.report.changed, [Field::Authentication]);
    assert_eq!(
        select(AuthenticationKind::Password)
            .unwrap_err()
            .to_string(),
        "authentication: the profile offers entra, certificate, not password"
    );
}

#[test]
fn the_client_certificate_is_set_in_every_way_that_has_one() {
    let mut choice = certificate_profile();
    choice
        .authentication
        .offer(Authentication::CertificateAndPassword(
            CertificateAuthentication::default(),
            PasswordAuthentication::default(),
        ));
    let mut edit = ProfileEdit::new();
    edit.set_client_certificate(&THUMBPRINT.to_lowercase())
        .unwrap()
        .clear_certificate_issuer();

    let edited = edit.apply(&choice).unwrap();

    let found: Vec<_> = edited
        .profile
        .authentication
        .iter()
        .filter_map(Authentication::certificate)
        .map(|certificate| (certificate.thumbprint, certificate.issuer))
        .collect();
    assert_eq!(found, [(Some(THUMBPRINT.parse().unwrap()), None); 2]);
    assert_eq!(
        edited.report.changed,
        [Field::ClientCertificate, Field::CertificateIssuer]
    );

    let cleared = ProfileEdit::new()
        .clear_client_certificate()
        .set_certificate_issuer(THUMBPRINT)
        .unwrap()
        .apply(&edited.profile)
        .unwrap();
    let certificate = cleared.profile.authentication.selected().certificate();
    assert_eq!(certificate.unwrap().thumbprint, None);
    assert!(certificate.unwrap().issuer.is_some());
}

#[test]
fn a_certificate_that_is_named_takes_the_place_of_the_one_brought_along() {
    let pem = ClientIdentity::Pem {
        certificates: CLIENT.to_owned(),
        key: SecretText::new("-----BEGIN PRIVATE KEY-----".to_owned().into()),
    };
    let own = pem.thumbprint().unwrap().to_string();
    let pfx = ClientIdentity::Pfx(SecretBytes::new(vec![0x30].into()));
    for (identity, named, is_kept) in [
        (&pem, Some(own.as_str()), true),
        (&pem, Some(THUMBPRINT), false),
        (&pfx, Some(THUMBPRINT), false),
        (&pem, None, true),
    ] {
        let mut profile = certificate_profile();
        let brought_along = CertificateAuthentication {
            identity: Some(identity.clone()),
            ..CertificateAuthentication::default()
        };
        profile
            .authentication
            .offer(Authentication::Certificate(brought_along));
        let mut edit = ProfileEdit::new();
        match named {
            Some(named) => edit.set_client_certificate(named).unwrap(),
            None => edit.clear_client_certificate(),
        };

        let Edited {
            profile, report, ..
        } = edit.apply(&profile).unwrap();

        let certificate = profile.authentication.selected().certificate().unwrap();
        assert_eq!(certificate.identity.is_some(), is_kept, "{named:?}");
        assert_eq!(report.identity_removed, !is_kept);
        assert_eq!(report.to_string().contains("\nremoved: "), !is_kept);
        assert_eq!(report.changed.contains(&Field::SignIn), !is_kept);
    }
}

#[test]
fn what_no_way_to_sign_in_uses_is_refused() {
    let mut edit = ProfileEdit::new();
    edit.set_client_certificate(THUMBPRINT).unwrap();
    assert_eq!(
        edit.apply(&profile(support::ENTRA))
            .unwrap_err()
            .to_string(),
        "client_certificate: the profile offers only entra, which has none"
    );

    let mut edit = ProfileEdit::new();
    edit.set_user_name("alice").unwrap();
    assert_eq!(
        edit.apply(&certificate_profile()).unwrap_err().field(),
        Field::UserName
    );
}

#[test]
fn a_sha256_hash_is_no_thumbprint() {
    let refused = ProfileEdit::new()
        .set_client_certificate(&"AB".repeat(32))
        .unwrap_err();

    assert!(refused.to_string().contains("SHA-256"), "{refused}");
    assert!(refused.remedy().contains("SHA-1"));
}

#[test]
fn a_user_name_is_set_and_cleared() {
    let mut edit = ProfileEdit::new();
    edit.set_user_name("CORP\\alice").unwrap();
    let named = edit.apply(&profile(support::PASSWORD)).unwrap();
    assert_eq!(user_name(&named.profile), Some("CORP\\alice"));

    let mut edit = ProfileEdit::new();
    edit.clear_user_name();
    let cleared = edit.apply(&named.profile).unwrap();
    assert_eq!(user_name(&cleared.profile), None);
    assert_eq!(cleared.report.changed, [Field::UserName]);

    for wrong in ["", " ", "alice\n", "a\0b", &"x".repeat(1_025)] {
        let refused = ProfileEdit::new().set_user_name(wrong).unwrap_err();
        assert!(!refused.to_string().contains(['\n', '\0']), "{refused}");
    }
}

#[test]
fn dns_servers_are_added_replaced_and_taken_out() {
    let edited = apply(|edit| {
        edit.replace_dns_servers("10.0.0.4 # first\n\n10.0.0.5;fd00::4\n")?
            .add_dns_servers("10.0.0.4, 10.0.0.6")?
            .remove_dns_servers("10.0.0.5")
    });

    let shown: Vec<String> = edited
        .profile
        .dns_servers
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown, ["10.0.0.4", "fd00::4", "10.0.0.6"]);
    assert_eq!(edited.report.duplicates.len(), 1);

    let cleared = ProfileEdit::new()
        .replace_dns_servers(" # none\n")
        .unwrap()
        .apply(&edited.profile)
        .unwrap();
    assert!(cleared.profile.dns_servers.is_empty());
}

#[test]
fn an_address_that_is_no_machines_is_no_dns_server() {
    for wrong in [
        "0.0.0.0",
        "::",
        "255.255.255.255",
        "224.0.0.251",
        "10.0.0.0/8",
        "dns.example",
    ] {
        let refused = ProfileEdit::new().add_dns_servers(wrong).unwrap_err();
        assert_eq!(refused.field(), Field::DnsServers, "{wrong}");
    }
}

#[test]
fn suffixes_and_trusted_networks_are_lists_of_domains() {
    let edited = apply(|edit| {
        edit.add_dns_suffixes(".Corp.Example., privatelink.example")?
            .remove_dns_suffixes("corp.example")?
            .add_trusted_networks("office.example")?
            .replace_trusted_networks("lab.example, office.example")?
            .remove_trusted_networks("lab.example")
    });

    assert_eq!(
        edited.profile.dns_suffixes.first().unwrap(),
        &"privatelink.example"
    );
    assert_eq!(
        edited.profile.trusted_networks.first().unwrap(),
        &"office.example"
    );
    assert_eq!(
        edited.report.changed,
        [Field::DnsSuffixes, Field::TrustedNetworks]
    );
    let refused = ProfileEdit::new()
        .add_dns_suffixes("good.example\nbad example\n")
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "dns_suffixes: line 2: 'bad example' holds ' ', which no DNS suffix has"
    );
}

#[test]
fn a_profile_does_not_fail_over_to_itself() {
    let backed = apply(|edit| edit.set_secondary_profile("Backup")).profile;
    assert_eq!(backed.secondary_profile.as_ref().unwrap(), &"Backup");

    for itself in [
        ProfileEdit::new().rename("Backup").unwrap(),
        ProfileEdit::new()
            .set_secondary_profile(backed.name.as_str())
            .unwrap(),
    ] {
        assert_eq!(itself.apply(&backed), Err(EditError::OwnSecondary));
    }

    let both = ProfileEdit::new()
        .rename("Backup")
        .unwrap()
        .set_secondary_profile("Other")
        .unwrap()
        .apply(&backed);
    assert!(both.is_ok());
    let cleared = ProfileEdit::new()
        .clear_secondary_profile()
        .apply(&backed)
        .unwrap();
    assert_eq!(cleared.profile.secondary_profile, None);
}

/// Files write `None` where there is no secondary profile, so a profile of that name could not be
/// exported.
#[test]
fn none_is_no_secondary_profile() {
    for word in ["None", " none "] {
        ProfileEdit::new().set_secondary_profile(word).unwrap_err();
    }
}

#[test]
fn hostile_text_is_repeated_neither_whole_nor_raw() {
    let hostile = format!("a\u{1b}[2J\n{}", "x".repeat(10_000));

    for refused in [
        ProfileEdit::new().rename(&hostile).unwrap_err(),
        ProfileEdit::new().add_server(&hostile).unwrap_err(),
        ProfileEdit::new().include(&hostile).unwrap_err(),
        ProfileEdit::new()
            .set_client_certificate(&hostile)
            .unwrap_err(),
    ] {
        let shown = refused.to_string();
        assert!(shown.len() < 400, "{shown}");
        assert!(!shown.contains(char::is_control), "{shown}");
        assert!(refused.remedy().ends_with('.'));
    }
}

#[test]
fn fields_keep_their_names() {
    for field in Field::ALL {
        assert_eq!(Field::of_name(field.name()), Some(field));
    }
    assert_eq!(Field::of_name("Name"), None);
    let names: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
    assert_eq!(
        names.join(" "),
        "name version servers authentication client_certificate certificate_issuer user_name sign_in \
         server_validation include_routes exclude_routes dns_servers dns_suffixes secondary_profile \
         always_on trusted_networks protocol network unknown_elements"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Otherwise an edit could change something that neither its report nor an update would tell.
    #[test]
    fn profiles_that_differ_differ_in_a_field(one in profiles(), other in profiles()) {
        prop_assert_eq!(one == other, Field::that_differ(&one, &other).is_empty());
        prop_assert!(Field::that_differ(&one, &one).is_empty());
    }

    #[test]
    fn an_empty_edit_changes_nothing(profile in profiles()) {
        let edited = ProfileEdit::new().apply(&profile).unwrap();

        prop_assert!(edited.report.is_unchanged());
        prop_assert_eq!(edited.profile, profile);
    }

    #[test]
    fn no_text_makes_an_edit_panic(text in any::<String>()) {
        let mut edit = ProfileEdit::new();
        let _ = edit.rename(&text).err();
        let _ = edit.add_server(&text).err();
        let _ = edit.include(&text).err();
        let _ = edit.add_dns_servers(&text).err();
        let _ = edit.add_dns_suffixes(&text).err();
        let _ = edit.set_client_certificate(&text).err();
        let _ = edit.set_user_name(&text).err();
        let _ = edit.set_secondary_profile(&text).err();
        let _ = edit.apply(&certificate_profile());
    }
}

/// Boxed, because two generators of so large a model fill the stack of a test.
fn profiles() -> BoxedStrategy<Profile> {
    any_profile().boxed()
}

fn profile(text: &str) -> Profile {
    Profile::from_azure_xml(text.as_bytes()).unwrap().profile
}

fn certificate_profile() -> Profile {
    profile(support::CERTIFICATE)
}

/// Applies an edit to the portal's profile with a certificate.
fn apply(
    build: impl for<'a> FnOnce(&'a mut ProfileEdit) -> Result<&'a mut ProfileEdit, EditError>,
) -> Edited {
    let mut edit = ProfileEdit::new();
    build(&mut edit).unwrap();
    edit.apply(&certificate_profile()).unwrap()
}

fn servers(profile: &Profile) -> Vec<(String, Transport)> {
    let servers = profile.servers.iter();
    servers
        .map(|server| (server.to_string(), server.transport()))
        .collect()
}

fn user_name(profile: &Profile) -> Option<&str> {
    profile
        .authentication
        .selected()
        .password()?
        .username
        .as_deref()
}
