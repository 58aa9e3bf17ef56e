use std::fmt;

use crate::certificate_details::CertificateDetails;
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
    /// A client certificate with its key: answer with [`Answer::Certificate`](crate::Answer::Certificate).
    ClientCertificate {
        /// SHA-1 hash of the certificate that the profile names, in upper-case hexadecimal, if it names one.
        thumbprint: Option<String>,
        /// SHA-1 hash of the root below which the certificate was issued, if the profile names one.
        issuer: Option<String>,
    },
    /// The password that opens the certificate's key: answer with [`Answer::Secret`](crate::Answer::Secret).
    CertificatePassword {
        /// What the password opens, for people: a file's name, for example.
        label: String,
    },
    /// The gateway's own question, such as for a one-time code: answer with [`Answer::Secret`](crate::Answer::Secret).
    Question {
        /// The answer must not be shown while it is typed.
        masked: bool,
        /// The gateway waits for the answer. Otherwise showing the text is all, and an answer may be given.
        response_required: bool,
        /// When the gateway stops waiting, in seconds since 1970, where that is known.
        expires: Option<i64>,
    },
    /// The user has to sign in at a web page: open it. That the user has signed in is learned without the host, and the
    /// session goes on; so there is no answer but [`Answer::Cancel`](crate::Answer::Cancel), and [`Answer::Redirect`](crate::Answer::Redirect) where the page says so.
    SignInPage(SignInPage),
    /// One of several client certificates that all fit: answer with [`Answer::Choice`](crate::Answer::Choice).
    ChooseCertificate {
        /// The certificates, two or more; the answer is the place of one of them.
        certificates: Vec<CertificateDetails>,
    },
    /// The PIN of the token that holds the certificate's key: answer with [`Answer::Secret`](crate::Answer::Secret). Each wrong one counts, so
    /// nothing but a person may answer anew.
    TokenPin {
        /// The token's name, as its owner chose it.
        token: String,
        /// The next wrong PIN locks the token.
        last_try: bool,
    },
    /// A user name with its password: answer with [`Answer::Credentials`](crate::Answer::Credentials).
    Credentials {
        /// The user name that is known already, to be suggested.
        username: Option<String>,
    },
    /// The user has to type a code at a web page, on any device. There is no answer but [`Answer::Cancel`](crate::Answer::Cancel): the session asks
    /// Entra whether the user has signed in, and goes on.
    DeviceCode(DeviceCode),
    /// An access token of Entra ID, got by the host in whatever way it has: answer with [`Answer::AccessToken`](crate::Answer::AccessToken). It is asked
    /// for again ahead of its expiry, while the session is connected.
    AccessToken(TokenRequest),
}

/// A code that the user types at a web page to sign in.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceCode {
    /// The address of the page, `https`.
    pub page: String,
    /// What is typed there. Whoever knows it may be able to sign in: it does not print with `Debug`.
    pub code: String,
    /// When the code expires, in seconds since 1970.
    pub expires: i64,
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DeviceCode")
            .field("page", &self.page)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// What a host needs to know to get an access token of Entra ID.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRequest {
    /// The tenant's address, such as `https://login.microsoftonline.com/<tenant id>`.
    pub authority: String,
    /// The application that signs the user in.
    pub client_id: String,
    /// The application that the token is for: the gateway's.
    pub audience: String,
    /// The scope to ask for, `<audience>/.default`.
    pub scope: String,
    /// The user name that the host chose for the session.
    pub username: Option<String>,
}

/// The web page at which the user has to sign in: Entra's, or one that the gateway names.
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
    /// When the sign-in is given up, in seconds since 1970, where that is known.
    pub expires: Option<i64>,
    /// Where Entra sends the browser in the end, which the session waits for. A host that shows the page in a view of its
    /// own may catch that address there, with everything behind it, and answer with [`Answer::Redirect`](crate::Answer::Redirect);
    /// none for the gateway's pages.
    pub redirect_uri: Option<String>,
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
            Self::SignInPage(page) if page.redirect_uri.is_some() => {
                formatter.write_str("Sign in with Microsoft Entra ID at its web page.")
            }
            Self::SignInPage(_) => {
                formatter.write_str("Sign in at the web page that the gateway names.")
            }
            Self::ChooseCertificate { .. } => {
                formatter.write_str("Several client certificates fit: choose one.")
            }
            Self::TokenPin {
                token,
                last_try: true,
            } => write!(
                formatter,
                "Enter the PIN of the token {token}; the next wrong one locks it."
            ),
            Self::TokenPin { token, .. } => {
                write!(formatter, "Enter the PIN of the token {token}.")
            }
            Self::Credentials { username: None } => {
                formatter.write_str("Enter your user name and password.")
            }
            Self::Credentials {
                username: Some(username),
            } => write!(formatter, "Enter the password of {username}."),
            // The code itself is not part of it: this text may be logged.
            Self::DeviceCode(code) => {
                write!(formatter, "Sign in at {} with the code.", code.page)
            }
            Self::AccessToken(_) => formatter.write_str("Provide an access token of Entra ID."),
        }
    }
}
