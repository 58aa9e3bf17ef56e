use std::fmt;

use p2svpn_profile::{Authentication, Profile, TunnelMode};

use crate::profile_id::ProfileId;

/// What a host shows of a profile. It holds no secret.
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
    /// Whether all IPv4 traffic belongs into the tunnel.
    pub full_tunnel: bool,
}

impl ProfileSummary {
    pub(crate) fn new(id: ProfileId, profile: &Profile) -> Self {
        let sign_in = match profile.authentication.selected() {
            Authentication::Entra(_) => SignIn::Entra,
            Authentication::Password(_) => SignIn::Password,
            _ => SignIn::Certificate,
        };
        Self {
            id,
            name: profile.name.to_string(),
            servers: profile.servers.iter().map(ToString::to_string).collect(),
            sign_in,
            full_tunnel: profile.tunnel_mode() == TunnelMode::Full,
        }
    }
}

/// How a profile signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignIn {
    /// By a client certificate.
    Certificate,
    /// By Microsoft Entra ID.
    Entra,
    /// By a user name and a password.
    Password,
}

impl SignIn {
    /// Returns the stable name, such as `certificate`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Entra => "entra",
            Self::Password => "password",
        }
    }
}

impl fmt::Display for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
