use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::free_text::read_line;
use super::value::Value;
use crate::certificate::Certificate;
use crate::error::ImportError;
use crate::limits::MOST_TRUSTED;
use crate::one_or_more::OneOrMore;
use crate::secret::ServerSecret;
use crate::secret_value::SecretText;
use crate::thumbprint::Thumbprint;
use crate::validation::{
    CertificateUsage, Digest, KeyDirection, PinnedRoot, ServerName, ServerTrust, ServerValidation,
    Wrapping,
};

pub(super) fn read_server_validation(
    value: Value<'_, '_>,
) -> Result<ServerValidation, ImportError> {
    let mut fields = value.object()?;
    let trust = read_trust(fields.required("server_validation.trust")?)?;
    let name = read_name(fields.required("server_validation.name")?)?;
    let usage = fields.take("server_validation.usage");
    let wrapping = read_wrapping(fields.required("server_validation.wrapping")?)?;
    fields.finish();
    let mut validation = ServerValidation::new(trust, wrapping);
    validation.name = name;
    if let Some(usage) = usage {
        validation.usage = usage.one_of(&[
            ("server", CertificateUsage::Server),
            ("any", CertificateUsage::Any),
        ])?;
    }
    Ok(validation)
}

fn read_trust(value: Value<'_, '_>) -> Result<ServerTrust, ImportError> {
    let forms = [
        "server_validation.trust.pinned_roots",
        "server_validation.trust.authorities",
        "server_validation.trust.fingerprints",
    ];
    Ok(match value.form(&forms)? {
        ("pinned_roots", Some(roots)) => {
            ServerTrust::PinnedRoots(one_or_more(&roots, read_pinned_root)?)
        }
        ("authorities", Some(authorities)) => {
            let mut fields = authorities.object()?;
            let roots = fields.required("server_validation.trust.authorities.roots")?;
            let revocation = fields.take("server_validation.trust.authorities.revocation");
            fields.finish();
            ServerTrust::Authorities {
                roots: one_or_more(&roots, read_certificate)?,
                revocation: revocation.map(read_bytes).transpose()?,
            }
        }
        ("fingerprints", Some(fingerprints)) => {
            ServerTrust::Fingerprints(one_or_more(&fingerprints, |value| value.parse())?)
        }
        (name, _) => return Err(value.other_form(name)),
    })
}

fn one_or_more<'a, 's, T>(
    list: &Value<'a, 's>,
    read: impl FnMut(Value<'a, 's>) -> Result<T, ImportError>,
) -> Result<OneOrMore<T>, ImportError> {
    OneOrMore::from_vec(list.elements(MOST_TRUSTED, read)?).ok_or_else(|| list.error("is empty"))
}

fn read_pinned_root(value: Value<'_, '_>) -> Result<PinnedRoot, ImportError> {
    let mut fields = value.object()?;
    let thumbprint = fields.required("server_validation.trust.pinned_roots.thumbprint")?;
    let certificate = fields.take("server_validation.trust.pinned_roots.certificate");
    fields.finish();
    let mut root = PinnedRoot::from(thumbprint.parse::<Thumbprint>()?);
    if let Some(value) = certificate {
        let certificate = read_certificate(value)?;
        if !root.recognize(&certificate) {
            let thumbprint = root.thumbprint();
            return Err(value.error(format!("is not the one with the thumbprint {thumbprint}")));
        }
    }
    Ok(root)
}

fn read_certificate(value: Value<'_, '_>) -> Result<Certificate, ImportError> {
    let der = read_bytes(value)?;
    Certificate::from_der(&der).map_err(|reason| value.error(reason.to_string()))
}

fn read_bytes(value: Value<'_, '_>) -> Result<Vec<u8>, ImportError> {
    let text = value.text()?;
    Base64::decode_vec(&text).map_err(|_| value.error("is not in Base64"))
}

fn read_name(value: Value<'_, '_>) -> Result<ServerName, ImportError> {
    let forms = [
        "server_validation.name.host",
        "server_validation.name.any",
        "server_validation.name.subject",
        "server_validation.name.common_name",
        "server_validation.name.common_name_prefix",
    ];
    Ok(match value.form(&forms)? {
        ("host", None) => ServerName::Host,
        ("any", None) => ServerName::Any,
        ("subject", Some(subject)) => ServerName::Subject(read_line(&subject)?),
        ("common_name", Some(name)) => ServerName::CommonName(read_line(&name)?),
        ("common_name_prefix", Some(prefix)) => ServerName::CommonNamePrefix(read_line(&prefix)?),
        (name, _) => return Err(value.other_form(name)),
    })
}

fn read_wrapping(value: Value<'_, '_>) -> Result<Wrapping, ImportError> {
    let forms = [
        "server_validation.wrapping.none",
        "server_validation.wrapping.tls_auth",
        "server_validation.wrapping.tls_crypt",
        "server_validation.wrapping.tls_crypt_v2",
    ];
    let (name, value_of_form) = value.form(&forms)?;
    let mut fields = match value_of_form {
        None if name == "none" => return Ok(Wrapping::None),
        Some(form) if name != "none" => form.object()?,
        _ => return Err(value.other_form(name)),
    };
    let wrapping = match name {
        "tls_auth" => Wrapping::TlsAuth {
            key: fields.required_secret(
                "server_validation.wrapping.tls_auth.key",
                ServerSecret::from_hex,
            )?,
            digest: fields
                .required("server_validation.wrapping.tls_auth.digest")?
                .one_of(&Digest::ALL.map(|digest| (digest.name(), digest)))?,
            direction: fields
                .required("server_validation.wrapping.tls_auth.direction")?
                .one_of(&[
                    ("both", KeyDirection::Both),
                    ("zero", KeyDirection::Zero),
                    ("one", KeyDirection::One),
                ])?,
        },
        "tls_crypt" => Wrapping::TlsCrypt(fields.required_secret(
            "server_validation.wrapping.tls_crypt.key",
            ServerSecret::from_hex,
        )?),
        _ => Wrapping::TlsCryptV2(
            fields.required_secret("server_validation.wrapping.tls_crypt_v2.key", |text| {
                Ok(SecretText::new(Zeroizing::new(text.to_owned())))
            })?,
        ),
    };
    fields.finish();
    Ok(wrapping)
}
