//! The DNS servers that names are asked of while a tunnel is up.
//!
//! systemd-resolved keeps servers and domains for each network interface, forgets them when the interface goes, and asks each
//! server for the names that are its own. It is used where it answers for the machine; elsewhere the settings are left to the
//! host, who is told why.

mod resolved;
mod resolver_file;
mod settings;

pub(super) use resolved::{DnsError, Resolved};
pub(super) use settings::DnsSettings;

/// Returns whether DNS servers and suffixes are set on this machine, as far as is seen without asking anybody: where programs
/// ask systemd-resolved. This reads a file.
pub fn sets_dns() -> bool {
    resolver_file::leads_to_resolved()
}
