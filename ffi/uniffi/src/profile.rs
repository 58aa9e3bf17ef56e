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
    /// The id of another profile, of which this is probably a newer version.
    pub update_of: Option<String>,
}

impl From<p2svpn_client::ImportedProfile> for ImportedProfile {
    fn from(imported: p2svpn_client::ImportedProfile) -> Self {
        Self {
            summary: imported.summary.into(),
            warnings: imported.warnings.into_iter().map(Warning::from).collect(),
            warnings_left_out: u64::try_from(imported.warnings_left_out).unwrap_or(u64::MAX),
            update_of: imported.update_of.map(|id| id.to_string()),
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
    /// How it signs in: `certificate`, `entra`, `password` or `certificate_and_password`.
    pub sign_in: String,
    /// All ways to sign in that it offers, the one that is used first.
    pub sign_ins: Vec<String>,
    /// Whether all IPv4 traffic belongs into the tunnel.
    pub full_tunnel: bool,
    /// Whether it is meant to be connected always.
    pub always_on: bool,
    /// The id of the virtual network gateway, where its address tells.
    pub network_id: Option<String>,
    /// Whether it was changed since it was imported.
    pub edited: bool,
}

impl From<p2svpn_client::ProfileSummary> for ProfileSummary {
    fn from(summary: p2svpn_client::ProfileSummary) -> Self {
        Self {
            id: summary.id.to_string(),
            name: summary.name,
            servers: summary.servers,
            sign_in: summary.sign_in.name().to_owned(),
            sign_ins: summary.sign_ins.iter().map(ToString::to_string).collect(),
            full_tunnel: summary.full_tunnel,
            always_on: summary.always_on,
            network_id: summary.network_id,
            edited: summary.edited,
        }
    }
}

/// A profile as the text of a file.
///
/// With secrets the text is one: the library wipes its own copy, not the one that goes to the other language.
#[derive(uniffi::Record)]
pub struct ExportedProfile {
    /// What the file holds.
    pub text: String,
    /// What the profile says and the file does not, a sentence each.
    pub notes: Vec<String>,
}

impl From<p2svpn_client::Exported> for ExportedProfile {
    fn from(exported: p2svpn_client::Exported) -> Self {
        Self {
            text: exported.text.to_string(),
            notes: exported.notes,
        }
    }
}

/// What came of a newer package for a profile.
#[derive(uniffi::Record)]
pub struct UpdatedProfile {
    /// What the profile says now.
    pub summary: ProfileSummary,
    /// The fields that the user had edited and that stayed.
    pub kept: Vec<String>,
    /// The fields that the user had edited and that the newer package changes to something else.
    pub conflicts: Vec<String>,
    /// The id of the profile that an import of the newer package had made, and that was removed because nobody had edited it.
    pub removed: Option<String>,
    /// What was ignored or repaired in the newer package; at most 200.
    pub warnings: Vec<Warning>,
    /// How many warnings there were beyond those kept.
    pub warnings_left_out: u64,
}

impl From<p2svpn_client::UpdatedProfile> for UpdatedProfile {
    fn from(updated: p2svpn_client::UpdatedProfile) -> Self {
        Self {
            summary: updated.summary.into(),
            kept: names(&updated.kept),
            conflicts: names(&updated.conflicts),
            removed: updated.removed.map(|id| id.to_string()),
            warnings: updated.warnings.into_iter().map(Warning::from).collect(),
            warnings_left_out: u64::try_from(updated.warnings_left_out).unwrap_or(u64::MAX),
        }
    }
}

/// What a profile needs and what it would change, before anything is connected.
#[derive(uniffi::Record)]
pub struct Plan {
    /// The plan for people.
    pub text: String,
    /// The plan as JSON, for programs.
    pub json: String,
    /// What was ignored or repaired to read the profile, for one that is not kept.
    pub warnings: Vec<Warning>,
    /// How many warnings there were beyond those kept.
    pub warnings_left_out: u64,
}

impl From<p2svpn_client::Plan> for Plan {
    fn from(plan: p2svpn_client::Plan) -> Self {
        Self {
            text: plan.to_string(),
            json: plan.to_json(),
            warnings: Vec::new(),
            warnings_left_out: 0,
        }
    }
}

impl From<p2svpn_client::ExplainedProfile> for Plan {
    fn from(explained: p2svpn_client::ExplainedProfile) -> Self {
        Self {
            warnings: explained.warnings.into_iter().map(Warning::from).collect(),
            warnings_left_out: u64::try_from(explained.warnings_left_out).unwrap_or(u64::MAX),
            ..explained.plan.into()
        }
    }
}

pub(crate) fn names(fields: &[p2svpn_client::Field]) -> Vec<String> {
    fields.iter().map(|field| field.name().to_owned()).collect()
}
