//! What a profile may hold, for all that read and write profiles. What is larger is not read; an export
//! that has it says so in its notes.

use crate::authentication::Authentication;
use crate::profile::Profile;
use crate::routes::Routes;
use crate::validation::{ServerName, ServerTrust};

/// The most servers, DNS servers, domains or unknown elements of a profile.
pub(crate) const MOST_OF_A_LIST: usize = 1_000;

/// The most roots, authorities or fingerprints that a gateway is told by.
pub(crate) const MOST_TRUSTED: usize = 200;

/// The most networks in all lists of a profile together.
pub(crate) const MOST_NETWORKS: usize = 75_000;

/// The most networks in a list of what a package tells of the network behind a gateway.
pub(crate) const MOST_ANNOUNCED_NETWORKS: usize = 10_000;

/// The most characters of a line for people, such as a user name.
pub(crate) const LONGEST_LINE: usize = 256;

/// Says whether a text is fit to be shown: a line that is not too long.
pub(crate) fn is_a_short_line(text: &str) -> bool {
    !text.chars().any(char::is_control) && text.chars().nth(LONGEST_LINE).is_none()
}

/// Returns the notes of an export about what a host may put into a profile and what is not read again.
pub(crate) fn notes(profile: &Profile) -> impl Iterator<Item = String> {
    excesses(profile)
        .into_iter()
        .map(|excess| format!("The profile has {excess}: the file cannot be imported again."))
}

fn excesses(profile: &Profile) -> Vec<String> {
    let network = &profile.network;
    let lists = [
        (profile.servers.iter().count(), "servers"),
        (profile.dns_servers.len(), "DNS servers"),
        (profile.dns_suffixes.len(), "domains"),
        (profile.trusted_networks.len(), "trusted networks"),
        (profile.unknown_elements.len(), "unknown elements"),
        (network.dns_servers.len(), "DNS servers in the network"),
    ];
    let mut excesses: Vec<String> = lists
        .into_iter()
        .filter(|(length, _)| *length > MOST_OF_A_LIST)
        .map(|(_, what)| format!("more than {MOST_OF_A_LIST} {what}"))
        .collect();
    if trusted(&profile.server_validation.trust) > MOST_TRUSTED {
        excesses.push(format!("more than {MOST_TRUSTED} roots or fingerprints"));
    }
    let networks = [
        &profile.include_routes,
        &profile.exclude_routes,
        &network.routes,
        &network.address_pool,
    ]
    .map(Routes::len);
    if networks.iter().any(|networks| *networks > Routes::MOST)
        || networks.into_iter().fold(0, usize::saturating_add) > MOST_NETWORKS
    {
        excesses.push(format!(
            "more than {} networks in a list, or {MOST_NETWORKS} in all",
            Routes::MOST
        ));
    }
    if !lines(profile).all(is_a_short_line) {
        excesses.push(format!(
            "a text that is no line of at most {LONGEST_LINE} characters"
        ));
    }
    excesses
}

fn trusted(trust: &ServerTrust) -> usize {
    match trust {
        ServerTrust::PinnedRoots(roots) => roots.iter().count(),
        ServerTrust::Authorities { roots, .. } => roots.iter().count(),
        ServerTrust::Fingerprints(fingerprints) => fingerprints.iter().count(),
    }
}

/// Walks the texts that are held to be lines.
fn lines(profile: &Profile) -> impl Iterator<Item = &str> {
    let network = [&profile.network.name, &profile.network.id];
    let servers = profile.servers.iter().filter_map(|it| it.display_name());
    let parents = profile.unknown_elements.iter().map(|it| it.parent.as_str());
    let server_name = match &profile.server_validation.name {
        ServerName::Host | ServerName::Any => None,
        ServerName::Subject(name)
        | ServerName::CommonName(name)
        | ServerName::CommonNamePrefix(name) => Some(name.as_str()),
    };
    let ways = profile.authentication.iter().flat_map(lines_of_sign_in);
    network
        .into_iter()
        .filter_map(|text| text.as_deref())
        .chain(servers)
        .chain(parents)
        .chain(server_name)
        .chain(ways)
}

fn lines_of_sign_in(way: &Authentication) -> impl Iterator<Item = &str> {
    let entra = match way {
        Authentication::Entra(entra) => Some(entra),
        _ => None,
    };
    let entra = entra.into_iter().flat_map(|entra| {
        let id = entra.application_id.as_deref();
        [entra.audience.as_str(), &entra.issuer]
            .into_iter()
            .chain(id)
    });
    let password = way.password().into_iter().flat_map(|password| {
        let challenge = password.static_challenge.as_ref();
        let challenge = challenge.map(|challenge| challenge.text.as_str());
        password.username.as_deref().into_iter().chain(challenge)
    });
    entra.chain(password)
}
