//! Packages as the Azure portal zips them, made of texts.
#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod generated;
pub(crate) mod planned;

use std::io::{Cursor, Write};

use p2svpn_profile::{ImportError, ImportFailure, ImportOptions, Imported, SourceFile, import};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(crate) const CERTIFICATE: &str = include_str!("../fixtures/certificate.xml");
pub(crate) const ENTRA: &str = include_str!("../fixtures/entra.xml");
pub(crate) const PASSWORD: &str = include_str!("../fixtures/password.xml");
pub(crate) const SETTINGS_2022: &str = include_str!("../fixtures/vpn-settings-2022.xml");
pub(crate) const SETTINGS_2026: &str = include_str!("../fixtures/vpn-settings-2026.xml");

pub(crate) const OVPN_2022: &str = include_str!("../fixtures/openvpn/azure-2022.ovpn");
pub(crate) const OVPN_2026: &str = include_str!("../fixtures/openvpn/azure-2026.ovpn");

/// DigiCert Global Root G2, which the fixtures pin, in DER.
pub(crate) const ROOT: &[u8] = include_bytes!("../fixtures/digicert-global-root-g2.cer");

pub(crate) const PROGRAM: &[u8] = b"MZ\x90\0 a program that nobody inflates";

/// Zips files as the portal does: deflated, without entries for folders. Names are taken as they are.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip_with(files, options)
}

pub(crate) fn zip_with(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Returns a text with the line ends of the portal.
pub(crate) fn crlf(text: &str) -> Vec<u8> {
    text.replace("\r\n", "\n")
        .replace('\n', "\r\n")
        .into_bytes()
}

pub(crate) fn import_one(name: &str, bytes: &[u8]) -> Result<Vec<Imported>, ImportFailure> {
    import(&[SourceFile { name, bytes }], &ImportOptions::default())
}

pub(crate) fn import_all(files: &[(&str, &[u8])]) -> Result<Vec<Imported>, ImportFailure> {
    let files: Vec<SourceFile<'_>> = files
        .iter()
        .map(|&(name, bytes)| SourceFile { name, bytes })
        .collect();
    import(&files, &ImportOptions::default())
}

/// Imports a zip of one profile.
pub(crate) fn import_package(files: &[(&str, &[u8])]) -> Imported {
    let mut imported = import_one("contoso.zip", &zip(files)).unwrap();
    assert_eq!(imported.len(), 1);
    imported.remove(0)
}

pub(crate) fn refusal(bytes: &[u8]) -> ImportError {
    let failure = import_one("contoso.zip", bytes).unwrap_err();
    assert!(!failure.error.remedy().is_empty());
    failure.error
}
