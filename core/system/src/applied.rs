//! What came of applying a configuration.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::config::{InterfaceAddress, Route};

/// Reports what was changed, and what was left out and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "it says what the user must be told"]
pub struct Applied {
    /// Generation of the configuration.
    pub generation: u64,
    /// How many addresses, routes and settings were added, changed or removed; 0 if the machine was as wanted.
    pub changes: usize,
    /// Parts of the configuration that are not in effect; the host should tell the user.
    pub unapplied: Vec<Unapplied>,
}

/// Names a part of a configuration that is not in effect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unapplied {
    /// DNS servers are not set; the host may set them itself.
    DnsServers {
        /// The servers.
        servers: Vec<IpAddr>,
        /// Why they are not.
        reason: String,
    },
    /// DNS suffixes are not set; the host may set them itself.
    DnsSuffixes {
        /// The suffixes as they came.
        suffixes: Vec<String>,
        /// Why they are not.
        reason: String,
    },
    /// An address is not set: the interface has it in another form, or IPv6 is turned off on it. Without its IPv6 address
    /// a tunnel carries no IPv6 routes either.
    Address {
        /// The address.
        address: InterfaceAddress,
        /// The system's reason.
        reason: String,
    },
    /// A route is not in the routing table, or another route with the same destination and metric stands there.
    Route {
        /// The route.
        route: Route,
        /// Why it is not.
        reason: String,
    },
    /// An exclude has no effect, because outside the tunnel there is no route to it.
    Exclude {
        /// The excluded network.
        destination: IpNet,
        /// Why it has no effect.
        reason: String,
    },
    /// What would outlast the process if it is killed is not written down, so that nobody could undo it.
    Journal {
        /// Why it is not.
        reason: String,
    },
    /// All traffic shall go through the tunnel, but IPv6 does not: the tunnel has no IPv6 address.
    Ipv6OutsideTunnel,
}

impl fmt::Display for Unapplied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DnsServers { servers, reason } => {
                write!(
                    formatter,
                    "DNS servers are not set ({}): {reason}",
                    FirstOf(servers)
                )
            }
            Self::DnsSuffixes { suffixes, reason } => {
                write!(
                    formatter,
                    "DNS suffixes are not set ({}): {reason}",
                    FirstOf(suffixes)
                )
            }
            Self::Address { address, reason } => write!(
                formatter,
                "address {} is not set: {reason}",
                address.network
            ),
            Self::Route { route, reason } => write!(
                formatter,
                "route {} is not set: {reason}",
                route.destination
            ),
            Self::Exclude {
                destination,
                reason,
            } => write!(formatter, "exclude {destination} has no effect: {reason}"),
            Self::Journal { reason } => write!(
                formatter,
                "what would be left behind by a kill is not written down: {reason}"
            ),
            Self::Ipv6OutsideTunnel => {
                write!(formatter, "IPv6 traffic does not go through the tunnel")
            }
        }
    }
}

/// Shows the first of many, and how many more there are: a gateway may push thousands.
struct FirstOf<'a, T>(&'a [T]);

impl<T: fmt::Debug> fmt::Display for FirstOf<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 3;
        for (place, one) in self.0.iter().take(MOST).enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(formatter, "{comma}{one:?}")?;
        }
        match self.0.len().saturating_sub(MOST) {
            0 => Ok(()),
            more => write!(formatter, " and {more} more"),
        }
    }
}
