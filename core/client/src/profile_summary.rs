use p2svpn_profile::{
    Authentication, AuthenticationKind as SignIn, ProfileId, StoredProfile, TunnelMode, printable,
};

/// What a host shows of a profile in a list. It holds no secret, and its texts are [`printable`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileSummary {
    /// The id to connect by.
    pub id: ProfileId,
    /// The name for people.
    pub name: String,
    /// The gateways as `host:port`, in the order to try them.
    pub servers: Vec<String>,
    /// How it signs in.
    pub sign_in: SignIn,
    /// All ways to sign in that it offers, the one that is used first.
    pub sign_ins: Vec<SignIn>,
    /// Whether all IPv4 traffic belongs into the tunnel.
    pub full_tunnel: bool,
    /// Whether it is meant to be connected always.
    pub always_on: bool,
    /// The id of the virtual network gateway, where its address tells: a newer package of the same gateway has the same.
    pub network_id: Option<String>,
    /// Whether it was changed since it was imported.
    pub edited: bool,
}

impl ProfileSummary {
    pub(crate) fn new(stored: &StoredProfile) -> Self {
        let profile = &stored.profile;
        let sign_ins = profile.authentication.iter();
        Self {
            id: stored.id,
            name: printable(profile.name.as_str()),
            servers: profile.servers.iter().map(ToString::to_string).collect(),
            sign_in: profile.authentication.selected().kind(),
            sign_ins: sign_ins.map(Authentication::kind).collect(),
            full_tunnel: profile.tunnel_mode() == TunnelMode::Full,
            always_on: profile.always_on,
            network_id: profile.servers.first().network_id().map(str::to_owned),
            edited: stored.is_edited(),
        }
    }
}
