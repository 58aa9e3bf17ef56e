use p2svpn_client::TunnelMode;

/// What a session wants of the machine's network.
#[derive(uniffi::Record)]
pub struct NetworkConfig {
    /// Grows with each new snapshot of a session.
    pub generation: u64,
    /// Addresses of the tunnel interface.
    pub addresses: Vec<InterfaceAddress>,
    /// Largest packet the tunnel takes, in bytes.
    pub mtu: Option<u32>,
    /// Networks that go through the tunnel.
    pub routes: Vec<Route>,
    /// Networks that stay outside the tunnel although a route covers them.
    pub excludes: Vec<String>,
    /// Address of the gateway, which must stay outside the tunnel.
    pub gateway: Option<String>,
    /// DNS servers to ask through the tunnel, in order of preference.
    pub dns_servers: Vec<String>,
    /// Domains that the DNS servers are for, without a leading dot.
    pub dns_suffixes: Vec<String>,
    /// Whether everything goes through the tunnel, or only what the routes name.
    pub full_tunnel: bool,
}

/// One address of the tunnel interface.
#[derive(uniffi::Record)]
pub struct InterfaceAddress {
    /// The address with its prefix length, such as `172.16.201.2/24`.
    pub network: String,
    /// Address of the other end, for point-to-point addressing.
    pub peer: Option<String>,
}

/// A network that goes through the tunnel.
#[derive(uniffi::Record)]
pub struct Route {
    /// The network with its prefix length, such as `10.1.0.0/16`.
    pub destination: String,
    /// Next hop within the tunnel.
    pub gateway: Option<String>,
    /// Preference among routes to the same network, smaller first.
    pub metric: Option<u32>,
}

impl From<&p2svpn_client::NetworkConfig> for NetworkConfig {
    fn from(config: &p2svpn_client::NetworkConfig) -> Self {
        Self {
            generation: config.generation,
            addresses: config
                .addresses
                .iter()
                .map(InterfaceAddress::from)
                .collect(),
            mtu: config.mtu,
            routes: config.routes.iter().map(Route::from).collect(),
            excludes: texts(&config.excludes),
            gateway: config.gateway.map(|address| address.to_string()),
            dns_servers: texts(&config.dns_servers),
            dns_suffixes: config.dns_suffixes.clone(),
            full_tunnel: config.tunnel_mode == TunnelMode::Full,
        }
    }
}

impl From<&p2svpn_client::InterfaceAddress> for InterfaceAddress {
    fn from(address: &p2svpn_client::InterfaceAddress) -> Self {
        Self {
            network: address.network.to_string(),
            peer: address.peer.map(|peer| peer.to_string()),
        }
    }
}

impl From<&p2svpn_client::Route> for Route {
    fn from(route: &p2svpn_client::Route) -> Self {
        Self {
            destination: route.destination.trunc().to_string(),
            gateway: route.gateway.map(|gateway| gateway.to_string()),
            metric: route.metric,
        }
    }
}

pub(crate) fn texts(values: &[impl ToString]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}
