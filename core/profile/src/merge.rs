use std::collections::HashSet;
use std::hash::Hash;

use crate::authentication::{Authentication, AuthenticationChoice};
use crate::edit::Field;
use crate::profile::Profile;

/// A profile that a newer package has brought up to date, with what its user had edited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Updated {
    /// The profile.
    pub profile: Profile,
    /// The edited fields in which the profile now differs from the newer package, in the order of
    /// [`Field::ALL`].
    pub kept: Vec<Field>,
    /// The fields that were edited and that the newer package changes as well, to something else,
    /// in the order of [`Field::ALL`]. Those that are also [kept](Self::kept) may be out of date; of
    /// the others the edit is lost. The user should look at both.
    pub conflicts: Vec<Field>,
}

impl Profile {
    /// Brings a profile up to date with a newer package of its gateway, and keeps what the user
    /// edited.
    ///
    /// `original` is what the former package said, `edited` what the user made of it. A field that
    /// they did not edit is as in `newer`; an edited one stays. To lists of routes, DNS servers and
    /// domains the user's additions and removals are made again. Where the newer package changes the
    /// servers, what they have to prove or the kinds of sign-in, it has its way, because with the
    /// old ones nobody gets in.
    ///
    /// ```
    /// use p2svpn_profile::{Field, Profile, ProfileEdit};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let bytes = include_bytes!("../tests/fixtures/certificate.xml");
    /// # let original = Profile::from_azure_xml(bytes)?.profile;
    /// # let mut newer = original.clone();
    /// # newer.always_on = true;
    /// let edited = ProfileEdit::new().rename("Office")?.apply(&original)?.profile;
    ///
    /// let updated = Profile::updated_from(&original, &edited, &newer);
    ///
    /// assert_eq!(updated.profile.name, "Office");
    /// assert_eq!(updated.profile.always_on, newer.always_on);
    /// assert_eq!(updated.kept, [Field::Name]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn updated_from(original: &Self, edited: &Self, newer: &Self) -> Updated {
        let mut profile = newer.clone();
        if newer.authentication == original.authentication {
            profile.authentication = edited.authentication.clone();
        }
        let is_edited = |field: &Field| field.differs(original, edited);
        for field in Field::ALL.into_iter().filter(is_edited) {
            if field.differs(original, newer) || is_sign_in(field) {
                merge(field, &mut profile, original, edited);
            } else {
                take(field, &mut profile, edited);
            }
        }
        let edited_fields = Field::ALL.into_iter().filter(is_edited);
        Updated {
            kept: edited_fields
                .clone()
                .filter(|field| field.differs(&profile, newer))
                .collect(),
            conflicts: edited_fields
                .filter(|field| field.differs(original, newer) && field.differs(edited, newer))
                .filter(|field| !is_merged(*field))
                .collect(),
            profile,
        }
    }
}

/// Says whether a field is a part of the ways to sign in.
fn is_sign_in(field: Field) -> bool {
    matches!(
        field,
        Field::Authentication
            | Field::ClientCertificate
            | Field::CertificateIssuer
            | Field::UserName
            | Field::SignIn
    )
}

/// Says whether both the user's edit and the newer package's change can have their way.
fn is_merged(field: Field) -> bool {
    matches!(
        field,
        Field::Version
            | Field::IncludeRoutes
            | Field::ExcludeRoutes
            | Field::DnsServers
            | Field::DnsSuffixes
            | Field::TrustedNetworks
    )
}

/// Makes the user's edit of a field again, beside what the newer package changes in it.
fn merge(field: Field, profile: &mut Profile, original: &Profile, edited: &Profile) {
    match field {
        Field::Version => profile.version = profile.version.max(edited.version),
        Field::Servers | Field::ServerValidation => {}
        Field::Authentication => {
            // If the gateway does not offer it any longer, the newer package's choice stands.
            let wanted = edited.authentication.selected().kind();
            profile.authentication.select(wanted);
        }
        Field::IncludeRoutes => {
            let [from, to] = [&original.include_routes, &edited.include_routes];
            profile.include_routes = again(&profile.include_routes, from, to);
        }
        Field::ExcludeRoutes => {
            let [from, to] = [&original.exclude_routes, &edited.exclude_routes];
            profile.exclude_routes = again(&profile.exclude_routes, from, to);
        }
        Field::DnsServers => {
            let [from, to] = [&original.dns_servers, &edited.dns_servers];
            profile.dns_servers = again(&profile.dns_servers, from, to);
        }
        Field::DnsSuffixes => {
            let [from, to] = [&original.dns_suffixes, &edited.dns_suffixes];
            profile.dns_suffixes = again(&profile.dns_suffixes, from, to);
        }
        Field::TrustedNetworks => {
            let [from, to] = [&original.trusted_networks, &edited.trusted_networks];
            profile.trusted_networks = again(&profile.trusted_networks, from, to);
        }
        Field::ClientCertificate | Field::CertificateIssuer | Field::UserName | Field::SignIn => {
            let [from, to] = [&original.authentication, &edited.authentication];
            merge_sign_in(field, &mut profile.authentication, from, to);
        }
        _ => take(field, profile, edited),
    }
}

/// Takes a whole field from the edited profile; the ways to sign in are always merged instead.
fn take(field: Field, profile: &mut Profile, edited: &Profile) {
    match field {
        Field::Name => profile.name.clone_from(&edited.name),
        Field::Version => profile.version = edited.version,
        Field::Servers => profile.servers.clone_from(&edited.servers),
        Field::ServerValidation => profile
            .server_validation
            .clone_from(&edited.server_validation),
        Field::IncludeRoutes => profile.include_routes.clone_from(&edited.include_routes),
        Field::ExcludeRoutes => profile.exclude_routes.clone_from(&edited.exclude_routes),
        Field::DnsServers => profile.dns_servers.clone_from(&edited.dns_servers),
        Field::DnsSuffixes => profile.dns_suffixes.clone_from(&edited.dns_suffixes),
        Field::SecondaryProfile => profile
            .secondary_profile
            .clone_from(&edited.secondary_profile),
        Field::AlwaysOn => profile.always_on = edited.always_on,
        Field::TrustedNetworks => profile
            .trusted_networks
            .clone_from(&edited.trusted_networks),
        Field::Protocol => profile.protocol.clone_from(&edited.protocol),
        Field::Network => profile.network.clone_from(&edited.network),
        Field::UnknownElements => profile
            .unknown_elements
            .clone_from(&edited.unknown_elements),
        Field::Authentication
        | Field::ClientCertificate
        | Field::CertificateIssuer
        | Field::UserName
        | Field::SignIn => {}
    }
}

/// Makes the additions and removals between two lists again in a newer one.
fn again<'a, L, T>(newer: &'a L, original: &'a L, edited: &'a L) -> L
where
    L: FromIterator<T>,
    &'a L: IntoIterator<Item = &'a T>,
    T: Clone + Eq + Hash + 'a,
{
    let before: HashSet<&T> = original.into_iter().collect();
    let after: HashSet<&T> = edited.into_iter().collect();
    let left = newer
        .into_iter()
        .filter(|element| after.contains(element) || !before.contains(element));
    let added = edited
        .into_iter()
        .filter(|element| !before.contains(element));
    left.chain(added).cloned().collect()
}

/// Sets one field of every way to sign in of which both the former and the newer package know the
/// kind.
fn merge_sign_in(
    field: Field,
    newer: &mut AuthenticationChoice,
    original: &AuthenticationChoice,
    edited: &AuthenticationChoice,
) {
    let ways: Vec<Authentication> = newer.iter().cloned().collect();
    for mut way in ways {
        let kind = way.kind();
        if let (Some(original), Some(edited)) = (original.get(kind), edited.get(kind)) {
            merge_in_way(field, &mut way, original, edited);
            newer.offer(way);
        }
    }
}

fn merge_in_way(
    field: Field,
    way: &mut Authentication,
    original: &Authentication,
    edited: &Authentication,
) {
    if let (Some(way), Some(original), Some(edited)) = (
        way.certificate_mut(),
        original.certificate(),
        edited.certificate(),
    ) {
        match field {
            Field::ClientCertificate if original.thumbprint != edited.thumbprint => {
                way.thumbprint = edited.thumbprint;
            }
            Field::CertificateIssuer if original.issuer != edited.issuer => {
                way.issuer = edited.issuer;
            }
            Field::SignIn if original.identity != edited.identity => {
                way.identity.clone_from(&edited.identity);
            }
            _ => {}
        }
    }
    if let (Some(way), Some(original), Some(edited)) =
        (way.password_mut(), original.password(), edited.password())
    {
        match field {
            Field::UserName if original.username != edited.username => {
                way.username.clone_from(&edited.username);
            }
            Field::SignIn if original.password != edited.password => {
                way.password.clone_from(&edited.password);
            }
            _ => {}
        }
    }
}
