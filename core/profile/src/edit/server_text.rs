use crate::invalid_value::InvalidValue;
use crate::server::Server;
use crate::transport::Transport;

/// A server as a person writes it: `host`, `host:port`, and `/tcp` or `/udp` after either.
#[derive(Clone, Debug)]
pub(super) struct ServerText {
    server: Server,
    transport: Option<Transport>,
}

impl ServerText {
    pub(super) fn read(text: &str) -> Result<Self, InvalidValue> {
        let text = text.trim();
        let (place, transport) = match text.rsplit_once('/') {
            Some((place, name)) if !place.ends_with('/') => (place, Some(read_transport(name)?)),
            _ => (text, None),
        };
        let server: Server = place.parse()?;
        Ok(Self {
            server: match transport {
                Some(transport) => server.with_transport(transport),
                None => server,
            },
            transport,
        })
    }

    /// Returns the server, over TCP where no transport is written.
    pub(super) fn into_server(self) -> Server {
        self.server
    }

    /// Says whether a server is the one that is meant: over any transport where none is written.
    pub(super) fn means(&self, server: &Server) -> bool {
        let is_transport = self
            .transport
            .is_none_or(|meant| meant == server.transport());
        is_transport && is_place(&self.server, server)
    }
}

/// Says whether both are the same place to connect to, whatever they are called.
pub(super) fn is_same_server(one: &Server, other: &Server) -> bool {
    one.transport() == other.transport() && is_place(one, other)
}

/// Writes a server so that it can be read again.
pub(super) fn written(server: &Server) -> String {
    match server.transport() {
        Transport::Tcp => server.to_string(),
        transport => format!("{server}/{}", transport.name()),
    }
}

fn is_place(one: &Server, other: &Server) -> bool {
    one.host() == other.host() && one.port() == other.port()
}

fn read_transport(name: &str) -> Result<Transport, InvalidValue> {
    let mut known = [Transport::Tcp, Transport::Udp].into_iter();
    known
        .find(|transport| transport.name().eq_ignore_ascii_case(name.trim()))
        .ok_or_else(|| InvalidValue::new("has a transport that is neither tcp nor udp"))
}
