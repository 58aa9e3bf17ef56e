use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::Serialize;

/// Something to look out for before connecting, with its cause and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Caution {
    /// What it is.
    pub kind: CautionKind,
    /// How much it matters.
    pub severity: Severity,
    /// What it is and what comes of it, in sentences.
    pub message: String,
    /// What to do about it, in a sentence.
    pub remedy: String,
    /// The network of the profile that it is about.
    pub network: Option<IpNet>,
    /// The other network that it is about: of the machine, of another profile, or of this one.
    pub other_network: Option<IpNet>,
    /// Where the other network is: the name of an interface or of a profile.
    pub other: Option<String>,
}

impl Caution {
    pub(super) fn new(
        kind: CautionKind,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            severity: kind.severity(),
            message: message.into(),
            remedy: remedy.into(),
            network: None,
            other_network: None,
            other: None,
        }
    }

    pub(super) fn about(self, network: IpNet, other_network: IpNet) -> Self {
        Self {
            network: Some(network),
            other_network: Some(other_network),
            ..self
        }
    }

    /// Makes it matter less, where it may become true and is not yet.
    pub(super) fn noted(self) -> Self {
        Self {
            severity: Severity::Note,
            ..self
        }
    }

    pub(super) fn of(self, other: &str) -> Self {
        Self {
            other: Some(other.to_owned()),
            ..self
        }
    }
}

/// How much a [`Caution`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Connecting will fail, or must not be tried.
    Obstacle,
    /// Something will not work as the user may expect.
    Warning,
    /// Good to know.
    Note,
}

/// What a [`Caution`] is about. Its name in JSON is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CautionKind {
    /// Users would be sent to sign in at a host that is neither Microsoft's nor allowed.
    UnknownAuthority,
    /// The host program cannot sign in in the way that is selected.
    SignInUnsupported,
    /// The client certificate is no longer valid.
    ClientCertificateExpired,
    /// Every root that the gateway's certificate may end in is no longer valid.
    RootsExpired,
    /// There are more routes than the machine's configuration takes.
    TooManyRoutes,
    /// The client certificate is not valid yet: the machine's clock may be wrong.
    ClientCertificateNotYetValid,
    /// The client certificate ends within 30 days.
    ClientCertificateExpiresSoon,
    /// A root that the gateway's certificate may end in is no longer valid.
    RootExpired,
    /// A root that the gateway's certificate may end in ends within 30 days.
    RootExpiresSoon,
    /// A route takes a network that the machine is in, or a part of it, into the tunnel.
    RouteTakesLocalNetwork,
    /// A part of a route cannot be reached, because the machine is in a network with the same addresses.
    LocalNetworkHidesRoute,
    /// A route goes through the tunnel of another profile as well.
    RouteOverlapsProfile,
    /// The tunnel's own address may be one of a network that the machine is in.
    AddressPoolOverlapsLocalNetwork,
    /// The tunnel's own address may be one of another profile's tunnel.
    AddressPoolOverlapsProfile,
    /// The tunnel's own address may be one of a network behind the gateway.
    AddressPoolOverlapsRoute,
    /// A network is to be both inside the tunnel and outside.
    RouteIsExcluded,
    /// A route inside an exclude goes through the tunnel all the same.
    RouteInsideExclude,
    /// An exclude lies in no route, so that it changes nothing.
    ExcludeWithoutEffect,
    /// The DNS server is Azure's own address, which does not answer through a tunnel.
    AzureDnsUnreachable,
    /// A DNS server with a private address is in no route.
    DnsServerOutsideRoutes,
    /// A public DNS server is asked outside the tunnel.
    DnsServerIsPublic,
    /// No DNS server is known, so that names behind the gateway may not be found.
    NoDnsServer,
    /// The DNS settings of the profile are not set on the machine.
    DnsIsNotSet,
    /// The DNS server that the machine asks now is taken into the tunnel.
    RouteTakesDnsServer,
    /// All traffic goes through the tunnel, and IPv6 goes past it, or may do so.
    Ipv6StaysOutside,
    /// IPv6 routes have an effect only if the gateway gives the tunnel an IPv6 address.
    Ipv6NeedsAddress,
    /// The gateway lies inside a route; its own packets are kept outside.
    GatewayInsideRoute,
    /// Routes lie inside other routes.
    NestedRoutes,
    /// The profile to fail over to is not there.
    SecondaryProfileMissing,
    /// Another profile is connected.
    AnotherProfileConnected,
    /// Any certificate of the authority is taken for the gateway's.
    AnyGatewayName,
    /// A certificate of another client is taken for the gateway's.
    AnyCertificateUsage,
}

impl CautionKind {
    /// Returns how much it matters at most.
    pub fn severity(self) -> Severity {
        match self {
            Self::UnknownAuthority
            | Self::SignInUnsupported
            | Self::ClientCertificateExpired
            | Self::RootsExpired
            | Self::TooManyRoutes => Severity::Obstacle,
            Self::ExcludeWithoutEffect
            | Self::DnsServerIsPublic
            | Self::NoDnsServer
            | Self::Ipv6NeedsAddress
            | Self::GatewayInsideRoute
            | Self::NestedRoutes
            | Self::AnyGatewayName => Severity::Note,
            _ => Severity::Warning,
        }
    }
}

/// Cautions of one kind beyond those that a plan keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CautionsLeftOut {
    /// Their kind.
    pub kind: CautionKind,
    /// How many there are.
    pub count: usize,
}

/// Collects cautions, and bounds how many of each kind are kept.
#[derive(Debug, Default)]
pub(super) struct Cautions {
    kept: Vec<Caution>,
    counts: BTreeMap<CautionKind, usize>,
}

impl Cautions {
    /// The most cautions of a kind that a plan keeps.
    pub(super) const MOST: usize = 20;

    /// Adds a caution, or counts it.
    pub(super) fn add(&mut self, caution: Caution) {
        let count = self.counts.entry(caution.kind).or_default();
        *count = count.saturating_add(1);
        if *count <= Self::MOST {
            self.kept.push(caution);
        }
    }

    /// Returns what was kept, the gravest first, and how many of each kind were not.
    pub(super) fn finish(mut self) -> (Vec<Caution>, Vec<CautionsLeftOut>) {
        self.kept
            .sort_by_key(|caution| (caution.severity, caution.kind));
        let left_out = self.counts.into_iter().filter_map(|(kind, count)| {
            let count = count.checked_sub(Self::MOST).filter(|count| *count > 0)?;
            Some(CautionsLeftOut { kind, count })
        });
        (self.kept, left_out.collect())
    }
}
