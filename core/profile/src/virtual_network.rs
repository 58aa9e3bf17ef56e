use std::net::IpAddr;

use crate::routes::Routes;
use crate::unique::Unique;

/// What the package tells of the network behind the gateway (`Generic/VpnSettings.xml`).
///
/// It was so on the day the package was made; the gateway itself says what is so when a session
/// begins. It changes nothing about a session: it lets a plan say beforehand what the
/// gateway is going to announce.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VirtualNetwork {
    /// The virtual network's name (`VnetName`).
    pub name: Option<String>,
    /// The virtual network gateway's id, a GUID in lower case (`VnetId`), which is also in the
    /// gateway's host name.
    pub id: Option<String>,
    /// The networks that can be reached through the gateway (`Routes`).
    pub routes: Routes,
    /// The networks from which clients get their addresses (`VpnClientAddressPool`).
    pub address_pool: Routes,
    /// The network's own DNS servers (`CustomDnsServers`).
    pub dns_servers: Unique<IpAddr>,
}
