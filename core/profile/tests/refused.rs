//! What `Profile::from_azure_xml` refuses, and what it says about it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use p2svpn_profile::{
    Content, ImportError, MAXIMUM_XML_BYTES, MAXIMUM_XML_DEPTH, MAXIMUM_XML_ELEMENTS, Profile,
};

const CERTIFICATE: &str = include_str!("fixtures/certificate.xml");
const ENTRA: &str = include_str!("fixtures/entra.xml");
const HOST: &str = "azuregateway-0d3b2c1a-1f2e-4a5b-8c9d-7e6f5a4b3c2d-a1b2c3d4e5f6.vpn.azure.com";

#[test]
fn a_file_of_another_kind_is_called_by_its_name() {
    let big_zip = [b"PK\x03\x04".as_slice(), &vec![0; 2 * MAXIMUM_XML_BYTES]].concat();
    let vpn_settings = b"<?xml version=\"1.0\"?><VpnProfile><VpnServer>a</VpnServer></VpnProfile>";
    let intune = b"<VPNProfile><PluginProfile><ServerUrlList/></PluginProfile></VPNProfile>";
    for (bytes, expected) in [
        (b"".as_slice(), Content::Empty),
        (b"\xEF\xBB\xBF \r\n", Content::Empty),
        (&big_zip, Content::ZipArchive),
        (b"client\r\nremote a 443\r\n", Content::OpenVpnConfiguration),
        (b"# a comment\nproto tcp\n", Content::OpenVpnConfiguration),
        (
            b"<ca>\n-----BEGIN CERTIFICATE-----\n",
            Content::OpenVpnConfiguration,
        ),
        (vpn_settings, Content::VpnSettings),
        (intune, Content::IntuneProfile),
        (b"\x30\x82\x03\xaf\x30\x82", Content::Certificate),
        (b"-----BEGIN CERTIFICATE-----\n", Content::Certificate),
        (b"<!DOCTYPE html><html><body>Sign in", Content::WebPage),
        (b" <HTML lang=en>", Content::WebPage),
        (b"MZ\x90\0", Content::Executable),
        (b"<project/>", Content::OtherXml),
        (b"{\"profile\": 1}", Content::Json),
        (b"\x00\x01\x02\x03binary", Content::OtherBinary),
        (b"\x1f\x8b\x08\0", Content::OtherBinary),
    ] {
        let error = Profile::from_azure_xml(bytes).unwrap_err();
        assert_eq!(error, ImportError::NotAzureProfile { found: expected });
        assert!(error.position().is_none() && !error.remedy().is_empty());
    }
}

#[test]
fn a_file_of_any_other_size_than_a_profiles_is_refused() {
    let padded = |length: usize| format!("{CERTIFICATE}{}", " ".repeat(length - CERTIFICATE.len()));

    assert!(Profile::from_azure_xml(padded(MAXIMUM_XML_BYTES).as_bytes()).is_ok());
    let error = refuse(&padded(MAXIMUM_XML_BYTES + 1));
    assert_eq!(
        error,
        ImportError::TooLarge {
            size: MAXIMUM_XML_BYTES + 1,
            limit: MAXIMUM_XML_BYTES
        }
    );
}

#[test]
fn document_types_and_entities_are_refused() {
    let bomb = format!("<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]>\n{CERTIFICATE}");
    let external = format!("\n  <!DOCTYPE a SYSTEM \"file:///etc/passwd\">\n{CERTIFICATE}");
    let entity = CERTIFICATE.replace("contoso-vnet", "&secret;");

    assert!(matches!(refuse(&bomb), ImportError::DocumentType { .. }));
    assert_eq!(
        refuse(&external).to_string(),
        "line 2, column 3: a document type is declared, which is refused as unsafe"
    );
    assert!(matches!(refuse(&entity), ImportError::Entity { name, .. } if name == "secret"));
}

#[test]
fn depth_and_number_of_elements_are_bounded() {
    let nested = |depth: usize| {
        CERTIFICATE.replace(
            "<name>",
            &format!("{}{}<name>", "<a>".repeat(depth), "</a>".repeat(depth)),
        )
    };
    let many =
        |count: usize| CERTIFICATE.replace("<name>", &format!("{}<name>", "<a/>".repeat(count)));

    assert!(Profile::from_azure_xml(nested(MAXIMUM_XML_DEPTH - 1).as_bytes()).is_ok());
    assert!(matches!(
        refuse(&nested(MAXIMUM_XML_DEPTH)),
        ImportError::TooDeep { .. }
    ));
    assert!(matches!(
        refuse(&nested(100_000)),
        ImportError::TooDeep { .. }
    ));
    assert!(Profile::from_azure_xml(many(MAXIMUM_XML_ELEMENTS - 100).as_bytes()).is_ok());
    assert!(matches!(
        refuse(&many(MAXIMUM_XML_ELEMENTS)),
        ImportError::TooManyElements { .. }
    ));
}

#[test]
fn characters_that_xml_forbids_are_refused_where_they_stand() {
    for (character, code) in [
        ("\0", 0),
        ("\u{1b}", 0x1b),
        ("\u{ffff}", 0xffff),
        ("&#x7;", 7),
        ("&#xFFFE;", 0xfffe),
    ] {
        let error = refuse(&CERTIFICATE.replace("contoso-vnet", &format!("conto{character}so")));

        assert!(
            matches!(error, ImportError::Character { code: found, .. } if found == code),
            "{error}"
        );
        assert_eq!(
            error.position().unwrap().line,
            line_of(CERTIFICATE, "contoso-vnet")
        );
    }
}

#[test]
fn bytes_in_no_unicode_encoding_are_refused_where_they_stand() {
    let name = CERTIFICATE.find("contoso-vnet").unwrap();
    let mut latin = CERTIFICATE.as_bytes().to_vec();
    latin[name] = 0xE9;
    let mut utf16: Vec<u8> = CERTIFICATE
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    utf16[2 * name + 1] = 0xD8;
    let utf32: Vec<u8> = CERTIFICATE
        .chars()
        .flat_map(|character| u32::from(character).to_le_bytes())
        .collect();
    let cut = &utf16[..2 * name - 1];

    for bytes in [&latin[..], &utf16, cut] {
        let error = Profile::from_azure_xml(bytes).unwrap_err();
        assert!(matches!(error, ImportError::Encoding { .. }), "{error}");
        assert_eq!(
            error.position().unwrap().line,
            line_of(CERTIFICATE, "contoso-vnet")
        );
    }
    assert!(
        Profile::from_azure_xml(&utf32)
            .unwrap_err()
            .to_string()
            .contains("UTF-32")
    );
}

#[test]
fn damaged_xml_is_refused_where_the_damage_shows() {
    let name = line_of(CERTIFICATE, "<name>");
    for (text, line) in [
        (CERTIFICATE.replace("</name>", "</nam>"), name),
        (CERTIFICATE.replace("<name>", "<name"), name),
        (CERTIFICATE.replace("contoso-vnet", "a & b"), name),
        (CERTIFICATE.replace("contoso-vnet", "a < b"), name),
        (CERTIFICATE.replace("contoso-vnet", "&#xD800;"), name),
        (CERTIFICATE.replace("<name>", "<name a=1 a=2>"), name),
        (CERTIFICATE.replace("<name>", "<!-- <name>"), name),
        (
            format!("{CERTIFICATE}<AzVpnProfile/>"),
            CERTIFICATE.lines().count() as u32 + 1,
        ),
        (
            format!("{CERTIFICATE}\nfoo"),
            CERTIFICATE.lines().count() as u32 + 2,
        ),
    ] {
        let error = refuse(&text);
        assert!(matches!(error, ImportError::Malformed { .. }), "{error}");
        assert_eq!(error.position().unwrap().line, line, "{error}");
    }
}

#[test]
fn a_profile_cut_short_anywhere_is_refused_and_never_read_in_part() {
    let whole = CERTIFICATE.trim_end();
    for length in 0..whole.len() {
        assert!(
            Profile::from_azure_xml(&whole.as_bytes()[..length]).is_err(),
            "the first {length} bytes"
        );
    }
}

#[test]
fn what_a_profile_must_have_is_missed_by_name() {
    let whole_section = |name: &str| {
        let (start, end) = (
            CERTIFICATE.find(&format!("<{name}>")).unwrap(),
            format!("</{name}>"),
        );
        let after = CERTIFICATE.find(&end).unwrap() + end.len();
        CERTIFICATE.replace(&CERTIFICATE[start..after], "")
    };
    for (text, missing, parent) in [
        (
            whole_section("serverlist"),
            "serverlist/ServerEntry/fqdn",
            "<AzVpnProfile",
        ),
        (
            whole_section("fqdn"),
            "serverlist/ServerEntry/fqdn",
            "<serverlist>",
        ),
        (
            whole_section("clientauth"),
            "clientauth/type",
            "<AzVpnProfile",
        ),
        (
            whole_section("servervalidation"),
            "servervalidation/serversecret",
            "<AzVpnProfile",
        ),
        (
            whole_section("serversecret"),
            "servervalidation/serversecret",
            "<servervalidation>",
        ),
        (
            whole_section("Cert"),
            "servervalidation/cert/hash",
            "<servervalidation>",
        ),
        (
            CERTIFICATE.replace("<type>cert</type>\n    <user", "<type/><user"),
            "clientauth/type",
            "<clientauth>",
        ),
        (
            CERTIFICATE.replace("<type>cert</type>\n    <user", "<type>aad</type><user"),
            "clientauth/aad/tenant",
            "<clientauth>",
        ),
    ] {
        let error = refuse(&text);
        assert!(
            matches!(error, ImportError::Missing { path, .. } if path == missing),
            "{error}"
        );
        let expected = line_of(&text, parent);
        assert!(
            (expected..=expected + 1).contains(&error.position().unwrap().line),
            "{error}"
        );
    }
}

#[test]
fn values_that_cannot_be_read_are_refused_in_their_line() {
    let first = CERTIFICATE;
    for (text, path, line) in [
        (
            first.replace("<fqdn>azure", "<fqdn>https://azure"),
            "serverlist/ServerEntry/fqdn",
            line_of(first, "<fqdn>"),
        ),
        (
            first.replace(HOST, "a b"),
            "serverlist/ServerEntry/fqdn",
            line_of(first, "<fqdn>"),
        ),
        (
            first.replace("<hash>DF", "<hash>XX"),
            "servervalidation/cert/hash",
            line_of(first, "<hash>DF"),
        ),
        (
            first.replace("<issuer>00", "<issuer>"),
            "clientauth/cert/issuer",
            line_of(first, "<issuer>00"),
        ),
        (
            first.replace("<serversecret>0", "<serversecret>"),
            "servervalidation/serversecret",
            line_of(first, "<serversecret>"),
        ),
        (
            first.replace(">tcp<", ">sctp<"),
            "protocolconfig/sslprotocolConfig/transportprotocol",
            line_of(first, ">tcp<"),
        ),
        (
            first.replace("contoso-vnet", "a\nb"),
            "name",
            line_of(first, "<name>"),
        ),
        (
            first.replace("contoso-vnet", &"a".repeat(257)),
            "name",
            line_of(first, "<name>"),
        ),
        (
            ENTRA.replace("<tenant>https", "<tenant>http"),
            "clientauth/aad/tenant",
            line_of(ENTRA, "<tenant>"),
        ),
        (
            ENTRA.replace("<tenant>https", "<tenant>javascript"),
            "clientauth/aad/tenant",
            line_of(ENTRA, "<tenant>"),
        ),
        (
            ENTRA.replace("10.1.0.5", "10.1.0"),
            "clientconfig/dnsservers/dnsserver",
            line_of(ENTRA, "10.1.0.5"),
        ),
    ] {
        let error = refuse(&text);
        assert!(
            matches!(error, ImportError::Value { path: found, .. } if found == path),
            "{error}"
        );
        assert_eq!(error.position().unwrap().line, line, "{error}");
    }
}

#[test]
fn a_secret_that_cannot_be_read_is_not_repeated() {
    let error = refuse(&CERTIFICATE.replace("<serversecret>0", "<serversecret>g"));

    let shown = format!("{error} {error:?}");
    assert!(
        shown.contains("servervalidation/serversecret") && !shown.contains("0102"),
        "{shown}"
    );
}

#[test]
fn damage_around_the_secret_does_not_repeat_it() {
    let (before, secret, after) = ("<serversecret>", "000102030405", "</serversecret>");
    for (from, to) in [
        (before, "<serversecret"),
        (before, "<serversecret "),
        (before, "<serversecret x="),
        (before, "<serversecret>&"),
        (before, "</"),
        (before, "<"),
        (before, "<!"),
        (before, "<?"),
        (before, ""),
        (after, "</serversecret"),
        (after, ""),
        (secret, "00<0102030405"),
        (secret, "00</0102030405"),
        (secret, "00&0102030405"),
    ] {
        let text = CERTIFICATE.replace(from, to);

        let error = refuse(&text);

        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("0708090a0b0c0d0e0f10"), "{to}: {shown}");
    }
}

#[test]
fn a_way_to_sign_in_that_is_not_known_is_named() {
    let error = refuse(&CERTIFICATE.replace(
        "<type>cert</type>\n    <user",
        "<type>kerberos</type>\n    <user",
    ));

    assert!(error.to_string().contains("'kerberos'"), "{error}");
    assert_eq!(
        error.position().unwrap().line,
        line_of(CERTIFICATE, "<type>")
    );
}

#[test]
fn a_route_with_two_destinations_is_refused_in_its_line() {
    let routes = "<includeroutes>\n<route>\n<destination>10.0.0.0</destination>\n<mask>8</mask>\n\
                  <destination>11.0.0.0</destination>\n<mask>8</mask>\n</route>\n</includeroutes>";
    let text = with_client_settings(routes);

    let error = refuse(&text);

    assert!(
        matches!(
            error,
            ImportError::AmbiguousRoute {
                element: "destination",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.position().unwrap().line, line_of(&text, "11.0.0.0"));
    let two_masks = text.replace("<destination>11.0.0.0</destination>\n", "");
    assert!(matches!(
        refuse(&two_masks),
        ImportError::AmbiguousRoute {
            element: "mask",
            ..
        }
    ));
}

#[test]
fn a_route_that_cannot_be_read_is_refused_rather_than_guessed() {
    for (destination, mask) in [
        ("10.0.0.0", "33"),
        ("10.0.0.0", "-1"),
        ("10.0.0.0", "+8"),
        ("10.0.0.0", "eight"),
        ("10.0.0.0", "255.0.255.0"),
        ("10.0.0.0", ""),
        ("10.0.0.0/", ""),
        ("10.0.0.0/8/8", ""),
        ("10.0.0.0/8", "16"),
        ("10.0.0", "8"),
        ("10.0.0.256", "8"),
        ("fd00::", "129"),
        ("fd00::", "255.0.0.0"),
        ("fd00::%eth0", "64"),
        ("www.example", "32"),
        ("", "8"),
    ] {
        let route =
            format!("<route>\n<destination>{destination}</destination><mask>{mask}</mask></route>");
        let text = with_client_settings(&format!("<excluderoutes>{route}</excluderoutes>"));

        let error = refuse(&text);

        assert!(
            matches!(
                error,
                ImportError::Value { .. } | ImportError::Missing { .. }
            ),
            "{error}"
        );
        let line = line_of(&text, "<route>");
        assert!(
            (line..=line + 1).contains(&error.position().unwrap().line),
            "{error}"
        );
    }
}

#[test]
fn errors_repeat_hostile_text_short_and_escaped() {
    let text = CERTIFICATE.replace(">tcp<", &format!(">\u{202e}a\nb{}<", "x".repeat(10_000)));

    let shown = refuse(&text).to_string();

    assert!(
        shown.contains("\\u{202e}a\\nb") && shown.len() < 300,
        "{shown}"
    );
    let tags = format!("<{0}></{0}b>", "x".repeat(100_000));
    assert!(refuse(&tags).to_string().len() < 400);
}

fn refuse(text: &str) -> ImportError {
    match Profile::from_azure_xml(text.as_bytes()) {
        Ok(imported) => panic!("{imported:?}\n{text}"),
        Err(error) => error,
    }
}

fn with_client_settings(settings: &str) -> String {
    CERTIFICATE.replace(
        "<clientconfig i:nil=\"true\" />",
        &format!("<clientconfig>{settings}</clientconfig>"),
    )
}

fn line_of(text: &str, needle: &str) -> u32 {
    text.lines().position(|line| line.contains(needle)).unwrap() as u32 + 1
}
