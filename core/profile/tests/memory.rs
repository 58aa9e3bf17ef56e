//! What an import takes of memory, counted at the allocator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::alloc::System;
use std::io::{Cursor, Write};

use cap::Cap;
use p2svpn_profile::{MAXIMUM_XML_BYTES, SecretsInExport};
use support::{
    CERTIFICATE, ENTRA, OVPN_2022, SETTINGS_2022, import_all, import_one, zip, zip_with,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Counts all allocations; one beyond the limit ends the process with a message.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

const SMALL_JSON: &str = include_str!("fixtures/small.json");

/// What the documentation of `import` states, beside the bytes given.
const MOST: usize = 16 << 20;

/// One test, because the count is the process's.
#[test]
fn no_import_takes_more_memory_than_is_stated() {
    let many = hostile_json();
    let routes = many.iter().find(|(name, _)| *name == "routes in JSON");
    let (_, routes) = routes.unwrap();
    count(
        "routes in JSON twice",
        &[("a.json", routes), ("b.json", routes)],
    );
    for (name, bytes) in hostile() {
        count(name, &[("contoso.zip", &bytes)]);
    }
}

fn count(name: &str, files: &[(&str, &[u8])]) {
    let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    // A name before it: the line to look at when the process ends.
    println!("{name}: {size} bytes");
    MEMORY.set_limit(MEMORY.allocated() + MOST).unwrap();
    let outcome = import_all(files);
    let said = match &outcome {
        Ok(imported) => format!("{} profiles", imported.len()),
        Err(failure) => failure.to_string(),
    };
    drop(outcome);
    MEMORY.set_limit(usize::MAX).unwrap();
    println!("    {said}");
}

fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let elements = in_clientconfig(&"<a/>".repeat(49_000));
    let values = in_clientconfig(&"<a>&amp;&lt;</a>".repeat(49_000));
    let routes: String = (0..15_500u32)
        .map(|number| {
            let [_, a, b, c] = number.to_be_bytes();
            format!("<route><destination>{a}.{b}.{c}.1</destination><mask>32</mask></route>")
        })
        .collect();
    let routes = in_clientconfig(&format!("<includeroutes>{routes}</includeroutes>"));
    let suffixes: String = (0..40_000)
        .map(|number| format!("<a>{number}</a>"))
        .collect();
    let suffixes = suffixes.replace("a>", "dnssuffix>");
    let suffixes = in_clientconfig(&format!(
        "<dnssuffixes>{}</dnssuffixes>",
        &suffixes[..suffixes[..900_000].rfind("<dnssuffix>").unwrap()]
    ));
    let utf16: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(routes[..MAXIMUM_XML_BYTES / 2 - 2].encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let networks: String = (0..90_000u32)
        .map(|number| {
            let [_, a, b, c] = number.to_be_bytes();
            format!("{a}.{b}.{c}.0/32,")
        })
        .collect();
    let settings = |networks: &str| SETTINGS_2022.replace("10.1.0.0/16", networks);
    let many_networks = settings(&networks[..900_000]);
    let no_networks = settings(&repeated("x,"));
    let certificates = settings_certificates();
    let bomb = zip(&[("a.xml", &vec![b' '; 8 << 20])]);

    let one = |xml: &str| stored(&[("a.xml", xml.as_bytes())]);
    let beside = |settings: &str| {
        stored(&[
            ("a.xml", CERTIFICATE.as_bytes()),
            ("b.xml", settings.as_bytes()),
        ])
    };
    vec![
        ("elements that nobody knows", one(&elements)),
        ("values that nobody knows", one(&values)),
        ("routes", one(&routes)),
        ("routes four times", four_times(&routes)),
        ("suffixes", one(&suffixes)),
        ("elements four times", four_times(&elements)),
        ("JSON of routes", json_of(&routes)),
        ("routes without a package", routes.into_bytes()),
        (
            "an element cut short in UTF-16",
            stored(&[("a.xml", &utf16)]),
        ),
        ("networks in the settings", beside(&many_networks)),
        ("what are no networks in the settings", beside(&no_networks)),
        ("certificates in the settings", beside(&certificates)),
        ("small profiles", small_profiles()),
        ("long names", long_names()),
        ("a bomb", bomb),
        (
            "options that nobody knows",
            configuration("an-option-that-nobody-knows with two-words\n"),
        ),
        ("routes in a configuration", configuration_of_routes()),
        (
            "servers in a configuration",
            configuration("remote a.example 443\n"),
        ),
        (
            "words in a configuration",
            configuration("push-peer-info a b c d e f g\n"),
        ),
        (
            "domains in a configuration",
            configuration("dhcp-option DOMAIN a.example\n"),
        ),
        ("a configuration of nothing", configuration("\n")),
    ]
    .into_iter()
    .chain(hostile_json())
    .collect()
}

/// A profile in JSON with other things in it, as large as one may be.
fn hostile_json() -> Vec<(&'static str, Vec<u8>)> {
    let with = |fields: &str| {
        let field = "\"version\": 1,";
        SMALL_JSON.replacen(field, &format!("{field} {fields},"), 1)
    };
    let list = |name: &str, from: u32, count: u32| {
        let networks = (from..from + count).map(|number| {
            let [_, a, b, c] = number.to_be_bytes();
            format!("\"{a}.{b}.{c}.0/24\"")
        });
        format!("\"{name}\": [{}]", networks.collect::<Vec<_>>().join(","))
    };
    let routes = with(&format!(
        "{}, {}, \"network\": {{{}, {}}}",
        list("include_routes", 0, 37_000),
        list("exclude_routes", 0, 37_000),
        list("routes", 0, 25_000),
        list("address_pool", 0, 25_000),
    ));
    let fields: String = (0..60).map(|number| format!("\"{number}\":0,")).collect();
    let server = format!("{{{fields}\"host\":\"a\"}},");
    let servers = format!("[{}{{\"host\":\"a\"}}]", server.repeat(900));
    let servers =
        with(&format!("\"x\": 0, \"servers\": {servers}")).replacen("\"servers\"", "\"y\"", 2);
    let servers = servers.replacen("\"y\"", "\"servers\"", 1);
    let long_list = |element: &str| {
        let list = element.repeat(2_000_000 / element.len());
        with(&format!(
            "\"include_routes\": [{}]",
            list.trim_end_matches(',')
        ))
    };
    let fields: Vec<String> = (0..150_000).map(|it| format!("\"{it}\":{{}}")).collect();
    let element = format!("<x>{}</x>", "<a/>".repeat(49_000));
    let element = with(&format!(
        "\"unknown_elements\": [{{\"xml\": \"{element}\"}}]"
    ));
    let texts = with(&format!(
        "\"dns_suffixes\": [\"{}\"]",
        "\\n".repeat(1_000_000)
    ));
    let utf16 = with(&list("include_routes", 0, 49_000));
    let utf16 = format!("\u{feff}{utf16}");
    let utf16 = utf16.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("routes in JSON", routes.into_bytes()),
        ("fields that nobody knows in JSON", servers.into_bytes()),
        ("a list of numbers in JSON", long_list("1,").into_bytes()),
        ("a list of lists in JSON", long_list("[],").into_bytes()),
        (
            "a list of texts in JSON",
            long_list("\"\\u0041\",").into_bytes(),
        ),
        ("fields in JSON", with(&fields.join(",")).into_bytes()),
        ("an unknown element in JSON", element.into_bytes()),
        ("a long text in JSON", texts.into_bytes()),
        ("JSON in UTF-16", utf16),
    ]
}

/// Zips without compressing, which a test's build is slow at.
fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip_with(files, options)
}

fn in_clientconfig(text: &str) -> String {
    let xml = CERTIFICATE.replace(
        "<clientconfig i:nil=\"true\" />",
        &format!("<clientconfig>{text}</clientconfig>"),
    );
    assert!(xml.len() > CERTIFICATE.len());
    xml
}

fn repeated(text: &str) -> String {
    text.repeat(1_000_000 / text.len())
}

/// Four profiles that stay apart, as they have other names.
fn four_times(xml: &str) -> Vec<u8> {
    let profiles = ["a.xml", "b.xml", "c.xml", "d.xml"].map(|file| {
        let name = format!("<name>contoso-{}", &file[..1]);
        (file, xml.replace("<name>contoso", &name))
    });
    let files = profiles
        .each_ref()
        .map(|(file, xml)| (*file, xml.as_bytes()));
    stored(&files)
}

fn settings_certificates() -> String {
    let (before, rest) = SETTINGS_2022.split_once("<CaCert>").unwrap();
    let (certificate, after) = rest.split_once("</CaCert>").unwrap();
    let list = format!("<string>{certificate}</string>").repeat(750);
    format!("{before}<CaCerts>{list}</CaCerts>{after}")
}

/// As many profiles as fit, none like another.
fn small_profiles() -> Vec<u8> {
    let profiles: Vec<(String, String)> = (0..900)
        .map(|number| {
            let profile = ENTRA.replace("-a1b2c3d4e5f6", &format!("-a1b2c3d4{number:04}"));
            (format!("{number}.xml"), profile)
        })
        .collect();
    let files: Vec<(&str, &[u8])> = profiles
        .iter()
        .map(|(name, profile)| (&**name, profile.as_bytes()))
        .collect();
    stored(&files)
}

/// Names, comments and extra fields as long as they may be in a package of the largest size.
fn long_names() -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..120 {
        let options = SimpleFileOptions::default()
            .into_full_options()
            .with_file_comment("\u{e9}".repeat(32_000));
        let name = format!("{}{number}.xml", "n".repeat(250));
        writer.start_file(name, options).unwrap();
    }
    let options = SimpleFileOptions::default();
    writer.start_file("profile.xml", options).unwrap();
    writer.write_all(CERTIFICATE.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

fn json_of(xml: &str) -> Vec<u8> {
    let imported = import_one("a.xml", xml.as_bytes()).unwrap().remove(0);
    let json = imported.profile.to_json(SecretsInExport::Included);
    json.text.as_bytes().to_vec()
}

/// A configuration in which a line stands as often as it may.
fn configuration(line: &str) -> Vec<u8> {
    format!("{OVPN_2022}{}", line.repeat(19_900)).into_bytes()
}

fn configuration_of_routes() -> Vec<u8> {
    let routes: String = (0..19_900u32)
        .map(|number| {
            let [_, a, b, c] = number.to_be_bytes();
            format!("route {a}.{b}.{c}.1 255.255.255.255\n")
        })
        .collect();
    format!("{OVPN_2022}{routes}").into_bytes()
}
