use super::findings::Findings;
use super::section::Section;
use super::values::{read_flag, read_text, read_url, read_word};
use crate::authentication::{
    Authentication, AuthenticationChoice, AuthenticationKind, Authority, CertificateAuthentication,
    EntraAuthentication, PasswordAuthentication,
};
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::position::Position;
use crate::secret_value::SecretText;
use crate::warning::WarningKind;

/// What Microsoft's client adds to certificates and what changes nothing here.
pub(super) const WITHOUT_EFFECT_IN_CERTIFICATE: [&str; 3] =
    ["ekulist", "certificatedata", "usepinnedroot"];

/// The ways to sign in, with the names of their elements.
const WAYS: [(AuthenticationKind, &str); 3] = [
    (AuthenticationKind::Certificate, "cert"),
    (AuthenticationKind::Entra, "aad"),
    (AuthenticationKind::Password, "usernamepass"),
];

/// Reads the ways to sign in: the one that the profile names, which has to be right, and those beside
/// it that have a value, which are left out when they are not.
pub(super) fn read_authentication(
    root: &mut Section<'_>,
    findings: &mut Findings,
) -> Result<AuthenticationChoice, ImportError> {
    let mut client = root.section("clientauth", &mut findings.warnings);
    let kind = client.required("clientauth/type", &mut findings.warnings)?;
    let selected = match kind.text().to_ascii_lowercase().as_str() {
        "cert" | "certificate" => AuthenticationKind::Certificate,
        "aad" => AuthenticationKind::Entra,
        "usernamepass" | "radius" => AuthenticationKind::Password,
        _ => {
            let found = Excerpt::of(kind.text()).to_string();
            return Err(ImportError::UnknownAuthentication {
                position: kind.position(),
                found,
            });
        }
    };
    let mut choice = None;
    let mut others = Vec::new();
    for (kind, name) in WAYS {
        let section = client.section(name, &mut findings.warnings);
        if kind == selected {
            choice = Some(AuthenticationChoice::new(read_way(
                kind, section, findings,
            )?));
        } else if section.has_values() {
            match read_way(kind, section, findings) {
                Ok(way) => others.push(way),
                Err(error) => warn_left_out(kind, &error, findings),
            }
        }
    }
    let mut choice = choice.ok_or_else(|| client.missing("clientauth/type"))?;
    for way in others {
        choice.offer(way);
    }
    client.finish(findings);
    Ok(choice)
}

fn read_way(
    kind: AuthenticationKind,
    mut section: Section<'_>,
    findings: &mut Findings,
) -> Result<Authentication, ImportError> {
    let way = match kind {
        AuthenticationKind::Entra => Authentication::Entra(read_entra(&mut section, findings)?),
        AuthenticationKind::Password => {
            Authentication::Password(read_password(&mut section, findings)?)
        }
        AuthenticationKind::Certificate | AuthenticationKind::CertificateAndPassword => {
            Authentication::Certificate(read_certificate(&mut section, findings)?)
        }
    };
    section.finish(findings);
    Ok(way)
}

fn warn_left_out(kind: AuthenticationKind, error: &ImportError, findings: &mut Findings) {
    let position = error.position().unwrap_or(Position::START);
    let whole = error.to_string();
    let reason = whole
        .strip_prefix(&format!("{position}: "))
        .unwrap_or(&whole);
    let message = format_args!("{reason}; the way to sign in by {kind} is left out");
    findings
        .warnings
        .push(position, WarningKind::IgnoredValue, message);
}

fn read_certificate(
    section: &mut Section<'_>,
    findings: &mut Findings,
) -> Result<CertificateAuthentication, ImportError> {
    let warnings = &mut findings.warnings;
    section.without_effect(&WITHOUT_EFFECT_IN_CERTIFICATE, warnings);
    let mut thumbprint = |path| {
        let value = section.value(path, warnings);
        value.map(|value| value.parse()).transpose()
    };
    Ok(CertificateAuthentication {
        thumbprint: thumbprint("clientauth/cert/hash")?,
        issuer: thumbprint("clientauth/cert/issuer")?,
        identity: None,
    })
}

fn read_entra(
    section: &mut Section<'_>,
    findings: &mut Findings,
) -> Result<EntraAuthentication, ImportError> {
    let warnings = &mut findings.warnings;
    let tenant: Authority = section
        .required("clientauth/aad/tenant", warnings)?
        .parse()?;
    let audience = read_word(&section.required("clientauth/aad/audience", warnings)?)?;
    let issuer = read_url(&section.required("clientauth/aad/issuer", warnings)?)?;
    let mut entra = EntraAuthentication::new(tenant, audience, issuer);
    let alias = section.value("clientauth/aad/appid", warnings);
    let application_id = section
        .value("clientauth/aad/applicationid", warnings)
        .or(alias);
    entra.application_id = application_id.as_ref().map(read_word).transpose()?;
    let mut flag = |path, default| read_flag(section.value(path, warnings), default, warnings);
    entra.cache_sign_in_user = flag("clientauth/aad/cachesigninuser", true);
    entra.enable_group_token = flag("clientauth/aad/enablegrouptoken", false);
    entra.disable_single_sign_on = flag("clientauth/aad/disableSso", false);
    entra.enable_device_single_sign_on = flag("clientauth/aad/enabledevicesso", false);
    Ok(entra)
}

fn read_password(
    section: &mut Section<'_>,
    findings: &mut Findings,
) -> Result<PasswordAuthentication, ImportError> {
    let warnings = &mut findings.warnings;
    let username = section.value("clientauth/usernamepass/username", warnings);
    let password = section.value("clientauth/usernamepass/password", warnings);
    Ok(PasswordAuthentication {
        username: username.as_ref().map(read_text).transpose()?,
        password: password.map(|value| SecretText::new(value.into_text())),
        static_challenge: None,
    })
}
