use ipnet::IpNet;
use serde::Serialize;

use crate::profile::Profile;

/// A network that goes through the tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct PlannedRoute {
    /// The network.
    pub network: IpNet,
    /// Who says so.
    pub source: PlanSource,
}

impl PlannedRoute {
    /// Lists the profile's own routes, then those that the gateway announces.
    pub(super) fn all_of(profile: &Profile) -> Vec<Self> {
        let own = profile.include_routes.iter().map(|network| Self {
            network: *network,
            source: PlanSource::Profile,
        });
        let announced = profile.network.routes.iter();
        let announced = announced.filter(|network| !profile.include_routes.contains(network));
        own.chain(announced.map(|network| Self {
            network: *network,
            source: PlanSource::Gateway,
        }))
        .collect()
    }
}

/// Who says that something will be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanSource {
    /// The profile: it will be so.
    Profile,
    /// The package, of what the gateway announces: it was so on the day the package was made.
    Gateway,
}

/// A network that stays outside the tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct PlannedExclude {
    /// The network.
    pub network: IpNet,
    /// The smallest route that it is taken out of; nothing where it changes nothing, unless the gateway
    /// announces a route around it.
    pub inside: Option<IpNet>,
}

/// Says whether a network stands for all addresses, or half of them, as in a forced tunnel. Beside it nothing
/// is an overlap worth telling.
pub(super) fn is_everything(network: &IpNet) -> bool {
    network.prefix_len() <= 1
}
