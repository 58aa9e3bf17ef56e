use crate::warning::Warning;

/// A profile that was imported, and what had to be forgiven to read it.
#[derive(uniffi::Record)]
pub struct ImportedProfile {
    /// What the profile says.
    pub summary: ProfileSummary,
    /// What was ignored or repaired, in the order of the file; at most 200.
    pub warnings: Vec<Warning>,
    /// How many warnings there were beyond those kept.
    pub warnings_left_out: u64,
}

impl From<p2svpn_client::ImportedProfile> for ImportedProfile {
    fn from(imported: p2svpn_client::ImportedProfile) -> Self {
        Self {
            summary: imported.summary.into(),
            warnings: imported.warnings.into_iter().map(Warning::from).collect(),
            warnings_left_out: u64::try_from(imported.warnings_left_out).unwrap_or(u64::MAX),
        }
    }
}

/// What a program shows of a profile. It holds no secret.
#[derive(uniffi::Record)]
pub struct ProfileSummary {
    /// The id to connect by.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The gateways as `host:port`, in the order to try them.
    pub servers: Vec<String>,
    /// How it signs in: `certificate`, `entra` or `password`.
    pub sign_in: String,
    /// Whether all IPv4 traffic belongs into the tunnel.
    pub full_tunnel: bool,
}

impl From<p2svpn_client::ProfileSummary> for ProfileSummary {
    fn from(summary: p2svpn_client::ProfileSummary) -> Self {
        Self {
            id: summary.id.to_string(),
            name: summary.name,
            servers: summary.servers,
            sign_in: summary.sign_in.name().to_owned(),
            full_tunnel: summary.full_tunnel,
        }
    }
}
