//! The networks that the machine is in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use if_addrs::{IfAddr, Interface};
use ipnet::IpNet;

use crate::SystemError;
use crate::path::source_address;

/// Names a network that the machine is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalNetwork {
    /// Name of the interface: for people; on Windows it is not the one that settings show.
    pub interface: String,
    /// The machine's address in the network, together with the network's prefix.
    pub address: IpNet,
    /// Whether the way to the internet goes through the interface.
    pub is_default: bool,
}

/// Lists the networks that the machine is in, in the order of the system's interfaces.
///
/// Loopback and link-local addresses, which are no network of their own, and interfaces that are down or unplugged are left out; tunnels are
/// not. Sends nothing and needs no privilege. Blocks only as long as the system takes to answer. Fails with
/// [`SystemError::Refused`] if the system does not say.
pub fn local_networks() -> Result<Vec<LocalNetwork>, SystemError> {
    let interfaces = if_addrs::get_if_addrs().map_err(|source| SystemError::Refused {
        operation: "list the addresses of the network interfaces".to_owned(),
        source,
    })?;
    let ways_out: Vec<IpAddr> = BEYOND.into_iter().filter_map(source_address).collect();
    let default_interfaces: Vec<String> = interfaces
        .iter()
        .filter(|interface| ways_out.contains(&interface.ip()))
        .map(|interface| interface.name.clone())
        .collect();
    let networks = interfaces
        .into_iter()
        .filter(is_part_of_a_network)
        .filter_map(|interface| {
            Some(LocalNetwork {
                address: network_of(&interface.addr)?,
                is_default: default_interfaces.contains(&interface.name),
                interface: interface.name,
            })
        });
    Ok(networks.collect())
}

/// Addresses that are in no network (RFC 5737, RFC 3849), so that only a default route leads to them.
const BEYOND: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];

fn is_part_of_a_network(interface: &Interface) -> bool {
    interface.is_oper_up() && !interface.is_loopback() && !interface.is_link_local()
}

fn network_of(address: &IfAddr) -> Option<IpNet> {
    let prefix = match address {
        IfAddr::V4(address) => address.prefixlen,
        IfAddr::V6(address) => address.prefixlen,
    };
    IpNet::new(address.ip(), prefix).ok()
}
