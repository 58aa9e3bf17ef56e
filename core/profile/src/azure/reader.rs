use std::hash::Hash;
use std::net::IpAddr;

use super::authentication::{WITHOUT_EFFECT_IN_CERTIFICATE, read_authentication};
use super::findings::Findings;
use super::route::read_route;
use super::section::{Section, Value};
use super::tree::Element;
use super::values::{read_or, read_text};
use crate::dns_suffix::DnsSuffix;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::limits::{MOST_OF_A_LIST, MOST_TRUSTED};
use crate::name::ProfileName;
use crate::one_or_more::OneOrMore;
use crate::profile::Profile;
use crate::protocol::ProtocolOptions;
use crate::routes::Routes;
use crate::secret::ServerSecret;
use crate::server::Server;
use crate::thumbprint::Thumbprint;
use crate::transport::Transport;
use crate::unique::Unique;
use crate::validation::{PinnedRoot, ServerValidation};
use crate::virtual_network::VirtualNetwork;
use crate::warning::WarningKind;

/// Elements that Microsoft's client or the portal writes and that change nothing here.
const WITHOUT_EFFECT: [&str; 2] = ["any", "highavailability"];

/// Makes a profile of the root element `AzVpnProfile`.
pub(super) fn read_profile(
    root: Element<'_>,
    findings: &mut Findings,
) -> Result<Profile, ImportError> {
    let mut root = Section::of(root, &mut findings.warnings);
    root.without_effect(&WITHOUT_EFFECT, &mut findings.warnings);
    let name = root.value("name", &mut findings.warnings);
    let version = read_or(
        root.value("version", &mut findings.warnings),
        1,
        &mut findings.warnings,
    );
    let secondary_profile = match root.value("secondaryProfileName", &mut findings.warnings) {
        Some(value) if !value.text().eq_ignore_ascii_case("none") => Some(value.parse()?),
        _ => None,
    };
    let transport = read_transport(&mut root, findings)?;
    let servers = read_servers(&mut root, transport, findings)?;
    let name: ProfileName = match name {
        Some(name) => name.parse()?,
        // Whoever knows the file's name gives a better one.
        None => servers
            .first()
            .host()
            .parse()
            .map_err(|_| root.missing("name"))?,
    };
    let authentication = read_authentication(&mut root, findings)?;
    let mut suffixes = Unique::new();
    let server_validation = read_server_validation(&mut root, &mut suffixes, findings)?;

    let mut client = root.section("clientconfig", &mut findings.warnings);
    let dns_servers = read_dns_servers(&mut client, findings)?;
    read_dns_suffixes(&mut client, &mut suffixes, findings);
    let include_routes = read_routes(&mut client, "includeroutes", findings)?;
    let exclude_routes = read_routes(&mut client, "excluderoutes", findings)?;
    client.finish(findings);
    root.finish(findings);

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
    root: &mut Section<'_>,
    transport: Transport,
    findings: &mut Findings,
) -> Result<OneOrMore<Server>, ImportError> {
    let mut list = root.section("serverlist", &mut findings.warnings);
    let mut servers = Vec::new();
    for entry in list.take("ServerEntry", &mut findings.warnings) {
        let mut entry = Section::at("serverlist/ServerEntry", entry, &mut findings.warnings);
        let display_name =
            entry.value("serverlist/ServerEntry/displayname", &mut findings.warnings);
        let host = entry.required("serverlist/ServerEntry/fqdn", &mut findings.warnings)?;
        if servers.len() >= MOST_OF_A_LIST {
            let reason = format!("is one of more than {MOST_OF_A_LIST} servers");
            return Err(host.error(InvalidValue::new(reason)));
        }
        let server = host.parse::<Server>()?.with_transport(transport);
        servers.push(match display_name {
            Some(name) => server.with_display_name(read_text(&name)?),
            None => server,
        });
        entry.finish(findings);
    }
    let servers =
        OneOrMore::from_vec(servers).ok_or_else(|| list.missing("serverlist/ServerEntry/fqdn"))?;
    list.finish(findings);
    Ok(servers)
}

fn read_transport(
    root: &mut Section<'_>,
    findings: &mut Findings,
) -> Result<Transport, ImportError> {
    let mut protocol = root.section("protocolconfig", &mut findings.warnings);
    let mut ssl = protocol.section("sslprotocolConfig", &mut findings.warnings);
    let transport = match ssl.value(
        "protocolconfig/sslprotocolConfig/transportprotocol",
        &mut findings.warnings,
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
    ssl.finish(findings);
    protocol.finish(findings);
    Ok(transport)
}

fn read_server_validation(
    root: &mut Section<'_>,
    suffixes: &mut Unique<DnsSuffix>,
    findings: &mut Findings,
) -> Result<ServerValidation, ImportError> {
    let mut validation = root.section("servervalidation", &mut findings.warnings);
    // The kind is always "cert"; the pinned root is required whatever `usepinnedroot` says.
    validation.drop_usual("type", "cert");
    validation.without_effect(&["type"], &mut findings.warnings);
    validation.without_effect(&WITHOUT_EFFECT_IN_CERTIFICATE, &mut findings.warnings);

    let secret = validation.required("servervalidation/serversecret", &mut findings.warnings)?;
    let secret = ServerSecret::from_hex(secret.text()).map_err(|reason| secret.error(reason))?;

    let mut certificate = validation.section("cert", &mut findings.warnings);
    certificate.without_effect(&WITHOUT_EFFECT_IN_CERTIFICATE, &mut findings.warnings);
    certificate.without_effect(&["issuer"], &mut findings.warnings);
    let mut roots = Unique::new();
    for hash in certificate.values("servervalidation/cert/hash", &mut findings.warnings) {
        let root: Thumbprint = hash.parse()?;
        insert(&mut roots, root, &hash, findings);
        if roots.len() > MOST_TRUSTED {
            let reason = format!("is one of more than {MOST_TRUSTED} roots");
            return Err(hash.error(InvalidValue::new(reason)));
        }
    }
    let pinned_roots = roots.iter().copied().map(PinnedRoot::from).collect();
    let pinned_roots = OneOrMore::from_vec(pinned_roots)
        .ok_or_else(|| certificate.missing("servervalidation/cert/hash"))?;
    certificate.finish(findings);

    for misplaced in validation.take("dnssuffixes", &mut findings.warnings) {
        let message =
            format_args!("'dnssuffixes' belongs into 'clientconfig'; it is used all the same");
        findings
            .warnings
            .push(misplaced.position(), WarningKind::Misplaced, message);
        let path = "clientconfig/dnssuffixes";
        let mut list = Section::at(path, misplaced, &mut findings.warnings);
        read_suffix_list(&mut list, suffixes, findings);
        list.finish(findings);
    }
    validation.finish(findings);
    Ok(ServerValidation::azure(pinned_roots, secret))
}

/// Reads DNS servers, nested in `DnsServerEntry` or not.
fn read_dns_servers(
    client: &mut Section<'_>,
    findings: &mut Findings,
) -> Result<Unique<IpAddr>, ImportError> {
    const PATH: &str = "clientconfig/dnsservers/dnsserver";
    let mut list = client.section("dnsservers", &mut findings.warnings);
    let mut entries = list.section("DnsServerEntry", &mut findings.warnings);
    let mut values = entries.values(PATH, &mut findings.warnings);
    values.extend(list.values(PATH, &mut findings.warnings));
    values.sort_by_key(Value::position);
    entries.finish(findings);
    list.finish(findings);

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
            insert(&mut servers, server, value, findings);
            if servers.len() > MOST_OF_A_LIST {
                return Err(value.error(InvalidValue::new(
                    "is one of more DNS servers than any network has",
                )));
            }
        }
    }
    Ok(servers)
}

fn read_dns_suffixes(
    client: &mut Section<'_>,
    suffixes: &mut Unique<DnsSuffix>,
    findings: &mut Findings,
) {
    let mut list = client.section("dnssuffixes", &mut findings.warnings);
    read_suffix_list(&mut list, suffixes, findings);
    list.finish(findings);
}

fn read_suffix_list(
    list: &mut Section<'_>,
    suffixes: &mut Unique<DnsSuffix>,
    findings: &mut Findings,
) {
    let mut values = list.values("clientconfig/dnssuffixes/dnssuffix", &mut findings.warnings);
    for misspelt in list.values(
        "clientconfig/dnssuffixes/dnsssuffix",
        &mut findings.warnings,
    ) {
        let message = format_args!("'dnsssuffix' is read as 'dnssuffix'");
        findings
            .warnings
            .push(misspelt.position(), WarningKind::Misspelt, message);
        values.push(misspelt);
    }
    values.sort_by_key(Value::position);
    for value in values {
        if suffixes.len() >= MOST_OF_A_LIST {
            let message = format_args!(
                "{} is one of more than {MOST_OF_A_LIST}; it is ignored with all that follow",
                value.path()
            );
            findings
                .warnings
                .push(value.position(), WarningKind::IgnoredValue, message);
            break;
        }
        match value.text().parse() {
            Ok(suffix) => insert(suffixes, suffix, &value, findings),
            Err(reason) => {
                let message = format_args!("{} {reason}; it is ignored", value.path());
                findings
                    .warnings
                    .push(value.position(), WarningKind::IgnoredValue, message);
            }
        }
    }
}

fn read_routes(
    client: &mut Section<'_>,
    name: &'static str,
    findings: &mut Findings,
) -> Result<Routes, ImportError> {
    let mut list = client.section(name, &mut findings.warnings);
    let mut routes = Routes::new();
    for element in list.take("route", &mut findings.warnings) {
        let route = read_route(name, element, findings)?;
        if !routes.insert(route) {
            let message = format_args!("the route {route} stands twice in '{name}'");
            findings
                .warnings
                .push(element.position(), WarningKind::Duplicate, message);
        }
    }
    list.finish(findings);
    Ok(routes)
}

/// Adds an element that stands in a value, with a warning when it is not new.
fn insert<T: Eq + Hash>(list: &mut Unique<T>, element: T, value: &Value, findings: &mut Findings) {
    if !list.insert(element) {
        let message = format_args!("this {} stands there twice", value.path());
        findings
            .warnings
            .push(value.position(), WarningKind::Duplicate, message);
    }
}
