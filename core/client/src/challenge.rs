use std::fmt;

use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::error::Error;

/// Names a challenge within its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChallengeId(u64);

impl ChallengeId {
    /// Takes a number that [`ChallengeId::number`] gave.
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number, for passing through another language.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ChallengeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A question that a session needs answered before it goes on: `Session::answer` takes the answer, by the id.
///
/// The session waits in the state `SigningIn` for as long as it takes; disconnecting withdraws the question.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Challenge {
    /// The name to answer by.
    pub id: ChallengeId,
    /// What is asked for.
    pub kind: ChallengeKind,
    /// The question for people, in English.
    pub text: String,
    /// How often it was asked before in this session, from 0. After three refused answers the session ends.
    pub attempt: u32,
    /// Why the answer before was refused; none at the first attempt.
    pub refusal: Option<Error>,
}

impl Challenge {
    pub(crate) fn new(id: u64, kind: ChallengeKind, attempt: u32, refusal: Option<Error>) -> Self {
        let text = kind.to_string();
        Self {
            id: ChallengeId(id),
            kind,
            text,
            attempt,
            refusal,
        }
    }
}

/// What a challenge asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeKind {
    /// A client certificate with its key: answer with [`Answer::Certificate`].
    ClientCertificate {
        /// SHA-1 hash of the certificate that the profile names, in upper-case hexadecimal, if it names one.
        thumbprint: Option<String>,
        /// SHA-1 hash of the root below which the certificate was issued, if the profile names one.
        issuer: Option<String>,
    },
    /// The password that opens the certificate's key: answer with [`Answer::Secret`].
    CertificatePassword {
        /// What the password opens, for people: a file's name, for example.
        label: String,
    },
}

impl fmt::Display for ChallengeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientCertificate {
                thumbprint: Some(thumbprint),
                ..
            } => {
                write!(
                    formatter,
                    "Choose the client certificate with the thumbprint {thumbprint}."
                )
            }
            Self::ClientCertificate {
                issuer: Some(issuer),
                ..
            } => {
                write!(
                    formatter,
                    "Choose a client certificate that was issued below the root {issuer}."
                )
            }
            Self::ClientCertificate { .. } => formatter.write_str("Choose a client certificate."),
            Self::CertificatePassword { label } => {
                write!(formatter, "Enter the password for {label}.")
            }
        }
    }
}

/// An answer to a challenge; secrets in it are wiped when it is dropped and never print.
#[non_exhaustive]
pub enum Answer {
    /// A certificate with its key.
    Certificate(Certificate),
    /// A password, PIN or passphrase.
    Secret(Zeroizing<String>),
    /// No answer will come: the session ends with `SIGN_IN_CANCELLED`.
    Cancel,
}

impl Answer {
    /// Makes an answer of a secret.
    pub fn secret(secret: impl Into<String>) -> Self {
        Self::Secret(Zeroizing::new(secret.into()))
    }

    /// Says whether it is of the kind that a challenge asks for; cancelling always is.
    pub(crate) fn fits(&self, kind: &ChallengeKind) -> bool {
        matches!(
            (self, kind),
            (Self::Cancel, _)
                | (
                    Self::Certificate(_),
                    ChallengeKind::ClientCertificate { .. }
                )
                | (Self::Secret(_), ChallengeKind::CertificatePassword { .. })
        )
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Certificate(_) => "Certificate(..)",
            Self::Secret(_) => "Secret(..)",
            Self::Cancel => "Cancel",
        })
    }
}
