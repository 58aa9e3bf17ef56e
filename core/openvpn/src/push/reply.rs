use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ipnet::IpNet;
use zeroize::Zeroizing;

use super::dns::DnsServer;
use super::route::{RedirectGateway, Route};
use super::warning::{PushWarning, PushWarningReason};

/// The settings that a gateway pushes to a client.
///
/// Only what is understood and safe is in here; the rest is told of by `PushWarning`s. Absent means not pushed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PushReply {
    /// The tunnel's own addresses, each with the prefix of the network that it is in; at most one of each family.
    pub addresses: Vec<IpNet>,
    /// How the tunnel's IPv4 network is made. Not pushed: `net30`, unless the netmask shows a subnet.
    pub topology: Option<Topology>,
    /// The other end's IPv4 address, in point-to-point topologies.
    pub peer_v4: Option<Ipv4Addr>,
    /// The other end's IPv6 address.
    pub peer_v6: Option<Ipv6Addr>,
    /// The host in the tunnel that IPv4 routes lead to (`route-gateway`).
    pub route_gateway: Option<Ipv4Addr>,
    /// The host in the tunnel that IPv6 routes lead to (`route-ipv6-gateway`).
    pub route_ipv6_gateway: Option<Ipv6Addr>,
    /// The metric of routes that have none of their own.
    pub route_metric: Option<u32>,
    /// The routes, in the order in which they were pushed; at most 10,000.
    pub routes: Vec<Route>,
    /// How all traffic is to be led into the tunnel, if it is.
    pub redirect_gateway: Option<RedirectGateway>,
    /// IPv6 traffic is to be refused, because the tunnel does not carry it.
    pub block_ipv6: bool,
    /// Names must not be resolved past the tunnel.
    pub block_outside_dns: bool,
    /// Resolvers by `dhcp-option`; without effect if there are `dns_servers`.
    pub resolvers: Vec<IpAddr>,
    /// The domain of the connection (`dhcp-option DOMAIN`).
    pub domain: Option<String>,
    /// The domains to complete short names with, by `dhcp-option DOMAIN-SEARCH`.
    pub search_domains: Vec<String>,
    /// Resolvers by `dns server`, lowest priority number, the most important, first.
    pub dns_servers: Vec<DnsServer>,
    /// The domains to complete short names with, by `dns search-domains`.
    pub dns_search_domains: Vec<String>,
    /// How long nothing may be sent before a keepalive is.
    pub ping: Option<Duration>,
    /// How long nothing may be heard before the connection is made anew.
    pub ping_restart: Option<Duration>,
    /// How long nothing may be heard before the connection ends.
    pub ping_exit: Option<Duration>,
    /// How long there may be next to no traffic before the connection ends.
    pub inactive: Option<Inactivity>,
    /// How long the connection may last.
    pub session_timeout: Option<Duration>,
    /// The id that data packets carry, at most 24 bits; 0xFFFFFF where a longer header is wanted without an id.
    pub peer_id: Option<u32>,
    /// The name of the data cipher, as pushed.
    pub cipher: Option<String>,
    /// Data keys are exported from TLS (`key-derivation tls-ekm`); the protocol flags can say so too.
    pub key_derivation_tls_ekm: bool,
    /// Parts of the protocol that both ends know.
    pub protocol_flags: ProtocolFlags,
    /// What stands for the credentials from now on.
    pub auth_token: Option<AuthToken>,
    /// The tunnel's MTU in bytes.
    pub tun_mtu: Option<u16>,
    /// The option by which compression or its framing was asked for, as pushed.
    pub compression: Option<String>,
    /// How often to say goodbye over datagrams.
    pub explicit_exit_notify: Option<u8>,
}

impl PushReply {
    /// Whether data keys are exported from TLS rather than derived by OpenVPN's own function.
    #[must_use]
    pub fn uses_tls_exporter(&self) -> bool {
        self.key_derivation_tls_ekm || self.protocol_flags.tls_ekm
    }

    /// The option that asks for compression, or for the framing that goes with it; none if packets stay as they are.
    #[must_use]
    pub fn compression(&self) -> Option<&str> {
        self.compression
            .as_deref()
            .filter(|option| *option != "compress migrate")
    }

    /// Lowers the MTU to what the client takes; a warning if it was more.
    pub(crate) fn limit_mtu(&mut self, most: u16) -> Option<PushWarning> {
        let pushed = self.tun_mtu.filter(|pushed| *pushed > most)?;
        self.tun_mtu = Some(pushed.min(most));
        Some(PushWarning::new("tun-mtu", PushWarningReason::Lowered))
    }

    /// These settings, which came in mid-session, in place of the `old` ones: what they do not say of addresses, and what
    /// settles the data channel, stays. `cipher` is the one in use.
    ///
    /// # Errors
    /// The name of an option that only a new connection can take on.
    pub(crate) fn in_place_of(mut self, old: &Self, cipher: &str) -> Result<Self, &'static str> {
        if self.peer_id.is_some() && self.peer_id != old.peer_id {
            return Err("peer-id");
        }
        let same_cipher = |pushed: &String| pushed.eq_ignore_ascii_case(cipher);
        if !self.cipher.as_ref().is_none_or(same_cipher) {
            return Err("cipher");
        }
        if self.addresses.is_empty() {
            self.addresses.clone_from(&old.addresses);
            self.topology = old.topology;
            (self.peer_v4, self.peer_v6) = (old.peer_v4, old.peer_v6);
            self.route_gateway = self.route_gateway.or(old.route_gateway);
            self.route_ipv6_gateway = self.route_ipv6_gateway.or(old.route_ipv6_gateway);
        }
        self.peer_id = old.peer_id;
        self.cipher.clone_from(&old.cipher);
        self.key_derivation_tls_ekm = old.key_derivation_tls_ekm;
        self.protocol_flags = old.protocol_flags;
        self.compression.clone_from(&old.compression);
        self.auth_token = self.auth_token.or_else(|| old.auth_token.clone());
        Ok(self)
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing is in it but a new token: gateways send such replies in mid-session.
    #[must_use]
    pub fn only_renews_token(&self) -> bool {
        let rest = Self {
            auth_token: self.auth_token.clone(),
            ..Self::default()
        };
        self.auth_token.is_some() && *self == rest
    }
}

/// How the tunnel's IPv4 network is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topology {
    /// One network that all clients are in.
    Subnet,
    /// A network of four addresses for each client, two of them used.
    Net30,
    /// Two addresses that need no network in common.
    PointToPoint,
}

/// How long there may be how little traffic before the connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inactivity {
    /// The time looked at.
    pub after: Duration,
    /// Less than this many bytes, both ways together, count as inactivity; 0: no packet at all.
    pub bytes: u64,
}

/// Parts of the protocol that both ends know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ProtocolFlags {
    /// Goodbyes go through the control channel (`cc-exit`).
    pub cc_exit: bool,
    /// Data keys are exported from TLS (`tls-ekm`).
    pub tls_ekm: bool,
    /// Rekeys are wrapped with a key exported from TLS (`dyn-tls-crypt`).
    pub dyn_tls_crypt: bool,
    /// Data packets have the epoch format (`aead-epoch`).
    pub aead_epoch: bool,
}

/// What stands for the credentials in rekeys and reconnections.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthToken {
    /// Takes the password's place.
    pub token: Zeroizing<String>,
    /// Takes the user name's place, if there is one.
    pub username: Option<Zeroizing<String>>,
}

/// Shows nothing of the token.
impl fmt::Debug for AuthToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AuthToken(..)")
    }
}
