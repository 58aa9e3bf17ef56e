use std::str::FromStr;

use ipnet::IpNet;

use crate::azure::{Section, Value, decode, parse};
use crate::certificate::Certificate;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::limits::{MOST_ANNOUNCED_NETWORKS, MOST_OF_A_LIST, MOST_TRUSTED};
use crate::routes::Routes;
use crate::server::Server;
use crate::virtual_network::VirtualNetwork;
use crate::warning::{WarningKind, Warnings};

/// What `Generic/VpnSettings.xml` (`VpnProfile`) says of a gateway.
///
/// It lacks the server secret, so it is never enough to connect. What it says changes nothing about a
/// session, so whatever cannot be read in it is a warning.
#[derive(Debug, Default)]
pub(crate) struct VpnSettings {
    /// The gateway (`VpnServer`).
    pub(crate) server: Option<Server>,
    /// The tunnel types that the gateway offers (`VpnType`), such as `IkeV2` and `OpenVPN`, fit for a
    /// message.
    pub(crate) vpn_types: Vec<String>,
    /// The network behind it.
    pub(crate) network: VirtualNetwork,
    /// The roots of its certificate (`CaCert`, `CaCerts`).
    pub(crate) roots: Vec<Certificate>,
}

impl VpnSettings {
    /// Reads the bytes of a file whose root element is `VpnProfile`.
    pub(crate) fn read(bytes: &[u8], warnings: &mut Warnings) -> Result<Self, ImportError> {
        let text = decode(bytes)?;
        let document = parse(text.trim_start_matches('\u{feff}'), warnings)?;
        // The portal adds elements now and then; those that nobody asks for are of no interest.
        let mut root = Section::of(document.root(), warnings);
        let server = root.value("VpnServer", warnings);
        let vpn_types = root.value("VpnType", warnings);
        let name = root.value("VnetName", warnings);
        let id = root.value("VnetId", warnings);
        let network = VirtualNetwork {
            name: name.map(|name| Excerpt::of_sentence(name.text()).to_string()),
            id: id.and_then(|id| read_id(&id, warnings)),
            routes: read_networks(root.value("Routes", warnings), warnings),
            address_pool: read_networks(root.value("VpnClientAddressPool", warnings), warnings),
            dns_servers: read_list(
                root.value("CustomDnsServers", warnings),
                MOST_OF_A_LIST,
                warnings,
            )
            .into_iter()
            .collect(),
        };
        let mut certificates = root.values("CaCert", warnings);
        let mut list = root.section("CaCerts", warnings);
        certificates.extend(list.values("CaCerts/string", warnings));
        Ok(Self {
            server: server.and_then(|server| read_one(&server, server.text(), warnings)),
            vpn_types: vpn_types.map_or_else(Vec::new, |types| {
                parts(types.text())
                    .take(8)
                    .map(|kind| Excerpt::of(kind).to_string())
                    .collect()
            }),
            network,
            roots: certificates
                .iter()
                .take(MOST_TRUSTED)
                .filter_map(|certificate| read_certificate(certificate, warnings))
                .collect(),
        })
    }

    /// Says whether the gateway offers a tunnel that this library speaks; also where nothing is said.
    pub(crate) fn has_openvpn(&self) -> bool {
        let mut types = self.vpn_types.iter();
        self.vpn_types.is_empty() || types.any(|kind| kind.eq_ignore_ascii_case("OpenVPN"))
    }

    /// Says whether a server is the gateway that is described, which has its name or its id.
    pub(crate) fn describes(&self, server: &Server) -> bool {
        let host = self.server.as_ref().map(Server::host);
        let id = self.network.id.as_deref();
        host == Some(server.host()) || (id.is_some() && id == server.network_id())
    }
}

fn read_id(value: &Value, warnings: &mut Warnings) -> Option<String> {
    let id = value.text().trim_matches(['{', '}']).to_ascii_lowercase();
    let is_guid = id.len() == 36
        && id
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if !is_guid {
        warn(value, "is no GUID", warnings);
    }
    is_guid.then_some(id)
}

fn read_networks(value: Option<Value>, warnings: &mut Warnings) -> Routes {
    let networks: Vec<IpNet> = read_list(value, MOST_ANNOUNCED_NETWORKS, warnings);
    networks.into_iter().collect()
}

/// Reads the parts of a list that can be read, of which there are at most so many.
fn read_list<T: FromStr>(value: Option<Value>, most: usize, warnings: &mut Warnings) -> Vec<T> {
    let mut read = Vec::new();
    let Some(value) = value else {
        return read;
    };
    for part in parts(value.text()) {
        if read.len() >= most {
            let message = format_args!(
                "{} has more than {most} elements; it is read so far",
                value.path()
            );
            warnings.push(value.position(), WarningKind::IgnoredValue, message);
            break;
        }
        read.extend(read_one(&value, part, warnings));
    }
    read
}

fn read_one<T: FromStr>(value: &Value, text: &str, warnings: &mut Warnings) -> Option<T> {
    let read = text.parse().ok();
    if read.is_none() {
        let reason = format!("holds '{}', which cannot be read", Excerpt::of(text));
        warn(value, &reason, warnings);
    }
    read
}

fn read_certificate(value: &Value, warnings: &mut Warnings) -> Option<Certificate> {
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        value.text()
    );
    match Certificate::from_pem(&pem) {
        Ok(certificates) => certificates.into_iter().next(),
        Err(reason) => {
            warn(value, &reason.to_string(), warnings);
            None
        }
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn warn(value: &Value, reason: &str, warnings: &mut Warnings) {
    let message = format_args!("{} {reason}; it is ignored", value.path());
    warnings.push(value.position(), WarningKind::IgnoredValue, message);
}
