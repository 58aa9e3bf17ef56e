use std::hash::Hash;
use std::net::IpAddr;
use std::str::FromStr;

use super::route::read_route;
use super::section::{Section, Value};
use super::tree::Element;
use crate::authentication::{
    Authentication, AuthenticationChoice, Authority, CertificateAuthentication,
    EntraAuthentication, PasswordAuthentication,
};
use crate::dns_suffix::DnsSuffix;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::name::ProfileName;
use crate::one_or_more::OneOrMore;
use crate::profile::Profile;
use crate::protocol::ProtocolOptions;
use crate::routes::Routes;
use crate::secret::ServerSecret;
use crate::secret_value::SecretText;
use crate::server::Server;
use crate::thumbprint::Thumbprint;
use crate::transport::Transport;
use crate::unique::Unique;
use crate::validation::{PinnedRoot, ServerValidation};
use crate::virtual_network::VirtualNetwork;
use crate::warning::{WarningKind, Warnings};

/// Elements that Microsoft's client or the portal writes and that change nothing here.
const WITHOUT_EFFECT: [&str; 2] = ["any", "highavailability"];
const WITHOUT_EFFECT_IN_CERTIFICATE: [&str; 3] = ["ekulist", "certificatedata", "usepinnedroot"];

/// Makes a profile of the root element `AzVpnProfile`.
pub(super) fn read_profile(
    root: &Element<'_>,
    warnings: &mut Warnings,
) -> Result<Profile, ImportError> {
    let mut root = Section::of(root, warnings);
    root.ignore(&WITHOUT_EFFECT);
    let name: ProfileName = root.required("name", warnings)?.parse()?;
    let version = read_or(root.value("version", warnings), 1, warnings);
    let secondary_profile = match root.value("secondaryProfileName", warnings) {
        Some(value) if !value.text().eq_ignore_ascii_case("none") => Some(value.parse()?),
        _ => None,
    };
    let transport = read_transport(&mut root, warnings)?;
    let servers = read_servers(&mut root, transport, warnings)?;
    let authentication = read_authentication(&mut root, warnings)?;
    let mut suffixes = Unique::new();
    let server_validation = read_server_validation(&mut root, &mut suffixes, warnings)?;

    let mut client = root.section("clientconfig", warnings);
    let dns_servers = read_dns_servers(&mut client, warnings)?;
    read_dns_suffixes(&mut client, &mut suffixes, warnings);
    let include_routes = read_routes(&mut client, "includeroutes", warnings)?;
    let exclude_routes = read_routes(&mut client, "excluderoutes", warnings)?;
    client.finish(warnings);
    root.finish(warnings);

    Ok(Profile {
        name,
        version,
        servers,
        authentication,
        server_validation,
        include_routes,
        exclude_routes,
        dns_servers,
        dns_suffixes: suffixes,
        secondary_profile,
        always_on: false,
        trusted_networks: Unique::new(),
        protocol: ProtocolOptions::default(),
        network: VirtualNetwork::default(),
        unknown_elements: Vec::new(),
    })
}

fn read_servers(
    root: &mut Section<'_, '_>,
    transport: Transport,
    warnings: &mut Warnings,
) -> Result<OneOrMore<Server>, ImportError> {
    let mut list = root.section("serverlist", warnings);
    let mut servers = Vec::new();
    for entry in list.take("ServerEntry", warnings) {
        let mut entry = Section::of(entry, warnings);
        let display_name = entry.value("serverlist/ServerEntry/displayname", warnings);
        let host = entry.required("serverlist/ServerEntry/fqdn", warnings)?;
        let server = host.parse::<Server>()?.with_transport(transport);
        servers.push(match display_name {
            Some(name) => server.with_display_name(read_text(&name)?),
            None => server,
        });
        entry.finish(warnings);
    }
    let servers =
        OneOrMore::from_vec(servers).ok_or_else(|| list.missing("serverlist/ServerEntry/fqdn"))?;
    list.finish(warnings);
    Ok(servers)
}

fn read_transport(
    root: &mut Section<'_, '_>,
    warnings: &mut Warnings,
) -> Result<Transport, ImportError> {
    let mut protocol = root.section("protocolconfig", warnings);
    let mut ssl = protocol.section("sslprotocolConfig", warnings);
    let transport = match ssl.value(
        "protocolconfig/sslprotocolConfig/transportprotocol",
        warnings,
    ) {
        None => Transport::Tcp,
        Some(value) if value.text().eq_ignore_ascii_case("tcp") => Transport::Tcp,
        Some(value) if value.text().eq_ignore_ascii_case("udp") => Transport::Udp,
        Some(value) => {
            let reason = format!(
                "is '{}', which is neither tcp nor udp",
                Excerpt::of(value.text())
            );
            return Err(value.error(InvalidValue::new(reason)));
        }
    };
    ssl.finish(warnings);
    protocol.finish(warnings);
    Ok(transport)
}

/// Reads the way to sign in that the profile names; sections of other kinds are left alone.
fn read_authentication(
    root: &mut Section<'_, '_>,
    warnings: &mut Warnings,
) -> Result<AuthenticationChoice, ImportError> {
    let mut client = root.section("clientauth", warnings);
    let kind = client.required("clientauth/type", warnings)?;
    let mut certificate = client.section("cert", warnings);
    let mut entra = client.section("aad", warnings);
    let mut password = client.section("usernamepass", warnings);
    client.finish(warnings);

    match kind.text().to_ascii_lowercase().as_str() {
        "cert" | "certificate" => {
            let read = read_certificate(&mut certificate, warnings)?;
            certificate.finish(warnings);
            Ok(AuthenticationChoice::new(Authentication::Certificate(read)))
        }
        "aad" => {
            let read = read_entra(&mut entra, warnings)?;
            entra.finish(warnings);
            Ok(AuthenticationChoice::new(Authentication::Entra(read)))
        }
        "usernamepass" | "radius" => {
            let read = read_password(&mut password, warnings)?;
            password.finish(warnings);
            Ok(AuthenticationChoice::new(Authentication::Password(read)))
        }
        _ => {
            let found = Excerpt::of(kind.text()).to_string();
            Err(ImportError::UnknownAuthentication {
                position: kind.position(),
                found,
            })
        }
    }
}

fn read_certificate(
    section: &mut Section<'_, '_>,
    warnings: &mut Warnings,
) -> Result<CertificateAuthentication, ImportError> {
    section.ignore(&WITHOUT_EFFECT_IN_CERTIFICATE);
    let mut thumbprint = |path| {
        section
            .value(path, warnings)
            .map(|value| value.parse())
            .transpose()
    };
    Ok(CertificateAuthentication {
        thumbprint: thumbprint("clientauth/cert/hash")?,
        issuer: thumbprint("clientauth/cert/issuer")?,
        identity: None,
    })
}

fn read_entra(
    section: &mut Section<'_, '_>,
    warnings: &mut Warnings,
) -> Result<EntraAuthentication, ImportError> {
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
    section: &mut Section<'_, '_>,
    warnings: &mut Warnings,
) -> Result<PasswordAuthentication, ImportError> {
    let username = section.value("clientauth/usernamepass/username", warnings);
    let password = section.value("clientauth/usernamepass/password", warnings);
    Ok(PasswordAuthentication {
        username: username.as_ref().map(read_text).transpose()?,
        password: password.map(|value| SecretText::new(value.into_text())),
        static_challenge: None,
    })
}

fn read_server_validation(
    root: &mut Section<'_, '_>,
    suffixes: &mut Unique<DnsSuffix>,
    warnings: &mut Warnings,
) -> Result<ServerValidation, ImportError> {
    let mut validation = root.section("servervalidation", warnings);
    // The kind is always "cert"; the pinned root is required whatever `usepinnedroot` says.
    validation.ignore(&["type"]);
    validation.ignore(&WITHOUT_EFFECT_IN_CERTIFICATE);

    let secret = validation.required("servervalidation/serversecret", warnings)?;
    let secret = ServerSecret::from_hex(secret.text()).map_err(|reason| secret.error(reason))?;

    let mut certificate = validation.section("cert", warnings);
    certificate.ignore(&WITHOUT_EFFECT_IN_CERTIFICATE);
    certificate.ignore(&["issuer"]);
    let mut roots = Unique::new();
    for hash in certificate.values("servervalidation/cert/hash", warnings) {
        let root: Thumbprint = hash.parse()?;
        insert(&mut roots, root, &hash, warnings);
    }
    let pinned_roots = roots.iter().copied().map(PinnedRoot::from).collect();
    let pinned_roots = OneOrMore::from_vec(pinned_roots)
        .ok_or_else(|| certificate.missing("servervalidation/cert/hash"))?;
    certificate.finish(warnings);

    for misplaced in validation.take("dnssuffixes", warnings) {
        let message =
            format_args!("'dnssuffixes' belongs into 'clientconfig'; it is used all the same");
        warnings.push(misplaced.position(), WarningKind::Misplaced, message);
        read_suffix_list(&mut Section::of(misplaced, warnings), suffixes, warnings);
    }
    validation.finish(warnings);
    Ok(ServerValidation::azure(pinned_roots, secret))
}

/// Reads DNS servers, nested in `DnsServerEntry` or not.
fn read_dns_servers(
    client: &mut Section<'_, '_>,
    warnings: &mut Warnings,
) -> Result<Unique<IpAddr>, ImportError> {
    const PATH: &str = "clientconfig/dnsservers/dnsserver";
    let mut list = client.section("dnsservers", warnings);
    let mut entries = list.section("DnsServerEntry", warnings);
    let mut values = entries.values(PATH, warnings);
    values.extend(list.values(PATH, warnings));
    values.sort_by_key(Value::position);
    entries.finish(warnings);
    list.finish(warnings);

    let mut servers = Unique::new();
    for value in &values {
        // One element with several addresses is an administrator's habit from other forms.
        for text in value
            .text()
            .split([',', ';', ' '])
            .map(str::trim)
            .filter(|text| !text.is_empty())
        {
            let server: IpAddr = text.parse().map_err(|_| {
                value.error(InvalidValue::new(format!(
                    "is '{}', which is no IP address",
                    Excerpt::of(text)
                )))
            })?;
            insert(&mut servers, server, value, warnings);
        }
    }
    Ok(servers)
}

fn read_dns_suffixes(
    client: &mut Section<'_, '_>,
    suffixes: &mut Unique<DnsSuffix>,
    warnings: &mut Warnings,
) {
    let mut list = client.section("dnssuffixes", warnings);
    read_suffix_list(&mut list, suffixes, warnings);
    list.finish(warnings);
}

fn read_suffix_list(
    list: &mut Section<'_, '_>,
    suffixes: &mut Unique<DnsSuffix>,
    warnings: &mut Warnings,
) {
    let mut values = list.values("clientconfig/dnssuffixes/dnssuffix", warnings);
    for misspelt in list.values("clientconfig/dnssuffixes/dnsssuffix", warnings) {
        let message = format_args!("'dnsssuffix' is read as 'dnssuffix'");
        warnings.push(misspelt.position(), WarningKind::Misspelt, message);
        values.push(misspelt);
    }
    values.sort_by_key(Value::position);
    for value in values {
        match value.text().parse() {
            Ok(suffix) => insert(suffixes, suffix, &value, warnings),
            Err(reason) => {
                let message = format_args!("{} {reason}; it is ignored", value.path());
                warnings.push(value.position(), WarningKind::IgnoredValue, message);
            }
        }
    }
}

fn read_routes(
    client: &mut Section<'_, '_>,
    name: &'static str,
    warnings: &mut Warnings,
) -> Result<Routes, ImportError> {
    let mut list = client.section(name, warnings);
    let mut routes = Routes::new();
    for element in list.take("route", warnings) {
        let route = read_route(element, warnings)?;
        if !routes.insert(route) {
            let message = format_args!("the route {route} stands twice in '{name}'");
            warnings.push(element.position(), WarningKind::Duplicate, message);
        }
    }
    list.finish(warnings);
    Ok(routes)
}

/// Adds an element that stands in a value, with a warning when it is not new.
fn insert<T: Eq + Hash>(list: &mut Unique<T>, element: T, value: &Value, warnings: &mut Warnings) {
    if !list.insert(element) {
        let message = format_args!("this {} stands there twice", value.path());
        warnings.push(value.position(), WarningKind::Duplicate, message);
    }
}

/// Reads a name for people: a line of at most 256 characters without control characters.
fn read_text(value: &Value) -> Result<String, ImportError> {
    if value.text().chars().any(char::is_control) {
        return Err(value.error(InvalidValue::new(
            "holds a line break or another control character",
        )));
    }
    if value.text().chars().nth(256).is_some() {
        return Err(value.error(InvalidValue::new("is longer than 256 characters")));
    }
    Ok(value.text().to_owned())
}

/// Reads an identifier, which holds no white space.
fn read_word(value: &Value) -> Result<String, ImportError> {
    if value.text().chars().any(char::is_whitespace) {
        return Err(value.error(InvalidValue::new("holds white space")));
    }
    read_text(value)
}

/// Reads a web address, which has to be secure: a user types a password there, or trusts a token
/// from there.
fn read_url(value: &Value) -> Result<String, ImportError> {
    let url = read_word(value)?;
    match url.get(..8) {
        Some(scheme) if scheme.eq_ignore_ascii_case("https://") && url.len() > 8 => Ok(url),
        _ => Err(value.error(InvalidValue::new(format!(
            "is '{}', which is no https:// address",
            Excerpt::of(&url)
        )))),
    }
}

fn read_or<T: FromStr + std::fmt::Display>(
    value: Option<Value>,
    default: T,
    warnings: &mut Warnings,
) -> T {
    let Some(value) = value else { return default };
    value.text().parse().unwrap_or_else(|_| {
        warn_default(&value, &default, warnings);
        default
    })
}

fn read_flag(value: Option<Value>, default: bool, warnings: &mut Warnings) -> bool {
    let Some(value) = value else { return default };
    match value.text().to_ascii_lowercase().as_str() {
        "true" | "1" => true,
        "false" | "0" => false,
        _ => {
            warn_default(&value, &default, warnings);
            default
        }
    }
}

fn warn_default(value: &Value, default: &dyn std::fmt::Display, warnings: &mut Warnings) {
    let text = Excerpt::of(value.text());
    let message = format_args!(
        "{} is '{text}', which cannot be read; it is taken as {default}",
        value.path()
    );
    warnings.push(value.position(), WarningKind::IgnoredValue, message);
}
