//! How the gateway wants to know who connects.

mod authority;
mod certificate;
mod choice;
mod entra;
mod password;

use std::fmt;

pub use authority::{Authority, Cloud};
pub use certificate::{CertificateAuthentication, ClientIdentity};
pub use choice::AuthenticationChoice;
pub use entra::EntraAuthentication;
pub use password::{PasswordAuthentication, StaticChallenge};

/// How the gateway wants to know who connects.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authentication {
    /// By a client certificate and its private key.
    Certificate(CertificateAuthentication),
    /// By a sign-in to Microsoft Entra ID, whose access token is the password.
    Entra(EntraAuthentication),
    /// By a user name and a password, which the gateway asks a RADIUS server about.
    Password(PasswordAuthentication),
    /// By a client certificate together with a user name and a password, as other OpenVPN servers
    /// want it (`cert` beside `auth-user-pass`).
    CertificateAndPassword(CertificateAuthentication, PasswordAuthentication),
}

impl Authentication {
    /// Returns which kind it is.
    pub fn kind(&self) -> AuthenticationKind {
        match self {
            Self::Certificate(_) => AuthenticationKind::Certificate,
            Self::Entra(_) => AuthenticationKind::Entra,
            Self::Password(_) => AuthenticationKind::Password,
            Self::CertificateAndPassword(..) => AuthenticationKind::CertificateAndPassword,
        }
    }

    /// Returns which client certificate is asked for, if one is.
    pub fn certificate(&self) -> Option<&CertificateAuthentication> {
        match self {
            Self::Certificate(certificate) | Self::CertificateAndPassword(certificate, _) => {
                Some(certificate)
            }
            Self::Entra(_) | Self::Password(_) => None,
        }
    }

    /// Returns which client certificate is asked for, to be changed.
    pub fn certificate_mut(&mut self) -> Option<&mut CertificateAuthentication> {
        match self {
            Self::Certificate(certificate) | Self::CertificateAndPassword(certificate, _) => {
                Some(certificate)
            }
            Self::Entra(_) | Self::Password(_) => None,
        }
    }

    /// Returns the user name and password, if they are asked for.
    pub fn password(&self) -> Option<&PasswordAuthentication> {
        match self {
            Self::Password(password) | Self::CertificateAndPassword(_, password) => Some(password),
            Self::Certificate(_) | Self::Entra(_) => None,
        }
    }

    /// Returns the user name and password, to be changed.
    pub fn password_mut(&mut self) -> Option<&mut PasswordAuthentication> {
        match self {
            Self::Password(password) | Self::CertificateAndPassword(_, password) => Some(password),
            Self::Certificate(_) | Self::Entra(_) => None,
        }
    }
}

/// Which kind an [`Authentication`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AuthenticationKind {
    /// By a client certificate.
    Certificate,
    /// By Microsoft Entra ID.
    Entra,
    /// By a user name and a password.
    Password,
    /// By a client certificate together with a user name and a password.
    CertificateAndPassword,
}

impl AuthenticationKind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Certificate,
        Self::Entra,
        Self::Password,
        Self::CertificateAndPassword,
    ];

    /// Returns the stable name, such as `certificate`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Entra => "entra",
            Self::Password => "password",
            Self::CertificateAndPassword => "certificate_and_password",
        }
    }

    /// Returns the kind with a stable name; nothing for others.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for AuthenticationKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
