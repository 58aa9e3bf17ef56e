use serde::{Deserialize, Serialize};

use crate::linux::network_id::NetworkId;
use crate::plan::RouteEntry;

/// Where the changes of a file hold: its first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The kernel's `boot_id`, which is another one after each start.
    pub(super) boot: String,
    /// The network namespace.
    pub(super) network: NetworkId,
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
}
