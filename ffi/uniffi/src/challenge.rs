use crate::certificate::Certificate;
use crate::certificate_details::CertificateDetails;
use crate::credentials::Credentials;
use crate::error::ErrorDetails;
use crate::token_provider::{AccessToken, TokenRequest};

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
    /// The user has to sign in at a web page; the session learns of it by itself.
    SignInPage {
        /// The address; whoever knows it may be able to sign in.
        url: String,
        /// The address for a view inside the host's own window.
        embedded_url: String,
        /// The page may need nobody: open it without showing it, and show it if it does not end by itself.
        hidden: bool,
        /// The page wants the user's own browser rather than a view in the host's window.
        external: bool,
        /// When the sign-in is given up, in seconds since 1970, where that is known.
        expires: Option<i64>,
        /// Where Entra sends the browser in the end; none for the gateway's pages.
        redirect_uri: Option<String>,
    },
    /// One of several client certificates that all fit.
    ChooseCertificate {
        /// The certificates; the answer is the place of one of them.
        certificates: Vec<CertificateDetails>,
    },
    /// The PIN of the token that holds the certificate's key.
    TokenPin {
        /// The token's name.
        token: String,
        /// The next wrong PIN locks the token.
        last_try: bool,
    },
    /// A user name with its password.
    Credentials {
        /// The user name that is known already.
        username: Option<String>,
    },
    /// The user has to type a code at a web page; the session learns of it by itself.
    DeviceCode {
        /// The address of the page.
        page: String,
        /// What is typed there; whoever knows it may be able to sign in.
        code: String,
        /// When the code expires, in seconds since 1970.
        expires: i64,
    },
    /// An access token of Entra ID.
    AccessToken {
        /// What is needed to get it.
        request: TokenRequest,
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
                redirect_uri: page.redirect_uri,
            },
            p2svpn_client::ChallengeKind::ChooseCertificate { certificates } => {
                let certificates = certificates.into_iter().map(CertificateDetails::from);
                Self::ChooseCertificate {
                    certificates: certificates.collect(),
                }
            }
            p2svpn_client::ChallengeKind::TokenPin { token, last_try } => {
                Self::TokenPin { token, last_try }
            }
            p2svpn_client::ChallengeKind::Credentials { username } => {
                Self::Credentials { username }
            }
            p2svpn_client::ChallengeKind::DeviceCode(device) => Self::DeviceCode {
                page: device.page,
                code: device.code,
                expires: device.expires,
            },
            p2svpn_client::ChallengeKind::AccessToken(request) => Self::AccessToken {
                request: (&request).into(),
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
    /// The one that is meant, by its place in the list, from 0.
    Choice {
        /// The place.
        place: u32,
    },
    /// A user name with its password.
    Credentials {
        /// Both.
        credentials: Credentials,
    },
    /// A token that the program got.
    AccessToken {
        /// The token.
        token: AccessToken,
    },
    /// The address at which a sign-in in the program's own view ended.
    Redirect {
        /// The address, with everything behind it.
        address: String,
    },
    /// No answer will come: the session ends.
    Cancel,
}

impl From<Answer> for p2svpn_client::Answer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Certificate { certificate } => Self::Certificate(certificate.into()),
            Answer::Secret { secret } => Self::secret(secret),
            Answer::Choice { place } => Self::Choice(usize::try_from(place).unwrap_or(usize::MAX)),
            Answer::Credentials { credentials } => Self::Credentials(credentials.into()),
            Answer::AccessToken { token } => Self::AccessToken(token.into()),
            Answer::Redirect { address } => Self::redirect(address),
            Answer::Cancel => Self::Cancel,
        }
    }
}
