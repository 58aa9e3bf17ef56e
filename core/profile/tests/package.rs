//! What is made of the packages that the Azure portal hands out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_profile::{
    AuthenticationKind, ImportError, Imported, ServerTrust, Thumbprint, WarningKind,
};
use support::{
    CERTIFICATE, ENTRA, OVPN_2022, OVPN_2026, PROGRAM, ROOT, SETTINGS_2022, SETTINGS_2026, crlf,
    import_all, import_one, import_package, zip,
};

const HOST: &str = "azuregateway-0d3b2c1a-1f2e-4a5b-8c9d-7e6f5a4b3c2d-a1b2c3d4e5f6.vpn.azure.com";
const OTHER_HOST: &str =
    "azuregateway-0d3b2c1a-1f2e-4a5b-8c9d-7e6f5a4b3c2d-ffffffffffff.vpn.azure.com";
const OTHER_HASH: &str = "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436";
const HASH: &str = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4";

fn kinds(imported: &Imported) -> Vec<AuthenticationKind> {
    let ways = imported.profile.authentication.iter();
    ways.map(|way| way.kind()).collect()
}

fn networks<'a>(networks: impl IntoIterator<Item = &'a ipnet::IpNet>) -> Vec<String> {
    networks.into_iter().map(ToString::to_string).collect()
}

/// The subjects of the pinned roots whose certificates are known.
fn known_roots(imported: &Imported) -> Vec<&str> {
    let ServerTrust::PinnedRoots(roots) = &imported.profile.server_validation.trust else {
        panic!("no pinned roots");
    };
    let certificates = roots.iter().filter_map(|root| root.certificate());
    certificates
        .map(|certificate| certificate.subject())
        .collect()
}

#[test]
fn the_package_for_certificates_of_2022_is_one_profile() {
    let imported = import_package(&[
        ("Generic\\VpnSettings.xml", &crlf(SETTINGS_2022)),
        ("Generic\\VpnServerRoot.cer", ROOT),
        ("OpenVPN\\vpnconfig.ovpn", &crlf(OVPN_2022)),
        ("AzureVPN\\azurevpnconfig.xml", &crlf(CERTIFICATE)),
    ]);

    assert_eq!(imported.warnings, []);
    assert_eq!(kinds(&imported), [AuthenticationKind::Certificate]);
    let profile = &imported.profile;
    assert_eq!(profile.name, "contoso-vnet");
    assert_eq!(profile.servers.first().host(), HOST);
    assert_eq!(known_roots(&imported).len(), 1);
    let network = &profile.network;
    assert_eq!(network.name.as_deref(), Some("contoso-vnet"));
    assert_eq!(network.id.as_deref(), profile.servers.first().network_id());
    assert_eq!(networks(&network.routes), ["10.1.0.0/16", "10.2.0.0/16"]);
    assert_eq!(networks(&network.address_pool), ["172.16.201.0/24"]);
    assert_eq!(network.dns_servers.len(), 2);
}

#[test]
fn the_package_for_certificates_and_entra_is_one_profile_with_a_choice() {
    let imported = import_package(&[
        ("Generic\\VpnSettings.xml", &crlf(SETTINGS_2022)),
        ("Generic\\VpnServerRoot.cer", ROOT),
        ("OpenVPN\\vpnconfig_cert.ovpn", &crlf(OVPN_2022)),
        ("AzureVPN\\azurevpnconfig_cert.xml", &crlf(CERTIFICATE)),
        ("AzureVPN\\azurevpnconfig_aad.xml", &crlf(ENTRA)),
    ]);

    assert_eq!(imported.warnings, []);
    assert_eq!(
        kinds(&imported),
        [AuthenticationKind::Entra, AuthenticationKind::Certificate]
    );
    // Only one of the two files says so.
    assert_eq!(imported.profile.dns_servers.len(), 2);
}

#[test]
fn the_package_of_2026_with_programs_is_one_profile() {
    let imported = import_package(&[
        ("Generic\\VpnSettings.xml", &crlf(SETTINGS_2026)),
        ("Generic\\VpnServerRoot.cer_0", ROOT),
        ("OpenVPN\\vpnconfig.ovpn", &crlf(OVPN_2026)),
        ("AzureVPN\\azurevpnconfig.xml", &crlf(CERTIFICATE)),
        ("WindowsAmd64\\VpnClientSetupAmd64.exe", PROGRAM),
        ("WindowsX86\\VpnClientSetupX86.exe", PROGRAM),
        (
            "WindowsPowershell\\VpnProfileSetup.ps1",
            b"Add-VpnConnection",
        ),
    ]);

    assert_eq!(imported.warnings, []);
    assert_eq!(known_roots(&imported).len(), 1);
    let network = &imported.profile.network;
    assert_eq!(networks(&network.routes), ["10.1.0.0/16", "10.2.0.0/16"]);
    assert_eq!(
        network.id.as_deref(),
        imported.profile.servers.first().network_id()
    );
}

#[test]
fn the_package_for_entra_only_is_one_profile() {
    let imported = import_package(&[
        ("AzureVPN\\azurevpnconfig.xml", &crlf(ENTRA)),
        ("Generic\\VpnSettings.xml", &crlf(SETTINGS_2022)),
    ]);

    assert_eq!(imported.warnings, []);
    assert_eq!(kinds(&imported), [AuthenticationKind::Entra]);
    // The settings have the root too.
    assert_eq!(known_roots(&imported).len(), 1);
}

#[test]
fn a_package_without_openvpn_is_refused_by_its_tunnel_types() {
    let settings = SETTINGS_2026.replace("IkeV2,OpenVPN", "SSTP,IkeV2");

    let failure = import_one(
        "contoso.zip",
        &zip(&[
            ("Generic\\VpnSettings.xml", &crlf(&settings)),
            ("Generic\\VpnServerRoot.cer_0", ROOT),
            ("WindowsAmd64\\VpnClientSetupAmd64.exe", PROGRAM),
        ]),
    )
    .unwrap_err();

    assert_eq!(
        failure.to_string(),
        "contoso.zip: the gateway offers SSTP, IkeV2, not OpenVPN"
    );
    assert!(failure.error.remedy().contains("tunnel type OpenVPN"));
}

#[test]
fn a_package_without_a_profile_says_what_it_holds() {
    let failure = import_one(
        "contoso.zip",
        &zip(&[
            ("Generic\\VpnSettings.xml", &crlf(SETTINGS_2026)),
            ("readme.txt", b"hello"),
            ("setup.exe", PROGRAM),
        ]),
    )
    .unwrap_err();

    assert_eq!(
        failure.to_string(),
        "contoso.zip: there is no profile in the package; it holds Generic/VpnSettings.xml, \
         readme.txt, setup.exe"
    );
}

#[test]
fn every_name_of_the_file_is_found() {
    for name in [
        "AzureVPN\\azurevpn.xml",
        "AzureVPN/azurevpnconfig.xml",
        "azurevpn\\contoso-vnet_azurevpn.xml",
        "contoso\\AzureVPN\\AZUREVPNCONFIG.XML",
        "contoso/AzureVPN/azurevpnconfig.xml",
    ] {
        let imported = import_package(&[(name, &crlf(CERTIFICATE))]);

        assert_eq!(imported.profile.name, "contoso-vnet", "{name}");
    }
}

#[test]
fn what_a_mac_adds_to_an_archive_is_passed_over() {
    let imported = import_package(&[
        ("contoso/AzureVPN/azurevpnconfig.xml", &crlf(CERTIFICATE)),
        (
            "__MACOSX/contoso/AzureVPN/._azurevpnconfig.xml",
            b"\0\x05\x16\x07",
        ),
        ("contoso/.DS_Store", b"\0\0\0\x01Bud1"),
    ]);

    assert_eq!(imported.warnings, []);
}

#[test]
fn a_damaged_profile_in_a_package_is_named_with_its_line() {
    let damaged = CERTIFICATE.replace(&HASH[..8], "XXXXXXXX");

    let failure = import_one(
        "contoso.zip",
        &zip(&[("AzureVPN\\azurevpnconfig.xml", &crlf(&damaged))]),
    )
    .unwrap_err();

    assert_eq!(failure.file.as_deref(), Some("AzureVPN/azurevpnconfig.xml"));
    assert!(
        failure
            .to_string()
            .starts_with("AzureVPN/azurevpnconfig.xml: line 27, column 7: "),
        "{failure}"
    );
}

#[test]
fn warnings_name_the_file_in_the_package() {
    let unknown = ENTRA.replace("<version>", "<novelty>1</novelty><version>");

    let imported = import_package(&[
        ("AzureVPN\\azurevpnconfig_cert.xml", &crlf(CERTIFICATE)),
        ("AzureVPN\\azurevpnconfig_aad.xml", &crlf(&unknown)),
    ]);

    let [warning] = imported.warnings.as_slice() else {
        panic!("{:?}", imported.warnings);
    };
    assert_eq!(warning.kind, WarningKind::UnknownElement);
    assert!(
        warning
            .to_string()
            .starts_with("AzureVPN/azurevpnconfig_aad.xml: line "),
        "{warning}"
    );
}

#[test]
fn a_root_that_no_profile_names_is_a_warning() {
    let profile = CERTIFICATE.replace(HASH, OTHER_HASH);

    let imported = import_package(&[
        ("AzureVPN\\azurevpnconfig.xml", &crlf(&profile)),
        ("Generic\\VpnServerRoot.cer_1", ROOT),
    ]);

    let [warning] = imported.warnings.as_slice() else {
        panic!("{:?}", imported.warnings);
    };
    assert_eq!(warning.kind, WarningKind::UnusedFile);
    assert_eq!(warning.file.as_deref(), Some("Generic/VpnServerRoot.cer_1"));
    assert!(known_roots(&imported).is_empty());
}

#[test]
fn settings_of_another_gateway_are_a_warning() {
    let settings = SETTINGS_2022.replace("0d3b2c1a", "11111111");

    let imported = import_package(&[
        ("AzureVPN\\azurevpnconfig.xml", &crlf(CERTIFICATE)),
        ("Generic\\VpnSettings.xml", &crlf(&settings)),
    ]);

    assert_eq!(imported.warnings.len(), 1);
    assert_eq!(imported.warnings[0].kind, WarningKind::UnusedFile);
    assert_eq!(imported.profile.network, Default::default());
}

#[test]
fn settings_that_cannot_be_read_are_warnings() {
    let settings = SETTINGS_2022
        .replace("10.2.0.0/16", "10.2.0.0/99")
        .replace("10.1.0.5", "ten")
        .replace("MII", "!!!");

    let imported = import_package(&[
        ("AzureVPN\\azurevpnconfig.xml", &crlf(CERTIFICATE)),
        ("Generic\\VpnSettings.xml", &crlf(&settings)),
    ]);

    assert_eq!(imported.warnings.len(), 3, "{:?}", imported.warnings);
    assert_eq!(networks(&imported.profile.network.routes), ["10.1.0.0/16"]);
}

#[test]
fn files_that_disagree_about_a_gateway_are_named_both() {
    for (from, to, what) in [
        (HASH, OTHER_HASH, "the pinned roots"),
        ("000102", "ffffff", "the server secret"),
    ] {
        let other = ENTRA.replacen(from, to, 1);
        let failure = import_one(
            "contoso.zip",
            &zip(&[
                ("AzureVPN\\azurevpnconfig_cert.xml", &crlf(CERTIFICATE)),
                ("AzureVPN\\azurevpnconfig_aad.xml", &crlf(&other)),
            ]),
        )
        .unwrap_err();

        assert_eq!(
            failure.file.as_deref(),
            Some("AzureVPN/azurevpnconfig_aad.xml")
        );
        assert_eq!(
            failure.error,
            ImportError::Disagreement {
                other: "AzureVPN/azurevpnconfig_cert.xml".to_owned(),
                what,
            }
        );
    }
}

#[test]
fn a_name_of_a_file_cannot_forge_a_line_of_a_message() {
    let other = ENTRA.replacen("000102", "ffffff", 1);

    let failure = import_all(&[
        ("one\n2026-01-01 all is well", CERTIFICATE.as_bytes()),
        ("two\u{1b}[2J", other.as_bytes()),
    ])
    .unwrap_err();

    assert!(
        !failure.to_string().contains(char::is_control),
        "{failure:?}"
    );
}

#[test]
fn the_files_of_two_gateways_are_two_profiles() {
    let other = ENTRA.replace(HOST, OTHER_HOST);

    let imported = import_all(&[
        ("a.xml", CERTIFICATE.as_bytes()),
        ("b.xml", other.as_bytes()),
    ])
    .unwrap();

    let hosts: Vec<&str> = imported
        .iter()
        .map(|imported| imported.profile.servers.first().host())
        .collect();
    assert_eq!(hosts, [HOST, OTHER_HOST]);
}

#[test]
fn two_packages_of_a_gateway_are_one_profile() {
    let certificate = zip(&[("AzureVPN\\azurevpnconfig.xml", CERTIFICATE.as_bytes())]);
    let entra = zip(&[
        ("AzureVPN\\azurevpnconfig.xml", ENTRA.as_bytes()),
        ("Generic\\VpnSettings.xml", SETTINGS_2022.as_bytes()),
    ]);

    let imported = import_all(&[("a.zip", &certificate), ("b.zip", &entra)]).unwrap();

    assert_eq!(imported.len(), 1);
    assert_eq!(
        kinds(&imported[0]),
        [AuthenticationKind::Entra, AuthenticationKind::Certificate]
    );
    assert!(imported[0].profile.network.id.is_some());
}

#[test]
fn an_unpacked_package_is_read_like_a_packed_one() {
    let files: [(&str, &[u8]); 4] = [
        ("Generic/VpnSettings.xml", SETTINGS_2026.as_bytes()),
        ("Generic/VpnServerRoot.cer_0", ROOT),
        ("AzureVPN/azurevpnconfig_aad.xml", ENTRA.as_bytes()),
        ("AzureVPN/azurevpnconfig_cert.xml", CERTIFICATE.as_bytes()),
    ];

    let unpacked = import_all(&files).unwrap();

    assert_eq!(unpacked, [import_package(&files)]);
}

#[test]
fn profiles_with_other_routes_or_names_stay_apart() {
    let dns = "<dnsserver>10.1.0.4</dnsserver>";
    for other in [
        ENTRA.replace(dns, "<dnsserver>10.9.0.4</dnsserver>"),
        ENTRA.replace("<name>contoso-vnet", "<name>contoso-vnet, all traffic"),
        ENTRA.replace("c632b3df", "c632b3de"),
    ] {
        let imported =
            import_all(&[("a.xml", ENTRA.as_bytes()), ("b.xml", other.as_bytes())]).unwrap();

        assert_eq!(imported.len(), 2);
    }
}

#[test]
fn the_same_file_given_twice_is_one_profile() {
    let imported = import_all(&[("a.xml", ENTRA.as_bytes()), ("b.xml", ENTRA.as_bytes())]).unwrap();

    assert_eq!(imported.len(), 1);
    assert_eq!(kinds(&imported[0]), [AuthenticationKind::Entra]);
}

#[test]
fn thumbprints_of_known_roots_are_those_pinned() {
    let imported = import_package(&[
        ("AzureVPN\\azurevpnconfig.xml", &crlf(CERTIFICATE)),
        ("Generic\\VpnServerRoot.cer", ROOT),
    ]);

    let pinned: Vec<Thumbprint> = imported.profile.server_validation.trust.pinned().collect();
    assert_eq!(pinned, [HASH.parse().unwrap()]);
    let [root] = known_roots(&imported)[..] else {
        panic!("no root");
    };
    assert!(root.contains("DigiCert Global Root G2"), "{root}");
}

#[test]
fn a_package_with_nothing_but_an_openvpn_configuration_is_one_profile() {
    let imported = import_package(&[
        ("Generic\\VpnSettings.xml", &crlf(SETTINGS_2022)),
        ("OpenVPN\\vpnconfig.ovpn", &crlf(OVPN_2022)),
    ]);

    // Named after the virtual network, which only the settings know.
    assert_eq!(imported.profile.name, "contoso-vnet");
    assert_eq!(imported.profile.servers.first().host(), HOST);
    assert_eq!(kinds(&imported), [AuthenticationKind::Certificate]);
}

#[test]
fn a_configuration_in_a_package_without_settings_is_named_after_the_package() {
    let imported = import_package(&[("OpenVPN\\vpnconfig.ovpn", &crlf(OVPN_2022))]);

    assert_eq!(imported.profile.name, "contoso");
}

#[test]
fn an_openvpn_configuration_gives_the_roots_of_an_azure_profile() {
    let imported = import_package(&[
        ("OpenVPN\\vpnconfig.ovpn", &crlf(OVPN_2026)),
        ("AzureVPN\\azurevpnconfig.xml", &crlf(CERTIFICATE)),
    ]);

    assert_eq!(imported.warnings, []);
    assert_eq!(known_roots(&imported).len(), 1);
}

#[test]
fn an_openvpn_configuration_gives_the_way_to_sign_in_that_an_azure_profile_lacks() {
    let imported = import_package(&[
        ("OpenVPN\\vpnconfig.ovpn", &crlf(OVPN_2026)),
        ("AzureVPN\\azurevpnconfig.xml", &crlf(ENTRA)),
    ]);

    assert_eq!(
        kinds(&imported),
        [AuthenticationKind::Entra, AuthenticationKind::Certificate]
    );
    assert!(imported.profile.protocol == Default::default());
}

#[test]
fn an_openvpn_configuration_with_another_secret_is_named() {
    let other = OVPN_2022.replace("000102", "ffffff");

    let failure = import_one(
        "contoso.zip",
        &zip(&[
            ("OpenVPN\\vpnconfig.ovpn", &crlf(&other)),
            ("AzureVPN\\azurevpnconfig.xml", &crlf(CERTIFICATE)),
        ]),
    )
    .unwrap_err();

    assert_eq!(failure.file.as_deref(), Some("OpenVPN/vpnconfig.ovpn"));
    assert!(failure.to_string().contains("the server secret"));
}

/// The routes, names and options of a configuration.
const OWN: &str = "route 10.7.0.0 255.255.0.0\nroute 10.8.0.0 255.255.0.0 net_gateway\n\
                   dhcp-option DNS 10.7.0.4\ndhcp-option DOMAIN contoso.example\nmssfix 1300\n";

#[test]
fn an_openvpn_configuration_gives_the_routes_and_names_that_an_azure_profile_lacks() {
    let configuration = format!("{OWN}{OVPN_2022}");
    let alone = import_one("vpnconfig.ovpn", configuration.as_bytes()).unwrap();

    let imported = import_package(&[
        ("OpenVPN\\vpnconfig.ovpn", configuration.as_bytes()),
        ("AzureVPN\\azurevpnconfig.xml", &crlf(CERTIFICATE)),
    ]);

    assert_eq!(imported.warnings, []);
    let (profile, alone) = (&imported.profile, &alone[0].profile);
    assert_eq!(networks(&profile.include_routes), ["10.7.0.0/16"]);
    assert_eq!(networks(&profile.exclude_routes), ["10.8.0.0/16"]);
    assert_eq!(profile.dns_servers.len(), 1);
    assert_eq!(profile.dns_suffixes, alone.dns_suffixes);
    assert_eq!(profile.protocol, alone.protocol);
}

#[test]
fn what_an_openvpn_configuration_says_otherwise_than_an_azure_profile_is_told() {
    let configuration = format!("{OWN}{OVPN_2022}");
    let client = "<includeroutes><route><destination>10.1.0.0</destination><mask>16</mask></route>\
                  </includeroutes><dnsservers><dnsserver>10.1.0.4</dnsserver></dnsservers>";
    let azure = CERTIFICATE.replace(
        "<clientconfig i:nil=\"true\" />",
        &format!("<clientconfig>{client}</clientconfig>"),
    );

    let imported = import_package(&[
        ("OpenVPN\\vpnconfig.ovpn", configuration.as_bytes()),
        ("AzureVPN\\azurevpnconfig.xml", azure.as_bytes()),
    ]);

    let profile = &imported.profile;
    assert_eq!(networks(&profile.include_routes), ["10.1.0.0/16"]);
    assert_eq!(networks(&profile.exclude_routes), ["10.8.0.0/16"]);
    let told: Vec<(WarningKind, &str)> = imported
        .warnings
        .iter()
        .map(|warning| (warning.kind, warning.message.as_str()))
        .collect();
    let kind = WarningKind::IgnoredOption;
    let other = "are not taken: AzureVPN/azurevpnconfig.xml has others";
    assert_eq!(
        told,
        [
            (kind, &*format!("its routes {other}")),
            (kind, &*format!("its DNS servers {other}"))
        ]
    );
    let file = imported.warnings[0].file.as_deref();
    assert_eq!(file, Some("OpenVPN/vpnconfig.ovpn"));
}

/// A profile for certificates that offers Entra ID as well.
fn with_a_choice() -> String {
    let begin = ENTRA.find("<aad>").unwrap();
    let end = ENTRA.find("</aad>").unwrap() + "</aad>".len();
    let text = CERTIFICATE.replace("<aad i:nil=\"true\" />", &ENTRA[begin..end]);
    assert!(text.len() > CERTIFICATE.len());
    text
}

#[test]
fn the_choice_that_one_file_makes_stays_when_others_come() {
    let choice = with_a_choice();
    let azure = ("AzureVPN\\azurevpnconfig.xml", choice.as_bytes());
    let entra = ("AzureVPN\\azurevpnconfig_aad.xml", ENTRA.as_bytes());
    let openvpn = ("OpenVPN\\vpnconfig.ovpn", OVPN_2022.as_bytes());

    for files in [
        vec![azure],
        vec![azure, openvpn],
        vec![azure, entra, openvpn],
        vec![entra, azure],
    ] {
        let imported = import_one("contoso.zip", &zip(&files)).unwrap();

        let of_gateway = &imported[0].profile;
        let selected = of_gateway.authentication.selected().kind();
        assert_eq!(selected, AuthenticationKind::Certificate);
    }
}
