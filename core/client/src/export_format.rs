use p2svpn_auth::TrustedRoots;
use p2svpn_profile::{Certificate, Exported, Profile, SecretsInExport};

/// A format that profiles are exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExportFormat {
    /// `azurevpnconfig.xml`, as the Azure portal and Microsoft's client write it.
    AzureXml,
    /// This library's own, which has a place for everything.
    Json,
    /// An OpenVPN configuration, `.ovpn`, for OpenVPN 2.6 and later.
    OpenVpn,
}

impl ExportFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AzureXml, Self::Json, Self::OpenVpn];

    /// Returns the stable name, such as `azure_xml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AzureXml => "azure_xml",
            Self::Json => "json",
            Self::OpenVpn => "openvpn",
        }
    }

    /// Returns the format with a stable name; nothing for others.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    pub(crate) fn write(self, profile: &Profile, secrets: SecretsInExport) -> Exported {
        match self {
            Self::AzureXml => profile.to_azure_xml(secrets),
            Self::Json => profile.to_json(secrets),
            Self::OpenVpn => profile.to_openvpn(secrets, &known_roots(profile)),
        }
    }
}

/// The roots that a profile pins by their hashes, as far as this library has them: OpenVPN wants the certificates.
fn known_roots(profile: &Profile) -> Vec<Certificate> {
    let pinned = profile.server_validation.trust.pinned();
    let hashes: Vec<[u8; 20]> = pinned.map(|root| *root.as_bytes()).collect();
    let known = TrustedRoots::bundled().pinned(&hashes);
    known
        .iter()
        .filter_map(|root| Certificate::from_der(root).ok())
        .collect()
}
