use serde::Serialize;

use super::certificate_summary::CertificateSummary;
use crate::excerpt::Excerpt;
use crate::server::Server;
use crate::validation::{CertificateUsage, ServerName, ServerTrust, ServerValidation, Wrapping};

/// A gateway that will be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlannedGateway {
    /// Its DNS name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What carries the tunnel to it: `tcp` or `udp`.
    pub transport: &'static str,
    /// Its name for people.
    pub display_name: Option<String>,
    /// The names one of which its certificate must bear; none where the host does not decide it.
    pub certificate_names: Vec<String>,
}

impl PlannedGateway {
    pub(super) fn of(server: &Server, validation: &ServerValidation) -> Self {
        let names = match &validation.name {
            ServerName::Host => server.certificate_names(),
            _ => Vec::new(),
        };
        Self {
            host: server.host().to_owned(),
            port: server.port(),
            transport: server.transport().name(),
            display_name: server
                .display_name()
                .map(|name| Excerpt::of_sentence(name).to_string()),
            certificate_names: names,
        }
    }
}

/// What a gateway has to prove before anything is sent to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlannedProof {
    /// What makes its certificate a trusted one.
    pub trust: PlannedTrust,
    /// Whose certificate it must be.
    pub name: PlannedName,
    /// Whether the certificate must be one for servers.
    pub for_servers_only: bool,
    /// How the first packets are protected: `none`, `tls_auth`, `tls_crypt` or `tls_crypt_v2`.
    pub wrapping: &'static str,
}

impl From<&ServerValidation> for PlannedProof {
    fn from(validation: &ServerValidation) -> Self {
        Self {
            trust: (&validation.trust).into(),
            name: (&validation.name).into(),
            for_servers_only: validation.usage == CertificateUsage::Server,
            wrapping: match validation.wrapping {
                Wrapping::None => "none",
                Wrapping::TlsAuth { .. } => "tls_auth",
                Wrapping::TlsCrypt(_) => "tls_crypt",
                Wrapping::TlsCryptV2(_) => "tls_crypt_v2",
            },
        }
    }
}

/// What makes a gateway's certificate a trusted one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlannedTrust {
    /// Its chain ends in one of these roots, whatever else the machine trusts.
    PinnedRoots {
        /// The roots.
        roots: Vec<CertificateSummary>,
    },
    /// Its chain ends in one of these certificates, whatever else the machine trusts.
    Authorities {
        /// The certificates.
        roots: Vec<CertificateSummary>,
        /// Whether a list says which certificates were revoked.
        has_revocation_list: bool,
    },
    /// It is one of those that the profile knows by their SHA-256 hash.
    Fingerprints {
        /// The hashes.
        fingerprints: Vec<String>,
    },
}

impl PlannedTrust {
    /// Walks the certificates that a chain may end in.
    pub fn roots(&self) -> &[CertificateSummary] {
        match self {
            Self::PinnedRoots { roots } | Self::Authorities { roots, .. } => roots,
            Self::Fingerprints { .. } => &[],
        }
    }
}

impl From<&ServerTrust> for PlannedTrust {
    fn from(trust: &ServerTrust) -> Self {
        match trust {
            ServerTrust::PinnedRoots(roots) => Self::PinnedRoots {
                roots: roots.iter().map(Into::into).collect(),
            },
            ServerTrust::Authorities { roots, revocation } => Self::Authorities {
                roots: roots.iter().map(Into::into).collect(),
                has_revocation_list: revocation.is_some(),
            },
            ServerTrust::Fingerprints(fingerprints) => Self::Fingerprints {
                fingerprints: fingerprints.iter().map(ToString::to_string).collect(),
            },
        }
    }
}

/// Whose certificate a gateway must show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlannedName {
    /// That of the gateway that was called: [`PlannedGateway::certificate_names`].
    Host,
    /// Anybody's that is trusted.
    Any,
    /// Exactly this subject.
    Subject(String),
    /// Exactly this common name.
    CommonName(String),
    /// A common name that begins like this.
    CommonNamePrefix(String),
}

impl From<&ServerName> for PlannedName {
    fn from(name: &ServerName) -> Self {
        let shown = |text: &String| Excerpt::of_sentence(text).to_string();
        match name {
            ServerName::Host => Self::Host,
            ServerName::Any => Self::Any,
            ServerName::Subject(text) => Self::Subject(shown(text)),
            ServerName::CommonName(text) => Self::CommonName(shown(text)),
            ServerName::CommonNamePrefix(text) => Self::CommonNamePrefix(shown(text)),
        }
    }
}
