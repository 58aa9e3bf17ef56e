//! A certificate's subject as OpenVPN writes it.

use x509_parser::prelude::{X509Certificate, X509Name};
use x509_parser::x509::AttributeTypeAndValue;

/// The short names that OpenSSL gives to the attributes of a subject (RFC 4519, RFC 5280 appendix A.1).
const SHORT_NAMES: [(&str, &str); 24] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.41", "name"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.44", "generationQualifier"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.65", "pseudonym"),
    ("2.5.4.97", "organizationIdentifier"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.2.840.113549.1.9.2", "unstructuredName"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
];

/// The common name; the last one, as in OpenVPN, where there are several.
pub(super) fn common_name(certificate: &X509Certificate<'_>) -> Option<String> {
    let last = certificate.subject().iter_common_name().last()?;
    Some(text(last))
}

/// The subject in the order of the certificate: `C=KG, O=Example, CN=gateway`.
pub(super) fn subject_text(certificate: &X509Certificate<'_>) -> String {
    written(certificate.subject())
}

fn written(name: &X509Name<'_>) -> String {
    let sets = name.iter_rdn().map(|set| {
        let attributes: Vec<String> = set.iter().map(attribute).collect();
        attributes.join(" + ")
    });
    sets.collect::<Vec<_>>().join(", ")
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let identifier = attribute.attr_type().to_id_string();
    let short = SHORT_NAMES.iter().find(|(known, _)| *known == identifier);
    let name = short.map_or(identifier.as_str(), |(_, short)| short);
    format!("{name}={}", text(attribute))
}

/// The value with control characters written as `\0A`, so that a name cannot pretend to have lines.
fn text(attribute: &AttributeTypeAndValue<'_>) -> String {
    let mut shown = String::new();
    for character in value(attribute).chars() {
        if character.is_ascii_control() {
            shown.push_str(&format!("\\{:02X}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

fn value(attribute: &AttributeTypeAndValue<'_>) -> String {
    // The string types that `as_str` knows are UTF-8 or subsets of it.
    if let Ok(text) = attribute.as_str() {
        return text.to_owned();
    }
    let bytes = attribute.as_slice();
    if attribute.attr_value().header.tag() == x509_parser::asn1_rs::Tag::BmpString {
        let units = bytes
            .chunks_exact(2)
            .filter_map(|pair| pair.first_chunk::<2>());
        let units: Vec<u16> = units.map(|pair| u16::from_be_bytes(*pair)).collect();
        return String::from_utf16_lossy(&units);
    }
    // Latin-1, which OpenSSL takes a T61String for.
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
