use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::one_or_more::OneOrMore;
use crate::position::Position;
use crate::server::Server;
use crate::transport::Transport;
use crate::warning::{WarningKind, Warnings};

use crate::limits::MOST_OF_A_LIST;
use crate::openvpn::setting::Setting;

/// OpenVPN's port (IANA).
const USUAL_PORT: u16 = 1194;

/// Where to connect, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Servers {
    usual: Endpoint,
    remotes: Vec<Remote>,
    /// The servers of `<connection>` blocks, with what counted for them where they stood.
    connections: Vec<(Remote, Endpoint)>,
    open: Option<(Option<Remote>, Endpoint)>,
    only: Option<Transport>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Endpoint {
    port: Option<u16>,
    transport: Option<Transport>,
}

#[derive(Debug)]
struct Remote {
    position: Position,
    host: String,
    own: Endpoint,
}

impl Servers {
    pub(super) fn begin_connection(&mut self) {
        self.open = Some((None, self.usual));
    }

    pub(super) fn end_connection(&mut self, position: Position) -> Result<(), ImportError> {
        match self.open.take() {
            Some((Some(remote), usual)) => {
                self.connections.push((remote, usual));
                Ok(())
            }
            _ => Err(ImportError::Missing {
                position,
                path: "remote",
            }),
        }
    }

    /// Says whether a `<connection>` block is open.
    pub(super) fn is_in_connection(&self) -> bool {
        self.open.is_some()
    }

    pub(super) fn take(&mut self, setting: &Setting<'_>) -> Result<(), ImportError> {
        match setting.name {
            "remote" => self.take_remote(setting),
            "proto-force" => {
                self.only = Some(transport(setting, setting.required(0)?)?);
                Ok(())
            }
            name => {
                let endpoint = match &mut self.open {
                    Some((_, endpoint)) => endpoint,
                    None => &mut self.usual,
                };
                if name == "proto" {
                    endpoint.transport = Some(transport(setting, setting.required(0)?)?);
                } else {
                    endpoint.port = Some(port(setting, 0)?);
                }
                Ok(())
            }
        }
    }

    fn take_remote(&mut self, setting: &Setting<'_>) -> Result<(), ImportError> {
        let own = Endpoint {
            port: match setting.argument(1) {
                Some(_) => Some(port(setting, 1)?),
                None => None,
            },
            transport: match setting.argument(2) {
                Some(word) => Some(transport(setting, word)?),
                None => None,
            },
        };
        let known = self.remotes.len().saturating_add(self.connections.len());
        if known >= MOST_OF_A_LIST {
            return Err(setting.invalid("is one server more than can be kept"));
        }
        let remote = Remote {
            position: setting.position,
            host: setting.required(0)?.to_owned(),
            own,
        };
        match &mut self.open {
            Some((of_connection, _)) => *of_connection = Some(remote),
            None => self.remotes.push(remote),
        }
        Ok(())
    }

    pub(super) fn finish(self, warnings: &mut Warnings) -> Result<OneOrMore<Server>, ImportError> {
        let usual = self.usual;
        let remotes = if self.connections.is_empty() {
            let remotes = self.remotes.into_iter();
            remotes.map(|remote| (remote, usual)).collect()
        } else {
            for remote in &self.remotes {
                let message = format_args!(
                    "'remote' stands outside the <connection> blocks; only those are called"
                );
                warnings.push(remote.position, WarningKind::IgnoredOption, message);
            }
            self.connections
        };
        let mut servers = Vec::with_capacity(remotes.len());
        for (remote, usual) in &remotes {
            let server = server(remote, *usual)?;
            if self.only.is_none_or(|only| only == server.transport()) {
                servers.push(server);
            }
        }
        OneOrMore::from_vec(servers).ok_or(ImportError::Missing {
            position: Position::START,
            path: "remote",
        })
    }
}

fn server(remote: &Remote, usual: Endpoint) -> Result<Server, ImportError> {
    let port = remote.own.port.or(usual.port).unwrap_or(USUAL_PORT);
    let transport = remote.own.transport.or(usual.transport);
    let host = remote
        .host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(&remote.host);
    let text = if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    };
    let server: Server = text.parse().map_err(|reason| ImportError::Value {
        position: remote.position,
        path: "remote",
        reason,
    })?;
    Ok(server.with_transport(transport.unwrap_or(Transport::Udp)))
}

fn port(setting: &Setting<'_>, index: usize) -> Result<u16, ImportError> {
    let number = setting.number(index)?;
    u16::try_from(number)
        .ok()
        .filter(|&port| port != 0)
        .ok_or_else(|| setting.invalid("has a port that is not a number from 1 to 65535"))
}

/// Reads what carries the tunnel. Whether over IPv4 or IPv6 is for the machine to find out.
fn transport(setting: &Setting<'_>, word: &str) -> Result<Transport, ImportError> {
    match word {
        "udp" | "udp4" | "udp6" => Ok(Transport::Udp),
        "tcp" | "tcp4" | "tcp6" | "tcp-client" | "tcp4-client" | "tcp6-client" => {
            Ok(Transport::Tcp)
        }
        _ => Err(setting.invalid(format!(
            "is '{}', which is neither udp nor tcp-client",
            Excerpt::of(word)
        ))),
    }
}
