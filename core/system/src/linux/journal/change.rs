use serde::{Deserialize, Serialize};

use crate::linux::network_id::NetworkId;
use crate::plan::RouteEntry;

/// Where the changes of a file hold: its first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::linux) struct Place {
    /// The kernel's `boot_id`, which is another one after each start.
    pub(in crate::linux) boot: String,
    /// The network namespace.
    pub(in crate::linux) network: NetworkId,
}

/// One change, with what it takes to undo it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::linux) enum Change {
    /// A route was added.
    Route {
        /// The route.
        entry: RouteEntry,
        /// The name of its interface: numbers are used again.
        interface_name: String,
    },
    /// A table of nftables was made that nobody owns.
    Table {
        /// Its name, which nobody else has.
        name: String,
    },
}
