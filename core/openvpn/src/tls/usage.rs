//! What a certificate was issued for.

use x509_parser::prelude::X509Certificate;

use crate::certificate_error::ServerCertificateError;

/// The object identifier of `serverAuth` (RFC 5280 section 4.2.1.12).
const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";

/// Extended key usages by the names that OpenVPN profiles give them, which are OpenSSL's.
const NAMED: [(&str, &str); 6] = [
    ("TLS Web Server Authentication", SERVER_AUTH),
    ("TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2"),
    ("Code Signing", "1.3.6.1.5.5.7.3.3"),
    ("E-mail Protection", "1.3.6.1.5.5.7.3.4"),
    ("Time Stamping", "1.3.6.1.5.5.7.3.8"),
    ("OCSP Signing", "1.3.6.1.5.5.7.3.9"),
];

/// What a certificate must have been issued for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateUsage {
    /// The key usage (`remote-cert-ku`).
    pub key: KeyUsage,
    /// The extended key usage (`remote-cert-eku`); none: any, though a chain's certificate that names some must name
    /// `serverAuth` among them.
    pub extended: Option<ExtendedKeyUsage>,
}

/// Which key usage a certificate must name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyUsage {
    /// Any or none.
    Any,
    /// Any, but it must be named (`remote-cert-ku` without a value).
    Named,
    /// At least one of these sets, each of them whole. Bits as OpenVPN writes them: 80 is `digitalSignature`, 20
    /// `keyEncipherment`, 08 `keyAgreement`, in hexadecimal. An empty list accepts nothing.
    OneOf(Vec<u16>),
}

/// An extended key usage, by its object identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedKeyUsage(String);

impl CertificateUsage {
    /// Any use, as OpenVPN has it where the profile says nothing: everybody with a certificate of the same authority may
    /// pose as the gateway, unless those certificates say that they are for clients.
    #[must_use]
    pub fn any() -> Self {
        Self {
            key: KeyUsage::Any,
            extended: None,
        }
    }

    /// A certificate for servers by its extended key usage, as Azure's are.
    #[must_use]
    pub fn server() -> Self {
        Self {
            key: KeyUsage::Any,
            extended: Some(ExtendedKeyUsage(SERVER_AUTH.to_owned())),
        }
    }

    /// What `remote-cert-tls server` asks for: for servers, and with a key usage.
    #[must_use]
    pub fn remote_cert_tls() -> Self {
        Self {
            key: KeyUsage::Named,
            ..Self::server()
        }
    }

    pub(super) fn check(
        &self,
        certificate: &X509Certificate<'_>,
    ) -> Result<(), ServerCertificateError> {
        self.check_key(certificate)?;
        self.check_extended(certificate)
    }

    fn check_key(&self, certificate: &X509Certificate<'_>) -> Result<(), ServerCertificateError> {
        let presented = key_usage_bits(certificate);
        let (accepted, expected) = match &self.key {
            KeyUsage::Any => return Ok(()),
            KeyUsage::Named => (presented.is_some(), "any key usage".to_owned()),
            KeyUsage::OneOf(sets) => {
                // A set without bits asks for nothing and is fulfilled by nothing, as in OpenVPN.
                let fulfils = |bits: u16| sets.iter().any(|set| *set != 0 && bits & set == *set);
                let shown: Vec<String> = sets.iter().map(|set| hexadecimal(*set)).collect();
                (
                    presented.is_some_and(fulfils),
                    format!("the key usage {}", shown.join(" or ")),
                )
            }
        };
        if accepted {
            return Ok(());
        }
        Err(ServerCertificateError::WrongUsage {
            expected,
            presented: presented.map(hexadecimal).into_iter().collect(),
        })
    }

    fn check_extended(
        &self,
        certificate: &X509Certificate<'_>,
    ) -> Result<(), ServerCertificateError> {
        let Some(ExtendedKeyUsage(wanted)) = &self.extended else {
            return Ok(());
        };
        let presented = extended_key_usages(certificate);
        if presented.contains(wanted) {
            return Ok(());
        }
        if wanted == SERVER_AUTH {
            return Err(ServerCertificateError::NotForServers);
        }
        Err(ServerCertificateError::WrongUsage {
            expected: format!("the extended key usage {wanted}"),
            presented,
        })
    }
}

impl Default for CertificateUsage {
    /// For servers.
    fn default() -> Self {
        Self::server()
    }
}

impl ExtendedKeyUsage {
    /// Reads what stands in a profile behind `remote-cert-eku`: an object identifier with dots, or one of OpenSSL's names
    /// such as `TLS Web Server Authentication`. None if it is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((_, identifier)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Some(Self((*identifier).to_owned()));
        }
        let is_number = |arc: &str| !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit());
        let is_identifier = text.contains('.') && text.split('.').all(is_number);
        is_identifier.then(|| Self(text.to_owned()))
    }
}

/// The key usage in OpenVPN's notation: the first bit, `digitalSignature`, is 0x80; where only `decipherOnly`, the ninth
/// bit, is set, nothing remains.
fn key_usage_bits(certificate: &X509Certificate<'_>) -> Option<u16> {
    let usage = certificate.key_usage().ok().flatten()?;
    // x509-parser numbers the bits from the lowest one.
    let bits = (usage.value.flags as u8).reverse_bits();
    Some(u16::from(bits))
}

fn extended_key_usages(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Some(usage) = certificate.extended_key_usage().ok().flatten() else {
        return Vec::new();
    };
    let usage = usage.value;
    let known = [
        (usage.any, "2.5.29.37.0"),
        (usage.server_auth, SERVER_AUTH),
        (usage.client_auth, "1.3.6.1.5.5.7.3.2"),
        (usage.code_signing, "1.3.6.1.5.5.7.3.3"),
        (usage.email_protection, "1.3.6.1.5.5.7.3.4"),
        (usage.time_stamping, "1.3.6.1.5.5.7.3.8"),
        (usage.ocsp_signing, "1.3.6.1.5.5.7.3.9"),
    ];
    known
        .iter()
        .filter(|(is_named, _)| *is_named)
        .map(|(_, identifier)| (*identifier).to_owned())
        .chain(usage.other.iter().map(ToString::to_string))
        .collect()
}

fn hexadecimal(bits: u16) -> String {
    format!("{bits:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_usages_are_read_by_name_and_by_identifier() {
        let named = ExtendedKeyUsage::parse("TLS Web Server Authentication");

        assert_eq!(named, ExtendedKeyUsage::parse("1.3.6.1.5.5.7.3.1"));
        assert!(named.is_some());
        for nonsense in ["", "server", "1", "1..2", ".1", "1.2x"] {
            assert_eq!(ExtendedKeyUsage::parse(nonsense), None, "{nonsense:?}");
        }
    }
}
