use std::net::IpAddr;

use ipnet::IpNet;

use super::moment::Moment;
use crate::authentication::AuthenticationKind;
use crate::routes::Routes;
use crate::thumbprint::Thumbprint;

/// What a [`Plan`](crate::Plan) has to know of the machine and the host program.
///
/// Everything in it may be unknown, and then the plan says nothing about it: with the default it
/// tells what stands in the profile itself.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The time, for expiry dates.
    pub now: Option<Moment>,
    /// The networks that the machine is in, without those of this program's own tunnels.
    pub local_networks: Option<Vec<LocalNetwork>>,
    /// The DNS servers that the machine asks now.
    pub dns_servers: Option<Vec<IpAddr>>,
    /// The other profiles that the host program keeps.
    pub profiles: Option<Vec<KnownProfile>>,
    /// The client certificates with a private key that the host program can offer.
    pub certificates: Option<Vec<KnownCertificate>>,
    /// Hosts to which users may be sent to sign in beside Microsoft's, as in
    /// [`ImportOptions`](crate::ImportOptions).
    pub authorities: Vec<String>,
    /// The ways to sign in that the host program can carry out.
    pub sign_ins: Option<Vec<AuthenticationKind>>,
    /// Whether a sign-in with Entra ID for this profile is kept from an earlier session.
    pub signed_in: Option<bool>,
    /// Where the packets will go.
    pub device: DeviceKind,
    /// Whether the DNS servers and suffixes of a session are set on the machine.
    pub sets_dns: Option<bool>,
    /// The most routes that the machine's configuration takes.
    pub most_routes: Option<usize>,
}

/// A network that the machine is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LocalNetwork {
    /// The name of the interface.
    pub interface: String,
    /// The machine's address in it, with the prefix of the network.
    pub address: IpNet,
    /// Whether the default route goes through the interface.
    pub is_default: bool,
}

/// Another profile of the host program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownProfile {
    /// Its name.
    pub name: String,
    /// Whether a session of it is up.
    pub is_connected: bool,
    /// The networks that go through its tunnel, as far as they are known.
    pub routes: Routes,
    /// The networks that its addresses are from, as far as they are known.
    pub address_pool: Routes,
}

impl KnownProfile {
    /// Takes from a profile what matters to the plan of another one.
    pub fn of(profile: &crate::Profile, is_connected: bool) -> Self {
        let mut routes = profile.include_routes.clone();
        routes.extend(profile.network.routes.iter().copied());
        Self {
            name: profile.name.to_string(),
            is_connected,
            routes,
            address_pool: profile.network.address_pool.clone(),
        }
    }
}

/// A client certificate that the host program can offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCertificate {
    /// The SHA-1 hash of its DER encoding.
    pub thumbprint: Thumbprint,
    /// The hashes of the certificates above it, as far as they are known.
    pub issuers: Vec<Thumbprint>,
    /// Whose it is, for people.
    pub subject: String,
    /// When it ends to be valid.
    pub not_after: Moment,
}

/// Where a session's packets go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// Not known yet. The plan is that for a network interface.
    #[default]
    Unknown,
    /// Through a network interface of the machine, so that every program can reach the networks.
    Machine,
    /// Through a network stack inside the host program: the machine stays as it is, and only that
    /// program reaches the networks.
    Program,
}
