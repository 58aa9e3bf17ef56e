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
/// The session waits in the state `SigningIn`; disconnecting withdraws the question. Questions of its own wait for as long
/// as it takes. Those of the gateway wait for as long as the gateway does, and are withdrawn when it goes on or asks
/// another: answering then is `CHALLENGE_UNKNOWN`. A gateway may also ask while the session is connected, which it stays.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Challenge {
    /// The name to answer by.
    pub id: ChallengeId,
    /// What is asked for.
    pub kind: ChallengeKind,
    /// The question for people: in English, or in the words of the gateway that asks, which never hold control characters.
    pub text: String,
    /// How often it was asked before in this session, from 0. After three refused answers the session ends.
    pub attempt: u32,
    /// Why the answer before was refused; none at the first attempt.
    pub refusal: Option<Error>,
}

impl Challenge {
    /// Makes a challenge; `words` are those of the gateway, and may be empty.
    pub(crate) fn new(
        id: u64,
        kind: ChallengeKind,
        words: &str,
        attempt: u32,
        refusal: Option<Error>,
    ) -> Self {
        let text = match words {
            "" => kind.to_string(),
            words => words.to_owned(),
        };
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
    /// The gateway's own question, such as for a one-time code: answer with [`Answer::Secret`].
    Question {
        /// The answer must not be shown while it is typed.
        masked: bool,
        /// The gateway waits for the answer. Otherwise showing the text is all, and an answer may be given.
        response_required: bool,
        /// When the gateway stops waiting, in seconds since 1970, where that is known.
        expires: Option<i64>,
    },
    /// The gateway wants the user to sign in at a web page: open it. There is no answer but [`Answer::Cancel`]; the gateway
    /// learns by itself that the user has signed in, and the session goes on.
    SignInPage(SignInPage),
}

/// The web page at which a gateway wants the user to sign in.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInPage {
    /// The address: `https` or `http`, printable ASCII, at most 8,192 characters. Whoever knows it may be able to sign in:
    /// it does not print with `Debug`.
    pub url: String,
    /// The address for a view inside the host's own window, marked so that the page leaves out what a browser has.
    pub embedded_url: String,
    /// The page may need nobody: open it without showing it, and show it if it does not end by itself.
    pub hidden: bool,
    /// The page wants the user's own browser rather than a view in the host's window.
    pub external: bool,
    /// When the gateway stops waiting, in seconds since 1970, where that is known.
    pub expires: Option<i64>,
}

impl fmt::Debug for SignInPage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignInPage")
            .field("hidden", &self.hidden)
            .field("external", &self.external)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
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
            Self::Question { .. } => formatter.write_str("Answer the gateway's question."),
            Self::SignInPage(_) => {
                formatter.write_str("Sign in at the web page that the gateway names.")
            }
        }
    }
}

/// An answer to a challenge; secrets in it are wiped when it is dropped and never print.
#[non_exhaustive]
pub enum Answer {
    /// A certificate with its key.
    Certificate(Certificate),
    /// A password, PIN or passphrase, or the text that the gateway asks for, at most 1,500 bytes.
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
                | (
                    Self::Secret(_),
                    ChallengeKind::CertificatePassword { .. } | ChallengeKind::Question { .. }
                )
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
