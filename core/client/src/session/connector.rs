use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_openvpn::Connection;
use p2svpn_profile::{Profile, Server, Transport as ProfileTransport};
use p2svpn_tunnel::{
    Settings, TcpOptions, TcpTransport, Transport, Tunnel, TunnelError, UdpOptions, UdpTransport,
    resolve,
};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::dialogue::Dialogue;
use super::failure::{Failure, Next};
use super::meter::meter;
use super::shared::Shared;
use super::tunnel_events::{Heard, TunnelEvents};
use crate::error::{Error, ErrorCode};
use crate::event::EventKind;
use crate::warning::{Warning, WarningKind};

/// How long the gateway may be told goodbye: with the undoing of everything else 2 seconds together.
const CLOSE_LIMIT: Duration = Duration::from_millis(1000);

/// Connects to the first gateway of a profile that lets the session in.
pub(super) struct Connector<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) profile: &'a Profile,
    pub(super) dialogue: &'a Dialogue,
    pub(super) connect_timeout: Duration,
    /// Where the tunnel is while it connects, so that it is found there when the session ends meanwhile.
    pub(super) tunnel: &'a mut Option<Arc<Tunnel>>,
}

/// A tunnel that is established.
pub(super) struct Established {
    pub(super) settings: Box<Settings>,
    pub(super) events: TunnelEvents,
}

impl Connector<'_> {
    /// Tries the servers in turn, for as long as another one may do better.
    pub(super) async fn establish(&mut self) -> Result<Established, Error> {
        let profile = self.profile;
        let mut failure = Failure::from(Error::new(
            ErrorCode::ProfileIncomplete,
            "the profile has no server",
        ));
        for server in &profile.servers {
            failure = match self.establish_with(server).await {
                Ok(established) => return Ok(established),
                Err(failure) => failure,
            };
            if !matches!(failure.next, Next::OtherServer) {
                break;
            }
        }
        Err(failure.error)
    }

    async fn establish_with(&mut self, server: &Server) -> Result<Established, Failure> {
        self.shared.learn(|facts| {
            facts.gateway_name = Some(server.host().to_owned());
            facts.gateway_address = None;
        });
        let timeout = self.connect_timeout;
        let started = Instant::now();
        let addresses = resolve(server.host(), server.port(), timeout).await?;
        let left = timeout.saturating_sub(started.elapsed());
        // TCP finds out by itself which address is served. Over UDP only a gateway's answer tells.
        let at_once = match self.profile.transport {
            ProfileTransport::Tcp => addresses.len(),
            ProfileTransport::Udp => 1,
        };
        let mut failure = Failure::from(ErrorCode::NameNotResolved);
        for addresses in addresses.chunks(at_once.max(1)) {
            failure = match self.establish_at(server, addresses, left).await {
                Err(failure) if matches!(failure.next, Next::OtherServer) => failure,
                outcome => return outcome,
            };
        }
        Err(failure)
    }

    /// Connects in the usual form, and once more in the plain one where the gateway seems to stumble over the usual one.
    async fn establish_at(
        &mut self,
        server: &Server,
        addresses: &[SocketAddr],
        timeout: Duration,
    ) -> Result<Established, Failure> {
        let extensions = self.dialogue.extensions();
        let first = self.attempt(server, addresses, timeout, extensions).await;
        let failure = match first {
            Err(failure) if matches!(failure.next, Next::PlainForm) => failure,
            outcome => return outcome,
        };
        if extensions {
            let message = format!(
                "the gateway is called again without the extensions of the protocol: {}",
                failure.error
            );
            self.shared.emit(EventKind::Warning(Warning::new(
                WarningKind::Protocol,
                message,
            )));
            let second = self.attempt(server, addresses, timeout, false).await;
            if second.is_ok() {
                return second;
            }
        }
        // What went wrong at first is what the user has to know.
        Err(failure.error.into())
    }

    /// Connects once; a tunnel that was not established is closed again.
    async fn attempt(
        &mut self,
        server: &Server,
        addresses: &[SocketAddr],
        timeout: Duration,
        extensions: bool,
    ) -> Result<Established, Failure> {
        let outcome = self.call(server, addresses, timeout, extensions).await;
        if let Err(failure) = &outcome {
            let error = &failure.error;
            tracing::info!(session = %self.shared.id(), %server, extensions, %error, "not connected");
            hang_up(self.shared, self.tunnel).await;
        }
        outcome
    }

    async fn call(
        &mut self,
        server: &Server,
        addresses: &[SocketAddr],
        timeout: Duration,
        extensions: bool,
    ) -> Result<Established, Failure> {
        let shared = self.shared;
        let transport = open(self.profile.transport, addresses, timeout).await?;
        let peer = transport.peer_addr();
        let clock = shared.clock();
        let config = self.dialogue.client_config(server, peer.ip(), extensions);
        let connection = Connection::client(config, self.dialogue.start(clock))?;
        let (tunnel, events) = Tunnel::start(connection, transport, clock, &Handle::current());
        let tunnel = Arc::new(tunnel);
        *self.tunnel = Some(Arc::clone(&tunnel));
        shared.learn(|facts| {
            facts.gateway_address = Some(peer);
            facts.meter = Some(meter(tunnel, None));
        });
        let mut events = TunnelEvents::new(Arc::clone(shared), events);
        let Heard::Established(settings) = events.next().await?;
        Ok(Established { settings, events })
    }
}

/// Opens the way to the first of these addresses that can be reached.
async fn open(
    kind: ProfileTransport,
    addresses: &[SocketAddr],
    timeout: Duration,
) -> Result<Transport, TunnelError> {
    match kind {
        ProfileTransport::Tcp => {
            let options = TcpOptions {
                timeout,
                ..TcpOptions::default()
            };
            let transport = TcpTransport::connect_to(addresses, &options).await?;
            Ok(transport.into())
        }
        ProfileTransport::Udp => {
            let transport = UdpTransport::connect_to(addresses, &UdpOptions::default())?;
            Ok(transport.into())
        }
    }
}

/// Says goodbye to the gateway and closes the device.
pub(super) async fn hang_up(shared: &Shared, tunnel: &mut Option<Arc<Tunnel>>) {
    shared.close_stack();
    if let Some(tunnel) = tunnel.take() {
        // Whatever is left after the limit is aborted when the tunnel is dropped.
        let _ = tokio::time::timeout(CLOSE_LIMIT, tunnel.close()).await;
    }
    shared.forget_connection();
}
