//! Linux: addresses and routes through netlink.

mod interface;
mod netlink;

pub use interface::Interface;
