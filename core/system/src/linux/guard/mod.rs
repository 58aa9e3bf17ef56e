//! Nothing leaves the machine beside the tunnel: one table of nftables, changed in whole transactions.
//!
//! The table belongs to a process of the program `nft` that runs for as long as the guard is up, fed through a pipe. The kernel
//! removes it when that process ends (`flags owner`), which it does when the pipe is closed: so it goes with this process, also when
//! that is killed, and nobody else can change it meanwhile. A guard that shall outlast a kill has no owner; it is written down in
//! the journal.

mod leak_guard;
mod nft;
mod script;

pub use leak_guard::LeakGuard;
pub(super) use nft::delete_table;

/// What the names of tables begin with; a random number follows.
pub(super) const TABLE: &str = "p2svpn_guard_";
