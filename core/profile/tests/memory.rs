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
use std::sync::Mutex;

use cap::Cap;
use p2svpn_profile::{MAXIMUM_WARNINGS, MAXIMUM_XML_BYTES, SecretsInExport};
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

/// The count is the process's: the tests take turns.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn no_file_takes_more_memory_than_is_stated() {
    let _alone = ALONE.lock();
    for (name, bytes) in hostile() {
        count(name, &[("contoso.zip", &bytes)]);
    }
}

#[test]
fn no_profile_in_json_takes_more_memory_than_is_stated() {
    let _alone = ALONE.lock();
    let profiles = hostile_json();
    for (name, bytes) in &profiles {
        count(name, &[("contoso.json", bytes)]);
    }
    let (_, routes) = &profiles[0];
    count(
        "routes in JSON twice",
        &[("a.json", routes), ("b.json", routes)],
    );
}

#[test]
fn no_files_take_more_memory_together_than_is_stated() {
    let _alone = ALONE.lock();
    for (name, files) in together() {
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, bytes)| (&**name, &**bytes))
            .collect();
        count(name, &files);
    }
}

fn count(name: &str, files: &[(&str, &[u8])]) {
    let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    // A name before it: the line to look at when the process ends.
    println!("{name}: {size} bytes");
    MEMORY.set_limit(MEMORY.allocated() + MOST).unwrap();
    let outcome = import_all(files);
    let said = match &outcome {
        Ok(imported) => {
            let warnings = imported.iter().map(|imported| imported.warnings.len());
            assert!(warnings.sum::<usize>() <= MAXIMUM_WARNINGS, "{name}");
            format!("{} profiles", imported.len())
        }
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
}

type Files = Vec<(String, Vec<u8>)>;

/// Files each of which is little enough, and that are much together.
fn together() -> Vec<(&'static str, Files)> {
    let zips = |package: &dyn Fn(u32) -> Vec<u8>, count| -> Files {
        let zip = |number| (format!("{number}.zip"), package(number));
        (0..count).map(zip).collect()
    };
    let networks: String = (0..9_999u32)
        .map(|number| {
            let [_, _, b, c] = number.to_be_bytes();
            format!("10.{b}.{c}.0/24,")
        })
        .collect();
    let settings = SETTINGS_2022.replace("10.1.0.0/16", &networks);
    let warned = format!(
        "<dnssuffixes>{}</dnssuffixes>",
        "<dnssuffix>..</dnssuffix>".repeat(190)
    );
    let unknown = |count: usize| in_clientconfig(&"<a/>".repeat(count));
    let routes_of = |count: u32| {
        let routes: String = (0..count)
            .map(|number| {
                let [_, a, b, c] = number.to_be_bytes();
                format!("<route><destination>{a}.{b}.{c}.1/32</destination></route>")
            })
            .collect();
        in_clientconfig(&format!("<includeroutes>{routes}</includeroutes>"))
    };
    let kept = |from: u32| {
        let networks = (from..from + 37_000).map(|number| {
            let [_, a, b, c] = number.to_be_bytes();
            format!("\"{a}.{b}.{c}.0/24\"")
        });
        let networks = networks.collect::<Vec<_>>().join(",");
        let field = "\"version\": 1,";
        SMALL_JSON.replacen(
            field,
            &format!("{field} \"include_routes\": [{networks}],"),
            1,
        )
    };
    let kept = [kept(0), kept(70_000)];
    let keep = |last: (&str, &[u8])| {
        let [one, two] = kept.each_ref().map(|json| json.as_bytes());
        vec![("0.json", one), ("1.json", two), last]
            .into_iter()
            .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
            .collect::<Files>()
    };
    assert_eq!(
        import_all(&[
            ("0.json", kept[0].as_bytes()),
            ("1.json", kept[1].as_bytes())
        ])
        .unwrap()
        .len(),
        2
    );
    let certificate = "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n";
    let identity = SMALL_JSON.replacen(
        "\"certificate\": {}",
        &format!(
            "\"certificate\": {{\"identity\": {{\"pem\": {{\"certificates\": \"{}\", \"key\": \"a\"}}}}}}",
            certificate.repeat(1_900_000 / certificate.len())
        ),
        1,
    );
    assert!(identity.len() > 1_800_000);
    let filler = vec![b'a'; 1 << 20];
    let after = |xml: &str| {
        let files = keep(("2.xml", xml.as_bytes()));
        let mut files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, bytes)| (&**name, &**bytes))
            .collect();
        files.push(("3.txt", &filler));
        vec![("a.zip".to_owned(), stored(&files))]
    };
    let as_files = |files: Vec<String>| -> Files {
        let files = files.into_iter().enumerate();
        files
            .map(|(number, text)| (format!("{number}.xml"), text.into_bytes()))
            .collect()
    };
    vec![
        (
            "settings of many profiles",
            zips(
                &|_| many(120, ENTRA, &[("settings.xml", settings.as_bytes())]),
                1,
            ),
        ),
        (
            "settings that are many",
            zips(
                &|_| {
                    let names: Vec<String> =
                        (0..12).map(|it| format!("{it}.settings.xml")).collect();
                    let files: Vec<(&str, &[u8])> = names
                        .iter()
                        .map(|name| (&**name, settings.as_bytes()))
                        .collect();
                    many(1, ENTRA, &files)
                },
                1,
            ),
        ),
        (
            "unknown elements of many files",
            as_files(numbered(100, &unknown(1_000))),
        ),
        (
            "warnings of many files",
            zips(&|_| many(250, &in_clientconfig(&warned), &[]), 1),
        ),
        (
            "routes of many files",
            as_files(numbered(6, &routes_of(10_000))),
        ),
        (
            "routes of many packages",
            zips(
                &|number| stored(&[("a.xml", number_of(number, &routes_of(15_000)).as_bytes())]),
                4,
            ),
        ),
        (
            "routes in configurations",
            as_files(
                (0..6)
                    .map(|number| {
                        let configuration = String::from_utf8(configuration_of_routes()).unwrap();
                        configuration
                            .replace("-a1b2c3d4e5f6.vpn", &format!("-a1b2c3d4{number:04}.vpn"))
                    })
                    .collect(),
            ),
        ),
        ("elements after routes", after(&unknown(49_000))),
        ("routes after routes", after(&routes_of(15_500))),
        ("settings after routes", after(&settings_certificates())),
        (
            "a certificate after routes",
            keep(("2.json", identity.as_bytes())),
        ),
        ("keys of configurations", zips(&|_| big_keys(200), 1)),
        ("keys in configurations", zips(&|_| embedded_keys(9), 1)),
        (
            "files of no use in many packages",
            zips(&|number| of_no_use(number), 8),
        ),
        (
            "files with little in them",
            (0..25_000)
                .map(|number| (format!("{number}"), b"-".to_vec()))
                .collect(),
        ),
        (
            "profiles of one gateway with other names",
            as_files(
                (0..900)
                    .map(|number| ENTRA.replace("<name>", &format!("<name>{number}")))
                    .collect(),
            ),
        ),
        (
            "small packages",
            zips(&|number| many(1, &number_of(number, ENTRA), &[]), 1_000),
        ),
    ]
}

/// Profiles of other gateways in a network.
fn numbered(count: u32, profile: &str) -> Vec<String> {
    (0..count)
        .map(|number| number_of(number, profile))
        .collect()
}

fn number_of(number: u32, profile: &str) -> String {
    profile.replace("-a1b2c3d4e5f6", &format!("-a1b2c3d4{number:04}"))
}

fn many(count: u32, profile: &str, others: &[(&str, &[u8])]) -> Vec<u8> {
    let profiles = numbered(count, profile);
    let names: Vec<String> = (0..count).map(|number| format!("{number}.xml")).collect();
    let mut files = others.to_vec();
    for (name, profile) in names.iter().zip(&profiles) {
        files.push((name, profile.as_bytes()));
    }
    stored(&files)
}

/// A key and a certificate as large as they may be, which all configurations of a package name.
fn big_keys(count: u32) -> Vec<u8> {
    let key = pem("PRIVATE KEY", 250_000);
    let certificate = pem("CERTIFICATE", 250_000);
    let configuration =
        format!("cert client.pem\nextra-certs client.pem\nkey client.key\n{OVPN_2022}");
    let configuration = without_placeholders(&configuration);
    let configurations = numbered(count, &configuration);
    let names: Vec<String> = (0..count).map(|number| format!("{number}.ovpn")).collect();
    let mut files: Vec<(&str, &[u8])> = vec![
        ("client.key", key.as_bytes()),
        ("client.pem", certificate.as_bytes()),
    ];
    for (name, configuration) in names.iter().zip(&configurations) {
        files.push((name, configuration.as_bytes()));
    }
    stored(&files)
}

fn embedded_keys(count: u32) -> Vec<u8> {
    let configuration = format!(
        "{}<cert>\n{}</cert>\n<key>\n{}</key>\n",
        without_placeholders(OVPN_2022),
        pem("CERTIFICATE", 130_000),
        pem("PRIVATE KEY", 130_000),
    );
    let configurations = numbered(count, &configuration);
    let names: Vec<String> = (0..count).map(|number| format!("{number}.ovpn")).collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .zip(&configurations)
        .map(|(name, text)| (&**name, text.as_bytes()))
        .collect();
    stored(&files)
}

/// The portal's configuration without the blocks that its user fills in.
fn without_placeholders(configuration: &str) -> String {
    let (before, rest) = configuration.split_once("<cert>").unwrap();
    let (_, after) = rest.split_once("</key>").unwrap();
    format!("{before}{after}")
}

fn pem(label: &str, size: usize) -> String {
    let line = format!("{}\n", "A".repeat(64));
    format!(
        "-----BEGIN {label}-----\n{}-----END {label}-----\n",
        line.repeat(size / line.len())
    )
}

fn of_no_use(number: u32) -> Vec<u8> {
    let profile = number_of(number, ENTRA);
    let names: Vec<String> = (0..990)
        .map(|number| format!("{}{number}.txt", "n".repeat(240)))
        .collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b""[..])).collect();
    files.push(("profile.xml", profile.as_bytes()));
    stored(&files)
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
        list("include_routes", 0, 25_000),
        list("exclude_routes", 0, 25_000),
        list("routes", 0, 12_500),
        list("address_pool", 0, 12_500),
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
            format!("route {a}.{b}.{c}.1\n")
        })
        .collect();
    format!("{OVPN_2022}{routes}").into_bytes()
}
