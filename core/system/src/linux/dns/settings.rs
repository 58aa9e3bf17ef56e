use std::net::IpAddr;

use crate::config::{NetworkConfig, TunnelMode};

/// systemd-resolved takes so many servers for an interface (`LINK_DNS_SERVERS_MAX`).
const MOST_SERVERS: usize = 256;

/// systemd-resolved takes so many domains for an interface, and refuses all of more (`LINK_SEARCH_DOMAINS_MAX` of version 252).
const MOST_DOMAINS: usize = 256;

/// The most characters of a domain, and of each part of it (RFC 1035 section 2.3.4).
const LONGEST_DOMAIN: usize = 253;
const LONGEST_LABEL: usize = 63;

/// The domain that all others are below, as systemd-resolved writes it.
const EVERYTHING: &str = ".";

/// What one interface's DNS shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::linux) struct DnsSettings {
    pub(in crate::linux) servers: Vec<IpAddr>,
    pub(in crate::linux) domains: Vec<DnsDomain>,
    /// Whether names that are below no interface's domain are asked of these servers too.
    pub(in crate::linux) is_default: bool,
}

/// A domain whose names the servers are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::linux) struct DnsDomain {
    pub(in crate::linux) name: String,
    /// Whether it is not also added to single names that are looked up.
    pub(in crate::linux) is_routing_only: bool,
}

impl DnsSettings {
    /// Says what a configuration wants, and which servers and suffixes it could not take.
    ///
    /// - With a full tunnel all names are asked of the tunnel's servers, and no other interface's.
    /// - With a split tunnel the names below the suffixes are, and all others are asked as before.
    /// - With a split tunnel without suffixes all names are asked of the tunnel's servers beside the others: nothing says which
    ///   are whose.
    ///
    /// Without servers there is nothing to set.
    pub(in crate::linux) fn of(config: &NetworkConfig) -> (Self, Vec<IpAddr>, Vec<String>) {
        let taken = config.dns_servers.iter().take(MOST_SERVERS);
        let servers: Vec<IpAddr> = taken.copied().collect();
        let too_many = config.dns_servers.iter().skip(MOST_SERVERS);
        let left_servers = too_many.copied().collect();
        if servers.is_empty() {
            return (Self::default(), left_servers, config.dns_suffixes.clone());
        }
        let mut left_suffixes = Vec::new();
        let mut domains: Vec<DnsDomain> = Vec::new();
        for suffix in &config.dns_suffixes {
            let name = suffix.trim_matches('.').to_ascii_lowercase();
            if !is_domain(&name) || domains.len() == MOST_DOMAINS - 1 {
                left_suffixes.push(suffix.clone());
            } else if !domains.iter().any(|domain| domain.name == name) {
                domains.push(DnsDomain {
                    name,
                    is_routing_only: false,
                });
            }
        }
        let is_full = config.tunnel_mode == TunnelMode::Full;
        let is_default = is_full || domains.is_empty();
        if is_full {
            domains.push(DnsDomain {
                name: EVERYTHING.to_owned(),
                is_routing_only: true,
            });
        }
        let settings = Self {
            servers,
            domains,
            is_default,
        };
        (settings, left_servers, left_suffixes)
    }

    pub(in crate::linux) fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }
}

/// Whether it is the name of a host's kind of domain: what a gateway pushes may be anything, and one bad name has all refused.
fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= LONGEST_DOMAIN && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(suffixes: &[&str], tunnel_mode: TunnelMode) -> NetworkConfig {
        NetworkConfig {
            dns_servers: vec![IpAddr::from([10, 1, 0, 4])],
            dns_suffixes: suffixes.iter().map(|suffix| (*suffix).to_owned()).collect(),
            tunnel_mode,
            ..NetworkConfig::default()
        }
    }

    fn domains(settings: &DnsSettings) -> Vec<(&str, bool)> {
        let domains = settings.domains.iter();
        domains
            .map(|domain| (domain.name.as_str(), domain.is_routing_only))
            .collect()
    }

    #[test]
    fn a_split_tunnel_answers_for_its_suffixes_alone() {
        let (settings, ..) = DnsSettings::of(&config(
            &["corp.example", ".Azure.example.", "CORP.example"],
            TunnelMode::Split,
        ));

        assert_eq!(
            domains(&settings),
            [("corp.example", false), ("azure.example", false)]
        );
        assert!(!settings.is_default);
    }

    #[test]
    fn a_full_tunnel_answers_for_everything() {
        let (settings, ..) = DnsSettings::of(&config(&["corp.example"], TunnelMode::Full));

        assert_eq!(domains(&settings), [("corp.example", false), (".", true)]);
        assert!(settings.is_default);
    }

    #[test]
    fn a_split_tunnel_without_suffixes_is_asked_beside_the_others() {
        let (settings, ..) = DnsSettings::of(&config(&[], TunnelMode::Split));

        assert_eq!(domains(&settings), []);
        assert!(settings.is_default);
    }

    #[test]
    fn what_is_no_domain_is_left_out_and_told() {
        let long = "a".repeat(64);
        let bad = ["", "..", "a..b", "a b", "ü.example", "a/b", "a\n", &long];

        let (settings, _, left) = DnsSettings::of(&config(
            &[&bad[..], &["good.example"]].concat(),
            TunnelMode::Split,
        ));

        assert_eq!(domains(&settings), [("good.example", false)]);
        assert_eq!(left, bad);
    }

    #[test]
    fn more_than_the_resolver_takes_is_left_out_and_told() {
        let suffixes: Vec<String> = (0..2_000)
            .map(|number| format!("d{number}.example"))
            .collect();
        let config = NetworkConfig {
            dns_servers: (0..300)
                .map(|number| IpAddr::from([10, 0, 1, (number % 256) as u8]))
                .collect(),
            dns_suffixes: suffixes,
            tunnel_mode: TunnelMode::Full,
            ..NetworkConfig::default()
        };

        let (settings, left_servers, left_suffixes) = DnsSettings::of(&config);

        assert_eq!(settings.servers.len(), MOST_SERVERS);
        assert_eq!(left_servers.len(), 300 - MOST_SERVERS);
        assert_eq!(settings.domains.len(), MOST_DOMAINS);
        assert_eq!(left_suffixes.len(), 2_000 - (MOST_DOMAINS - 1));
    }

    #[test]
    fn without_servers_nothing_is_set_and_the_suffixes_are_told() {
        let config = NetworkConfig {
            dns_suffixes: vec!["corp.example".to_owned()],
            ..NetworkConfig::default()
        };

        let (settings, _, left) = DnsSettings::of(&config);

        assert!(settings.is_empty());
        assert_eq!(left, ["corp.example"]);
    }
}
