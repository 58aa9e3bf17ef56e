use std::ffi::{CString, c_char};
use std::ptr;

use p2svpn_client::{ProfileDetails, ServerDetails, SignInDetails};

use crate::guard::{act, look};
use crate::output::{Texts, c_string, pointer};
use crate::profile::{p2svpn_profile, p2svpn_sign_ins};
use crate::transport::p2svpn_transports;

/// Everything that a host shows of one profile, as it was when it was looked at. It holds no secret: of passwords and keys it
/// says only that they are there. Any thread may use it.
///
/// Networks are written as "10.1.0.0/16", addresses as "10.1.0.4", IPv6 alike, thumbprints as hexadecimal digits.
pub struct p2svpn_profile_details {
    profile: p2svpn_profile,
    servers: Vec<Server>,
    sign_ins: Vec<WayToSignIn>,
    pinned_roots: Texts,
    include_routes: Texts,
    exclude_routes: Texts,
    dns_servers: Texts,
    dns_suffixes: Texts,
    trusted_networks: Texts,
    secondary_profile: Option<CString>,
    network_name: Option<CString>,
    announced_routes: Texts,
    address_pools: Texts,
}

struct Server {
    host: CString,
    port: u16,
    transport: p2svpn_transports,
    name: Option<CString>,
}

struct WayToSignIn {
    kind: p2svpn_sign_ins,
    certificate_thumbprint: Option<CString>,
    certificate_issuer: Option<CString>,
    has_certificate: bool,
    tenant: Option<CString>,
    audience: Option<CString>,
    client_id: Option<CString>,
    user_name: Option<CString>,
    has_password: bool,
}

impl p2svpn_profile_details {
    pub(crate) fn new(details: &ProfileDetails, profile: p2svpn_profile) -> Self {
        Self {
            profile,
            servers: details.servers.iter().map(Server::new).collect(),
            sign_ins: details.sign_ins.iter().map(WayToSignIn::new).collect(),
            pinned_roots: Texts::new(&details.pinned_roots),
            include_routes: Texts::new(&details.include_routes),
            exclude_routes: Texts::new(&details.exclude_routes),
            dns_servers: Texts::new(&details.dns_servers),
            dns_suffixes: Texts::new(&details.dns_suffixes),
            trusted_networks: Texts::new(&details.trusted_networks),
            secondary_profile: details.secondary_profile.as_ref().map(c_string),
            network_name: details.network_name.as_ref().map(c_string),
            announced_routes: Texts::new(&details.announced_routes),
            address_pools: Texts::new(&details.address_pool),
        }
    }
}

impl Server {
    fn new(server: &ServerDetails) -> Self {
        Self {
            host: c_string(&server.host),
            port: server.port,
            transport: p2svpn_transports::named(server.transport),
            name: server.display_name.as_ref().map(c_string),
        }
    }
}

impl WayToSignIn {
    fn new(sign_in: &SignInDetails) -> Self {
        Self {
            kind: sign_in.kind.into(),
            certificate_thumbprint: sign_in.certificate_thumbprint.as_ref().map(c_string),
            certificate_issuer: sign_in.certificate_issuer.as_ref().map(c_string),
            has_certificate: sign_in.has_certificate,
            tenant: sign_in.tenant.as_ref().map(c_string),
            audience: sign_in.audience.as_ref().map(c_string),
            client_id: sign_in.client_id.as_ref().map(c_string),
            user_name: sign_in.username.as_ref().map(c_string),
            has_password: sign_in.has_password,
        }
    }
}

/// Frees the details. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_free(details: Option<Box<p2svpn_profile_details>>) {
    act(|| drop(details));
}

/// Returns what a list shows of the profile: its id, name, tunnel mode, whether it is always on, and the warnings of its
/// import; NULL for NULL. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_profile(
    details: Option<&p2svpn_profile_details>,
) -> Option<&p2svpn_profile> {
    look(details, None, |details| Some(&details.profile))
}

/// Returns how many gateways the profile has.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_server_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.servers.len())
}

/// Returns the DNS name or IP address of a gateway, in the order to try them; NULL beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_server_host(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(details.servers.get(index).map(|server| &server.host))
    })
}

/// Returns the port of a gateway; 0 beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_server_port(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> u16 {
    look(details, 0, |details| {
        details.servers.get(index).map_or(0, |server| server.port)
    })
}

/// Returns what carries the tunnel to a gateway: one of #p2svpn_transports; 0 beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_server_transport(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> u32 {
    look(details, 0, |details| {
        details
            .servers
            .get(index)
            .map_or(0, |server| server.transport as u32)
    })
}

/// Returns a gateway's name for people; NULL if it has none, and beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_server_name(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(
            details
                .servers
                .get(index)
                .and_then(|server| server.name.as_ref()),
        )
    })
}

/// Returns how many ways to sign in the profile offers.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_sign_in_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.sign_ins.len())
}

/// Returns a way to sign in, the one that is used first: one of #p2svpn_sign_ins; 0 beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_sign_in(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> u32 {
    look(details, 0, |details| {
        details.sign_ins.get(index).map_or(0, |way| way.kind as u32)
    })
}

/// Returns the SHA-1 thumbprint of the client certificate that a way to sign in asks for; NULL if any will do, and beyond the
/// last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_certificate_thumbprint(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(
            details
                .sign_ins
                .get(index)
                .and_then(|way| way.certificate_thumbprint.as_ref()),
        )
    })
}

/// Returns the SHA-1 thumbprint of the root that the client certificate has to come from; NULL if any will do, and beyond the
/// last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_certificate_issuer(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(
            details
                .sign_ins
                .get(index)
                .and_then(|way| way.certificate_issuer.as_ref()),
        )
    })
}

/// Says whether the profile brings a client certificate with its key along.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_has_certificate(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> bool {
    look(details, false, |details| {
        details
            .sign_ins
            .get(index)
            .is_some_and(|way| way.has_certificate)
    })
}

/// Returns the address of the Entra tenant; NULL if the way is another one, and beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_tenant(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(
            details
                .sign_ins
                .get(index)
                .and_then(|way| way.tenant.as_ref()),
        )
    })
}

/// Returns the application that the Entra token is for; NULL if the way is another one, and beyond the last. It belongs to the
/// details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_audience(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(
            details
                .sign_ins
                .get(index)
                .and_then(|way| way.audience.as_ref()),
        )
    })
}

/// Returns the OAuth client to sign in to Entra as; NULL if the way is another one, and beyond the last. It belongs to the
/// details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_client_id(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(
            details
                .sign_ins
                .get(index)
                .and_then(|way| way.client_id.as_ref()),
        )
    })
}

/// Returns the user's name; NULL if the profile does not know it, and beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_user_name(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(
            details
                .sign_ins
                .get(index)
                .and_then(|way| way.user_name.as_ref()),
        )
    })
}

/// Says whether the profile knows the password.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_has_password(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> bool {
    look(details, false, |details| {
        details
            .sign_ins
            .get(index)
            .is_some_and(|way| way.has_password)
    })
}

/// Returns how many roots the profile names that the gateway's certificate has to come from; 0 if it names none.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_pinned_root_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.pinned_roots.count())
}

/// Returns the SHA-1 thumbprint of such a root; NULL beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_pinned_root(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        details.pinned_roots.at(index)
    })
}

/// Returns how many networks are reached through the tunnel beside those that the gateway announces.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_include_route_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.include_routes.count())
}

/// Returns a network to reach through the tunnel; NULL beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_include_route(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        details.include_routes.at(index)
    })
}

/// Returns how many networks are reached outside the tunnel.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_exclude_route_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.exclude_routes.count())
}

/// Returns a network to reach outside the tunnel; NULL beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_exclude_route(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        details.exclude_routes.at(index)
    })
}

/// Returns how many DNS servers are used instead of those that the gateway announces.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_dns_server_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.dns_servers.count())
}

/// Returns the address of such a DNS server, the preferred first; NULL beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_dns_server(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        details.dns_servers.at(index)
    })
}

/// Returns how many domains the DNS servers are for.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_dns_suffix_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.dns_suffixes.count())
}

/// Returns a domain whose names the DNS servers answer; NULL beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_dns_suffix(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        details.dns_suffixes.at(index)
    })
}

/// Returns how many domains there are of networks in which an always-on profile does not connect.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_trusted_network_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.trusted_networks.count())
}

/// Returns the domain of a network in which an always-on profile does not connect; NULL beyond the last. It belongs to the
/// details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_trusted_network(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        details.trusted_networks.at(index)
    })
}

/// Returns the name of another profile to fail over to; NULL if there is none. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_secondary_profile(
    details: Option<&p2svpn_profile_details>,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(details.secondary_profile.as_ref())
    })
}

/// Returns the virtual network's name; NULL if the package did not tell. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_network_name(
    details: Option<&p2svpn_profile_details>,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        pointer(details.network_name.as_ref())
    })
}

/// Returns how many networks the gateway announces, as the package told; the gateway itself has the last word.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_announced_route_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.announced_routes.count())
}

/// Returns a network that the gateway announces; NULL beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_announced_route(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        details.announced_routes.at(index)
    })
}

/// Returns how many networks clients get their addresses from, as the package told.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_address_pool_count(
    details: Option<&p2svpn_profile_details>,
) -> usize {
    look(details, 0, |details| details.address_pools.count())
}

/// Returns a network that clients get their addresses from; NULL beyond the last. It belongs to the details.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_details_address_pool(
    details: Option<&p2svpn_profile_details>,
    index: usize,
) -> *const c_char {
    look(details, ptr::null(), |details| {
        details.address_pools.at(index)
    })
}
