use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

/// The most addresses of one server (as in OpenVPN).
const MOST_ADDRESSES: usize = 8;

/// The most domains of one server.
const MOST_DOMAINS: usize = 64;

/// The longest domain name in text form (RFC 1035 section 2.3.4).
const LONGEST_DOMAIN: usize = 253;

/// One `dns server`: a resolver, and which names it is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DnsServer {
    /// Its rank, which is its name in the options too: the lowest that is usable wins.
    pub priority: i8,
    /// Where it listens; never empty in a push reply that was accepted.
    pub addresses: Vec<DnsServerAddress>,
    /// The domains that it is for; empty: for all.
    pub resolve_domains: Vec<String>,
    /// Whether answers must be signed.
    pub dnssec: Option<Dnssec>,
    /// How it is asked.
    pub transport: DnsTransport,
    /// The name in its certificate, for encrypted transports.
    pub sni: Option<String>,
}

/// Where a resolver listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DnsServerAddress {
    /// The address.
    pub address: IpAddr,
    /// The port, where it is not that of the transport.
    pub port: Option<u16>,
}

/// Whether a resolver's answers must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dnssec {
    /// Unsigned answers are refused.
    Yes,
    /// Signatures are not checked.
    No,
    /// Signatures are checked where there are some.
    Optional,
}

/// How a resolver is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DnsTransport {
    /// In clear, by UDP and TCP.
    #[default]
    Plain,
    /// By TLS (RFC 7858).
    Tls,
    /// By HTTPS (RFC 8484).
    Https,
}

impl DnsServer {
    pub(super) fn new(priority: i8) -> Self {
        Self {
            priority,
            ..Self::default()
        }
    }

    /// Reads what follows `dns server n`; none when it makes no sense.
    pub(super) fn read(&mut self, values: &[&str]) -> Option<()> {
        match values {
            ["address", addresses @ ..] if !addresses.is_empty() => {
                let addresses = addresses
                    .iter()
                    .map(|text| DnsServerAddress::read(text))
                    .collect::<Option<Vec<_>>>()?;
                if self.addresses.len() + addresses.len() > MOST_ADDRESSES {
                    return None;
                }
                self.addresses.extend(addresses);
            }
            ["resolve-domains", domains @ ..] if !domains.is_empty() => {
                if self.resolve_domains.len() + domains.len() > MOST_DOMAINS {
                    return None;
                }
                let domains = domains
                    .iter()
                    .map(|text| read_domain(text))
                    .collect::<Option<Vec<_>>>()?;
                self.resolve_domains.extend(domains);
            }
            ["dnssec", "yes"] => self.dnssec = Some(Dnssec::Yes),
            ["dnssec", "no"] => self.dnssec = Some(Dnssec::No),
            ["dnssec", "optional"] => self.dnssec = Some(Dnssec::Optional),
            ["transport", "plain"] => self.transport = DnsTransport::Plain,
            ["transport", "DoT"] => self.transport = DnsTransport::Tls,
            ["transport", "DoH"] => self.transport = DnsTransport::Https,
            ["sni", name] => self.sni = Some(read_domain(name)?),
            _ => return None,
        }
        Some(())
    }

    pub(super) fn to_options(&self) -> Vec<String> {
        let start = format!("dns server {}", self.priority);
        let addresses = self
            .addresses
            .iter()
            .map(|address| format!("{start} address {}", address.to_text()));
        let domains = self
            .resolve_domains
            .iter()
            .map(|domain| format!("{start} resolve-domains {domain}"));
        let dnssec = self.dnssec.map(|dnssec| match dnssec {
            Dnssec::Yes => format!("{start} dnssec yes"),
            Dnssec::No => format!("{start} dnssec no"),
            Dnssec::Optional => format!("{start} dnssec optional"),
        });
        let transport = match self.transport {
            DnsTransport::Plain => None,
            DnsTransport::Tls => Some(format!("{start} transport DoT")),
            DnsTransport::Https => Some(format!("{start} transport DoH")),
        };
        let sni = self.sni.iter().map(|name| format!("{start} sni {name}"));
        addresses
            .chain(domains)
            .chain(dnssec)
            .chain(transport)
            .chain(sni)
            .collect()
    }
}

impl DnsServerAddress {
    fn read(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self {
                address,
                port: None,
            });
        }
        if let Ok(socket) = text.parse::<SocketAddrV4>() {
            return Some(Self {
                address: (*socket.ip()).into(),
                port: Some(socket.port()),
            });
        }
        if let Ok(socket) = text.parse::<SocketAddrV6>() {
            return Some(Self {
                address: (*socket.ip()).into(),
                port: Some(socket.port()),
            });
        }
        let address: Ipv6Addr = text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()?;
        Some(Self {
            address: address.into(),
            port: None,
        })
    }

    fn to_text(self) -> String {
        match (self.address, self.port) {
            (address, None) => address.to_string(),
            (IpAddr::V4(address), Some(port)) => format!("{address}:{port}"),
            (IpAddr::V6(address), Some(port)) => format!("[{address}]:{port}"),
        }
    }
}

/// The resolver of a `dhcp-option`; an IPv6 address is allowed in both kinds.
pub(super) fn read_resolver(kind: &str, text: &str) -> Option<IpAddr> {
    match kind {
        "DNS6" => text.parse::<Ipv6Addr>().ok().map(Into::into),
        _ => text
            .parse::<Ipv4Addr>()
            .map(Into::into)
            .or_else(|_| text.parse())
            .ok(),
    }
}

/// A domain name that is safe to hand to the machine's resolver: letters, digits, dots, hyphens and underscores.
pub(super) fn read_domain(text: &str) -> Option<String> {
    let name = text.strip_prefix('.').unwrap_or(text);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_domain = !name.is_empty()
        && name.len() <= LONGEST_DOMAIN
        && !name.starts_with(['.', '-'])
        && !name.contains("..")
        && name.bytes().all(allowed);
    is_domain.then(|| text.to_owned())
}
