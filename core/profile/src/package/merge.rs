use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::authentication::{
    Authentication, AuthenticationChoice, AuthenticationKind, CertificateAuthentication,
};
use crate::certificate::Certificate;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::import_failure::ImportFailure;
use crate::position::Position;
use crate::profile::Profile;
use crate::transport::Transport;
use crate::validation::ServerTrust;
use crate::warning::{WarningKind, Warnings};

use super::found::{Found, Source};

/// Which way to sign in is selected where several files offer several. A sign-in with Entra ID needs
/// nothing but the user; a certificate has to be installed first.
const PREFERRED: [AuthenticationKind; 2] =
    [AuthenticationKind::Entra, AuthenticationKind::Certificate];

/// Makes one profile of those that differ in nothing but how to sign in.
///
/// Profiles of a gateway with other routes, names or options than the first one's stay profiles of
/// their own. Those that call the same host and disagree about its secret or its roots cannot both be
/// right: that is an error which names both files.
pub(crate) fn merge(mut found: Vec<Found>) -> Result<Vec<Found>, ImportFailure> {
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
            match merge_into(first, next)? {
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
fn merge_into(first: &mut Found, next: Found) -> Result<Option<Found>, ImportFailure> {
    let are_alike = match (first.source, next.source) {
        (Source::OpenVpn, _) => {
            first.imported.profile.server_validation == next.imported.profile.server_validation
        }
        _ => {
            check_agreement(first, &next)?;
            true
        }
    };
    if !are_alike || !reconcile(first, &next) {
        return Ok(Some(next));
    }
    if let (Source::Azure, ServerTrust::Authorities { roots, .. }) =
        (first.source, &next.imported.profile.server_validation.trust)
    {
        for root in roots {
            learn_root(first, root, &next.file);
        }
    }
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
fn reconcile(first: &mut Found, next: &Found) -> bool {
    let (known, theirs) = (&first.imported.profile, &next.imported.profile);
    // What an OpenVPN configuration says besides, the Azure file of its gateway says too.
    let is_supplement = (first.source, next.source) == (Source::Azure, Source::OpenVpn);
    let may_agree = is_supplement
        || known.name == theirs.name
            && known.version == theirs.version
            && known.protocol == theirs.protocol
            && known.always_on == theirs.always_on;
    if !may_agree {
        return false;
    }
    let Some(authentication) = join(&known.authentication, &theirs.authentication) else {
        return false;
    };
    let mut ours = known.clone();
    ours.authentication = authentication;
    let agree = is_supplement
        || take_over(&mut ours.include_routes, &theirs.include_routes)
            && take_over(&mut ours.exclude_routes, &theirs.exclude_routes)
            && take_over(&mut ours.dns_servers, &theirs.dns_servers)
            && take_over(&mut ours.dns_suffixes, &theirs.dns_suffixes)
            && take_over(&mut ours.secondary_profile, &theirs.secondary_profile)
            && take_over(&mut ours.trusted_networks, &theirs.trusted_networks)
            && take_over(&mut ours.network, &theirs.network);
    if !agree {
        return false;
    }
    for element in &theirs.unknown_elements {
        if !ours.unknown_elements.contains(element) {
            ours.unknown_elements.push(element.clone());
        }
    }
    first.imported.profile = ours;
    true
}

/// Takes over a value where there is none yet, and returns whether both agree then.
fn take_over<T: Default + Clone + PartialEq>(ours: &mut T, theirs: &T) -> bool {
    let none = T::default();
    if *ours == none {
        *ours = theirs.clone();
    }
    *theirs == none || ours == theirs
}

/// Makes one choice of two; nothing where they offer two different ways of one kind.
fn join(
    ours: &AuthenticationChoice,
    theirs: &AuthenticationChoice,
) -> Option<AuthenticationChoice> {
    let mut joined = ours.clone();
    for way in theirs.iter() {
        match joined.get(way.kind()) {
            None => joined.offer(way.clone()),
            Some(known) => joined.offer(join_ways(known, way)?),
        }
    }
    let _ = PREFERRED.into_iter().any(|kind| joined.select(kind));
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
    let CertificateAuthentication {
        mut thumbprint,
        mut issuer,
        mut identity,
    } = ours.clone();
    let agree = take_over(&mut thumbprint, &theirs.thumbprint)
        && take_over(&mut issuer, &theirs.issuer)
        && take_over(&mut identity, &theirs.identity);
    agree.then_some(Authentication::Certificate(CertificateAuthentication {
        thumbprint,
        issuer,
        identity,
    }))
}

/// Keeps the root that an OpenVPN configuration has, if it is one that the Azure file names.
fn learn_root(first: &mut Found, root: &Certificate, file: &Arc<str>) {
    if first.recognize(root) {
        return;
    }
    let mut warnings = Warnings::default();
    let message = format_args!(
        "the certificate '{}' is none of the roots that {} names; it is not used",
        root.subject(),
        first.file
    );
    warnings.push(Position::START, WarningKind::UnusedFile, message);
    let (warnings, left_out) = warnings.finish_in(file);
    first.imported.append(warnings, left_out);
}
