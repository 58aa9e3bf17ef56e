use serde::Serialize;

use super::certificate_summary::CertificateSummary;
use super::surroundings::{KnownCertificate, Surroundings};
use crate::authentication::{
    Authentication, AuthenticationKind, CertificateAuthentication, ClientIdentity,
    EntraAuthentication, PasswordAuthentication,
};
use crate::certificate::Certificate;
use crate::excerpt::{Excerpt, printable};

/// A way to sign in, and what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignIn {
    /// By a client certificate.
    Certificate(CertificateSignIn),
    /// By Microsoft Entra ID.
    Entra(EntraSignIn),
    /// By a user name and a password.
    Password(PasswordSignIn),
    /// By a client certificate together with a user name and a password.
    CertificateAndPassword {
        /// The certificate.
        certificate: CertificateSignIn,
        /// The user name and the password.
        password: PasswordSignIn,
    },
}

impl SignIn {
    pub(super) fn of(authentication: &Authentication, surroundings: &Surroundings) -> Self {
        match authentication {
            Authentication::Certificate(wanted) => {
                Self::Certificate(CertificateSignIn::of(wanted, surroundings))
            }
            Authentication::Entra(entra) => Self::Entra(EntraSignIn::of(entra, surroundings)),
            Authentication::Password(password) => Self::Password(password.into()),
            Authentication::CertificateAndPassword(wanted, password) => {
                Self::CertificateAndPassword {
                    certificate: CertificateSignIn::of(wanted, surroundings),
                    password: password.into(),
                }
            }
        }
    }

    /// Returns which kind it is.
    pub fn kind(&self) -> AuthenticationKind {
        match self {
            Self::Certificate(_) => AuthenticationKind::Certificate,
            Self::Entra(_) => AuthenticationKind::Entra,
            Self::Password(_) => AuthenticationKind::Password,
            Self::CertificateAndPassword { .. } => AuthenticationKind::CertificateAndPassword,
        }
    }

    /// Returns the certificate that is part of it.
    pub fn certificate(&self) -> Option<&CertificateSignIn> {
        match self {
            Self::Certificate(certificate) | Self::CertificateAndPassword { certificate, .. } => {
                Some(certificate)
            }
            Self::Entra(_) | Self::Password(_) => None,
        }
    }

    /// Returns the password that is part of it.
    pub fn password(&self) -> Option<&PasswordSignIn> {
        match self {
            Self::Password(password) | Self::CertificateAndPassword { password, .. } => {
                Some(password)
            }
            Self::Entra(_) | Self::Certificate(_) => None,
        }
    }
}

/// A sign-in by a client certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CertificateSignIn {
    /// The hash of the certificate that is wanted, where the profile names one.
    pub thumbprint: Option<String>,
    /// The hash of the authority below which it must have been issued, where the profile names one.
    pub issuer: Option<String>,
    /// Where it comes from.
    pub source: CertificateSource,
}

impl CertificateSignIn {
    fn of(wanted: &CertificateAuthentication, surroundings: &Surroundings) -> Self {
        Self {
            thumbprint: wanted.thumbprint.map(|hash| hash.to_string()),
            issuer: wanted.issuer.map(|hash| hash.to_string()),
            source: CertificateSource::of(wanted, surroundings),
        }
    }
}

/// Where a client certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CertificateSource {
    /// The profile brings it along with its key.
    Profile {
        /// The certificate; little is known of one in a PFX file.
        certificate: CertificateSummary,
        /// Whether the key is sealed with a passphrase; not known of a PFX file.
        needs_passphrase: Option<bool>,
    },
    /// The host program has it.
    Host {
        /// The certificate; of several that fit, the one that is valid longest.
        certificate: CertificateSummary,
        /// How many others fit as well.
        others: usize,
    },
    /// The host program has none that fits.
    Missing,
    /// Nobody knows yet what the host program has.
    Unknown,
}

impl CertificateSource {
    fn of(wanted: &CertificateAuthentication, surroundings: &Surroundings) -> Self {
        if let Some(identity) = &wanted.identity {
            return Self::of_identity(identity);
        }
        let Some(known) = &surroundings.certificates else {
            return Self::Unknown;
        };
        let fitting = || known.iter().filter(|known| fits(wanted, known));
        match fitting().max_by_key(|known| known.not_after) {
            None => Self::Missing,
            Some(best) => Self::Host {
                certificate: best.into(),
                others: fitting().count().saturating_sub(1),
            },
        }
    }

    fn of_identity(identity: &ClientIdentity) -> Self {
        match identity {
            ClientIdentity::Pem { certificates, key } => {
                let certificates = Certificate::from_pem(certificates).unwrap_or_default();
                Self::Profile {
                    certificate: certificates.first().map(Into::into).unwrap_or_default(),
                    // PKCS #8 says so in its label, the older forms in a header (RFC 1421 section 4.6.1.1).
                    needs_passphrase: Some(key.as_str().contains("ENCRYPTED")),
                }
            }
            ClientIdentity::Pfx(_) => Self::Profile {
                certificate: CertificateSummary::default(),
                needs_passphrase: None,
            },
        }
    }

    /// Returns the certificate, if there is one.
    pub fn certificate(&self) -> Option<&CertificateSummary> {
        match self {
            Self::Profile { certificate, .. } | Self::Host { certificate, .. } => Some(certificate),
            Self::Missing | Self::Unknown => None,
        }
    }
}

fn fits(wanted: &CertificateAuthentication, known: &KnownCertificate) -> bool {
    let is_meant = wanted
        .thumbprint
        .is_none_or(|hash| hash == known.thumbprint);
    let is_below = wanted
        .issuer
        .is_none_or(|hash| known.issuers.contains(&hash));
    is_meant && is_below
}

/// A sign-in with Microsoft Entra ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EntraSignIn {
    /// The tenant's address, such as `https://login.microsoftonline.com/<tenant id>`.
    pub authority: String,
    /// The host of the page that asks for the password, and the port unless it is 443.
    pub host: String,
    /// Which of Microsoft's clouds the host belongs to: `public`, `us_government` or `china`; nothing for a
    /// host that is not Microsoft's.
    pub cloud: Option<&'static str>,
    /// Whether users may be sent there: to Microsoft's hosts, and to those that the host program allows.
    pub is_allowed: bool,
    /// The tenant, as the address names it: an id or a domain.
    pub tenant: String,
    /// The application to sign in as.
    pub client_id: String,
    /// The application that the token is for.
    pub audience: String,
    /// What is asked for: `<audience>/.default`.
    pub scope: String,
    /// Whether the sign-in is kept for later sessions.
    pub is_kept: bool,
    /// Whether the machine's own account may be used.
    pub uses_device_account: bool,
    /// Whether a sign-in from an earlier session is there.
    pub is_signed_in: Option<bool>,
}

impl EntraSignIn {
    fn of(entra: &EntraAuthentication, surroundings: &Surroundings) -> Self {
        let tenant = entra.tenant.as_str().rsplit('/').next();
        let audience = printable(&entra.audience);
        Self {
            authority: entra.tenant.to_string(),
            host: entra.tenant.host_and_port(),
            cloud: entra.tenant.cloud().map(crate::Cloud::name),
            is_allowed: entra.tenant.is_allowed(&surroundings.authorities),
            tenant: tenant.unwrap_or_default().to_owned(),
            client_id: printable(entra.client_id()),
            scope: format!("{audience}/.default"),
            audience,
            is_kept: entra.cache_sign_in_user,
            uses_device_account: entra.enable_device_single_sign_on,
            is_signed_in: surroundings.signed_in,
        }
    }
}

/// A sign-in by a user name and a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PasswordSignIn {
    /// The user name, where the profile has it.
    pub username: Option<String>,
    /// Whether the profile has the password.
    pub has_password: bool,
    /// A question that is asked beside the password.
    pub question: Option<String>,
}

impl From<&PasswordAuthentication> for PasswordSignIn {
    fn from(password: &PasswordAuthentication) -> Self {
        let shown = |text: &String| Excerpt::of_sentence(text).to_string();
        Self {
            username: password.username.as_ref().map(shown),
            has_password: password.password.is_some(),
            question: password
                .static_challenge
                .as_ref()
                .map(|challenge| shown(&challenge.text)),
        }
    }
}
