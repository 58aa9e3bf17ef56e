use std::net::IpAddr;

use ipnet::IpNet;
use p2svpn_profile::{
    Authentication, AuthenticationKind as SignIn, CertificateAuthentication, EntraAuthentication,
    PasswordAuthentication, ServerTrust, StoredProfile, printable,
};

use crate::profile_summary::ProfileSummary;

/// Everything that a host shows of one profile. It holds no secret: of passwords and keys it says only that they are there.
/// Control and invisible characters in its texts are escaped ([`printable`]), as they could forge what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileDetails {
    /// What a list shows of it.
    pub summary: ProfileSummary,
    /// The gateways, in the order to try them.
    pub servers: Vec<ServerDetails>,
    /// The ways to sign in that it offers, the one that is used first.
    pub sign_ins: Vec<SignInDetails>,
    /// The SHA-1 thumbprints of the roots that the gateway's certificate has to come from, where it names such.
    pub pinned_roots: Vec<String>,
    /// The networks to reach through the tunnel, beside those that the gateway announces.
    pub include_routes: Vec<IpNet>,
    /// The networks to reach outside the tunnel.
    pub exclude_routes: Vec<IpNet>,
    /// The DNS servers to use instead of those that the gateway announces.
    pub dns_servers: Vec<IpAddr>,
    /// The domains whose names the DNS servers answer.
    pub dns_suffixes: Vec<String>,
    /// The domains of networks in which an always-on profile does not connect.
    pub trusted_networks: Vec<String>,
    /// The name of another profile to fail over to.
    pub secondary_profile: Option<String>,
    /// The virtual network's name, where the package tells.
    pub network_name: Option<String>,
    /// The networks that the gateway announces, as the package tells; the gateway itself has the last word.
    pub announced_routes: Vec<IpNet>,
    /// The networks from which clients get their addresses, as the package tells.
    pub address_pool: Vec<IpNet>,
}

/// A gateway of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerDetails {
    /// Its DNS name or IP address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What carries the tunnel to it: `tcp` or `udp`.
    pub transport: &'static str,
    /// Its name for people.
    pub display_name: Option<String>,
}

/// A way to sign in that a profile offers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInDetails {
    /// Which way it is.
    pub kind: SignIn,
    /// The SHA-1 thumbprint of the client certificate that is asked for; any if absent.
    pub certificate_thumbprint: Option<String>,
    /// The SHA-1 thumbprint of the root that the client certificate has to come from.
    pub certificate_issuer: Option<String>,
    /// Whether the profile brings a client certificate with its key along.
    pub has_certificate: bool,
    /// The address of the Entra tenant.
    pub tenant: Option<String>,
    /// The application that the Entra token is for.
    pub audience: Option<String>,
    /// The OAuth client to sign in to Entra as.
    pub client_id: Option<String>,
    /// The user's name, where the profile knows it.
    pub username: Option<String>,
    /// Whether the profile knows the password.
    pub has_password: bool,
}

impl ProfileDetails {
    pub(crate) fn new(stored: &StoredProfile) -> Self {
        let profile = &stored.profile;
        let servers = profile.servers.iter().map(|server| ServerDetails {
            host: server.host().to_owned(),
            port: server.port(),
            transport: server.transport().name(),
            display_name: server.display_name().map(printable),
        });
        let pinned = match &profile.server_validation.trust {
            ServerTrust::PinnedRoots(roots) => roots
                .iter()
                .map(|root| root.thumbprint().to_string())
                .collect(),
            _ => Vec::new(),
        };
        Self {
            summary: ProfileSummary::new(stored),
            servers: servers.collect(),
            sign_ins: profile
                .authentication
                .iter()
                .map(SignInDetails::new)
                .collect(),
            pinned_roots: pinned,
            include_routes: profile.include_routes.iter().copied().collect(),
            exclude_routes: profile.exclude_routes.iter().copied().collect(),
            dns_servers: profile.dns_servers.iter().copied().collect(),
            dns_suffixes: profile
                .dns_suffixes
                .iter()
                .map(ToString::to_string)
                .collect(),
            trusted_networks: profile
                .trusted_networks
                .iter()
                .map(ToString::to_string)
                .collect(),
            secondary_profile: profile
                .secondary_profile
                .as_ref()
                .map(|name| printable(name.as_str())),
            network_name: profile.network.name.as_deref().map(printable),
            announced_routes: profile.network.routes.iter().copied().collect(),
            address_pool: profile.network.address_pool.iter().copied().collect(),
        }
    }
}

impl SignInDetails {
    fn new(way: &Authentication) -> Self {
        let bare = Self {
            kind: way.kind(),
            certificate_thumbprint: None,
            certificate_issuer: None,
            has_certificate: false,
            tenant: None,
            audience: None,
            client_id: None,
            username: None,
            has_password: false,
        };
        match way {
            Authentication::Certificate(certificate) => bare.with_certificate(certificate),
            Authentication::Entra(entra) => bare.with_entra(entra),
            Authentication::Password(password) => bare.with_password(password),
            Authentication::CertificateAndPassword(certificate, password) => {
                bare.with_certificate(certificate).with_password(password)
            }
            _ => bare,
        }
    }

    fn with_certificate(self, certificate: &CertificateAuthentication) -> Self {
        Self {
            certificate_thumbprint: certificate.thumbprint.map(|print| print.to_string()),
            certificate_issuer: certificate.issuer.map(|print| print.to_string()),
            has_certificate: certificate.identity.is_some(),
            ..self
        }
    }

    fn with_entra(self, entra: &EntraAuthentication) -> Self {
        Self {
            tenant: Some(entra.tenant.to_string()),
            audience: Some(printable(&entra.audience)),
            client_id: Some(printable(entra.client_id())),
            ..self
        }
    }

    fn with_password(self, password: &PasswordAuthentication) -> Self {
        Self {
            username: password.username.as_deref().map(printable),
            has_password: password.password.is_some(),
            ..self
        }
    }
}
