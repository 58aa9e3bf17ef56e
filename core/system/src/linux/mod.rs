//! Linux: addresses and routes through netlink, DNS through systemd-resolved.

mod dns;
mod interface;
mod netlink;

pub use dns::sets_dns;
pub use interface::Interface;
