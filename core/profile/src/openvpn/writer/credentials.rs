use zeroize::Zeroizing;

use crate::authentication::{
    Authentication, AuthenticationChoice, CertificateAuthentication, ClientIdentity,
    PasswordAuthentication,
};
use crate::invalid_value::InvalidValue;
use crate::pem;
use crate::secret_value::SecretText;

use super::draft::Draft;
use super::lines::{is_of_a_line, quoted};

/// The places to fill in, as the Azure portal writes them.
const CERTIFICATE_PLACE: &str = "<cert>\n$CLIENTCERTIFICATE\n</cert>";
const KEY_PLACE: &str = "<key>\n$PRIVATEKEY\n</key>";

/// Writes how to sign in.
pub(super) fn write_credentials(choice: &AuthenticationChoice, draft: &mut Draft<'_>) {
    match choice.selected() {
        Authentication::Certificate(certificate) => write_certificate(certificate, draft),
        Authentication::Entra(_) => {
            draft.note(
                "OpenVPN does not sign in with Entra ID: it needs an access token as the password, \
                 with any user name.",
            );
            draft.lines.push("auth-user-pass");
        }
        Authentication::Password(password) => write_password(password, draft),
        Authentication::CertificateAndPassword(certificate, password) => {
            write_certificate(certificate, draft);
            write_password(password, draft);
        }
    }
    for other in choice.others() {
        let kind = other.kind().name().replace('_', " ");
        draft.note(format!(
            "The sign-in by {kind} is left out: a configuration has one way to sign in."
        ));
    }
}

fn write_certificate(certificate: &CertificateAuthentication, draft: &mut Draft<'_>) {
    if certificate.issuer.is_some() {
        draft.note("The hash of the client certificate's root is left out: OpenVPN has no option.");
    }
    match (&certificate.identity, certificate.thumbprint) {
        (Some(identity), thumbprint) => {
            if thumbprint.is_some() {
                draft.note("The hash of the client certificate is left out: it is in the file.");
            }
            write_identity(identity, draft);
        }
        (None, Some(thumbprint)) => {
            draft.note(
                "The client certificate is looked for by its hash in the store of Windows, which \
                 OpenVPN does on Windows only.",
            );
            draft.lines.push(format_args!(
                "setenv opt cryptoapicert \"THUMB:{thumbprint}\""
            ));
        }
        (None, None) => write_places(draft),
    }
}

fn write_places(draft: &mut Draft<'_>) {
    draft.note(
        "The client certificate and its key have to be put in the place of $CLIENTCERTIFICATE and \
         $PRIVATEKEY.",
    );
    draft.lines.push(CERTIFICATE_PLACE);
    draft.lines.push(KEY_PLACE);
}

fn write_identity(identity: &ClientIdentity, draft: &mut Draft<'_>) {
    match identity {
        ClientIdentity::Pfx(pfx) if draft.with_secrets() => {
            draft
                .lines
                .block("pkcs12", pem::base64_lines(pfx.as_bytes()));
        }
        ClientIdentity::Pfx(_) => {
            draft.note("The PFX file with the client certificate is left out.");
            write_places(draft);
        }
        ClientIdentity::Pem { certificates, key } => {
            if write_pem(certificates, key, draft).is_err() {
                draft.note("The client certificate is left out: it is not in PEM.");
                write_places(draft);
            }
        }
    }
}

fn write_pem(
    certificates: &str,
    key: &SecretText,
    draft: &mut Draft<'_>,
) -> Result<(), InvalidValue> {
    let written = pem::certificates(certificates)?;
    let written_key = pem::keys(key.as_str())?;
    if *written != *certificates || *written_key != *key.as_str() {
        draft.note("The client certificate is in the file without remarks.");
    }
    draft.lines.block("cert", written);
    if draft.with_secrets() {
        draft.lines.block("key", written_key);
    } else {
        draft.note("The private key is left out: put it in the place of $PRIVATEKEY.");
        draft.lines.push(KEY_PLACE);
    }
    Ok(())
}

fn write_password(authentication: &PasswordAuthentication, draft: &mut Draft<'_>) {
    let password = authentication.password.as_ref();
    if password.is_some() && !draft.with_secrets() {
        draft.note("The password is left out.");
    }
    let password = password
        .filter(|_| draft.with_secrets())
        .map(SecretText::as_str);
    match (authentication.username.as_deref(), password) {
        (None, None) => draft.lines.push("auth-user-pass"),
        (Some(username), password) if is_a_line(username) && password.is_none_or(is_a_line) => {
            let password = password.unwrap_or_default();
            let length = username.len().saturating_add(password.len());
            let mut lines = Zeroizing::new(String::with_capacity(length.saturating_add(2)));
            lines.push_str(username);
            lines.push('\n');
            if !password.is_empty() {
                lines.push_str(password);
                lines.push('\n');
            }
            draft.lines.block("auth-user-pass", lines);
        }
        _ => {
            draft.note(
                "User name and password are left out: OpenVPN needs both of them in a line each.",
            );
            draft.lines.push("auth-user-pass");
        }
    }
    if let Some(challenge) = &authentication.static_challenge {
        let echo = u8::from(challenge.echo);
        match quoted(&challenge.text) {
            Some(text) => draft
                .lines
                .push(format_args!("static-challenge {text} {echo}")),
            None => draft.note("The question beside the password is left out: it fits no line."),
        }
    }
}

/// Says whether a text is read again as it is: it is a line, and does not close the block.
fn is_a_line(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_of_a_line) && !text.trim_start().starts_with("</")
}
