use super::profile_id::ProfileId;
use super::stored_profile::StoredProfile;
use crate::profile::Profile;

/// How an imported profile relates to those of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Its gateway is not known.
    New,
    /// It was imported before.
    Same(ProfileId),
    /// It is another profile of a gateway that is known: probably a newer package, which
    /// [`Store::update`](super::Store::update) takes over.
    UpdateOf(ProfileId),
}

/// Compares a profile with those of a store; of several that fit, the first one counts.
///
/// A gateway is known by the id of its virtual network, which stays when it is set up anew and gets
/// another host, or else by the host.
pub(super) fn relation(stored: &[&StoredProfile], profile: &Profile) -> Relation {
    let find = |fits: &dyn Fn(&StoredProfile) -> bool| {
        stored
            .iter()
            .find(|stored| fits(stored))
            .map(|stored| stored.id)
    };
    if let Some(id) = find(&|stored| *stored.original == *profile || *stored.profile == *profile) {
        return Relation::Same(id);
    }
    let of_the_network = |stored: &StoredProfile| shares_a_network(&stored.original, profile);
    let of_the_host = |stored: &StoredProfile| shares_a_host(&stored.original, profile);
    match find(&of_the_network).or_else(|| find(&of_the_host)) {
        Some(id) => Relation::UpdateOf(id),
        None => Relation::New,
    }
}

/// Says whether two profiles are of one gateway.
pub(super) fn is_of_one_gateway(one: &Profile, other: &Profile) -> bool {
    shares_a_network(one, other) || shares_a_host(one, other)
}

fn shares_a_network(one: &Profile, other: &Profile) -> bool {
    networks(one).any(|one| networks(other).any(|other| one.eq_ignore_ascii_case(other)))
}

fn shares_a_host(one: &Profile, other: &Profile) -> bool {
    hosts(one).any(|one| hosts(other).any(|other| one == other))
}

fn networks(profile: &Profile) -> impl Iterator<Item = &str> {
    let of_servers = profile
        .servers
        .iter()
        .filter_map(|server| server.network_id());
    of_servers.chain(profile.network.id.as_deref())
}

fn hosts(profile: &Profile) -> impl Iterator<Item = (&str, u16)> {
    let servers = profile.servers.iter();
    servers.map(|server| (server.host(), server.port()))
}
