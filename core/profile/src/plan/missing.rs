use serde::Serialize;

use super::sign_in::{CertificateSource, SignIn};

/// Something that the user or the host program still has to provide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Missing {
    /// What it is.
    pub kind: MissingKind,
    /// What it is, in a sentence.
    pub message: String,
    /// How to provide it, in a sentence.
    pub remedy: String,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingKind {
    /// A client certificate with its private key.
    Certificate,
    /// The passphrase of the private key that the profile brings along.
    KeyPassphrase,
    /// A sign-in with Entra ID, in a browser or by a code.
    EntraSignIn,
    /// The host program's permission to send users to the sign-in page.
    AuthorityPermission,
    /// A user name.
    Username,
    /// A password.
    Password,
    /// The answer to a question that is asked beside the password.
    Answer,
}

/// Lists what a sign-in still takes.
pub(super) fn missing(sign_in: &SignIn) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut add = |kind, message: String, remedy: &str| {
        missing.push(Missing {
            kind,
            message,
            remedy: remedy.to_owned(),
        });
    };
    match sign_in.certificate().map(|wanted| &wanted.source) {
        Some(source @ (CertificateSource::Missing | CertificateSource::Unknown)) => {
            let unless = match source {
                CertificateSource::Unknown => ", unless this program has it",
                _ => "",
            };
            add(
                MissingKind::Certificate,
                format!("The client certificate with its private key{unless}."),
                "The administrator hands it out, often as a .pfx file; give that to this program.",
            );
        }
        Some(CertificateSource::Profile {
            needs_passphrase: Some(true),
            ..
        }) => add(
            MissingKind::KeyPassphrase,
            "The passphrase of the private key that is in the profile.".to_owned(),
            "It is asked for when connecting; whoever handed out the profile knows it.",
        ),
        Some(CertificateSource::Profile {
            needs_passphrase: None,
            ..
        }) => add(
            MissingKind::KeyPassphrase,
            "The passphrase of the PFX file that is in the profile, if it has one.".to_owned(),
            "It is asked for when connecting; whoever handed out the profile knows it.",
        ),
        _ => {}
    }
    if let SignIn::Entra(entra) = sign_in {
        if !entra.is_allowed {
            add(
                MissingKind::AuthorityPermission,
                format!(
                    "This program's permission to send you to {}, which is not one of Microsoft's hosts.",
                    entra.host
                ),
                "Ask the administrator whether the host is theirs, and allow it in this program if so.",
            );
        } else if entra.is_signed_in != Some(true) {
            add(
                MissingKind::EntraSignIn,
                format!("Your sign-in at {}.", entra.host),
                "The browser opens when connecting; where there is none, a code is shown to enter on \
                 another device.",
            );
        }
    }
    if let Some(password) = sign_in.password() {
        if password.username.is_none() {
            add(
                MissingKind::Username,
                "The user name.".to_owned(),
                "It is asked for when connecting; the administrator knows it.",
            );
        }
        if !password.has_password {
            add(
                MissingKind::Password,
                "The password.".to_owned(),
                "It is asked for when connecting.",
            );
        }
        if let Some(question) = &password.question {
            add(
                MissingKind::Answer,
                format!("The answer to the gateway's question '{question}'."),
                "It is asked for when connecting.",
            );
        }
    }
    missing
}
