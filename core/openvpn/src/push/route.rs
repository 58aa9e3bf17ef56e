use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Where a pushed route leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    /// The network, without bits beyond its prefix.
    pub destination: IpNet,
    /// The way to it.
    pub gateway: RouteGateway,
    /// The route's metric, where one was pushed.
    pub metric: Option<u32>,
}

/// The way that a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RouteGateway {
    /// Into the tunnel.
    Tunnel,
    /// Past the tunnel, as the machine would route without it (`net_gateway`).
    Bypass,
    /// Into the tunnel, by way of this host in it.
    Host(IpAddr),
}

/// How all traffic is to be led into the tunnel (`redirect-gateway`, `redirect-private`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedirectGateway {
    /// Only the routes around the default route are wanted, not the default route itself (`redirect-private`).
    pub private: bool,
    /// All IPv4 traffic is meant (absent: `!ipv4`).
    pub ipv4: bool,
    /// All IPv6 traffic is meant (`ipv6`).
    pub ipv6: bool,
    /// Two halves instead of a new default route (`def1`).
    pub def1: bool,
    /// The gateway is in the same network, and needs no route around the tunnel (`local`).
    pub local: bool,
    /// The same, if the client finds that out (`autolocal`).
    pub autolocal: bool,
    /// The DHCP server is to be reached past the tunnel (`bypass-dhcp`).
    pub bypass_dhcp: bool,
    /// The DNS servers are to be reached past the tunnel (`bypass-dns`).
    pub bypass_dns: bool,
    /// The local network is to be cut off (`block-local`).
    pub block_local: bool,
}

/// Where a flag is kept.
type FlagOf = fn(&mut RedirectGateway) -> &mut bool;

impl RedirectGateway {
    const FLAGS: [(&str, FlagOf); 7] = [
        ("ipv6", |redirect| &mut redirect.ipv6),
        ("def1", |redirect| &mut redirect.def1),
        ("local", |redirect| &mut redirect.local),
        ("autolocal", |redirect| &mut redirect.autolocal),
        ("bypass-dhcp", |redirect| &mut redirect.bypass_dhcp),
        ("bypass-dns", |redirect| &mut redirect.bypass_dns),
        ("block-local", |redirect| &mut redirect.block_local),
    ];

    /// All IPv4 traffic, by a new default route.
    #[must_use]
    pub const fn all_ipv4() -> Self {
        Self {
            private: false,
            ipv4: true,
            ipv6: false,
            def1: false,
            local: false,
            autolocal: false,
            bypass_dhcp: false,
            bypass_dns: false,
            block_local: false,
        }
    }

    /// Reads the flags; false when one of them is unknown.
    pub(super) fn read(private: bool, flags: &[&str]) -> (Self, bool) {
        let mut redirect = Self {
            private,
            ..Self::all_ipv4()
        };
        let mut known = true;
        for flag in flags {
            if *flag == "!ipv4" {
                redirect.ipv4 = false;
            } else if let Some((_, place)) = Self::FLAGS.iter().find(|(name, _)| name == flag) {
                *place(&mut redirect) = true;
            } else {
                known = false;
            }
        }
        (redirect, known)
    }

    pub(super) fn to_option(mut self) -> String {
        let mut option = if self.private {
            "redirect-private"
        } else {
            "redirect-gateway"
        }
        .to_owned();
        if !self.ipv4 {
            option.push_str(" !ipv4");
        }
        for (name, place) in Self::FLAGS {
            if *place(&mut self) {
                option.push(' ');
                option.push_str(name);
            }
        }
        option
    }
}

impl Route {
    /// Reads the values of `route`: network, mask, gateway and metric.
    pub(super) fn read_v4(values: &[&str]) -> Option<Self> {
        let (network, mask, gateway, metric) = match *values {
            [network] => (network, "default", "default", "default"),
            [network, mask] => (network, mask, "default", "default"),
            [network, mask, gateway] => (network, mask, gateway, "default"),
            [network, mask, gateway, metric] => (network, mask, gateway, metric),
            _ => return None,
        };
        let network: Ipv4Addr = if network == "default" {
            Ipv4Addr::UNSPECIFIED
        } else {
            network.parse().ok()?
        };
        let mask = match mask {
            "default" if network.is_unspecified() => Ipv4Addr::UNSPECIFIED,
            "default" => Ipv4Addr::BROADCAST,
            mask => mask.parse().ok()?,
        };
        Some(Self {
            destination: Ipv4Net::with_netmask(network, mask).ok()?.trunc().into(),
            gateway: match gateway {
                "default" | "vpn_gateway" => RouteGateway::Tunnel,
                "net_gateway" => RouteGateway::Bypass,
                host => RouteGateway::Host(IpAddr::V4(host.parse().ok()?)),
            },
            metric: read_metric(metric)?,
        })
    }

    /// Reads the values of `route-ipv6`: network with prefix, gateway and metric.
    pub(super) fn read_v6(values: &[&str]) -> Option<Self> {
        let (network, gateway, metric) = match *values {
            [network] => (network, "default", "default"),
            [network, gateway] => (network, gateway, "default"),
            [network, gateway, metric] => (network, gateway, metric),
            _ => return None,
        };
        let destination = match network {
            "default" => Ipv6Net::default(),
            network if network.contains('/') => network.parse().ok()?,
            network => Ipv6Net::from(network.parse::<Ipv6Addr>().ok()?),
        };
        Some(Self {
            destination: destination.trunc().into(),
            gateway: match gateway {
                "default" | "vpn_gateway" => RouteGateway::Tunnel,
                "net_gateway" => RouteGateway::Bypass,
                host => RouteGateway::Host(IpAddr::V6(host.parse().ok()?)),
            },
            metric: read_metric(metric)?,
        })
    }

    /// Whether the values of a route name a host where an address could stand: OpenVPN's own names for hosts, or names that
    /// would have to be resolved, which clients do not do for gateways unless they are told to (`allow-pull-fqdn`).
    pub(super) fn names_a_host(values: &[&str]) -> bool {
        let is_name = |word: &&str| {
            !matches!(*word, "default" | "vpn_gateway" | "net_gateway")
                && !word.contains([':', '/'])
                && word.ends_with(|last: char| last.is_ascii_alphabetic())
        };
        let network = values.first();
        network.is_some_and(|word| is_name(word) || matches!(*word, "vpn_gateway" | "net_gateway"))
            || values.iter().skip(1).any(is_name)
    }

    pub(super) fn to_option(self) -> String {
        let mut option = match self.destination {
            IpNet::V4(network) => format!("route {} {}", network.network(), network.netmask()),
            IpNet::V6(network) => format!("route-ipv6 {network}"),
        };
        match self.gateway {
            RouteGateway::Tunnel if self.metric.is_some() => option.push_str(" default"),
            RouteGateway::Tunnel => {}
            RouteGateway::Bypass => option.push_str(" net_gateway"),
            RouteGateway::Host(host) => option.push_str(&format!(" {host}")),
        }
        if let Some(metric) = self.metric {
            option.push_str(&format!(" {metric}"));
        }
        option
    }
}

fn read_metric(metric: &str) -> Option<Option<u32>> {
    match metric {
        "default" => Some(None),
        metric => Some(Some(metric.parse().ok()?)),
    }
}
