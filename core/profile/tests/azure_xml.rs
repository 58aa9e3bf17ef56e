//! What `Profile::from_azure_xml` makes of the forms that are found in the world.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use p2svpn_profile::{
    Authentication, Imported, Position, Profile, ServerSecret, Thumbprint, Transport, TunnelMode,
    Warning, WarningKind,
};

const CERTIFICATE: &str = include_str!("fixtures/certificate.xml");
const ENTRA: &str = include_str!("fixtures/entra.xml");
const PASSWORD: &str = include_str!("fixtures/password.xml");
const CLIENT_EXPORT: &str = include_str!("fixtures/client-export.xml");
const EDITED_BY_HAND: &str = include_str!("fixtures/edited-by-hand.xml");

const HOST: &str = "azuregateway-0d3b2c1a-1f2e-4a5b-8c9d-7e6f5a4b3c2d-a1b2c3d4e5f6.vpn.azure.com";
const TENANT_ID: &str = "5a6b7c8d-1234-4321-abcd-0123456789ab";

#[test]
fn the_portals_certificate_profile_is_read_whole() {
    let Imported {
        profile, warnings, ..
    } = import(CERTIFICATE);

    assert_eq!(warnings, []);
    assert_eq!(profile.name, "contoso-vnet");
    assert_eq!(profile.version, 1);
    assert_eq!(profile.servers.first().transport(), Transport::Tcp);
    let servers: Vec<_> = profile
        .servers
        .iter()
        .map(|server| (server.display_name(), server.to_string()))
        .collect();
    assert_eq!(servers, [(None, format!("{HOST}:443"))]);
    let Authentication::Certificate(certificate) = profile.authentication.selected() else {
        panic!("{profile:?}")
    };
    assert_eq!(certificate.thumbprint, None);
    assert_eq!(
        certificate.issuer,
        Some(thumbprint("00112233445566778899AABBCCDDEEFF00112233"))
    );
    let roots: Vec<_> = profile.server_validation.trust.pinned().collect();
    assert_eq!(
        roots,
        [thumbprint("DF3C24F9BFD666761B268073FE06D1CC8D4F82A4")]
    );
    assert!(
        profile
            .server_validation
            .wrapping
            .static_key()
            .unwrap()
            .as_bytes()
            .iter()
            .copied()
            .eq(0..=255)
    );
    assert_eq!(profile.tunnel_mode(), TunnelMode::Split);
    assert!(profile.include_routes.is_empty() && profile.exclude_routes.is_empty());
    assert!(profile.dns_servers.is_empty() && profile.dns_suffixes.is_empty());
    assert_eq!(profile.secondary_profile, None);
}

#[test]
fn the_portals_entra_profile_is_read_whole() {
    let Imported {
        profile, warnings, ..
    } = import(ENTRA);

    assert_eq!(warnings, []);
    let Authentication::Entra(entra) = profile.authentication.selected() else {
        panic!("{profile:?}")
    };
    assert_eq!(
        entra.tenant.as_str(),
        format!("https://login.microsoftonline.com/{TENANT_ID}")
    );
    assert_eq!(
        entra.issuer,
        format!("https://sts.windows.net/{TENANT_ID}/")
    );
    assert_eq!(entra.audience, "c632b3df-fb67-4d84-bdcf-b95ad541b5c8");
    assert_eq!(entra.client_id(), entra.audience);
    assert!(entra.cache_sign_in_user);
    assert!(
        !entra.enable_group_token
            && !entra.disable_single_sign_on
            && !entra.enable_device_single_sign_on
    );
    assert_eq!(shown(&profile.dns_servers), ["10.1.0.4", "10.1.0.5"]);
}

#[test]
fn entra_options_are_read_under_both_names_of_the_application() {
    for name in ["applicationid", "appid", "ApplicationId"] {
        let options = format!(
            "<aad><{name}>11111111-2222-3333-4444-555555555555</{name}><disableSso>True</disableSso>\
             <enabledevicesso>1</enabledevicesso>"
        );
        let text = ENTRA
            .replace("<aad>", &options)
            .replace("<cachesigninuser>true", "<cachesigninuser>FALSE");

        let Imported {
            profile, warnings, ..
        } = import(&text);

        assert_eq!(warnings, []);
        let Authentication::Entra(entra) = profile.authentication.selected() else {
            panic!()
        };
        assert_eq!(entra.client_id(), "11111111-2222-3333-4444-555555555555");
        assert!(
            !entra.cache_sign_in_user
                && entra.disable_single_sign_on
                && entra.enable_device_single_sign_on
        );
    }
}

#[test]
fn a_password_profile_says_what_it_knows() {
    for kind in ["usernamepass", "radius", "UserNamePass"] {
        let text = PASSWORD.replace("<type>usernamepass", &format!("<type>{kind}"));

        let Imported {
            profile, warnings, ..
        } = import(&text);

        assert_eq!(warnings, []);
        let Authentication::Password(password) = profile.authentication.selected() else {
            panic!()
        };
        assert_eq!(password.username.as_deref(), Some("alex@contoso.com"));
        assert_eq!(password.password, None);
    }
}

#[test]
fn an_export_of_microsofts_client_is_read_whole() {
    let Imported {
        profile, warnings, ..
    } = import(CLIENT_EXPORT);

    assert_eq!(warnings, []);
    let from_portal = import(CERTIFICATE).profile;
    assert_eq!(profile.name, "Contoso (export)");
    assert_eq!(profile.server_validation, from_portal.server_validation);
    assert_eq!(profile.servers.first().display_name(), Some(HOST));
    assert_eq!(profile.servers.first().host(), HOST);
    let Authentication::Certificate(certificate) = profile.authentication.selected() else {
        panic!()
    };
    assert_eq!(
        certificate.thumbprint,
        Some(thumbprint("89ABCDEF89ABCDEF89ABCDEF89ABCDEF89ABCDEF"))
    );
    assert_eq!(profile.secondary_profile, None);
}

#[test]
fn a_profile_edited_by_hand_is_understood_and_its_oddities_reported() {
    let Imported {
        profile,
        warnings,
        warnings_left_out,
        ..
    } = import(EDITED_BY_HAND);

    assert_eq!(profile.version, 2);
    assert_eq!(profile.tunnel_mode(), TunnelMode::Full);
    assert_eq!(
        shown(&profile.include_routes),
        ["0.0.0.0/1", "128.0.0.0/1", "10.20.0.0/16", "fd00:1::/32"]
    );
    assert_eq!(shown(&profile.exclude_routes), ["192.168.0.0/16"]);
    assert_eq!(shown(&profile.dns_servers), ["10.2.0.4", "fd00::53"]);
    assert_eq!(
        shown(&profile.dns_suffixes),
        [
            "misplaced.contoso.com",
            "corp.contoso.com",
            "privatelink.contoso.com"
        ]
    );
    assert_eq!(profile.secondary_profile.unwrap(), "contoso-west");
    assert_warnings(
        &warnings,
        EDITED_BY_HAND,
        &[
            (WarningKind::Misspelt, "<dnsssuffix>"),
            (WarningKind::HostBits, "<destination>10.20.30.40"),
            (WarningKind::UnknownElement, "<madeup>"),
            (
                WarningKind::Misplaced,
                "<dnssuffixes>\n      <dnssuffix>misplaced",
            ),
        ],
    );
    assert_eq!(warnings_left_out, 0);
    let line = EDITED_BY_HAND
        .lines()
        .position(|line| line.contains("<madeup>"))
        .unwrap()
        + 1;
    let expected =
        format!("line {line}, column 5: the unknown element 'madeup' in 'clientconfig' is ignored");
    assert_eq!(warnings[2].to_string(), expected);
}

#[test]
fn line_endings_do_not_change_what_is_read_or_where() {
    let unix = import(EDITED_BY_HAND);

    assert_eq!(import(&EDITED_BY_HAND.replace('\n', "\r\n")), unix);
    assert_eq!(import(&EDITED_BY_HAND.replace('\n', "\r")), unix);
}

#[test]
fn every_unicode_encoding_is_read_with_and_without_a_byte_order_mark() {
    let expected = import(EDITED_BY_HAND);
    let little: Vec<u8> = EDITED_BY_HAND
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let big: Vec<u8> = EDITED_BY_HAND
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();

    for (mark, bytes) in [
        (&[0xEF, 0xBB, 0xBF][..], EDITED_BY_HAND.as_bytes()),
        (
            &[0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF],
            EDITED_BY_HAND.as_bytes(),
        ),
        (&[0xFF, 0xFE], &little),
        (&[], &little),
        (&[0xFE, 0xFF], &big),
        (&[], &big),
    ] {
        let bytes = [mark, bytes].concat();
        assert_eq!(Profile::from_azure_xml(&bytes).unwrap(), expected);
    }
}

#[test]
fn a_declaration_of_another_encoding_does_not_mislead() {
    let utf16 = format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>\n{CERTIFICATE}");
    let latin = format!(
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n{}",
        CERTIFICATE.replace("contoso-vnet", "réseau")
    );

    assert_eq!(import(&utf16).warnings, []);
    let imported = import(&latin);
    assert_eq!(imported.profile.name, "réseau");
    assert_eq!(kinds(&imported.warnings), [WarningKind::Encoding]);
}

#[test]
fn every_spelling_of_nil_means_absent() {
    for nil in [
        "<hash xsi:nil='1' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'/>",
        "<hash\n        i:nil=\"TRUE\"\n      ></hash>",
        "<hash i:nil=' true '> </hash>",
        "<hash />",
        "<hash><!-- none --></hash>",
        "",
    ] {
        let imported = import(&CERTIFICATE.replace("<hash i:nil=\"true\" />", nil));

        assert_eq!(imported.warnings, []);
        let Authentication::Certificate(certificate) = imported.profile.authentication.selected()
        else {
            panic!()
        };
        assert_eq!(certificate.thumbprint, None);
    }
}

#[test]
fn what_is_not_nil_is_present() {
    let text = CERTIFICATE.replace(
        "<hash i:nil=\"true\" />",
        "<hash i:nil=\"false\">89ABCDEF89ABCDEF89ABCDEF89ABCDEF89ABCDEF</hash>",
    );

    let Authentication::Certificate(certificate) =
        import(&text).profile.authentication.selected().clone()
    else {
        panic!()
    };

    assert_eq!(
        certificate.thumbprint,
        Some(thumbprint("89ABCDEF89ABCDEF89ABCDEF89ABCDEF89ABCDEF"))
    );
}

#[test]
fn an_element_that_is_nil_and_holds_something_is_nil_with_a_warning() {
    let text = CERTIFICATE.replace(
        "<clientconfig i:nil=\"true\" />",
        "<clientconfig i:nil=\"true\"><dnsservers/></clientconfig>",
    );

    assert_eq!(
        kinds(&import(&text).warnings),
        [WarningKind::NilWithContent]
    );
}

#[test]
fn a_nil_certificate_beside_a_real_one_is_no_oddity() {
    for twins in ["<cert i:nil=\"true\" /><Cert>", "<CERT/><cert xmlns=\"\">"] {
        let close = if twins.ends_with("<Cert>") {
            "</Cert>"
        } else {
            "</cert>"
        };
        let text = CERTIFICATE
            .replace("<Cert>", twins)
            .replace("</Cert>", close);

        assert_eq!(import(&text), import(CERTIFICATE));
    }
}

#[test]
fn two_pinned_roots_are_both_kept_in_order() {
    let other = "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436";
    let text = CERTIFICATE.replace(
        "</Cert>",
        &format!("</Cert><cert><hash>{other}</hash></cert>"),
    );

    let imported = import(&text);

    assert_eq!(imported.warnings, []);
    let roots = shown(imported.profile.server_validation.trust.pinned());
    assert_eq!(roots, ["DF3C24F9BFD666761B268073FE06D1CC8D4F82A4", other]);
}

#[test]
fn of_a_value_that_stands_twice_the_first_is_used() {
    let text = CERTIFICATE.replace("<name>", "<name>first</name><name>");

    let imported = import(&text);

    assert_eq!(imported.profile.name, "first");
    assert_warnings(
        &imported.warnings,
        &text,
        &[(WarningKind::Duplicate, "<name>contoso")],
    );
}

#[test]
fn namespaces_and_prefixes_do_not_matter() {
    let mut text = CERTIFICATE.replace(
        " xmlns=\"http://schemas.datacontract.org/2004/07/\"",
        " xmlns:a=\"urn:x\"",
    );
    text = text.replace("</", "</a:");
    for name in text
        .match_indices('<')
        .map(|(start, _)| start + 1)
        .rev()
        .collect::<Vec<_>>()
    {
        if text[name..].starts_with(|character: char| character.is_alphabetic()) {
            text.insert_str(name, "a:");
        }
    }

    assert_eq!(import(&text).profile, import(CERTIFICATE).profile);
}

#[test]
fn references_and_character_data_are_text() {
    let text = CERTIFICATE.replace("contoso-vnet", " A &amp; B &#x3c;<![CDATA[&amp;]]>&#32; ");

    assert_eq!(import(&text).profile.name, "A & B <&amp;");
}

#[test]
fn a_server_may_listen_elsewhere() {
    for (host, written) in [
        ("gateway.test:4433", "gateway.test:4433"),
        ("[::1]:4433", "[::1]:4433"),
        ("127.0.0.1", "127.0.0.1:443"),
    ] {
        let profile = import(&CERTIFICATE.replace(HOST, host)).profile;
        assert_eq!(profile.servers.first().to_string(), written);
    }
}

#[test]
fn servers_are_kept_in_order() {
    let second = "<ServerEntry><displayname>West</displayname><fqdn>west.example</fqdn></ServerEntry>\
                  <ServerEntry/></serverlist>";

    let profile = import(&CERTIFICATE.replace("</serverlist>", second)).profile;

    let servers: Vec<_> = profile
        .servers
        .iter()
        .map(|server| (server.display_name(), server.host()))
        .collect();
    assert_eq!(servers, [(None, HOST), (Some("West"), "west.example")]);
}

#[test]
fn both_forms_of_a_forced_tunnel_are_full_and_nothing_else_is() {
    for (routes, mode) in [
        (&[("0.0.0.0", "0")][..], TunnelMode::Full),
        (&[("128.0.0.0", "1"), ("0.0.0.0", "1")], TunnelMode::Full),
        (&[("0.0.0.0", "0.0.0.0")], TunnelMode::Full),
        (&[("0.0.0.0", "1")], TunnelMode::Split),
        (&[("128.0.0.0", "1")], TunnelMode::Split),
        (&[("::", "0")], TunnelMode::Split),
        (&[("10.0.0.0", "8")], TunnelMode::Split),
    ] {
        assert_eq!(
            import(&with_routes(routes)).profile.tunnel_mode(),
            mode,
            "{routes:?}"
        );
    }
}

#[test]
fn every_usual_way_to_write_a_route_is_the_same_route() {
    for (destination, mask) in [
        ("10.1.0.0", "16"),
        ("10.1.0.0", "/16"),
        ("10.1.0.0", "255.255.0.0"),
        ("10.1.0.0/16", ""),
        ("10.1.0.0/255.255.0.0", "16"),
        (" 10.1.0.0 ", "\n16 "),
    ] {
        let imported = import(&with_routes(&[(destination, mask)]));
        assert_eq!(imported.warnings, []);
        assert_eq!(shown(&imported.profile.include_routes), ["10.1.0.0/16"]);
    }
}

#[test]
fn a_route_that_stands_twice_is_kept_once() {
    let imported = import(&with_routes(&[("10.0.0.0", "8"), ("10.1.2.3", "8")]));

    assert_eq!(shown(&imported.profile.include_routes), ["10.0.0.0/8"]);
    assert_eq!(
        kinds(&imported.warnings),
        [WarningKind::Duplicate, WarningKind::HostBits]
    );
}

#[test]
fn ten_thousand_routes_are_read() {
    let addresses: Vec<_> = (0..10_000)
        .map(|number| format!("10.{}.{}.0", number / 256, number % 256))
        .collect();
    let routes: Vec<_> = addresses
        .iter()
        .map(|address| (address.as_str(), "24"))
        .collect();

    assert_eq!(
        import(&with_routes(&routes)).profile.include_routes.len(),
        10_000
    );
}

#[test]
fn a_suffix_that_is_no_domain_is_left_out_and_the_others_stay() {
    let suffixes = [
        "good.example",
        ".",
        "*.wild.example",
        "two words",
        "good.example.",
        "nameserver\n6.6.6.6",
    ];
    let list: String = suffixes
        .iter()
        .map(|suffix| format!("<dnssuffix>{suffix}</dnssuffix>"))
        .collect();
    let text = with_client_settings(&format!("<dnssuffixes>{list}</dnssuffixes>"));

    let imported = import(&text);

    assert_eq!(shown(&imported.profile.dns_suffixes), ["good.example"]);
    let ignored = WarningKind::IgnoredValue;
    assert_eq!(
        kinds(&imported.warnings),
        [ignored, ignored, ignored, WarningKind::Duplicate, ignored]
    );
}

#[test]
fn unreadable_numbers_and_flags_take_their_defaults_with_a_warning() {
    let text = ENTRA
        .replace("<version>1", "<version>one")
        .replace("<cachesigninuser>true", "<cachesigninuser>maybe");

    let Imported {
        profile, warnings, ..
    } = import(&text);

    assert_eq!(profile.version, 1);
    let Authentication::Entra(entra) = profile.authentication.selected() else {
        panic!()
    };
    assert!(entra.cache_sign_in_user);
    assert_eq!(
        kinds(&warnings),
        [WarningKind::IgnoredValue, WarningKind::IgnoredValue]
    );
}

#[test]
fn text_between_elements_is_reported() {
    let text = CERTIFICATE.replace("<serverlist>", "<serverlist>oops");

    assert_warnings(
        &import(&text).warnings,
        &text,
        &[(WarningKind::StrayText, "<serverlist>")],
    );
}

#[test]
fn warnings_beyond_the_bound_are_counted() {
    let text = CERTIFICATE.replace("<name>", &format!("{}<name>", "<odd/>".repeat(1000)));

    let imported = import(&text);

    assert_eq!(imported.warnings.len(), p2svpn_profile::MAXIMUM_WARNINGS);
    assert_eq!(imported.warnings.len() + imported.warnings_left_out, 1000);
}

#[test]
fn no_secret_is_printed() {
    let text = PASSWORD.replace(
        "<password i:nil=\"true\" />",
        "<password>hunter2</password><password>hunter2</password>",
    );

    let imported = import(&text);

    let Authentication::Password(password) = imported.profile.authentication.selected() else {
        panic!()
    };
    assert_eq!(password.password.as_ref().unwrap().as_str(), "hunter2");
    let printed = format!(
        "{imported:?} {:#?} {:?}",
        imported.profile, imported.warnings
    )
    .to_lowercase();
    assert!(
        !printed.contains("hunter2")
            && !printed.contains("10111213")
            && !printed.contains("16, 17, 18"),
        "{printed}"
    );
    assert_eq!(
        imported.profile.server_validation.wrapping.static_key(),
        Some(&ServerSecret::new(
            &std::array::from_fn(|index| index as u8)
        ))
    );
}

fn import(text: &str) -> Imported {
    Profile::from_azure_xml(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn with_client_settings(settings: &str) -> String {
    CERTIFICATE.replace(
        "<clientconfig i:nil=\"true\" />",
        &format!("<clientconfig>{settings}</clientconfig>"),
    )
}

fn with_routes(routes: &[(&str, &str)]) -> String {
    let route = |(destination, mask): &(&str, &str)| {
        format!("<route><destination>{destination}</destination><mask>{mask}</mask></route>")
    };
    let list: String = routes.iter().map(route).collect();
    with_client_settings(&format!("<includeroutes>{list}</includeroutes>"))
}

fn thumbprint(text: &str) -> Thumbprint {
    text.parse().unwrap()
}

fn shown<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

fn kinds(warnings: &[Warning]) -> Vec<WarningKind> {
    warnings.iter().map(|warning| warning.kind).collect()
}

/// Checks each warning's kind and what stands in the text at its position.
fn assert_warnings(warnings: &[Warning], text: &str, expected: &[(WarningKind, &str)]) {
    let found: Vec<_> = warnings
        .iter()
        .map(|warning| (warning.kind, &text[offset(text, warning.position)..]))
        .collect();
    assert_eq!(found.len(), expected.len(), "{warnings:#?}");
    for ((kind, at), (expected_kind, expected_at)) in found.iter().zip(expected) {
        assert_eq!(kind, expected_kind);
        assert!(at.starts_with(expected_at), "{kind:?} at {at}");
    }
}

fn offset(text: &str, position: Position) -> usize {
    let lines_before = text.split_inclusive('\n').take(position.line as usize - 1);
    lines_before.map(str::len).sum::<usize>() + position.column as usize - 1
}
