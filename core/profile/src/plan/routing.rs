use ipnet::IpNet;

use super::networks::Networks;
use super::route::{PlanSource, PlannedRoute};
use crate::routes::Routes;

/// Where packets go, decided as a routing table does: the smallest network around the destination wins.
#[derive(Debug)]
pub(super) struct Routing {
    routes: Networks<PlanSource>,
    excludes: Networks<()>,
}

impl Routing {
    pub(super) fn new(routes: &[PlannedRoute], excludes: &Routes) -> Self {
        Self {
            routes: routes
                .iter()
                .map(|route| (route.network, route.source))
                .collect(),
            excludes: excludes.iter().map(|network| (*network, ())).collect(),
        }
    }

    /// Finds the smallest route around a network, whatever is excluded.
    pub(super) fn route_around(&self, network: &IpNet) -> Option<IpNet> {
        self.routes.around(network).map(|found| found.0)
    }

    /// Finds the smallest exclude around a network.
    pub(super) fn exclude_around(&self, network: &IpNet) -> Option<IpNet> {
        self.excludes.around(network).map(|found| found.0)
    }

    /// Finds the route by which a network goes into the tunnel. An exclude as small as the route, or smaller,
    /// keeps the network outside.
    pub(super) fn way_of(&self, network: &IpNet) -> Option<PlannedRoute> {
        let (route, source) = self.routes.around(network)?;
        let exclude = self.exclude_around(network);
        if exclude.is_some_and(|exclude| exclude.prefix_len() >= route.prefix_len()) {
            return None;
        }
        Some(PlannedRoute {
            network: route,
            source: *source,
        })
    }
}
