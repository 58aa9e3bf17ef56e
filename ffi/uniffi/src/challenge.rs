use crate::certificate::Certificate;
use crate::error::ErrorDetails;

/// A question that a session needs answered before it goes on; `Session.answer` takes the answer, by the id.
#[derive(uniffi::Record)]
pub struct Challenge {
    /// The id to answer by.
    pub id: u64,
    /// What is asked for.
    pub kind: ChallengeKind,
    /// The question for people: in English, or in the words of the gateway that asks.
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
    /// The gateway's own question, such as for a one-time code.
    Question {
        /// The answer must not be shown while it is typed.
        masked: bool,
        /// The gateway waits for the answer; otherwise showing the text is all.
        response_required: bool,
        /// When the gateway stops waiting, in seconds since 1970, where that is known.
        expires: Option<i64>,
    },
    /// The gateway wants the user to sign in at a web page; it learns of it by itself.
    SignInPage {
        /// The address; whoever knows it may be able to sign in.
        url: String,
        /// The address for a view inside the host's own window.
        embedded_url: String,
        /// The page may need nobody: open it without showing it, and show it if it does not end by itself.
        hidden: bool,
        /// The page wants the user's own browser rather than a view in the host's window.
        external: bool,
        /// When the gateway stops waiting, in seconds since 1970, where that is known.
        expires: Option<i64>,
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
            p2svpn_client::ChallengeKind::Question {
                masked,
                response_required,
                expires,
            } => Self::Question {
                masked,
                response_required,
                expires,
            },
            p2svpn_client::ChallengeKind::SignInPage(page) => Self::SignInPage {
                url: page.url,
                embedded_url: page.embedded_url,
                hidden: page.hidden,
                external: page.external,
                expires: page.expires,
            },
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
    /// A password, PIN or passphrase, or the text that the gateway asks for.
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
