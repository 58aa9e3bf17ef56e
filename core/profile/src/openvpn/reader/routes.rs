use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::routes::Routes;
use crate::warning::{WarningKind, Warnings};

use crate::openvpn::setting::Setting;

/// What the tunnel carries, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Networks {
    pub(super) included: Routes,
    pub(super) excluded: Routes,
}

/// Where a route leads.
enum Way {
    Tunnel,
    Machine,
    /// To a gateway of its own, which is none of the tunnel's.
    Elsewhere,
}

impl Networks {
    pub(super) fn take(
        &mut self,
        setting: &Setting<'_>,
        warnings: &mut Warnings,
    ) -> Result<(), ImportError> {
        match setting.name {
            "route" => self.take_route(setting, warnings),
            "route-ipv6" => self.take_route_ipv6(setting, warnings),
            "redirect-gateway" => {
                self.take_redirect(setting, warnings);
                Ok(())
            }
            // `redirect-private` only keeps the server itself out of the tunnel, as always.
            _ => Ok(()),
        }
    }

    fn take_route(
        &mut self,
        setting: &Setting<'_>,
        warnings: &mut Warnings,
    ) -> Result<(), ImportError> {
        let destination = setting.required(0)?;
        let address = match destination {
            "default" => Ipv4Addr::UNSPECIFIED,
            _ => match destination.parse::<Ipv4Addr>() {
                Ok(address) => address,
                Err(_) => return not_an_address(setting, destination, warnings),
            },
        };
        let mask = match setting.argument(1) {
            None | Some("default") if destination == "default" => Ipv4Addr::UNSPECIFIED,
            None | Some("default") => Ipv4Addr::BROADCAST,
            Some(mask) => mask.parse().map_err(|_| {
                setting.invalid(format!(
                    "has the mask '{}', which is none",
                    Excerpt::of(mask)
                ))
            })?,
        };
        let network = Ipv4Net::with_netmask(address, mask)
            .map_err(|_| setting.invalid(format!("has the mask '{mask}', which has gaps")))?;
        self.insert(setting, network.into(), warnings)
    }

    fn take_route_ipv6(
        &mut self,
        setting: &Setting<'_>,
        warnings: &mut Warnings,
    ) -> Result<(), ImportError> {
        let destination = setting.required(0)?;
        let network = match destination {
            "default" => Ipv6Net::default(),
            _ => {
                let (address, prefix) = destination.split_once('/').unwrap_or((destination, "128"));
                let Ok(address) = address.parse::<Ipv6Addr>() else {
                    return not_an_address(setting, destination, warnings);
                };
                let network = prefix
                    .parse()
                    .ok()
                    .map(|prefix| Ipv6Net::new(address, prefix));
                network.and_then(Result::ok).ok_or_else(|| {
                    let found = Excerpt::of(prefix);
                    setting.invalid(format!("has the prefix length '{found}', which is none"))
                })?
            }
        };
        self.insert(setting, network.into(), warnings)
    }

    fn insert(
        &mut self,
        setting: &Setting<'_>,
        network: IpNet,
        warnings: &mut Warnings,
    ) -> Result<(), ImportError> {
        // After `route` comes the mask first.
        let gateway = setting.argument(if setting.name == "route" { 2 } else { 1 });
        let routes = match way(gateway) {
            Way::Tunnel => &mut self.included,
            Way::Machine => &mut self.excluded,
            Way::Elsewhere => {
                setting.warn(
                    warnings,
                    "names a gateway of its own; the route leads into the tunnel instead",
                );
                &mut self.included
            }
        };
        if network != network.trunc() {
            let message = format_args!(
                "'{}' names {network}, whose address has bits beyond its mask; they were cleared",
                setting.name
            );
            warnings.push(setting.position, WarningKind::HostBits, message);
        }
        routes.insert(network);
        Ok(())
    }

    fn take_redirect(&mut self, setting: &Setting<'_>, warnings: &mut Warnings) {
        let has = |flag| setting.words().any(|word| word == flag);
        let ipv4: &[(Ipv4Addr, u8)] = if has("!ipv4") {
            &[]
        } else if has("def1") {
            &[(Ipv4Addr::UNSPECIFIED, 1), (Ipv4Addr::new(128, 0, 0, 0), 1)]
        } else {
            &[(Ipv4Addr::UNSPECIFIED, 0)]
        };
        for &(address, prefix) in ipv4 {
            self.included
                .extend(IpNet::new(IpAddr::V4(address), prefix));
        }
        if has("ipv6") {
            self.included
                .extend(IpNet::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0));
        }
        if has("block-local") {
            setting.warn(
                warnings,
                "wants the local network blocked ('block-local'); it stays reachable",
            );
        }
    }
}

fn way(gateway: Option<&str>) -> Way {
    match gateway {
        None | Some("default" | "vpn_gateway") => Way::Tunnel,
        Some("net_gateway" | "net_gateway_ipv6") => Way::Machine,
        Some(_) => Way::Elsewhere,
    }
}

/// A route may name a host, which would have to be looked up, or what is known only in a session.
fn not_an_address(
    setting: &Setting<'_>,
    destination: &str,
    warnings: &mut Warnings,
) -> Result<(), ImportError> {
    let is_number = destination
        .chars()
        .all(|character| character.is_ascii_digit() || matches!(character, '.' | '/'));
    let found = Excerpt::of(destination);
    if is_number || destination.contains(':') {
        return Err(setting.invalid(format!("leads to '{found}', which is no address")));
    }
    setting.warn(
        warnings,
        format_args!("leads to '{found}', a name and no address; the route is left out"),
    );
    Ok(())
}
