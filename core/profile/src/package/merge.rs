use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::authentication::{
    Authentication, AuthenticationChoice, AuthenticationKind, CertificateAuthentication,
};
use crate::certificate::Certificate;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::import_failure::ImportFailure;
use crate::limits::MOST_OF_A_LIST;
use crate::one_or_more::OneOrMore;
use crate::profile::Profile;
use crate::transport::Transport;
use crate::validation::ServerTrust;
use crate::warning::WarningKind;

use super::budget::Budget;
use super::found::{Found, Source};
use super::roots::Roots;

/// Which way to sign in is selected where several files offer several. A sign-in with Entra ID needs
/// nothing but the user; a certificate has to be installed first.
const PREFERRED: [AuthenticationKind; 2] =
    [AuthenticationKind::Entra, AuthenticationKind::Certificate];

/// Makes one profile of those that differ in nothing but how to sign in.
///
/// Profiles of a gateway with other routes, names or options than the first one's stay profiles of
/// their own. Those that call the same host and disagree about its secret or its roots cannot both be
/// right: that is an error which names both files.
pub(crate) fn merge(
    mut found: Vec<Found>,
    budget: &mut Budget,
) -> Result<Vec<Found>, ImportFailure> {
    found.sort_by_key(|found| found.source);
    let mut merged: Vec<Found> = Vec::new();
    // The places in `merged` of the profiles that call the same servers.
    let mut known: HashMap<BTreeSet<Place>, Vec<usize>> = HashMap::new();
    'found: for mut next in found {
        if next.source == Source::Json {
            merged.push(next);
            continue;
        }
        let places = known.entry(places(&next.imported.profile)).or_default();
        for first in &*places {
            let Some(first) = merged.get_mut(*first) else {
                continue;
            };
            match merge_into(first, next, budget)? {
                None => continue 'found,
                Some(unchanged) => next = unchanged,
            }
        }
        places.push(merged.len());
        merged.push(next);
    }
    Ok(merged)
}

/// Whom a profile calls: host, port and transport.
type Place = (String, u16, Transport);

/// Returns whom a profile calls. The order and the names for people do not matter.
fn places(profile: &Profile) -> BTreeSet<Place> {
    let servers = profile.servers.iter();
    servers
        .map(|server| (server.host().to_owned(), server.port(), server.transport()))
        .collect()
}

/// Merges a profile of a gateway into another one if they go together, and returns it if not.
fn merge_into(
    first: &mut Found,
    next: Found,
    budget: &mut Budget,
) -> Result<Option<Found>, ImportFailure> {
    let are_alike = match (first.source, next.source) {
        (Source::OpenVpn, _) => {
            first.imported.profile.server_validation == next.imported.profile.server_validation
        }
        _ => {
            check_agreement(first, &next)?;
            true
        }
    };
    if !are_alike || !reconcile(first, &next, budget) {
        return Ok(Some(next));
    }
    if let (Source::Azure, ServerTrust::Authorities { roots, .. }) =
        (first.source, &next.imported.profile.server_validation.trust)
    {
        learn_roots(first, roots, &next.file, budget);
    }
    first.is_choice |= next.is_choice;
    let imported = next.imported;
    first
        .imported
        .append(imported.warnings, imported.warnings_left_out);
    Ok(None)
}

/// Refuses two files that call the same gateway and tell it apart by different secrets or roots.
fn check_agreement(first: &Found, next: &Found) -> Result<(), ImportFailure> {
    let [ours, theirs] = [first, next].map(|found| &found.imported.profile.server_validation);
    let disagreement = |what| {
        let error = ImportError::Disagreement {
            other: Excerpt::of_sentence(&first.file).to_string(),
            what,
        };
        Err(ImportFailure::new(&next.file, error))
    };
    if ours.wrapping.static_key() != theirs.wrapping.static_key() {
        return disagreement("the server secret");
    }
    let pinned = |trust: &ServerTrust| trust.pinned().collect::<BTreeSet<_>>();
    if next.source == Source::Azure && pinned(&ours.trust) != pinned(&theirs.trust) {
        return disagreement("the pinned roots");
    }
    Ok(())
}

/// Takes over what only the second profile says, and returns whether they agree in everything that
/// both say; if not, nothing changes.
///
/// An OpenVPN configuration of a gateway of which there is an Azure file need not agree: what it says
/// otherwise is not taken, which a warning tells.
fn reconcile(first: &mut Found, next: &Found, budget: &mut Budget) -> bool {
    let (known, theirs) = (&first.imported.profile, &next.imported.profile);
    let is_supplement = (first.source, next.source) == (Source::Azure, Source::OpenVpn);
    let contradictions = contradictions(known, theirs);
    let may_agree = is_supplement
        || known.name == theirs.name
            && known.version == theirs.version
            && known.protocol == theirs.protocol
            && known.always_on == theirs.always_on
            && contradictions.is_empty();
    if !may_agree {
        return false;
    }
    let Some(authentication) = join(first, next) else {
        return false;
    };
    let ours = &mut first.imported.profile;
    ours.authentication = authentication;
    take_over(&mut ours.include_routes, &theirs.include_routes);
    take_over(&mut ours.exclude_routes, &theirs.exclude_routes);
    take_over(&mut ours.dns_servers, &theirs.dns_servers);
    take_over(&mut ours.dns_suffixes, &theirs.dns_suffixes);
    take_over(&mut ours.secondary_profile, &theirs.secondary_profile);
    take_over(&mut ours.trusted_networks, &theirs.trusted_networks);
    take_over(&mut ours.protocol, &theirs.protocol);
    take_over(&mut ours.network, &theirs.network);
    let has_room = append_unknown(ours, theirs);
    let too_many = (!has_room).then_some("unknown elements");
    for what in contradictions.into_iter().chain(too_many) {
        let message = format_args!("its {what} are not taken: {} has others", first.file);
        let kind = WarningKind::IgnoredOption;
        budget.warn(&mut first.imported, &next.file, kind, message);
    }
    true
}

/// Adds the elements that only the second profile has, and returns whether there was room for them.
fn append_unknown(ours: &mut Profile, theirs: &Profile) -> bool {
    for element in &theirs.unknown_elements {
        if ours.unknown_elements.contains(element) {
            continue;
        }
        if ours.unknown_elements.len() >= MOST_OF_A_LIST {
            return false;
        }
        ours.unknown_elements.push(element.clone());
    }
    true
}

/// Names what two profiles say differently, of what can be taken over.
fn contradictions(ours: &Profile, theirs: &Profile) -> Vec<&'static str> {
    [
        (
            agree(&ours.include_routes, &theirs.include_routes),
            "routes",
        ),
        (
            agree(&ours.exclude_routes, &theirs.exclude_routes),
            "routes outside the tunnel",
        ),
        (agree(&ours.dns_servers, &theirs.dns_servers), "DNS servers"),
        (agree(&ours.dns_suffixes, &theirs.dns_suffixes), "domains"),
        (
            agree(&ours.secondary_profile, &theirs.secondary_profile),
            "secondary profiles",
        ),
        (
            agree(&ours.trusted_networks, &theirs.trusted_networks),
            "trusted networks",
        ),
        (
            agree(&ours.protocol, &theirs.protocol),
            "options of the protocol",
        ),
        (
            agree(&ours.network, &theirs.network),
            "words about the network",
        ),
    ]
    .into_iter()
    .filter_map(|(is_agreed, what)| (!is_agreed).then_some(what))
    .collect()
}

/// Says whether two values are the same, or one of them is none.
fn agree<T: Default + PartialEq>(ours: &T, theirs: &T) -> bool {
    let none = T::default();
    *theirs == none || *ours == none || ours == theirs
}

/// Takes over a value where there is none yet.
fn take_over<T: Default + Clone + PartialEq>(ours: &mut T, theirs: &T) {
    if *ours == T::default() {
        ours.clone_from(theirs);
    }
}

/// Makes one choice of two; nothing where they offer two different ways of one kind. A file that is a
/// choice by itself has made it, unless the other one is too and selects another way.
fn join(first: &Found, next: &Found) -> Option<AuthenticationChoice> {
    let [ours, theirs] = [first, next].map(|found| &found.imported.profile.authentication);
    let mut joined = ours.clone();
    for way in theirs.iter() {
        match joined.get(way.kind()) {
            None => joined.offer(way.clone()),
            Some(known) => joined.offer(join_ways(known, way)?),
        }
    }
    let [our_kind, their_kind] = [ours, theirs].map(|choice| choice.selected().kind());
    let chosen = match (first.is_choice, next.is_choice) {
        (true, false) => Some(our_kind),
        (false, true) => Some(their_kind),
        (true, true) => Some(our_kind).filter(|kind| *kind == their_kind),
        (false, false) => None,
    };
    let mut preferred = chosen.into_iter().chain(PREFERRED);
    let _ = preferred.any(|kind| joined.select(kind));
    Some(joined)
}

/// Joins two ways of one kind that do not contradict each other. So an OpenVPN configuration brings the
/// key for the certificate that an Azure file asks for.
fn join_ways(ours: &Authentication, theirs: &Authentication) -> Option<Authentication> {
    if ours == theirs {
        return Some(ours.clone());
    }
    let (Authentication::Certificate(ours), Authentication::Certificate(theirs)) = (ours, theirs)
    else {
        return None;
    };
    let are_agreed = agree(&ours.thumbprint, &theirs.thumbprint)
        && agree(&ours.issuer, &theirs.issuer)
        && agree(&ours.identity, &theirs.identity);
    if !are_agreed {
        return None;
    }
    let CertificateAuthentication {
        mut thumbprint,
        mut issuer,
        mut identity,
    } = ours.clone();
    take_over(&mut thumbprint, &theirs.thumbprint);
    take_over(&mut issuer, &theirs.issuer);
    take_over(&mut identity, &theirs.identity);
    Some(Authentication::Certificate(CertificateAuthentication {
        thumbprint,
        issuer,
        identity,
    }))
}

/// Keeps the roots that an OpenVPN configuration has, if they are those that the Azure file names.
fn learn_roots(
    first: &mut Found,
    certificates: &OneOrMore<Certificate>,
    file: &Arc<str>,
    budget: &mut Budget,
) {
    let mut roots = Roots::new(certificates);
    first.recognize(&mut roots);
    for root in certificates.iter().filter(|root| roots.is_unused(root)) {
        let message = format_args!(
            "the certificate '{}' is none of the roots that {} names; it is not used",
            root.subject(),
            first.file
        );
        budget.warn(&mut first.imported, file, WarningKind::UnusedFile, message);
    }
}
