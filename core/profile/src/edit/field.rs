use std::fmt;

use crate::authentication::{Authentication, AuthenticationChoice};
use crate::profile::Profile;

/// A part of a profile that is edited, kept or replaced as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Field {
    /// The name.
    Name,
    /// The format's version.
    Version,
    /// The gateways and their order.
    Servers,
    /// Which of the offered ways to sign in is used.
    Authentication,
    /// The thumbprint of the client certificate to sign in with.
    ClientCertificate,
    /// The thumbprint of the root below which the client certificate was issued.
    CertificateIssuer,
    /// The user name to sign in with.
    UserName,
    /// Everything else about the ways to sign in: tenant, audience, passwords, keys.
    SignIn,
    /// What the gateway has to prove, with the secret that is shared with it.
    ServerValidation,
    /// The networks to reach through the tunnel.
    IncludeRoutes,
    /// The networks to reach outside the tunnel.
    ExcludeRoutes,
    /// The DNS servers.
    DnsServers,
    /// The domains whose names the DNS servers answer.
    DnsSuffixes,
    /// The profile to fail over to.
    SecondaryProfile,
    /// Whether to be connected always.
    AlwaysOn,
    /// The networks in which an always-on profile does not connect.
    TrustedNetworks,
    /// How OpenVPN is spoken.
    Protocol,
    /// What the package tells of the network behind the gateway.
    Network,
    /// What stood in the file and means nothing here.
    UnknownElements,
}

impl Field {
    /// All of them, in the order of [`Profile`].
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::Version,
        Self::Servers,
        Self::Authentication,
        Self::ClientCertificate,
        Self::CertificateIssuer,
        Self::UserName,
        Self::SignIn,
        Self::ServerValidation,
        Self::IncludeRoutes,
        Self::ExcludeRoutes,
        Self::DnsServers,
        Self::DnsSuffixes,
        Self::SecondaryProfile,
        Self::AlwaysOn,
        Self::TrustedNetworks,
        Self::Protocol,
        Self::Network,
        Self::UnknownElements,
    ];

    /// Returns the stable name, such as `include_routes`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Version => "version",
            Self::Servers => "servers",
            Self::Authentication => "authentication",
            Self::ClientCertificate => "client_certificate",
            Self::CertificateIssuer => "certificate_issuer",
            Self::UserName => "user_name",
            Self::SignIn => "sign_in",
            Self::ServerValidation => "server_validation",
            Self::IncludeRoutes => "include_routes",
            Self::ExcludeRoutes => "exclude_routes",
            Self::DnsServers => "dns_servers",
            Self::DnsSuffixes => "dns_suffixes",
            Self::SecondaryProfile => "secondary_profile",
            Self::AlwaysOn => "always_on",
            Self::TrustedNetworks => "trusted_networks",
            Self::Protocol => "protocol",
            Self::Network => "network",
            Self::UnknownElements => "unknown_elements",
        }
    }

    /// Returns the field with a stable name; nothing for others.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Returns the fields in which two profiles differ, in the order of [`Field::ALL`].
    pub fn that_differ(one: &Profile, other: &Profile) -> Vec<Self> {
        let all = Self::ALL.into_iter();
        all.filter(|field| field.differs(one, other)).collect()
    }

    /// Says whether two profiles differ in this field.
    pub fn differs(self, one: &Profile, other: &Profile) -> bool {
        match self {
            Self::Name => one.name != other.name,
            Self::Version => one.version != other.version,
            Self::Servers => one.servers != other.servers,
            Self::Authentication => {
                one.authentication.selected().kind() != other.authentication.selected().kind()
            }
            Self::ClientCertificate => differ_in(one, other, |way| {
                way.certificate().map(|certificate| certificate.thumbprint)
            }),
            Self::CertificateIssuer => differ_in(one, other, |way| {
                way.certificate().map(|certificate| certificate.issuer)
            }),
            Self::UserName => differ_in(one, other, |way| {
                way.password().map(|password| &password.username)
            }),
            Self::SignIn => {
                let [one, other] = [one, other].map(|profile| rest(&profile.authentication));
                one != other
            }
            Self::ServerValidation => one.server_validation != other.server_validation,
            Self::IncludeRoutes => one.include_routes != other.include_routes,
            Self::ExcludeRoutes => one.exclude_routes != other.exclude_routes,
            Self::DnsServers => one.dns_servers != other.dns_servers,
            Self::DnsSuffixes => one.dns_suffixes != other.dns_suffixes,
            Self::SecondaryProfile => one.secondary_profile != other.secondary_profile,
            Self::AlwaysOn => one.always_on != other.always_on,
            Self::TrustedNetworks => one.trusted_networks != other.trusted_networks,
            Self::Protocol => one.protocol != other.protocol,
            Self::Network => one.network != other.network,
            Self::UnknownElements => one.unknown_elements != other.unknown_elements,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Says whether a part of the ways to sign in differs, in ways that both profiles offer.
fn differ_in<'a, T: PartialEq>(
    one: &'a Profile,
    other: &'a Profile,
    part: impl Fn(&'a Authentication) -> Option<T>,
) -> bool {
    one.authentication.iter().any(|way| {
        let counterpart = other.authentication.get(way.kind());
        counterpart.is_some_and(|counterpart| part(way) != part(counterpart))
    })
}

/// The ways to sign in, sorted by kind, without what the fields of their own tell.
fn rest(choice: &AuthenticationChoice) -> Vec<Authentication> {
    let mut ways: Vec<Authentication> = choice.iter().cloned().collect();
    ways.sort_by_key(Authentication::kind);
    for way in &mut ways {
        if let Some(certificate) = way.certificate_mut() {
            certificate.thumbprint = None;
            certificate.issuer = None;
        }
        if let Some(password) = way.password_mut() {
            password.username = None;
        }
    }
    ways
}
