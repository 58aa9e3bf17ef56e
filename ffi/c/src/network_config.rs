use std::ffi::{CString, c_char};
use std::ptr;

use p2svpn_client::{NetworkConfig, TunnelMode};

use crate::guard::look;
use crate::output::{Texts, c_string, pointer};

/// What a session wants of the machine's network, complete in itself. It belongs to the event it comes from.
///
/// Networks are written as "10.1.0.0/16", addresses as "10.1.0.4", IPv6 alike.
pub struct p2svpn_network_config {
    generation: u64,
    mtu: u32,
    full_tunnel: bool,
    gateway: Option<CString>,
    addresses: Texts,
    routes: Vec<Route>,
    excluded_routes: Texts,
    dns_servers: Texts,
    dns_suffixes: Texts,
}

struct Route {
    destination: CString,
    gateway: Option<CString>,
    metric: u32,
}

impl p2svpn_network_config {
    pub(crate) fn new(config: &NetworkConfig) -> Self {
        Self {
            generation: config.generation,
            mtu: config.mtu.unwrap_or(0),
            full_tunnel: config.tunnel_mode == TunnelMode::Full,
            gateway: config.gateway.map(c_string),
            addresses: Texts::new(config.addresses.iter().map(|address| address.network)),
            routes: config
                .routes
                .iter()
                .map(|route| Route {
                    destination: c_string(route.destination),
                    gateway: route.gateway.map(c_string),
                    metric: route.metric.unwrap_or(0),
                })
                .collect(),
            excluded_routes: Texts::new(&config.excludes),
            dns_servers: Texts::new(&config.dns_servers),
            dns_suffixes: Texts::new(&config.dns_suffixes),
        }
    }
}

/// Returns the number of the snapshot, which grows within a session; a later one replaces those before.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_generation(config: Option<&p2svpn_network_config>) -> u64 {
    look(config, 0, |config| config.generation)
}

/// Returns the largest packet that the tunnel takes, in bytes; 0 leaves it as the device has it.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_mtu(config: Option<&p2svpn_network_config>) -> u32 {
    look(config, 0, |config| config.mtu)
}

/// Says whether everything goes through the tunnel, or only what the routes name.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_full_tunnel(
    config: Option<&p2svpn_network_config>,
) -> bool {
    look(config, false, |config| config.full_tunnel)
}

/// Returns the gateway's address, which must stay outside the tunnel; NULL if there is none. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_gateway(
    config: Option<&p2svpn_network_config>,
) -> *const c_char {
    look(config, ptr::null(), |config| {
        pointer(config.gateway.as_ref())
    })
}

/// Returns how many addresses the device gets.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_address_count(
    config: Option<&p2svpn_network_config>,
) -> usize {
    look(config, 0, |config| config.addresses.count())
}

/// Returns an address of the device with the length of its network's prefix; NULL beyond the last. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_address(
    config: Option<&p2svpn_network_config>,
    index: usize,
) -> *const c_char {
    look(config, ptr::null(), |config| config.addresses.at(index))
}

/// Returns how many networks go through the tunnel.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_route_count(
    config: Option<&p2svpn_network_config>,
) -> usize {
    look(config, 0, |config| config.routes.len())
}

/// Returns a network that goes through the tunnel; NULL beyond the last. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_route(
    config: Option<&p2svpn_network_config>,
    index: usize,
) -> *const c_char {
    look(config, ptr::null(), |config| {
        pointer(config.routes.get(index).map(|route| &route.destination))
    })
}

/// Returns the next hop of a route within the tunnel; NULL if it has none, and beyond the last. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_route_gateway(
    config: Option<&p2svpn_network_config>,
    index: usize,
) -> *const c_char {
    look(config, ptr::null(), |config| {
        pointer(
            config
                .routes
                .get(index)
                .and_then(|route| route.gateway.as_ref()),
        )
    })
}

/// Returns the metric of a route, smaller is preferred; 0 for the system's own, and beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_route_metric(
    config: Option<&p2svpn_network_config>,
    index: usize,
) -> u32 {
    look(config, 0, |config| {
        config.routes.get(index).map_or(0, |route| route.metric)
    })
}

/// Returns how many networks stay outside the tunnel although a route covers them.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_excluded_route_count(
    config: Option<&p2svpn_network_config>,
) -> usize {
    look(config, 0, |config| config.excluded_routes.count())
}

/// Returns a network that stays outside the tunnel; NULL beyond the last. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_excluded_route(
    config: Option<&p2svpn_network_config>,
    index: usize,
) -> *const c_char {
    look(config, ptr::null(), |config| {
        config.excluded_routes.at(index)
    })
}

/// Returns how many DNS servers there are inside the tunnel.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_dns_server_count(
    config: Option<&p2svpn_network_config>,
) -> usize {
    look(config, 0, |config| config.dns_servers.count())
}

/// Returns the address of a DNS server, the preferred first; NULL beyond the last. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_dns_server(
    config: Option<&p2svpn_network_config>,
    index: usize,
) -> *const c_char {
    look(config, ptr::null(), |config| config.dns_servers.at(index))
}

/// Returns how many domains the DNS servers are for.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_dns_suffix_count(
    config: Option<&p2svpn_network_config>,
) -> usize {
    look(config, 0, |config| config.dns_suffixes.count())
}

/// Returns a domain that the DNS servers are for, without a leading dot; NULL beyond the last. It belongs to the event.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_network_config_dns_suffix(
    config: Option<&p2svpn_network_config>,
    index: usize,
) -> *const c_char {
    look(config, ptr::null(), |config| config.dns_suffixes.at(index))
}
