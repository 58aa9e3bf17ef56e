//! Configurations made of lines.

use p2svpn_profile::{ImportError, Imported, Profile, Thumbprint, WarningKind};

/// DigiCert Global Root G2, which the fixtures trust.
pub(crate) const ROOT: &str = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4";

pub(crate) const AZURE_2022: &str = include_str!("../fixtures/openvpn/azure-2022.ovpn");
pub(crate) const AZURE_2026: &str = include_str!("../fixtures/openvpn/azure-2026.ovpn");
pub(crate) const EVERYTHING: &str = include_str!("../fixtures/openvpn/everything.ovpn");
pub(crate) const STATIC_KEY: &str =
    include_str!("../fixtures/openvpn/pfSense-UDP4-1194-alice-tls.key");

pub(crate) fn root() -> Thumbprint {
    ROOT.parse().unwrap()
}

/// The block `<ca>` of the fixtures.
pub(crate) fn ca() -> &'static str {
    let begin = EVERYTHING.find("<ca>").unwrap();
    let end = EVERYTHING.find("</ca>").unwrap();
    &EVERYTHING[begin..end + "</ca>\n".len()]
}

/// A configuration that needs nothing else, and about which there is nothing to say.
pub(crate) fn minimal() -> String {
    format!(
        "client\nremote vpn.example.org\nremote-cert-tls server\nauth-user-pass\n{}",
        ca()
    )
}

/// The same with further lines.
pub(crate) fn with(lines: &str) -> String {
    format!("{}{lines}\n", minimal())
}

pub(crate) fn try_read(text: &str) -> Result<Imported, ImportError> {
    Profile::from_openvpn(text.as_bytes(), &|_| None)
}

pub(crate) fn read(text: &str) -> Imported {
    try_read(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Reads a configuration about which nothing is said.
pub(crate) fn read_silently(text: &str) -> Profile {
    let imported = read(text);
    assert_eq!(imported.warnings, [], "{text}");
    imported.profile
}

pub(crate) fn read_beside(text: &str, files: &[(&str, &[u8])]) -> Result<Imported, ImportError> {
    Profile::from_openvpn(text.as_bytes(), &|name| {
        let mut files = files.iter();
        files.find(|file| file.0 == name).map(|file| file.1)
    })
}

/// The messages of warnings, without their places.
pub(crate) fn told(text: &str, kind: WarningKind) -> Vec<String> {
    let warnings = read(text).warnings.into_iter();
    warnings
        .filter(|warning| warning.kind == kind)
        .map(|warning| warning.message)
        .collect()
}

/// The reason for which a configuration is refused.
pub(crate) fn failure(text: &str) -> String {
    let error = try_read(text).unwrap_err();
    assert!(!error.remedy().is_empty());
    error.to_string()
}
