use std::fmt;

use zeroize::Zeroizing;

use crate::access_token::AccessToken;
use crate::certificate::Certificate;
use crate::challenge::ChallengeKind;
use crate::credentials::Credentials;

/// An answer to a challenge; secrets in it are wiped when it is dropped and never print.
#[non_exhaustive]
pub enum Answer {
    /// A certificate with its key.
    Certificate(Certificate),
    /// A password, PIN or passphrase, or the text that the gateway asks for, at most 1,500 bytes.
    Secret(Zeroizing<String>),
    /// The one that is meant, by its place in the list, from 0.
    Choice(usize),
    /// A user name with its password.
    Credentials(Credentials),
    /// A token that the host got.
    AccessToken(AccessToken),
    /// The address at which a sign-in in the host's own view ended.
    Redirect(Zeroizing<String>),
    /// No answer will come: the session ends with `SIGN_IN_CANCELLED`, unless it is connected and can go on for a while.
    Cancel,
}

impl Answer {
    /// Makes an answer of a secret.
    pub fn secret(secret: impl Into<String>) -> Self {
        Self::Secret(Zeroizing::new(secret.into()))
    }

    /// Makes an answer of the address at which a sign-in in the host's own view ended.
    pub fn redirect(address: impl Into<String>) -> Self {
        Self::Redirect(Zeroizing::new(address.into()))
    }

    /// Says whether it is of the kind that a challenge asks for; cancelling always is.
    pub(crate) fn fits(&self, kind: &ChallengeKind) -> bool {
        match (self, kind) {
            (Self::Choice(place), ChallengeKind::ChooseCertificate { certificates }) => {
                *place < certificates.len()
            }
            (Self::Redirect(_), ChallengeKind::SignInPage(page)) => page.redirect_uri.is_some(),
            (Self::Cancel, _)
            | (Self::Certificate(_), ChallengeKind::ClientCertificate { .. })
            | (
                Self::Secret(_),
                ChallengeKind::CertificatePassword { .. }
                | ChallengeKind::TokenPin { .. }
                | ChallengeKind::Question { .. },
            )
            | (Self::Credentials(_), ChallengeKind::Credentials { .. })
            | (Self::AccessToken(_), ChallengeKind::AccessToken(_)) => true,
            _ => false,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Certificate(_) => "Certificate(..)",
            Self::Secret(_) => "Secret(..)",
            Self::Choice(place) => return write!(formatter, "Choice({place})"),
            Self::Credentials(_) => "Credentials(..)",
            Self::AccessToken(_) => "AccessToken(..)",
            Self::Redirect(_) => "Redirect(..)",
            Self::Cancel => "Cancel",
        })
    }
}
