use p2svpn_client::{ProfileDetails as Details, ServerDetails as Server, SignInDetails as SignIn};

/// Everything that a program shows of one profile beside its summary. It holds no secret: of passwords and keys it says only that they are there.
#[derive(uniffi::Record)]
pub struct ProfileDetails {
    /// The gateways, in the order to try them.
    pub servers: Vec<ServerDetails>,
    /// The ways to sign in that it offers, the one that is used first.
    pub sign_ins: Vec<SignInDetails>,
    /// The SHA-1 thumbprints of the roots that the gateway's certificate has to come from, where it names such.
    pub pinned_roots: Vec<String>,
    /// The networks to reach through the tunnel, beside those that the gateway announces.
    pub include_routes: Vec<String>,
    /// The networks to reach outside the tunnel.
    pub exclude_routes: Vec<String>,
    /// The DNS servers to use instead of those that the gateway announces.
    pub dns_servers: Vec<String>,
    /// The domains whose names the DNS servers answer.
    pub dns_suffixes: Vec<String>,
    /// The domains of networks in which an always-on profile does not connect.
    pub trusted_networks: Vec<String>,
    /// The name of another profile to fail over to.
    pub secondary_profile: Option<String>,
    /// The virtual network's name, where the package tells.
    pub network_name: Option<String>,
    /// The networks that the gateway announces, as the package tells.
    pub announced_routes: Vec<String>,
    /// The networks from which clients get their addresses, as the package tells.
    pub address_pool: Vec<String>,
}

/// A gateway of a profile.
#[derive(uniffi::Record)]
pub struct ServerDetails {
    /// Its DNS name or IP address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What carries the tunnel to it: `tcp` or `udp`.
    pub transport: String,
    /// Its name for people.
    pub display_name: Option<String>,
}

/// A way to sign in that a profile offers.
#[derive(uniffi::Record)]
pub struct SignInDetails {
    /// Which way it is: `certificate`, `entra`, `password` or `certificate_and_password`.
    pub kind: String,
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

impl From<Details> for ProfileDetails {
    fn from(details: Details) -> Self {
        Self {
            servers: details
                .servers
                .into_iter()
                .map(ServerDetails::from)
                .collect(),
            sign_ins: details
                .sign_ins
                .into_iter()
                .map(SignInDetails::from)
                .collect(),
            pinned_roots: details.pinned_roots,
            include_routes: texts(&details.include_routes),
            exclude_routes: texts(&details.exclude_routes),
            dns_servers: texts(&details.dns_servers),
            dns_suffixes: details.dns_suffixes,
            trusted_networks: details.trusted_networks,
            secondary_profile: details.secondary_profile,
            network_name: details.network_name,
            announced_routes: texts(&details.announced_routes),
            address_pool: texts(&details.address_pool),
        }
    }
}

impl From<Server> for ServerDetails {
    fn from(server: Server) -> Self {
        Self {
            host: server.host,
            port: server.port,
            transport: server.transport.to_owned(),
            display_name: server.display_name,
        }
    }
}

impl From<SignIn> for SignInDetails {
    fn from(sign_in: SignIn) -> Self {
        Self {
            kind: sign_in.kind.name().to_owned(),
            certificate_thumbprint: sign_in.certificate_thumbprint,
            certificate_issuer: sign_in.certificate_issuer,
            has_certificate: sign_in.has_certificate,
            tenant: sign_in.tenant,
            audience: sign_in.audience,
            client_id: sign_in.client_id,
            username: sign_in.username,
            has_password: sign_in.has_password,
        }
    }
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}
