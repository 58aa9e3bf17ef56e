use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::dns_suffix::DnsSuffix;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::unique::Unique;
use crate::warning::Warnings;

use crate::limits::MOST_OF_A_LIST;
use crate::openvpn::setting::Setting;

/// Who answers for names, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Names {
    suffixes: Unique<DnsSuffix>,
    /// Those of `dhcp-option`, which `dns` overrides.
    servers: Unique<IpAddr>,
    /// Those of `dns server`, by their number.
    groups: BTreeMap<i8, Group>,
}

#[derive(Debug, Default)]
struct Group {
    addresses: Unique<IpAddr>,
    domains: Unique<DnsSuffix>,
}

impl Names {
    pub(super) fn take(
        &mut self,
        setting: &Setting<'_>,
        warnings: &mut Warnings,
    ) -> Result<(), ImportError> {
        match (setting.name, setting.required(0)?) {
            ("dhcp-option", "DNS" | "DNS6") => {
                self.servers.insert(address(setting, setting.required(1)?)?);
            }
            ("dhcp-option", "DOMAIN" | "DOMAIN-SEARCH" | "ADAPTER_DOMAIN_SUFFIX") => {
                self.suffixes.insert(suffix(setting, setting.required(1)?)?);
            }
            ("dns", "search-domains") => {
                setting.required(1)?;
                for word in setting.words().skip(1) {
                    self.suffixes.insert(suffix(setting, word)?);
                }
            }
            ("dns", "server") => self.take_server(setting, warnings)?,
            (_, other) => setting.warn(
                warnings,
                format_args!("'{}' has no effect here", Excerpt::of(other)),
            ),
        }
        self.check_number(setting)
    }

    /// Refuses lists that are longer than any profile's.
    fn check_number(&self, setting: &Setting<'_>) -> Result<(), ImportError> {
        let groups = self.groups.values();
        let in_groups: usize = groups
            .map(|group| group.addresses.len().max(group.domains.len()))
            .sum();
        let most = self.suffixes.len().max(self.servers.len());
        if most.saturating_add(in_groups) > MOST_OF_A_LIST {
            return Err(setting.invalid("is one more than can be kept"));
        }
        Ok(())
    }

    fn take_server(
        &mut self,
        setting: &Setting<'_>,
        warnings: &mut Warnings,
    ) -> Result<(), ImportError> {
        let number = setting
            .required(1)?
            .parse()
            .map_err(|_| setting.invalid("has a number that is not from -128 to 127"))?;
        let group = self.groups.entry(number).or_default();
        let (what, first) = (setting.required(2)?, setting.required(3)?);
        match what {
            "address" => {
                for word in setting.words().skip(3) {
                    match word.strip_suffix(":53").map(without_brackets) {
                        Some(word) if word.parse::<IpAddr>().is_ok() => {
                            group.addresses.insert(address(setting, word)?);
                        }
                        _ => match word.parse::<std::net::SocketAddr>() {
                            Ok(_) => setting.warn(
                                warnings,
                                format_args!("'{word}' is left out: only port 53 is asked"),
                            ),
                            Err(_) => {
                                group
                                    .addresses
                                    .insert(address(setting, without_brackets(word))?);
                            }
                        },
                    }
                }
            }
            "resolve-domains" => {
                for word in setting.words().skip(3) {
                    group.domains.insert(suffix(setting, word)?);
                }
            }
            "transport" if first != "plain" => setting.warn(
                warnings,
                format_args!(
                    "wants the transport '{}'; it is asked in plain",
                    Excerpt::of(first)
                ),
            ),
            "dnssec" if first == "yes" => {
                setting.warn(warnings, "wants DNSSEC, which is the machine's to check");
            }
            "transport" | "dnssec" | "sni" => {}
            other => setting.warn(
                warnings,
                format_args!("'server {}' has no effect here", Excerpt::of(other)),
            ),
        }
        Ok(())
    }

    /// Returns the servers to ask and the domains they answer for. Of the groups of `dns server` only
    /// that with the lowest number counts.
    pub(super) fn finish(self) -> (Unique<IpAddr>, Unique<DnsSuffix>) {
        let mut suffixes = self.suffixes;
        let mut groups = self.groups.into_values();
        match groups.find(|group| !group.addresses.is_empty()) {
            Some(group) => {
                suffixes.extend(group.domains.iter().cloned());
                (group.addresses, suffixes)
            }
            None => (self.servers, suffixes),
        }
    }
}

fn without_brackets(word: &str) -> &str {
    word.strip_prefix('[')
        .and_then(|word| word.strip_suffix(']'))
        .unwrap_or(word)
}

fn address(setting: &Setting<'_>, word: &str) -> Result<IpAddr, ImportError> {
    word.parse().map_err(|_| {
        let found = Excerpt::of(word);
        setting.invalid(format!(
            "has '{found}' where the address of a server stands"
        ))
    })
}

fn suffix(setting: &Setting<'_>, word: &str) -> Result<DnsSuffix, ImportError> {
    word.parse().map_err(|reason| ImportError::Value {
        position: setting.position,
        path: setting.name,
        reason,
    })
}
