//! Applies changes of settings that a gateway sends in mid-session (`PUSH_UPDATE`, OpenVPN 2.7).

use ipnet::IpNet;

use super::error::UpdateError;
use super::parse::Parser;
use super::reply::PushReply;
use super::warning::{PushWarning, PushWarningReason};

/// How much of an option's name is kept.
const LONGEST_NAME: usize = 40;

/// What an option that can be changed belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// One setting, which is replaced.
    Single,
    /// All settings of one kind, which the first of them in an update replaces and the later ones add to.
    DhcpOptions,
    Dns,
    Redirection,
    Routes,
    RoutesV6,
}

impl Class {
    const COUNT: usize = 6;

    /// The class of an option that can be changed in mid-session; none if only a new connection can take it on.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "dhcp-option" => Self::DhcpOptions,
            "dns" => Self::Dns,
            "redirect-gateway" | "redirect-private" => Self::Redirection,
            "route" => Self::Routes,
            "route-ipv6" => Self::RoutesV6,
            "block-ipv6" | "block-outside-dns" | "ifconfig" | "ifconfig-ipv6" | "keepalive"
            | "route-gateway" | "route-metric" | "topology" | "tun-mtu" => Self::Single,
            _ => return None,
        })
    }
}

/// One option of an update.
struct Change<'a> {
    /// A client that cannot do it goes on without it (`?`).
    optional: bool,
    /// The setting ends (`-`).
    removal: bool,
    name: &'a str,
    /// The option without its marks.
    option: &'a str,
}

impl<'a> Change<'a> {
    /// Reads the marks; none for those in the wrong order.
    fn read(option: &'a str) -> Option<Self> {
        let (removal, rest) = strip(option, '-');
        let (optional, option) = strip(rest, '?');
        if option.starts_with(['-', '?']) {
            return None;
        }
        Some(Self {
            optional,
            removal,
            name: option.split_whitespace().next().unwrap_or_default(),
            option,
        })
    }
}

/// What becomes of the current settings by options that are separated by commas.
pub(super) fn apply(
    options: &str,
    current: &PushReply,
) -> Result<(PushReply, Vec<PushWarning>), UpdateError> {
    let mut parser = Parser::continuing(current.clone());
    let mut replaced = [false; Class::COUNT];
    for option in options.split(',') {
        let option = option.trim();
        if option.is_empty() {
            continue;
        }
        let Some(change) = Change::read(option) else {
            parser.warn(option, PushWarningReason::Malformed);
            continue;
        };
        let Some(class) = Class::of(change.name) else {
            if !change.optional {
                return Err(UpdateError::NotUpdatable(shortened(change.name)));
            }
            parser.warn(change.name, PushWarningReason::Unsupported);
            continue;
        };
        if change.removal {
            if change.option != change.name {
                parser.warn(change.name, PushWarningReason::Malformed);
                continue;
            }
            remove(change.name, class, &mut parser);
            continue;
        }
        let was_replaced = replaced.get_mut(class as usize);
        if class != Class::Single
            && was_replaced.is_some_and(|replaced| !std::mem::replace(replaced, true))
        {
            remove(change.name, class, &mut parser);
        }
        parser.read(change.option)?;
    }
    Ok(parser.finish()?)
}

/// Ends a setting, or all of its class.
fn remove(name: &str, class: Class, parser: &mut Parser) {
    match name {
        "ifconfig" => return parser.forget_ifconfig(),
        "ifconfig-ipv6" => return parser.forget_ifconfig_v6(),
        _ => {}
    }
    let reply = parser.reply();
    match class {
        Class::DhcpOptions => {
            reply.resolvers.clear();
            reply.domain = None;
            reply.search_domains.clear();
        }
        Class::Dns => {
            reply.dns_servers.clear();
            reply.dns_search_domains.clear();
        }
        Class::Redirection => reply.redirect_gateway = None,
        Class::Routes => reply
            .routes
            .retain(|route| matches!(route.destination, IpNet::V6(_))),
        Class::RoutesV6 => reply
            .routes
            .retain(|route| matches!(route.destination, IpNet::V4(_))),
        Class::Single => match name {
            "block-ipv6" => reply.block_ipv6 = false,
            "block-outside-dns" => reply.block_outside_dns = false,
            "keepalive" => (reply.ping, reply.ping_restart) = (None, None),
            "route-gateway" => reply.route_gateway = None,
            "route-metric" => reply.route_metric = None,
            "topology" => reply.topology = None,
            "tun-mtu" => reply.tun_mtu = None,
            _ => {}
        },
    }
}

fn strip(text: &str, mark: char) -> (bool, &str) {
    match text.strip_prefix(mark) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

fn shortened(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_graphic)
        .take(LONGEST_NAME)
        .collect()
}
