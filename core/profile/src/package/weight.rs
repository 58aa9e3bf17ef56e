//! How much memory what was read takes, in bytes; rather too much than too little.

use crate::authentication::{Authentication, ClientIdentity};
use crate::certificate::Certificate;
use crate::profile::Profile;
use crate::routes::Routes;
use crate::validation::{ServerTrust, Wrapping};
use crate::virtual_network::VirtualNetwork;

/// A profile without what its lists hold, which is moved between lists that grow.
const PROFILE: usize = 3072;

/// A way to sign in, whose texts but for the secrets are lines.
const SIGN_IN: usize = 1024;

/// An element of a list, without its texts.
const ELEMENT: usize = 160;

/// A network: its place in a list and in the index of it, which is a power of two in size.
const NETWORK: usize = 54;

/// Returns what a profile takes.
pub(super) fn weight_of(profile: &Profile) -> usize {
    let servers = profile.servers.iter().map(|server| {
        let display_name = server.display_name().unwrap_or_default();
        element(server.host().len().saturating_add(display_name.len()))
    });
    let suffixes = profile.dns_suffixes.iter().chain(&profile.trusted_networks);
    let suffixes = suffixes.map(|suffix| element(suffix.as_str().len()));
    let unknown = profile.unknown_elements.iter().map(|unknown| {
        element(
            unknown
                .parent
                .len()
                .saturating_add(unknown.xml.as_str().len()),
        )
    });
    servers
        .chain(suffixes)
        .chain(unknown)
        .chain(profile.dns_servers.iter().map(|_| ELEMENT))
        .chain(profile.authentication.iter().map(weight_of_sign_in))
        .chain([
            PROFILE,
            weight_of_trust(&profile.server_validation.trust),
            weight_of_wrapping(&profile.server_validation.wrapping),
            weight_of_routes(&profile.include_routes),
            weight_of_routes(&profile.exclude_routes),
            weight_of_network(&profile.network),
        ])
        .fold(0, usize::saturating_add)
}

/// Returns what is told of the network behind a gateway takes.
pub(super) fn weight_of_network(network: &VirtualNetwork) -> usize {
    let text = |text: &Option<String>| text.as_deref().map_or(0, str::len);
    [
        ELEMENT,
        text(&network.name),
        text(&network.id),
        weight_of_routes(&network.routes),
        weight_of_routes(&network.address_pool),
        network.dns_servers.len().saturating_mul(ELEMENT),
    ]
    .into_iter()
    .fold(0, usize::saturating_add)
}

/// Returns what is known of a gateway beside its profiles takes.
pub(super) fn weight_of_settings(network: &VirtualNetwork, roots: &[Certificate]) -> usize {
    PROFILE
        .saturating_add(weight_of_network(network))
        .saturating_add(weight_of_certificates(roots))
}

/// Returns what certificates take.
pub(super) fn weight_of_certificates<'c>(
    certificates: impl IntoIterator<Item = &'c Certificate>,
) -> usize {
    certificates
        .into_iter()
        .map(|certificate| {
            let texts = [certificate.as_der(), certificate.subject().as_bytes()];
            element(texts.map(<[u8]>::len).into_iter().sum())
        })
        .fold(0, usize::saturating_add)
}

/// Returns what a file takes that is listed by its name, twice and in lower case.
pub(super) fn weight_of_name(name: &str) -> usize {
    element(name.len().saturating_mul(2))
}

fn element(texts: usize) -> usize {
    ELEMENT.saturating_add(texts)
}

fn weight_of_routes(routes: &Routes) -> usize {
    routes.len().saturating_mul(NETWORK)
}

fn weight_of_sign_in(way: &Authentication) -> usize {
    let identity = way.certificate().and_then(|way| way.identity.as_ref());
    let identity = match identity {
        None => 0,
        // A text that grew, or was sized before it was filled, has up to twice its length.
        Some(ClientIdentity::Pem { certificates, key }) => certificates
            .len()
            .saturating_add(key.as_str().len())
            .saturating_mul(2),
        Some(ClientIdentity::Pfx(file)) => file.as_bytes().len().saturating_mul(2),
    };
    let password = way.password().and_then(|way| way.password.as_ref());
    let password = password.map_or(0, |password| password.as_str().len());
    SIGN_IN.saturating_add(identity).saturating_add(password)
}

fn weight_of_trust(trust: &ServerTrust) -> usize {
    match trust {
        ServerTrust::PinnedRoots(roots) => {
            let certificates = roots.iter().filter_map(|root| root.certificate());
            let places = roots.iter().count().saturating_mul(ELEMENT);
            weight_of_certificates(certificates).saturating_add(places)
        }
        ServerTrust::Authorities { roots, revocation } => {
            let revocation = revocation.as_ref().map_or(0, Vec::len);
            weight_of_certificates(roots).saturating_add(revocation)
        }
        ServerTrust::Fingerprints(fingerprints) => {
            fingerprints.iter().count().saturating_mul(ELEMENT)
        }
    }
}

fn weight_of_wrapping(wrapping: &Wrapping) -> usize {
    match wrapping {
        Wrapping::TlsCryptV2(key) => key.as_str().len().saturating_mul(2),
        Wrapping::None | Wrapping::TlsAuth { .. } | Wrapping::TlsCrypt(_) => 0,
    }
}
