//! The names in a certificate, and whether one of them is wanted.

use std::net::IpAddr;

use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;

/// How many presented names an error shows.
const SHOWN: usize = 10;

/// The names that a certificate is for: its subject alternative names; only where there are none, its common name, which
/// is what OpenVPN's own `verify-x509-name` looks at.
///
/// The constraints that a root puts on the authorities below it bind alternative names and not common names, so a common
/// name beside them says nothing (RFC 6125 section 6.4.4).
pub(super) struct CertificateNames {
    dns: Vec<String>,
    addresses: Vec<IpAddr>,
    /// Never a wildcard.
    common: Vec<String>,
}

impl CertificateNames {
    /// Reads the names of a certificate.
    pub(super) fn of(certificate: &X509Certificate<'_>) -> Self {
        let mut names = Self {
            dns: Vec::new(),
            addresses: Vec::new(),
            common: Vec::new(),
        };
        let alternative = certificate.subject_alternative_name().ok().flatten();
        for name in alternative
            .iter()
            .flat_map(|extension| &extension.value.general_names)
        {
            match name {
                GeneralName::DNSName(text) => names.dns.push((*text).to_owned()),
                GeneralName::IPAddress(bytes) => names.addresses.extend(address(bytes)),
                _ => {}
            }
        }
        if names.dns.is_empty() && names.addresses.is_empty() {
            let common_names = certificate.subject().iter_common_name();
            names.common = common_names
                .filter_map(|name| name.as_str().ok())
                .map(str::to_owned)
                .collect();
        }
        names
    }

    /// Whether the certificate is for `wanted`; a wildcard stands for exactly one label, and counts only if allowed.
    pub(super) fn matches(&self, wanted: &str, wildcards: bool) -> bool {
        if let Ok(address) = wanted.parse::<IpAddr>() {
            return self.addresses.contains(&address);
        }
        let wanted = wanted.trim_end_matches('.');
        if self
            .common
            .iter()
            .any(|name| name.eq_ignore_ascii_case(wanted))
        {
            return true;
        }
        self.dns.iter().any(|name| {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case(wanted) || (wildcards && wildcard_matches(name, wanted))
        })
    }

    /// The names to show in an error.
    pub(super) fn shown(&self) -> Vec<String> {
        let addresses = self.addresses.iter().map(IpAddr::to_string);
        self.dns
            .iter()
            .chain(&self.common)
            .cloned()
            .chain(addresses)
            .take(SHOWN)
            .collect()
    }
}

fn wildcard_matches(pattern: &str, wanted: &str) -> bool {
    let (Some(suffix), Some((label, rest))) = (pattern.strip_prefix("*."), wanted.split_once('.'))
    else {
        return false;
    };
    // "*.com" would stand for far too much.
    suffix.contains('.') && !label.is_empty() && suffix.eq_ignore_ascii_case(rest)
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::from(four));
    }
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rcgen::{CertificateParams, DnType, KeyPair};
    use x509_parser::prelude::FromDer;

    use super::*;

    #[test]
    fn a_common_name_counts_only_where_there_is_no_alternative_name() {
        let alone = names(&[], "gateway.example.com");
        let beside = names(&["host.evil.example"], "gateway.example.com");

        assert!(alone.matches("Gateway.Example.com", true));
        assert!(!beside.matches("gateway.example.com", true));
        assert!(beside.matches("host.evil.example", true));
    }

    #[test]
    fn a_common_name_is_never_a_wildcard() {
        assert!(!names(&[], "*.example.com").matches("gateway.example.com", true));
    }

    fn names(alternative: &[&str], common: &str) -> CertificateNames {
        let alternative: Vec<String> = alternative.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(alternative).unwrap();
        params.distinguished_name.push(DnType::CommonName, common);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let (_, certificate) = X509Certificate::from_der(certificate.der()).unwrap();
        CertificateNames::of(&certificate)
    }
}
