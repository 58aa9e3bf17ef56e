use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::authentication::read_choice;
use super::document::{FORMAT, VERSION};
use super::free_text::read_line;
use super::validation::read_server_validation;
use super::value::{Object, Value};
use crate::azure::{MAXIMUM_XML_BYTES, decode, parse};
use crate::content::Content;
use crate::dns_suffix::DnsSuffix;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::limits::MOST_OF_A_LIST;
use crate::one_or_more::OneOrMore;
use crate::profile::Profile;
use crate::protocol::{
    CompressionFraming, DataCipher, MssFix, ProtocolOptions, Renegotiation, TlsVersions,
};
use crate::routes::Routes;
use crate::secret_value::SecretText;
use crate::server::Server;
use crate::transport::Transport;
use crate::unique::Unique;
use crate::unknown_element::UnknownElement;
use crate::virtual_network::VirtualNetwork;
use crate::warning::Warnings;

pub(super) fn read_profile(root: Value<'_, '_>) -> Result<Profile, ImportError> {
    let mut fields = root.object()?;
    read_format(&mut fields)?;
    let name = fields.required("name")?.parse()?;
    let azure_version = fields.take("azure_version");
    let servers = fields.required("servers")?;
    let read = servers.elements(MOST_OF_A_LIST, read_server)?;
    let servers = OneOrMore::from_vec(read).ok_or_else(|| servers.error("is empty"))?;
    let authentication = read_choice(fields.required("authentication")?)?;
    let server_validation = read_server_validation(fields.required("server_validation")?)?;
    let flag = |value: Option<Value<'_, '_>>| value.map_or(Ok(false), |value| value.flag());
    let profile = Profile {
        name,
        version: azure_version.map_or(Ok(1), |version| version.number())?,
        servers,
        authentication,
        server_validation,
        include_routes: read_routes(fields.take("include_routes"))?,
        exclude_routes: read_routes(fields.take("exclude_routes"))?,
        dns_servers: read_list(fields.take("dns_servers"), read_address)?,
        dns_suffixes: read_list(fields.take("dns_suffixes"), read_suffix)?,
        secondary_profile: fields
            .take("secondary_profile")
            .map(|name| name.parse())
            .transpose()?,
        always_on: flag(fields.take("always_on"))?,
        trusted_networks: read_list(fields.take("trusted_networks"), read_suffix)?,
        protocol: match fields.take("protocol") {
            Some(protocol) => read_protocol(protocol)?,
            None => ProtocolOptions::default(),
        },
        network: match fields.take("network") {
            Some(network) => read_network(network)?,
            None => VirtualNetwork::default(),
        },
        unknown_elements: match fields.take("unknown_elements") {
            Some(elements) => elements.elements(MOST_OF_A_LIST, read_unknown_element)?,
            None => Vec::new(),
        },
    };
    fields.finish();
    Ok(profile)
}

/// Looks whether this is a profile at all, and of a version that is understood.
fn read_format(fields: &mut Object<'_, '_>) -> Result<(), ImportError> {
    let format = fields.take("format");
    let format = format.filter(Value::is_text).map(|format| format.text());
    if format.transpose()?.is_none_or(|format| *format != FORMAT) {
        return Err(ImportError::NotAzureProfile {
            found: Content::Json,
        });
    }
    let version = fields.required("version")?;
    match version.number::<u32>()? {
        VERSION => Ok(()),
        0 => Err(version.error("is 0, which there never was")),
        found => Err(ImportError::NewerFormat {
            position: version.position(),
            found,
            known: VERSION,
        }),
    }
}

fn read_server(server: Value<'_, '_>) -> Result<Server, ImportError> {
    let mut fields = server.object()?;
    let host = fields.required("servers.host")?;
    let port = match fields.take("servers.port") {
        Some(port) => port.number()?,
        None => Server::DEFAULT_PORT,
    };
    let text = host.text()?;
    let with_port = if text.contains(':') {
        format!("[{}]:{port}", text.as_str())
    } else {
        format!("{}:{port}", text.as_str())
    };
    let mut read: Server = with_port.parse().map_err(|reason| host.invalid(reason))?;
    if let Some(transport) = fields.take("servers.transport") {
        let names = [Transport::Tcp, Transport::Udp].map(|known| (known.name(), known));
        read = read.with_transport(transport.one_of(&names)?);
    }
    if let Some(name) = fields.take("servers.display_name") {
        read = read.with_display_name(read_line(&name)?);
    }
    fields.finish();
    Ok(read)
}

fn read_routes(list: Option<Value<'_, '_>>) -> Result<Routes, ImportError> {
    let Some(list) = list else {
        return Ok(Routes::new());
    };
    let mut routes = Routes::new();
    list.networks(|value| {
        let text = value.text()?;
        let network: IpNet = text.parse().map_err(|_| {
            let text = Excerpt::of(&text);
            value.error(format!(
                "holds '{text}', which is no network with a prefix length"
            ))
        })?;
        if network.trunc() != network {
            return Err(value.error(format!(
                "holds {network}, which has bits set beyond its prefix"
            )));
        }
        routes.insert(network);
        Ok(())
    })?;
    Ok(routes)
}

fn read_list<T: Eq + Hash>(
    list: Option<Value<'_, '_>>,
    read: fn(Value<'_, '_>) -> Result<T, ImportError>,
) -> Result<Unique<T>, ImportError> {
    match list {
        Some(list) => Ok(list.elements(MOST_OF_A_LIST, read)?.into_iter().collect()),
        None => Ok(Unique::new()),
    }
}

fn read_address(value: Value<'_, '_>) -> Result<IpAddr, ImportError> {
    let text = value.text()?;
    text.parse().map_err(|_| {
        let text = Excerpt::of(&text);
        value.error(format!("holds '{text}', which is no IP address"))
    })
}

fn read_suffix(value: Value<'_, '_>) -> Result<DnsSuffix, ImportError> {
    value.parse()
}

fn read_protocol(protocol: Value<'_, '_>) -> Result<ProtocolOptions, ImportError> {
    let mut fields = protocol.object()?;
    let mut options = ProtocolOptions::default();
    if let Some(ciphers) = fields.take("protocol.ciphers") {
        let names = DataCipher::ALL.map(|cipher| (cipher.name(), cipher));
        options.ciphers = ciphers.elements(MOST_OF_A_LIST, |cipher| cipher.one_of(&names))?;
    }
    if let Some(versions) = fields.take("protocol.tls_versions") {
        options.tls_versions = versions.one_of(&[
            ("any", TlsVersions::Any),
            ("only_1.2", TlsVersions::Only12),
            ("only_1.3", TlsVersions::Only13),
        ])?;
    }
    if let Some(compression) = fields.take("protocol.compression") {
        options.compression = compression.one_of(&[
            ("none", CompressionFraming::None),
            ("lzo_stub", CompressionFraming::LzoStub),
            ("stub", CompressionFraming::Stub),
            ("stub_v2", CompressionFraming::StubV2),
        ])?;
    }
    if let Some(mssfix) = fields.take("protocol.mssfix") {
        options.mssfix = read_mssfix(mssfix)?;
    }
    if let Some(mtu) = fields.take("protocol.mtu") {
        options.mtu = Some(mtu.number()?);
    }
    if let Some(renegotiation) = fields.take("protocol.renegotiation") {
        options.renegotiation = read_renegotiation(renegotiation)?;
    }
    let mut duration = |path| {
        let milliseconds = fields.take(path).map(|value| value.number());
        let milliseconds = milliseconds.transpose()?;
        Ok::<_, ImportError>(milliseconds.map(Duration::from_millis))
    };
    options.transition_window = duration("protocol.transition_window_milliseconds")?;
    options.handshake_window = duration("protocol.handshake_window_milliseconds")?;
    options.connect_timeout = duration("protocol.connect_timeout_milliseconds")?;
    fields.finish();
    Ok(options)
}

fn read_mssfix(mssfix: Value<'_, '_>) -> Result<MssFix, ImportError> {
    let forms = [
        "protocol.mssfix.usual",
        "protocol.mssfix.off",
        "protocol.mssfix.mtu",
        "protocol.mssfix.packet",
        "protocol.mssfix.fixed",
    ];
    Ok(match mssfix.form(&forms)? {
        ("usual", None) => MssFix::Usual,
        ("off", None) => MssFix::Off,
        ("mtu", Some(bytes)) => MssFix::Mtu(bytes.number()?),
        ("packet", Some(bytes)) => MssFix::Packet(bytes.number()?),
        ("fixed", Some(bytes)) => MssFix::Fixed(bytes.number()?),
        (name, _) => return Err(mssfix.other_form(name)),
    })
}

fn read_renegotiation(renegotiation: Value<'_, '_>) -> Result<Renegotiation, ImportError> {
    let forms = [
        "protocol.renegotiation.usual",
        "protocol.renegotiation.never",
        "protocol.renegotiation.after_milliseconds",
    ];
    Ok(match renegotiation.form(&forms)? {
        ("usual", None) => Renegotiation::Usual,
        ("never", None) => Renegotiation::Never,
        ("after_milliseconds", Some(age)) => {
            Renegotiation::After(Duration::from_millis(age.number()?))
        }
        (name, _) => return Err(renegotiation.other_form(name)),
    })
}

fn read_network(network: Value<'_, '_>) -> Result<VirtualNetwork, ImportError> {
    let mut fields = network.object()?;
    let mut line = |path| fields.take(path).as_ref().map(read_line).transpose();
    let name = line("network.name")?;
    let id = line("network.id")?;
    let read = VirtualNetwork {
        name,
        id,
        routes: read_routes(fields.take("network.routes"))?,
        address_pool: read_routes(fields.take("network.address_pool"))?,
        dns_servers: read_list(fields.take("network.dns_servers"), read_address)?,
    };
    fields.finish();
    Ok(read)
}

/// Says whether a text is one whole XML element, that an export may have among others.
fn is_element(text: &str) -> bool {
    let mut characters = text.chars();
    let begins = characters.next() == Some('<')
        && characters.next().is_some_and(char::is_alphabetic)
        && text.ends_with('>');
    begins
        && text.len() <= MAXIMUM_XML_BYTES
        && decode(text.as_bytes()).is_ok_and(|text| parse(&text, &mut Warnings::default()).is_ok())
}

fn read_unknown_element(element: Value<'_, '_>) -> Result<UnknownElement, ImportError> {
    let mut fields = element.object()?;
    let parent = fields.take("unknown_elements.parent");
    let parent = parent.as_ref().map(read_line).transpose()?;
    let xml = fields.required_secret("unknown_elements.xml", |text| {
        if element.is_foreign() && !is_element(text) {
            return Err(InvalidValue::new("is no XML element"));
        }
        Ok(SecretText::new(text.to_owned().into()))
    })?;
    fields.finish();
    Ok(UnknownElement {
        parent: parent.unwrap_or_default(),
        xml,
    })
}
