use std::collections::HashSet;

use super::reply::PushReply;
use super::route::Route;

/// What differs between the settings of a connection and those before them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PushChanges {
    /// The tunnel's own addresses, their topology or the other end's addresses.
    pub addresses: bool,
    /// Routes that were not there before. A route whose gateway or metric changed is removed and added.
    pub routes_added: Vec<Route>,
    /// Routes that are not there any more.
    pub routes_removed: Vec<Route>,
    /// What routes without gateway or metric of their own take: `route-gateway`, `route-ipv6-gateway`, `route-metric`.
    pub route_defaults: bool,
    /// Whether and how all traffic is led into the tunnel.
    pub redirect_gateway: bool,
    /// Resolvers, domains, or whether names may be resolved past the tunnel.
    pub dns: bool,
    /// Whether IPv6 traffic is refused.
    pub block_ipv6: bool,
    /// The tunnel's MTU.
    pub mtu: bool,
    /// Keepalives: the connection acts on them by itself.
    pub ping: bool,
    /// When the connection ends by itself: `inactive`, `session-timeout`. The connection acts on them.
    pub limits: bool,
}

impl PushChanges {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the machine has to be set up differently; otherwise the connection has done all that there is to do.
    #[must_use]
    pub fn concern_machine(&self) -> bool {
        let of_connection = Self {
            ping: self.ping,
            limits: self.limits,
            ..Self::default()
        };
        *self != of_connection
    }
}

impl PushReply {
    /// What differs from former settings. Tokens, and what settles the data channel, are not looked at: they never
    /// change for a host.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> PushChanges {
        PushChanges {
            addresses: (&self.addresses, self.topology, self.peer_v4, self.peer_v6)
                != (&old.addresses, old.topology, old.peer_v4, old.peer_v6),
            routes_added: missing(&self.routes, &old.routes),
            routes_removed: missing(&old.routes, &self.routes),
            route_defaults: (
                self.route_gateway,
                self.route_ipv6_gateway,
                self.route_metric,
            ) != (old.route_gateway, old.route_ipv6_gateway, old.route_metric),
            redirect_gateway: self.redirect_gateway != old.redirect_gateway,
            dns: dns(self) != dns(old),
            block_ipv6: self.block_ipv6 != old.block_ipv6,
            mtu: self.tun_mtu != old.tun_mtu,
            ping: (self.ping, self.ping_restart, self.ping_exit)
                != (old.ping, old.ping_restart, old.ping_exit),
            limits: (self.inactive, self.session_timeout) != (old.inactive, old.session_timeout),
        }
    }
}

/// The routes that are not among the others, each once.
fn missing(routes: &[Route], others: &[Route]) -> Vec<Route> {
    let mut seen: HashSet<&Route> = others.iter().collect();
    routes
        .iter()
        .filter(|route| seen.insert(route))
        .copied()
        .collect()
}

/// All that settles how names are resolved.
fn dns(reply: &PushReply) -> impl PartialEq + '_ {
    (
        &reply.resolvers,
        &reply.domain,
        &reply.search_domains,
        &reply.dns_servers,
        &reply.dns_search_domains,
        reply.block_outside_dns,
    )
}
