use std::ffi::{CString, c_char};
use std::ptr;

use p2svpn_client::Status;

use crate::error::p2svpn_error;
use crate::event::Attempt;
use crate::guard::{act, look};
use crate::output::{Texts, c_string, pointer};

/// What becomes of the traffic that a session is for.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_protections {
    /// It goes its way as if there were no session.
    P2SVPN_PROTECTION_NONE = 0,
    /// It goes through the tunnel.
    P2SVPN_PROTECTION_PROTECTED = 1,
    /// It is held: it goes neither through the tunnel nor outside of it.
    P2SVPN_PROTECTION_HELD = 2,
}

/// How a session stood at one moment. What was not known then is empty. Any thread may use it.
///
/// Networks are written as "10.1.0.0/16", addresses as "10.1.0.4", IPv6 alike.
pub struct p2svpn_status {
    state: u32,
    protection: u32,
    attempt: Option<Attempt>,
    since: i64,
    duration_ms: u64,
    text: CString,
    gateway_name: Option<CString>,
    gateway_address: Option<CString>,
    device: Option<CString>,
    mtu: u32,
    cipher: Option<CString>,
    tls_version: Option<CString>,
    addresses: Texts,
    routes: Texts,
    excluded_routes: Texts,
    dns_servers: Texts,
    dns_suffixes: Texts,
}

impl p2svpn_status {
    pub(crate) fn new(status: Status) -> Self {
        Self {
            state: status.state.number().into(),
            protection: status.protection.number().into(),
            since: status.since,
            duration_ms: status.duration.as_millis().try_into().unwrap_or(u64::MAX),
            text: c_string(&status),
            gateway_name: status.gateway_name.map(c_string),
            gateway_address: status.gateway_address.map(c_string),
            device: status.device.map(c_string),
            mtu: status.mtu.map_or(0, u32::from),
            cipher: status.cipher.map(c_string),
            tls_version: status.tls_version.map(c_string),
            addresses: Texts::new(status.addresses),
            routes: Texts::new(status.routes),
            excluded_routes: Texts::new(status.excluded_routes),
            dns_servers: Texts::new(status.dns_servers),
            dns_suffixes: Texts::new(status.dns_suffixes),
            attempt: status.reconnection.map(Attempt::new),
        }
    }
}

/// Frees a status. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_free(status: Option<Box<p2svpn_status>>) {
    act(|| drop(status));
}

/// Returns the state: one of #p2svpn_states.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_state(status: Option<&p2svpn_status>) -> u32 {
    look(status, 0, |status| status.state)
}

/// Returns what becomes of the traffic that the session is for, apart from the state: one of #p2svpn_protections.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_protection(status: Option<&p2svpn_status>) -> u32 {
    look(status, 0, |status| status.protection)
}

/// Returns which attempt to get a lost connection back was under way or due, counted from 1; 0 if there was a connection, or never
/// one.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_attempt(status: Option<&p2svpn_status>) -> u32 {
    look(status, 0, |status| {
        status.attempt.as_ref().map_or(0, |attempt| attempt.number)
    })
}

/// Returns when that attempt begins, in seconds since 1970; 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_next_attempt(status: Option<&p2svpn_status>) -> i64 {
    look(status, 0, |status| {
        status.attempt.as_ref().map_or(0, |attempt| attempt.next)
    })
}

/// Returns why there was no connection, while one that was lost is got back; NULL otherwise. It belongs to the status: do not
/// free it.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_error(status: Option<&p2svpn_status>) -> Option<&p2svpn_error> {
    look(status, None, |status| {
        status.attempt.as_ref().map(|attempt| &attempt.cause)
    })
}

/// Returns when the session reached the state, in seconds since 1970.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_since(status: Option<&p2svpn_status>) -> i64 {
    look(status, 0, |status| status.since)
}

/// Returns how long it had been in the state, in milliseconds.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_duration_ms(status: Option<&p2svpn_status>) -> u64 {
    look(status, 0, |status| status.duration_ms)
}

/// Returns a table for people, one row a line, with state, duration, sent and received bytes and packets, addresses,
/// gateway, routes and DNS servers; "" for NULL. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_text(status: Option<&p2svpn_status>) -> *const c_char {
    look(status, c"".as_ptr(), |status| status.text.as_ptr())
}

/// Returns the gateway's name, as in the profile; NULL if not known. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_gateway_name(status: Option<&p2svpn_status>) -> *const c_char {
    look(status, ptr::null(), |status| {
        pointer(status.gateway_name.as_ref())
    })
}

/// Returns the gateway's address with its port, as connected to; NULL if not known. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_gateway_address(status: Option<&p2svpn_status>) -> *const c_char {
    look(status, ptr::null(), |status| {
        pointer(status.gateway_address.as_ref())
    })
}

/// Returns the network device's name; NULL if not known, and with the userspace device. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_device(status: Option<&p2svpn_status>) -> *const c_char {
    look(status, ptr::null(), |status| {
        pointer(status.device.as_ref())
    })
}

/// Returns the largest packet inside the tunnel, in bytes; 0 if not known.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_mtu(status: Option<&p2svpn_status>) -> u32 {
    look(status, 0, |status| status.mtu)
}

/// Returns the cipher that protects packets, such as "AES-256-GCM"; NULL if not known. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_cipher(status: Option<&p2svpn_status>) -> *const c_char {
    look(status, ptr::null(), |status| {
        pointer(status.cipher.as_ref())
    })
}

/// Returns the version of TLS, such as "TLSv1.3"; NULL if not known. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_tls_version(status: Option<&p2svpn_status>) -> *const c_char {
    look(status, ptr::null(), |status| {
        pointer(status.tls_version.as_ref())
    })
}

/// Returns how many addresses this machine has inside the tunnel.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_address_count(status: Option<&p2svpn_status>) -> usize {
    look(status, 0, |status| status.addresses.count())
}

/// Returns an address of this machine with the length of its network's prefix; NULL beyond the last. It belongs to the
/// status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_address(
    status: Option<&p2svpn_status>,
    index: usize,
) -> *const c_char {
    look(status, ptr::null(), |status| status.addresses.at(index))
}

/// Returns how many networks go through the tunnel.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_route_count(status: Option<&p2svpn_status>) -> usize {
    look(status, 0, |status| status.routes.count())
}

/// Returns a network that goes through the tunnel; NULL beyond the last. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_route(
    status: Option<&p2svpn_status>,
    index: usize,
) -> *const c_char {
    look(status, ptr::null(), |status| status.routes.at(index))
}

/// Returns how many networks stay outside the tunnel although a route covers them.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_excluded_route_count(status: Option<&p2svpn_status>) -> usize {
    look(status, 0, |status| status.excluded_routes.count())
}

/// Returns a network that stays outside the tunnel; NULL beyond the last. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_excluded_route(
    status: Option<&p2svpn_status>,
    index: usize,
) -> *const c_char {
    look(status, ptr::null(), |status| {
        status.excluded_routes.at(index)
    })
}

/// Returns how many DNS servers there are inside the tunnel.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_dns_server_count(status: Option<&p2svpn_status>) -> usize {
    look(status, 0, |status| status.dns_servers.count())
}

/// Returns the address of a DNS server, the preferred first; NULL beyond the last. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_dns_server(
    status: Option<&p2svpn_status>,
    index: usize,
) -> *const c_char {
    look(status, ptr::null(), |status| status.dns_servers.at(index))
}

/// Returns how many domains the DNS servers are for.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_dns_suffix_count(status: Option<&p2svpn_status>) -> usize {
    look(status, 0, |status| status.dns_suffixes.count())
}

/// Returns a domain that the DNS servers are for; NULL beyond the last. It belongs to the status.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_status_dns_suffix(
    status: Option<&p2svpn_status>,
    index: usize,
) -> *const c_char {
    look(status, ptr::null(), |status| status.dns_suffixes.at(index))
}
