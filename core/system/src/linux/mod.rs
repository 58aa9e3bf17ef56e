//! Linux: addresses and routes through netlink, DNS through systemd-resolved.

mod dns;
mod guard;
mod interface;
mod journal;
mod netlink;
mod network_id;
mod network_watch;
mod recovery;

pub use dns::sets_dns;
pub use guard::LeakGuard;
pub use interface::Interface;
pub use journal::Journal;
pub use network_watch::NetworkWatch;

/// A number that nobody else draws.
fn random_number() -> std::io::Result<u64> {
    let mut bytes = [0; 8];
    // SAFETY: the buffer is writable and as long as is said. So few bytes are never cut short.
    let got = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    if got == 8 {
        Ok(u64::from_ne_bytes(bytes))
    } else {
        Err(std::io::Error::last_os_error())
    }
}
