//! Every form of `azurevpnconfig.xml` that is found in the world, a fixture and a test each.
//!
//! | form | test |
//! |---|---|
//! | root in lower case | `a_root_in_lower_case_is_read` |
//! | no namespace | `a_file_without_namespaces_is_read` |
//! | children with `xmlns=""` | `children_in_no_namespace_are_read` |
//! | `i:nil` on a line of its own | `nil_on_a_line_of_its_own_is_read` |
//! | white space around values | `white_space_around_values_is_left_out` |
//! | UTF-8 with a byte order mark | `a_byte_order_mark_is_passed_over` |
//! | UTF-16LE | `utf_16_is_read` |
//! | `cert` and `Cert` | `the_servers_certificate_is_read_in_lower_case_too` |
//! | a nil certificate beside a real one | `a_nil_certificate_is_no_certificate` |
//! | `DnsServerEntry/dnsserver` and `dnsserver` | `dns_servers_are_read_flat_and_nested` |
//! | suffixes with and without a leading dot | `suffixes_are_read_with_and_without_a_dot` |
//! | `dnsssuffix` | `the_known_misspelling_of_a_suffix_is_read` |
//! | suffixes inside `servervalidation` | `misplaced_suffixes_are_read` |
//! | `clientconfig` twice | `both_of_two_client_settings_are_read` |
//! | a route with two destinations | `a_route_with_two_destinations_is_refused_with_its_line` |
//! | forced tunnel, `0.0.0.0/0` | `one_route_forces_the_tunnel` |
//! | forced tunnel, two halves | `two_halves_force_the_tunnel` |
//! | Virtual WAN | `hosts_of_virtual_wan_are_called_by_their_own_name` |
//! | hosts below `cloudapp.net` | `older_hosts_have_derived_names_too` |
//! | custom audience | `a_custom_audience_has_a_client_of_its_own` |
//! | several populated ways to sign in | `populated_ways_to_sign_in_are_a_choice` |
//! | one of them broken | `a_broken_way_to_sign_in_is_left_out` |
//! | export of Microsoft's client | `an_export_of_the_client_is_read` |
//! | Intune policy with the profile as elements | `an_intune_policy_is_unwrapped` |
//! | the same as text | `an_intune_policy_with_the_profile_as_text_is_unwrapped` |
//! | Intune policy for IKEv2 | `a_native_intune_policy_is_refused_by_name` |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use p2svpn_profile::{
    Authentication, AuthenticationKind, Content, ImportError, Imported, Profile, SecretsInExport,
    TunnelMode, Warning, WarningKind,
};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/azure/", $name)).as_slice()
    };
}

const CERTIFICATE: &[u8] = include_bytes!("fixtures/certificate.xml");
const GUID: &str = "0d3b2c1a-1f2e-4a5b-8c9d-7e6f5a4b3c2d";

#[test]
fn a_root_in_lower_case_is_read() {
    assert_same(fixture!("lower-case-root.xml"));
}

#[test]
fn a_file_without_namespaces_is_read() {
    assert_same(fixture!("no-namespace.xml"));
}

#[test]
fn children_in_no_namespace_are_read() {
    assert_same(fixture!("empty-namespaces.xml"));
}

#[test]
fn nil_on_a_line_of_its_own_is_read() {
    assert_same(fixture!("nil-on-its-own-line.xml"));
}

#[test]
fn white_space_around_values_is_left_out() {
    assert_same(fixture!("trailing-spaces.xml"));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert_same(fixture!("utf-8-byte-order-mark.xml"));
}

#[test]
fn utf_16_is_read() {
    assert_same(fixture!("utf-16-little-endian.xml"));
}

#[test]
fn the_servers_certificate_is_read_in_lower_case_too() {
    assert_same(fixture!("lower-case-cert.xml"));
}

#[test]
fn a_nil_certificate_is_no_certificate() {
    assert_same(fixture!("nil-cert-beside.xml"));
}

#[test]
fn dns_servers_are_read_flat_and_nested() {
    let flat = import(fixture!("flat-dnsserver.xml"));

    assert_eq!(shown(&flat.profile.dns_servers), ["10.2.0.4", "10.2.0.5"]);
    assert_eq!(flat.warnings, []);
    assert_eq!(import(fixture!("nested-dnsserver.xml")), flat);
}

#[test]
fn suffixes_are_read_with_and_without_a_dot() {
    let imported = import(fixture!("suffixes.xml"));

    assert_eq!(imported.warnings, []);
    assert_suffixes(&imported);
}

#[test]
fn the_known_misspelling_of_a_suffix_is_read() {
    let imported = import(fixture!("misspelt-suffixes.xml"));

    assert_suffixes(&imported);
    assert_eq!(kinds(&imported.warnings), [WarningKind::Misspelt; 2]);
}

#[test]
fn misplaced_suffixes_are_read() {
    let imported = import(fixture!("misplaced-suffixes.xml"));

    assert_suffixes(&imported);
    assert_eq!(kinds(&imported.warnings), [WarningKind::Misplaced]);
}

#[test]
fn both_of_two_client_settings_are_read() {
    let Imported {
        profile, warnings, ..
    } = import(fixture!("clientconfig-twice.xml"));

    assert_eq!(warnings, []);
    assert_eq!(shown(&profile.include_routes), ["10.10.0.0/16"]);
    assert_eq!(shown(&profile.exclude_routes), ["10.20.0.0/16"]);
}

#[test]
fn a_route_with_two_destinations_is_refused_with_its_line() {
    let error = Profile::from_azure_xml(fixture!("two-destinations.xml")).unwrap_err();

    assert!(matches!(error, ImportError::AmbiguousRoute { .. }));
    assert_eq!(
        error.to_string(),
        "line 16, column 9: several values for 'destination' in one route; each needs a route of its own"
    );
}

#[test]
fn one_route_forces_the_tunnel() {
    let profile = import(fixture!("forced-by-one-route.xml")).profile;

    assert_eq!(
        (profile.tunnel_mode(), profile.version),
        (TunnelMode::Full, 2)
    );
}

#[test]
fn two_halves_force_the_tunnel() {
    let profile = import(fixture!("forced-by-two-halves.xml")).profile;

    assert_eq!(
        (profile.tunnel_mode(), profile.version),
        (TunnelMode::Full, 2)
    );
}

#[test]
fn hosts_of_virtual_wan_are_called_by_their_own_name() {
    for bytes in [fixture!("virtual-wan.xml"), fixture!("virtual-wan-hub.xml")] {
        let profile = import(bytes).profile;

        let server = profile.servers.first();
        assert_eq!(profile.name, "contoso-wan-westeurope_users");
        assert_eq!(server.certificate_names(), [server.host()]);
        assert_eq!(server.network_id(), None);
    }
}

#[test]
fn older_hosts_have_derived_names_too() {
    let profile = import(fixture!("cloudapp-net.xml")).profile;

    let server = profile.servers.first();
    assert_eq!(server.network_id(), Some(GUID));
    assert!(
        server
            .certificate_names()
            .contains(&format!("{GUID}.cloudapp.net"))
    );
}

#[test]
fn a_custom_audience_has_a_client_of_its_own() {
    let profile = import(fixture!("custom-audience.xml")).profile;

    let Authentication::Entra(entra) = profile.authentication.selected() else {
        panic!("{profile:?}")
    };
    assert_eq!(entra.client_id(), "11111111-2222-3333-4444-555555555555");
    assert_eq!(entra.audience, "c632b3df-fb67-4d84-bdcf-b95ad541b5c8");
}

#[test]
fn populated_ways_to_sign_in_are_a_choice() {
    let Imported {
        mut profile,
        warnings,
        ..
    } = import(fixture!("two-ways-to-sign-in.xml"));

    assert_eq!(warnings, []);
    let kinds: Vec<_> = profile
        .authentication
        .iter()
        .map(Authentication::kind)
        .collect();
    assert_eq!(
        kinds,
        [AuthenticationKind::Certificate, AuthenticationKind::Entra]
    );
    assert_round_trip(&profile);
    assert!(profile.authentication.select(AuthenticationKind::Entra));
    assert_round_trip(&profile);
}

#[test]
fn a_broken_way_to_sign_in_is_left_out() {
    let imported = import(fixture!("broken-second-way.xml"));

    assert_eq!(imported.profile, import(CERTIFICATE).profile);
    assert_eq!(kinds(&imported.warnings), [WarningKind::IgnoredValue]);
    let said = imported.warnings[0].to_string();
    assert!(
        said.starts_with("line 9, column 7: clientauth/aad/tenant is 'http://")
            && said.ends_with("the way to sign in by entra is left out"),
        "{said}"
    );
}

#[test]
fn an_export_of_the_client_is_read() {
    let imported = import(fixture!("contoso-vnet.AzureVpnProfile.xml"));

    assert_eq!(imported.warnings, []);
    assert_eq!(imported.profile.name, "Contoso (export)");
    assert_eq!(imported.profile.unknown_elements.len(), 4);
    assert_round_trip(&imported.profile);
}

#[test]
fn an_intune_policy_is_unwrapped() {
    let imported = import(fixture!("intune.xml"));

    assert_policy(&imported);
}

#[test]
fn an_intune_policy_with_the_profile_as_text_is_unwrapped() {
    for bytes in [fixture!("intune-cdata.xml"), fixture!("intune-escaped.xml")] {
        assert_policy(&import(bytes));
    }
}

#[test]
fn errors_in_the_text_of_an_intune_policy_point_at_the_element_that_has_it() {
    for bytes in [fixture!("intune-cdata.xml"), fixture!("intune-escaped.xml")] {
        let text = std::str::from_utf8(bytes).unwrap();
        for (right, wrong) in [("DF3C24F9", "DF3C24FX"), ("/AzVpnProfile", "/AzVpn")] {
            let error = Profile::from_azure_xml(text.replace(right, wrong).as_bytes()).unwrap_err();

            assert!(
                error.to_string().starts_with("line 9, column 5: "),
                "{error}"
            );
        }
    }
}

#[test]
fn errors_in_the_elements_of_an_intune_policy_have_their_own_line() {
    let text = std::str::from_utf8(fixture!("intune.xml")).unwrap();
    let line = text
        .lines()
        .position(|line| line.contains("DF3C24F9"))
        .unwrap()
        + 1;

    let wrong = text.replace("DF3C24F9", "DF3C24FX");
    let error = Profile::from_azure_xml(wrong.as_bytes()).unwrap_err();

    assert_eq!(error.position().unwrap().line as usize, line);
}

#[test]
fn what_an_intune_policy_says_to_windows_is_told() {
    let text = std::str::from_utf8(fixture!("intune.xml")).unwrap();
    let text = text
        .replace("<DeviceTunnel>false", "<DeviceTunnel>true")
        .replace("<AlwaysOn>true", "<Odd/><AlwaysOn>false")
        .replace("corp.contoso.com, ", "no domain,");

    let imported = import(text.as_bytes());

    assert!(!imported.profile.always_on);
    assert_eq!(shown(&imported.profile.trusted_networks), ["contoso.local"]);
    let said: Vec<_> = imported
        .warnings
        .iter()
        .map(|warning| &*warning.message)
        .collect();
    assert_eq!(
        said,
        [
            "VPNProfile/RememberCredentials has no effect here",
            "the unknown element 'Odd' in 'VPNProfile' is ignored",
            "VPNProfile/TrustedNetworkDetection holds ' ', which no DNS suffix has; it is ignored",
            "VPNProfile/DeviceTunnel has no effect here",
        ]
    );
    assert!(imported.profile.unknown_elements.is_empty());
}

#[test]
fn a_native_intune_policy_is_refused_by_name() {
    let error = Profile::from_azure_xml(fixture!("intune-native.xml")).unwrap_err();

    let vpn_types = "IKEv2".to_owned();
    assert_eq!(error, ImportError::WithoutOpenVpn { vpn_types });
}

#[test]
fn an_intune_policy_of_another_client_is_refused() {
    for inside in ["", "<Other/>", "other", "&lt;Other/>", "<AzVpn/>"] {
        let text = format!(
            "<VPNProfile><PluginProfile><CustomConfiguration>{inside}</CustomConfiguration></PluginProfile></VPNProfile>"
        );

        let found = Content::IntuneProfile;
        assert_eq!(
            Profile::from_azure_xml(text.as_bytes()).unwrap_err(),
            ImportError::NotAzureProfile { found },
            "{inside}"
        );
    }
}

#[test]
fn the_text_of_an_intune_policy_is_as_hostile_as_a_file() {
    let inside = |text: &str| {
        format!(
            "<VPNProfile><PluginProfile><CustomConfiguration>{text}</CustomConfiguration></PluginProfile></VPNProfile>"
        )
    };
    let deep = inside(&"&lt;a>".repeat(100));
    let many = inside(&format!("&lt;AzVpnProfile>{}", "&lt;a/>".repeat(60_000)));
    let bomb = inside("&lt;!DOCTYPE a []>&lt;AzVpnProfile/>");
    let entity = inside("&lt;AzVpnProfile>&amp;xxe;&lt;/AzVpnProfile>");

    let refuse = |text: &str| Profile::from_azure_xml(text.as_bytes()).unwrap_err();
    assert!(matches!(refuse(&deep), ImportError::TooDeep { .. }));
    assert!(matches!(refuse(&many), ImportError::TooManyElements { .. }));
    assert!(matches!(refuse(&bomb), ImportError::DocumentType { .. }));
    assert!(matches!(refuse(&entity), ImportError::Entity { .. }));
}

#[test]
fn an_issuer_is_an_address_that_can_be_read_in_one_way_only() {
    let entra = include_str!("fixtures/entra.xml");
    for issuer in [
        "http://sts.windows.net/x/",
        "https://sts.windows.net@example.com/",
        "https://sts.windows.net/x?y",
    ] {
        let text = entra.replace(
            "<issuer>https://sts.windows.net/",
            &format!("<issuer>{issuer}"),
        );

        let error = Profile::from_azure_xml(text.as_bytes()).unwrap_err();

        assert!(
            error.to_string().contains("clientauth/aad/issuer"),
            "{error}"
        );
    }
}

#[test]
fn an_element_with_very_many_attributes_is_refused_at_once() {
    let attributes: String = (0..80_000).map(|number| format!(" a{number}=''")).collect();
    let text = format!("<AzVpnProfile{attributes}/>");

    let error = Profile::from_azure_xml(text.as_bytes()).unwrap_err();

    assert!(error.to_string().contains("too many attributes"), "{error}");
}

#[test]
fn more_dns_servers_than_any_network_has_are_refused() {
    let list: String = (0..1_200)
        .map(|number| format!("10.0.{}.{} ", number / 200, number % 200))
        .collect();
    let text = std::str::from_utf8(fixture!("flat-dnsserver.xml")).unwrap();

    let error = Profile::from_azure_xml(text.replace("10.2.0.4", &list).as_bytes()).unwrap_err();

    assert!(error.to_string().contains("DNS servers"), "{error}");
}

/// The same profile as the portal's, without a word.
fn assert_same(bytes: &[u8]) {
    let imported = import(bytes);

    assert_eq!(imported.warnings, []);
    assert_eq!(imported.profile, import(CERTIFICATE).profile);
    assert_round_trip(&imported.profile);
}

fn assert_policy(imported: &Imported) {
    let mut profile = imported.profile.clone();
    assert!(profile.always_on);
    assert_eq!(
        shown(&profile.trusted_networks),
        ["corp.contoso.com", "contoso.local"]
    );
    let said: Vec<_> = imported.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["line 2, column 3: VPNProfile/RememberCredentials has no effect here"]
    );
    profile.always_on = false;
    profile.trusted_networks.retain(|_| false);
    assert_eq!(profile, import(CERTIFICATE).profile);
}

fn assert_suffixes(imported: &Imported) {
    assert_eq!(
        shown(&imported.profile.dns_suffixes),
        ["corp.contoso.com", "privatelink.contoso.com"]
    );
    assert_round_trip(&imported.profile);
}

fn assert_round_trip(profile: &Profile) {
    let exported = profile.to_azure_xml(SecretsInExport::Included);

    assert_eq!(exported.notes, [""; 0]);
    assert_eq!(&import(exported.text.as_bytes()).profile, profile);
}

fn import(bytes: &[u8]) -> Imported {
    Profile::from_azure_xml(bytes).unwrap_or_else(|error| panic!("{error}"))
}

fn shown<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

fn kinds(warnings: &[Warning]) -> Vec<WarningKind> {
    warnings.iter().map(|warning| warning.kind).collect()
}
