use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::free_text::{read_line, read_url, read_word};
use super::value::Value;
use crate::authentication::{
    Authentication, AuthenticationChoice, AuthenticationKind, CertificateAuthentication,
    ClientIdentity, EntraAuthentication, PasswordAuthentication, StaticChallenge,
};
use crate::error::ImportError;
use crate::invalid_value::InvalidValue;
use crate::pem;
use crate::secret_value::{SecretBytes, SecretText};

pub(super) fn read_choice(choice: Value<'_, '_>) -> Result<AuthenticationChoice, ImportError> {
    let mut fields = choice.object()?;
    let selected = fields.required("authentication.selected")?;
    let kinds = AuthenticationKind::ALL.map(|kind| (kind.name(), kind));
    let selected_kind = selected.one_of(&kinds)?;
    let mut offered = Vec::new();
    if let Some(value) = fields.take("authentication.certificate") {
        offered.push(Authentication::Certificate(read_certificate(value)?));
    }
    if let Some(value) = fields.take("authentication.entra") {
        offered.push(Authentication::Entra(read_entra(value)?));
    }
    if let Some(value) = fields.take("authentication.password") {
        offered.push(Authentication::Password(read_password(value)?));
    }
    if let Some(value) = fields.take("authentication.certificate_and_password") {
        let mut both = value.object()?;
        let certificate = both.required("authentication.certificate_and_password.certificate")?;
        let password = both.required("authentication.certificate_and_password.password")?;
        offered.push(Authentication::CertificateAndPassword(
            read_certificate(certificate)?,
            read_password(password)?,
        ));
        both.finish();
    }
    fields.finish();

    let place = offered
        .iter()
        .position(|offered| offered.kind() == selected_kind)
        .ok_or_else(|| selected.error(format!("is '{selected_kind}', which is not described")))?;
    let mut choice = AuthenticationChoice::new(offered.swap_remove(place));
    for other in offered {
        choice.offer(other);
    }
    Ok(choice)
}

fn read_certificate(value: Value<'_, '_>) -> Result<CertificateAuthentication, ImportError> {
    let mut fields = value.object()?;
    let mut thumbprint = |path| fields.take(path).map(|value| value.parse()).transpose();
    let own = thumbprint("authentication.certificate.thumbprint")?;
    let issuer = thumbprint("authentication.certificate.issuer")?;
    let identity = fields.take("authentication.certificate.identity");
    let read = CertificateAuthentication {
        thumbprint: own,
        issuer,
        identity: identity.map(read_identity).transpose()?,
    };
    fields.finish();
    Ok(read)
}

fn read_identity(value: Value<'_, '_>) -> Result<ClientIdentity, ImportError> {
    let forms = [
        "authentication.certificate.identity.pem",
        "authentication.certificate.identity.pfx",
    ];
    Ok(match value.form(&forms)? {
        ("pem", Some(pem)) => {
            let mut fields = pem.object()?;
            let certificates =
                fields.required("authentication.certificate.identity.pem.certificates")?;
            let key = fields
                .required_secret("authentication.certificate.identity.pem.key", secret_text)?;
            fields.finish();
            ClientIdentity::Pem {
                certificates: public_certificates(&certificates)?,
                key,
            }
        }
        ("pfx", Some(pfx)) => {
            let mut fields = pfx.object()?;
            let path = "authentication.certificate.identity.pfx.file";
            let file = fields.required_secret(path, secret_bytes)?;
            fields.finish();
            ClientIdentity::Pfx(file)
        }
        (name, _) => return Err(value.other_form(name)),
    })
}

/// Takes out what is no certificate: certificates are shown and kept in the clear, and some have their
/// private key in the same file.
fn public_certificates(value: &Value<'_, '_>) -> Result<String, ImportError> {
    let mut text = value.text()?;
    match pem::certificates(&text) {
        Ok(mut certificates) => Ok(std::mem::take(&mut *certificates)),
        Err(reason) if value.is_foreign() && text.contains("PRIVATE KEY") => {
            Err(value.invalid(reason))
        }
        // It is told where a connection is made that it is no certificate.
        Err(_) => Ok(std::mem::take(&mut *text)),
    }
}

fn read_entra(value: Value<'_, '_>) -> Result<EntraAuthentication, ImportError> {
    let mut fields = value.object()?;
    let tenant = fields.required("authentication.entra.tenant")?.parse()?;
    let audience = read_word(&fields.required("authentication.entra.audience")?)?;
    let issuer = read_url(&fields.required("authentication.entra.issuer")?)?;
    let mut entra = EntraAuthentication::new(tenant, audience, issuer);
    let application_id = fields.take("authentication.entra.application_id");
    entra.application_id = application_id.as_ref().map(read_word).transpose()?;
    for (path, option) in [
        (
            "authentication.entra.cache_sign_in_user",
            &mut entra.cache_sign_in_user,
        ),
        (
            "authentication.entra.enable_group_token",
            &mut entra.enable_group_token,
        ),
        (
            "authentication.entra.disable_single_sign_on",
            &mut entra.disable_single_sign_on,
        ),
        (
            "authentication.entra.enable_device_single_sign_on",
            &mut entra.enable_device_single_sign_on,
        ),
    ] {
        if let Some(flag) = fields.take(path) {
            *option = flag.flag()?;
        }
    }
    fields.finish();
    Ok(entra)
}

fn read_password(value: Value<'_, '_>) -> Result<PasswordAuthentication, ImportError> {
    let mut fields = value.object()?;
    let username = fields.take("authentication.password.username");
    let password = fields.secret("authentication.password.password", secret_text)?;
    let challenge = fields.take("authentication.password.static_challenge");
    fields.finish();
    Ok(PasswordAuthentication {
        username: username.as_ref().map(read_line).transpose()?,
        password,
        static_challenge: challenge.map(read_challenge).transpose()?,
    })
}

fn read_challenge(value: Value<'_, '_>) -> Result<StaticChallenge, ImportError> {
    let mut fields = value.object()?;
    let text = fields.required("authentication.password.static_challenge.text")?;
    let echo = fields.take("authentication.password.static_challenge.echo");
    fields.finish();
    Ok(StaticChallenge {
        text: read_line(&text)?,
        echo: echo.map_or(Ok(false), |echo| echo.flag())?,
    })
}

fn secret_text(text: &str) -> Result<SecretText, InvalidValue> {
    Ok(SecretText::new(Zeroizing::new(text.to_owned())))
}

fn secret_bytes(text: &str) -> Result<SecretBytes, InvalidValue> {
    let mut bytes = Zeroizing::new(vec![0; text.len()]);
    let length = Base64::decode(text, &mut bytes)
        .map_err(|_| InvalidValue::new("is not in Base64"))?
        .len();
    bytes.truncate(length);
    Ok(SecretBytes::new(bytes))
}
