//! Who is where at a [`Site`](crate::Site); the cable has a network that is reserved for documentation (RFC 5737).

use std::net::Ipv4Addr;

/// Where the gateway listens, on the cable between the two namespaces.
pub const GATEWAY: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// The port that it listens on, Azure's.
pub const PORT: u16 = 443;

/// The client's end of the cable.
pub(crate) const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);

/// A machine of the virtual network behind the gateway, which can be reached only through the tunnel.
pub const SERVICE: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 4);

/// Where a RADIUS server listens in the virtual network.
pub(crate) const RADIUS: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 5);
