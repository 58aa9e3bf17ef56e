use p2svpn_profile::{Exported, Profile, SecretsInExport};

use crate::error::Error;

/// A format that profiles are exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExportFormat {
    /// `azurevpnconfig.xml`, as the Azure portal and Microsoft's client write it.
    AzureXml,
    /// This library's own, which has a place for everything.
    Json,
}

impl ExportFormat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::AzureXml, Self::Json];

    /// Returns the stable name, such as `azure_xml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AzureXml => "azure_xml",
            Self::Json => "json",
        }
    }

    /// Returns the format with a stable name; nothing for others.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    pub(crate) fn write(
        self,
        profile: &Profile,
        secrets: SecretsInExport,
    ) -> Result<Exported, Error> {
        match self {
            Self::AzureXml => Ok(profile.to_azure_xml(secrets)),
            Self::Json => Ok(profile.to_json(secrets)),
        }
    }
}
