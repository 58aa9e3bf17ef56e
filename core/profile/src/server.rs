use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::transport::Transport;

/// A gateway: where to connect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    display_name: Option<String>,
    host: String,
    port: u16,
    transport: Transport,
}

impl Server {
    /// The port of every Azure gateway, used where a server names none.
    pub const DEFAULT_PORT: u16 = 443;

    /// Returns the server with a name for people.
    #[must_use]
    pub fn with_display_name(self, display_name: impl Into<String>) -> Self {
        Self {
            display_name: Some(display_name.into()),
            ..self
        }
    }

    /// Returns the server, to be reached over another transport.
    #[must_use]
    pub fn with_transport(self, transport: Transport) -> Self {
        Self { transport, ..self }
    }

    /// Returns the name that the profile gives the server for people, if any.
    pub fn display_name(&self) -> Option<&str> {
        self.display_name.as_deref()
    }

    /// Returns the DNS name, in lower case, or the IP address (version 6 without brackets) to
    /// connect to.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns what carries the tunnel to it; TCP unless said otherwise.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Returns the id of the virtual network gateway, a GUID, where the host has Azure's form
    /// `azuregateway-<guid>-<12 hex>.<suffix>`.
    ///
    /// It stays the same when a gateway is set up anew; the digits after it change then.
    pub fn network_id(&self) -> Option<&str> {
        self.azure_parts().map(|(guid, _)| guid)
    }

    /// Returns the names by which the server's certificate may call it, the most specific first.
    ///
    /// A certificate of an Azure gateway does not carry the host's name `azuregateway-<guid>-<12
    /// hex>.<suffix>` but `<guid>.<suffix>`; Virtual WAN gateways and other servers use the host's
    /// own name. So the list is the host, then the derived name if the host has Azure's form. A
    /// wildcard such as `*.<suffix>` is not in the list: whether to accept one is for whoever
    /// verifies the certificate, who also knows the pinned root.
    pub fn certificate_names(&self) -> Vec<String> {
        let mut names = vec![self.host.clone()];
        names.extend(self.gateway_name());
        names
    }

    fn gateway_name(&self) -> Option<String> {
        let (guid, suffix) = self.azure_parts()?;
        Some(format!("{guid}.{suffix}"))
    }

    /// The GUID in a host of Azure's form, and the domain after the first label.
    fn azure_parts(&self) -> Option<(&str, &str)> {
        let (label, suffix) = self.host.split_once('.')?;
        let (guid, deployment) = label.strip_prefix("azuregateway-")?.rsplit_once('-')?;
        let is_deployment = deployment.len() == 12
            && deployment
                .chars()
                .all(|character| character.is_ascii_hexdigit());
        (is_deployment && is_guid(guid)).then_some((guid, suffix))
    }
}

impl FromStr for Server {
    type Err = InvalidValue;

    /// Reads `host`, `host:port`, an IP address, or `[address]:port`.
    ///
    /// Azure writes a bare host; the port is for gateways that listen elsewhere than on
    /// [`Server::DEFAULT_PORT`], such as test gateways. Names are held to RFC 1123 section 2.1 (and
    /// may contain underscores); one written in another alphabet has to be given in its `xn--`
    /// form.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text.contains("//") {
            return Err(InvalidValue::new("is a URL where a host name is needed"));
        }
        let (host, port) = split_port(text)?;
        let host = match host.parse::<IpAddr>() {
            Ok(address) => address.to_string(),
            Err(_) => dns_name(host, "host name")?,
        };
        Ok(Self {
            display_name: None,
            host,
            port,
            transport: Transport::default(),
        })
    }
}

impl fmt::Display for Server {
    /// Writes `host:port`, with brackets around an address of version 6.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

/// Checks a DNS name and returns it in lower case, without the final dot.
///
/// `what` names the value in the reasons. A name that could stand for more than itself (white
/// space, quotes, control characters) must never pass, because names end up in resolver
/// configurations.
pub(crate) fn dns_name(text: &str, what: &str) -> Result<String, InvalidValue> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.is_empty() {
        return Err(InvalidValue::new(format!("is an empty {what}")));
    }
    if name.len() > 253 {
        return Err(InvalidValue::new(format!(
            "is longer than the 253 characters of a {what}"
        )));
    }
    let is_allowed =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    if let Some(character) = name.chars().find(|&character| !is_allowed(character)) {
        return Err(InvalidValue::new(format!(
            "holds '{}', which no {what} has",
            Excerpt::of(character.encode_utf8(&mut [0; 4]))
        )));
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    if let Some(label) = name.split('.').find(|label| !is_label(label)) {
        return Err(InvalidValue::new(format!(
            "holds '{}', which is no label of a {what}",
            Excerpt::of(label)
        )));
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.chars().all(|character| character.is_ascii_digit()) {
        return Err(InvalidValue::new(format!(
            "ends in a number but is no IP address, so it is no {what}"
        )));
    }
    Ok(name.to_ascii_lowercase())
}

fn split_port(text: &str) -> Result<(&str, u16), InvalidValue> {
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok((text, Server::DEFAULT_PORT));
    }
    if let Some(bracketed) = text.strip_prefix('[') {
        let unclosed =
            || InvalidValue::new("opens a bracket around an IPv6 address and does not close it");
        let (address, after) = bracketed.split_once(']').ok_or_else(unclosed)?;
        if address.parse::<Ipv6Addr>().is_err() {
            return Err(InvalidValue::new(
                "has something other than an IPv6 address in brackets",
            ));
        }
        return match after.strip_prefix(':') {
            Some(port) => Ok((address, parse_port(port)?)),
            None if after.is_empty() => Ok((address, Server::DEFAULT_PORT)),
            None => Err(InvalidValue::new(
                "has something other than a port after the bracket",
            )),
        };
    }
    match text.split_once(':') {
        Some((host, port)) => Ok((host, parse_port(port)?)),
        None => Ok((text, Server::DEFAULT_PORT)),
    }
}

fn parse_port(text: &str) -> Result<u16, InvalidValue> {
    let is_number = text.chars().all(|character| character.is_ascii_digit());
    match text.parse() {
        Ok(port) if port != 0 && is_number => Ok(port),
        _ => Err(InvalidValue::new(
            "has a port that is not a number from 1 to 65535",
        )),
    }
}

pub(crate) fn is_guid(text: &str) -> bool {
    let groups = text.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12])
        && text
            .chars()
            .all(|character| character == '-' || character.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
