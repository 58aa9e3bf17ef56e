use crate::certificate::Certificate;
use crate::error::ErrorDetails;

/// A question that a session needs answered before it goes on; `Session.answer` takes the answer, by the id.
#[derive(uniffi::Record)]
pub struct Challenge {
    /// The id to answer by.
    pub id: u64,
    /// What is asked for.
    pub kind: ChallengeKind,
    /// The question for people, in English.
    pub text: String,
    /// How often it was asked before in this session, from 0.
    pub attempt: u32,
    /// Why the answer before was refused.
    pub refusal: Option<ErrorDetails>,
}

impl From<p2svpn_client::Challenge> for Challenge {
    fn from(challenge: p2svpn_client::Challenge) -> Self {
        Self {
            id: challenge.id.number(),
            kind: challenge.kind.into(),
            text: challenge.text,
            attempt: challenge.attempt,
            refusal: challenge.refusal.as_ref().map(ErrorDetails::from),
        }
    }
}

/// What a challenge asks for.
#[derive(uniffi::Enum)]
pub enum ChallengeKind {
    /// A client certificate with its key.
    ClientCertificate {
        /// SHA-1 hash of the certificate that the profile names, in upper-case hexadecimal.
        thumbprint: Option<String>,
        /// SHA-1 hash of the root that the profile names, in upper-case hexadecimal.
        issuer: Option<String>,
    },
    /// The password that opens the certificate's key.
    CertificatePassword {
        /// What the password opens, for people.
        label: String,
    },
    /// Something that this layer has no name for; it can only be cancelled.
    Unknown,
}

impl From<p2svpn_client::ChallengeKind> for ChallengeKind {
    fn from(kind: p2svpn_client::ChallengeKind) -> Self {
        match kind {
            p2svpn_client::ChallengeKind::ClientCertificate { thumbprint, issuer } => {
                Self::ClientCertificate { thumbprint, issuer }
            }
            p2svpn_client::ChallengeKind::CertificatePassword { label } => {
                Self::CertificatePassword { label }
            }
            _ => Self::Unknown,
        }
    }
}

/// An answer to a challenge.
#[derive(uniffi::Enum)]
pub enum Answer {
    /// A certificate with its key.
    Certificate {
        /// The certificate.
        certificate: Certificate,
    },
    /// A password, PIN or passphrase.
    Secret {
        /// The secret.
        secret: String,
    },
    /// No answer will come: the session ends.
    Cancel,
}

impl From<Answer> for p2svpn_client::Answer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Certificate { certificate } => Self::Certificate(certificate.into()),
            Answer::Secret { secret } => Self::secret(secret),
            Answer::Cancel => Self::Cancel,
        }
    }
}
