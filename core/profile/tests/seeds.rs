//! What fuzzing starts from where the fixtures are not enough: `P2SVPN_BLESS=1 cargo test -p p2svpn-profile seeds`
//! writes it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    // The library reads no environment; its tests are told by it to write.
    clippy::disallowed_methods
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{CERTIFICATE, ENTRA, ROOT, SETTINGS_2022, SETTINGS_2026, zip_with};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

#[test]
fn the_committed_seeds_are_those_made_here() {
    let seeds = seeds();
    if std::env::var_os("P2SVPN_BLESS").is_some() {
        fs::create_dir_all(folder()).unwrap();
        for (name, bytes) in &seeds {
            fs::write(folder().join(name), bytes).unwrap();
        }
    }
    let mut committed: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    committed.sort();
    let mut made: Vec<&str> = seeds.iter().map(|(name, _)| *name).collect();
    made.sort_unstable();

    assert_eq!(committed, made);
    for (name, bytes) in seeds {
        assert!(fs::read(folder().join(name)).unwrap() == bytes, "{name}");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/seeds/package")
}

fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let certificate: [(&str, &[u8]); 3] = [
        ("Generic/VpnSettings.xml", SETTINGS_2022.as_bytes()),
        ("Generic/VpnServerRoot.cer", ROOT),
        ("AzureVPN/azurevpnconfig.xml", CERTIFICATE.as_bytes()),
    ];
    let choice: [(&str, &[u8]); 3] = [
        ("Generic/VpnSettings.xml", SETTINGS_2026.as_bytes()),
        ("AzureVPN/azurevpnconfig_aad.xml", ENTRA.as_bytes()),
        ("AzureVPN/azurevpnconfig_cert.xml", CERTIFICATE.as_bytes()),
    ];
    let without_openvpn = SETTINGS_2026.replace("IkeV2,OpenVPN", "SSTP,IkeV2");
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    vec![
        ("certificate", bundle(&certificate)),
        ("choice", bundle(&choice)),
        (
            "without-openvpn",
            bundle(&[("Generic/VpnSettings.xml", without_openvpn.as_bytes())]),
        ),
        // Stored, so that another version of the compressor makes no other seed.
        ("zipped", zip_with(&choice, stored)),
    ]
}

/// Writes the form of a package that the program `package` of `tests/fuzz` reads.
fn bundle(files: &[(&str, &[u8])]) -> Vec<u8> {
    let parts = files.iter().map(|(name, bytes)| {
        let line = format!("=== {name}\n");
        [line.as_bytes(), bytes].concat()
    });
    parts.collect::<Vec<_>>().concat()
}
