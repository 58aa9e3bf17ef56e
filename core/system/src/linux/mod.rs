//! Linux: addresses and routes through netlink, DNS through systemd-resolved.

mod dns;
mod interface;
mod journal;
mod netlink;
mod network_id;
mod network_watch;

pub use dns::sets_dns;
pub use interface::Interface;
pub use journal::Journal;
pub use network_watch::NetworkWatch;
