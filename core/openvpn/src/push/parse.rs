//! Reads the options of a complete push reply.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use base64ct::{Base64, Encoding};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use zeroize::{Zeroize, Zeroizing};

use super::dns::{DnsServer, read_domain, read_resolver};
use super::error::PushError;
use super::names::{has_no_effect, is_refused};
use super::reply::{AuthToken, Inactivity, PushReply, Topology};
use super::route::{RedirectGateway, Route};
use super::tokens::words;
use super::warning::{PushWarning, PushWarningReason};

const MOST_ROUTES: usize = 10_000;
const MOST_RESOLVERS: usize = 32;
const MOST_DOMAINS: usize = 64;
const MOST_DNS_SERVERS: usize = 16;
const MOST_WARNINGS: usize = 64;

/// The longest time that an option may name, a day (as in OpenVPN).
const LONGEST_PING: u64 = 86_400;

/// The smallest MTU that is taken (as in OpenVPN).
const SMALLEST_MTU: u16 = 100;

/// The peer id that says "none" in 24 bits.
const NO_PEER_ID: u32 = 0x00ff_ffff;

/// Reads options that are separated by commas.
pub(super) fn parse(options: &str) -> Result<(PushReply, Vec<PushWarning>), PushError> {
    let mut parser = Parser::default();
    for option in options.split(',') {
        parser.read(option.trim_start())?;
    }
    parser.finish()
}

/// Reads one option after the other.
#[derive(Default)]
pub(super) struct Parser {
    reply: PushReply,
    warnings: Vec<PushWarning>,
    /// The topology that the settings had which are gone on from.
    topology_before: Option<Topology>,
    ifconfig: Option<(Ipv4Addr, Ipv4Addr)>,
    ifconfig_v6: Option<Ipv6Net>,
    token: Option<Zeroizing<String>>,
    token_user: Option<Zeroizing<String>>,
}

/// What became of one option.
enum Outcome {
    Done,
    Warn(PushWarningReason),
}

impl From<Option<()>> for Outcome {
    fn from(read: Option<()>) -> Self {
        match read {
            Some(()) => Self::Done,
            None => Self::Warn(PushWarningReason::Malformed),
        }
    }
}

impl Parser {
    /// Goes on from settings that are there already: an option that comes replaces what it names or adds to it.
    pub(super) fn continuing(reply: PushReply) -> Self {
        Self {
            topology_before: reply.topology,
            reply,
            ..Self::default()
        }
    }

    /// The settings so far.
    pub(super) fn reply(&mut self) -> &mut PushReply {
        &mut self.reply
    }

    /// Ends the tunnel's IPv4 address.
    pub(super) fn forget_ifconfig(&mut self) {
        self.ifconfig = None;
        self.reply.peer_v4 = None;
        self.reply
            .addresses
            .retain(|own| matches!(own, IpNet::V6(_)));
    }

    /// Ends the tunnel's IPv6 address.
    pub(super) fn forget_ifconfig_v6(&mut self) {
        self.ifconfig_v6 = None;
        self.reply.peer_v6 = None;
        self.reply
            .addresses
            .retain(|own| matches!(own, IpNet::V4(_)));
    }

    /// Reads one option, without the commas around it.
    pub(super) fn read(&mut self, option: &str) -> Result<(), PushError> {
        let Some(mut words) = words(option) else {
            self.warn(
                option.split_whitespace().next().unwrap_or_default(),
                PushWarningReason::Malformed,
            );
            return Ok(());
        };
        let borrowed: Vec<&str> = words.iter().map(String::as_str).collect();
        let result = match borrowed.as_slice() {
            [] => Ok(()),
            [name, values @ ..] => self.option(name, values).map(|outcome| {
                if let Outcome::Warn(reason) = outcome {
                    self.warn(name, reason);
                }
            }),
        };
        // A token may be among them.
        words.zeroize();
        result
    }

    fn option(&mut self, name: &str, values: &[&str]) -> Result<Outcome, PushError> {
        let reply = &mut self.reply;
        Ok(match name {
            "route" | "route-ipv6" => return self.route(name, values),
            "dhcp-option" => self.dhcp_option(values),
            "dns" => self.dns(values),
            "topology" => read_topology(values)
                .map(|topology| reply.topology = Some(topology))
                .into(),
            "ifconfig" => read_pair(values)
                .map(|pair| self.ifconfig = Some(pair))
                .into(),
            "ifconfig-ipv6" => self.ifconfig_v6(values).into(),
            "route-gateway" if values == ["dhcp"] => Outcome::Warn(PushWarningReason::Unsupported),
            "route-gateway" => one(values)
                .map(|host| reply.route_gateway = Some(host))
                .into(),
            "route-ipv6-gateway" => one(values)
                .map(|host| reply.route_ipv6_gateway = Some(host))
                .into(),
            "route-metric" => one(values)
                .map(|metric| reply.route_metric = Some(metric))
                .into(),
            "redirect-gateway" | "redirect-private" => {
                let (redirect, known) = RedirectGateway::read(name == "redirect-private", values);
                reply.redirect_gateway = Some(redirect);
                known.then_some(()).into()
            }
            "block-ipv6" => none(values).map(|()| reply.block_ipv6 = true).into(),
            "block-outside-dns" => none(values).map(|()| reply.block_outside_dns = true).into(),
            "keepalive" => match *values {
                [ping, restart] => seconds(&[ping])
                    .zip(seconds(&[restart]))
                    .map(|(ping, restart)| (reply.ping, reply.ping_restart) = (ping, restart))
                    .into(),
                _ => Outcome::Warn(PushWarningReason::Malformed),
            },
            "ping" => seconds(values).map(|time| reply.ping = time).into(),
            "ping-restart" => seconds(values).map(|time| reply.ping_restart = time).into(),
            "ping-exit" => seconds(values).map(|time| reply.ping_exit = time).into(),
            "inactive" => read_inactive(values)
                .map(|limit| reply.inactive = limit)
                .into(),
            "session-timeout" => long_seconds(values)
                .map(|time| reply.session_timeout = time)
                .into(),
            "peer-id" => read_peer_id(values)
                .map(|id| reply.peer_id = Some(id))
                .into(),
            "cipher" => one(values)
                .map(|cipher: String| reply.cipher = Some(cipher))
                .into(),
            "key-derivation" if values == ["tls-ekm"] => {
                reply.key_derivation_tls_ekm = true;
                Outcome::Done
            }
            "key-derivation" => Outcome::Warn(PushWarningReason::Malformed),
            "protocol-flags" => self.protocol_flags(values),
            "auth-token" => one(values)
                .map(|token: String| self.token = Some(Zeroizing::new(token)))
                .into(),
            "auth-token-user" => read_token_user(values)
                .map(|name| self.token_user = Some(name))
                .into(),
            "tun-mtu" => {
                let mtu = one(values).filter(|mtu| *mtu >= SMALLEST_MTU);
                mtu.map(|mtu| reply.tun_mtu = Some(mtu)).into()
            }
            "comp-lzo" | "compress" => read_compression(name, values)
                .map(|text| reply.compression = Some(text))
                .into(),
            "explicit-exit-notify" if values.is_empty() => {
                reply.explicit_exit_notify = Some(1);
                Outcome::Done
            }
            "explicit-exit-notify" => one(values)
                .map(|times| reply.explicit_exit_notify = Some(times))
                .into(),
            "shaper" | "client-nat" => Outcome::Warn(PushWarningReason::Unsupported),
            name if has_no_effect(name) => Outcome::Done,
            name if is_refused(name) => Outcome::Warn(PushWarningReason::Refused),
            _ => Outcome::Warn(PushWarningReason::Unknown),
        })
    }

    fn route(&mut self, name: &str, values: &[&str]) -> Result<Outcome, PushError> {
        let route = if name == "route" {
            Route::read_v4(values)
        } else {
            Route::read_v6(values)
        };
        let Some(route) = route else {
            return Ok(Outcome::Warn(if Route::names_a_host(values) {
                PushWarningReason::Unsupported
            } else {
                PushWarningReason::Malformed
            }));
        };
        if self.reply.routes.len() == MOST_ROUTES {
            return Err(PushError::TooManyRoutes);
        }
        self.reply.routes.push(route);
        Ok(Outcome::Done)
    }

    fn ifconfig_v6(&mut self, values: &[&str]) -> Option<()> {
        let (address, peer) = match *values {
            [address] => (address, None),
            [address, peer] => (address, Some(peer.parse().ok()?)),
            _ => return None,
        };
        self.ifconfig_v6 = Some(address.parse().ok()?);
        self.reply.peer_v6 = peer;
        Some(())
    }

    fn dhcp_option(&mut self, values: &[&str]) -> Outcome {
        let reply = &mut self.reply;
        match *values {
            [kind @ ("DNS" | "DNS6"), address] => match read_resolver(kind, address) {
                Some(resolver) => push_bounded(&mut reply.resolvers, resolver, MOST_RESOLVERS),
                None => Outcome::Warn(PushWarningReason::Malformed),
            },
            ["DOMAIN" | "ADAPTER_DOMAIN_SUFFIX", domain] => read_domain(domain)
                .map(|domain| reply.domain = Some(domain))
                .into(),
            ["DOMAIN-SEARCH", domain] => match read_domain(domain) {
                Some(domain) => push_bounded(&mut reply.search_domains, domain, MOST_DOMAINS),
                None => Outcome::Warn(PushWarningReason::Malformed),
            },
            [
                "DNS" | "DNS6" | "DOMAIN" | "ADAPTER_DOMAIN_SUFFIX" | "DOMAIN-SEARCH",
                ..,
            ]
            | [] => Outcome::Warn(PushWarningReason::Malformed),
            _ => Outcome::Warn(PushWarningReason::Unsupported),
        }
    }

    fn dns(&mut self, values: &[&str]) -> Outcome {
        match *values {
            ["search-domains", ref domains @ ..] if !domains.is_empty() => {
                for domain in domains {
                    let outcome = match read_domain(domain) {
                        Some(domain) => {
                            push_bounded(&mut self.reply.dns_search_domains, domain, MOST_DOMAINS)
                        }
                        None => Outcome::Warn(PushWarningReason::Malformed),
                    };
                    if let Outcome::Warn(_) = outcome {
                        return outcome;
                    }
                }
                Outcome::Done
            }
            ["server", priority, ref settings @ ..] => match priority.parse() {
                Ok(priority) if priority >= 0 => self.dns_server(priority, settings),
                _ => Outcome::Warn(PushWarningReason::Malformed),
            },
            _ => Outcome::Warn(PushWarningReason::Malformed),
        }
    }

    fn dns_server(&mut self, priority: i8, settings: &[&str]) -> Outcome {
        let servers = &mut self.reply.dns_servers;
        let place = match servers.binary_search_by_key(&priority, |server| server.priority) {
            Ok(place) => place,
            Err(_) if servers.len() == MOST_DNS_SERVERS => {
                return Outcome::Warn(PushWarningReason::TooMany);
            }
            Err(place) => {
                servers.insert(place, DnsServer::new(priority));
                place
            }
        };
        servers
            .get_mut(place)
            .and_then(|server| server.read(settings))
            .into()
    }

    fn protocol_flags(&mut self, names: &[&str]) -> Outcome {
        let mut outcome = Outcome::Done;
        let flags = &mut self.reply.protocol_flags;
        for name in names {
            match *name {
                "cc-exit" => flags.cc_exit = true,
                "tls-ekm" => flags.tls_ekm = true,
                "dyn-tls-crypt" => flags.dyn_tls_crypt = true,
                "aead-epoch" => flags.aead_epoch = true,
                _ => outcome = Outcome::Warn(PushWarningReason::Unsupported),
            }
        }
        outcome
    }

    /// The settings, and what had no effect.
    pub(super) fn finish(mut self) -> Result<(PushReply, Vec<PushWarning>), PushError> {
        if let Some(server) = self
            .reply
            .dns_servers
            .iter()
            .find(|server| server.addresses.is_empty())
        {
            return Err(PushError::DnsServerWithoutAddress(server.priority));
        }
        let has_peer_id = self.reply.peer_id.is_some_and(|id| id < NO_PEER_ID);
        if self.reply.protocol_flags.aead_epoch && !has_peer_id {
            return Err(PushError::EpochWithoutPeerId);
        }
        let is_settled = self
            .ifconfig
            .is_some_and(|(own, other)| self.settle_ifconfig(own, other));
        if !is_settled {
            self.keep_topology();
        }
        if let Some(own) = self.ifconfig_v6 {
            self.replace_address(own.into());
        }
        match (self.token.take(), self.token_user.take()) {
            (Some(token), username) => self.reply.auth_token = Some(AuthToken { token, username }),
            (None, Some(_)) => self.warn("auth-token-user", PushWarningReason::Malformed),
            (None, None) => {}
        }
        Ok((self.reply, self.warnings))
    }

    /// Lets an address that stays keep its topology: what stands beside it is a netmask in one topology and a peer in the
    /// others.
    fn keep_topology(&mut self) {
        let mut addresses = self.reply.addresses.iter();
        let stays = addresses.any(|own| matches!(own, IpNet::V4(_)));
        if stays && self.reply.topology.is_some() && self.reply.topology != self.topology_before {
            self.reply.topology = self.topology_before;
            self.warn("topology", PushWarningReason::Malformed);
        }
    }

    /// Tells a netmask from the other end's address, which stand at the same place; returns whether the address is taken.
    fn settle_ifconfig(&mut self, own: Ipv4Addr, other: Ipv4Addr) -> bool {
        // No host has an address that starts as netmasks do, so a forgotten topology does no harm.
        let is_netmask = other.octets()[0] == 255;
        let is_subnet = self.reply.topology == Some(Topology::Subnet)
            || (self.reply.topology.is_none() && is_netmask);
        if !is_subnet {
            self.reply.peer_v4 = Some(other);
            self.replace_address(IpAddr::V4(own).into());
            return true;
        }
        match Ipv4Net::with_netmask(own, other) {
            Ok(network) => {
                self.reply.peer_v4 = None;
                self.replace_address(network.into());
                true
            }
            Err(_) => {
                self.warn("ifconfig", PushWarningReason::Malformed);
                false
            }
        }
    }

    /// Sets the tunnel's address of a family; IPv4 comes first.
    fn replace_address(&mut self, address: IpNet) {
        let is_v4 = |address: &IpNet| matches!(address, IpNet::V4(_));
        let addresses = &mut self.reply.addresses;
        addresses.retain(|own| is_v4(own) != is_v4(&address));
        addresses.push(address);
        addresses.sort_by_key(|own| !is_v4(own));
    }

    /// Notes that an option has no effect.
    pub(super) fn warn(&mut self, option: &str, reason: PushWarningReason) {
        match self.warnings.len() {
            len if len < MOST_WARNINGS => self.warnings.push(PushWarning::new(option, reason)),
            MOST_WARNINGS => self
                .warnings
                .push(PushWarning::new("", PushWarningReason::Suppressed)),
            _ => {}
        }
    }
}

fn push_bounded<T>(list: &mut Vec<T>, item: T, most: usize) -> Outcome {
    if list.len() == most {
        return Outcome::Warn(PushWarningReason::TooMany);
    }
    list.push(item);
    Outcome::Done
}

fn none(values: &[&str]) -> Option<()> {
    values.is_empty().then_some(())
}

fn one<T: std::str::FromStr>(values: &[&str]) -> Option<T> {
    match values {
        [value] => value.parse().ok(),
        _ => None,
    }
}

fn read_pair(values: &[&str]) -> Option<(Ipv4Addr, Ipv4Addr)> {
    match values {
        [own, other] => Some((own.parse().ok()?, other.parse().ok()?)),
        _ => None,
    }
}

fn read_topology(values: &[&str]) -> Option<Topology> {
    match values {
        ["subnet"] => Some(Topology::Subnet),
        ["net30"] => Some(Topology::Net30),
        ["p2p"] => Some(Topology::PointToPoint),
        _ => None,
    }
}

/// A time of at most a day; zero switches off.
fn seconds(values: &[&str]) -> Option<Option<Duration>> {
    let seconds: u64 = one(values)?;
    (seconds <= LONGEST_PING).then(|| duration(seconds))
}

/// A time of at most 136 years, so that adding it to any instant is safe; zero switches off.
fn long_seconds(values: &[&str]) -> Option<Option<Duration>> {
    let seconds: u32 = one(values)?;
    Some(duration(u64::from(seconds)))
}

fn duration(seconds: u64) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

fn read_inactive(values: &[&str]) -> Option<Option<Inactivity>> {
    let (time, bytes) = match *values {
        [time] => (time, 0),
        [time, bytes] => (time, bytes.parse().ok()?),
        _ => return None,
    };
    Some(long_seconds(&[time])?.map(|after| Inactivity { after, bytes }))
}

fn read_peer_id(values: &[&str]) -> Option<u32> {
    match one::<i64>(values)? {
        -1 => Some(NO_PEER_ID),
        id => u32::try_from(id).ok().filter(|id| *id <= NO_PEER_ID),
    }
}

fn read_token_user(values: &[&str]) -> Option<Zeroizing<String>> {
    let encoded: Zeroizing<String> = Zeroizing::new(one(values)?);
    let name = String::from_utf8(Base64::decode_vec(&encoded).ok()?).ok()?;
    Some(Zeroizing::new(name))
}

fn read_compression(name: &str, values: &[&str]) -> Option<String> {
    match values {
        [] => Some(name.to_owned()),
        [kind]
            if (1..=16).contains(&kind.len())
                && kind
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
        {
            Some(format!("{name} {kind}"))
        }
        _ => None,
    }
}
