use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_openvpn::{Connection, Remote, Remotes, Retry};
use p2svpn_profile::{Profile, Server, Transport as ProfileTransport};
use p2svpn_tunnel::{
    Settings, TcpOptions, TcpTransport, Transport, Tunnel, TunnelError, UdpOptions, UdpTransport,
    resolve,
};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::dialogue::{Dialogue, framing};
use super::failure::{Failure, Next};
use super::meter::meter;
use super::question::ask_between;
use super::shared::Shared;
use super::sign_in::SignIn;
use super::tunnel_events::{Heard, TunnelEvents};
use crate::error::{Error, ErrorCode};
use crate::event::EventKind;
use crate::state::State;
use crate::warning::{Warning, WarningKind};

/// How long the gateway may be told goodbye: with the undoing of everything else 2 seconds together.
const CLOSE_LIMIT: Duration = Duration::from_millis(1000);

/// How many questions in a row a gateway may ask before it lets the session in: enough for several factors, and no loop that
/// a host answers by itself.
const MOST_QUESTIONS: u32 = 5;

/// Connects to the first gateway of a profile that lets the session in.
pub(super) struct Connector<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) profile: &'a Profile,
    pub(super) dialogue: &'a mut Dialogue,
    pub(super) sign_in: &'a SignIn,
    /// For a name, and for a TCP connection to each address.
    pub(super) timeout: Duration,
    /// How often all servers are called.
    pub(super) rounds: NonZeroU32,
    /// Where the tunnel is while it connects, so that it is found there when the session ends meanwhile.
    pub(super) tunnel: &'a mut Option<Arc<Tunnel>>,
}

/// A tunnel that is established.
pub(super) struct Established {
    pub(super) settings: Box<Settings>,
    pub(super) events: TunnelEvents,
}

impl<'a> Connector<'a> {
    /// Calls the servers in turn, for as long as another call may do better.
    pub(super) async fn establish(&mut self) -> Result<Established, Error> {
        let clock = self.shared.clock();
        let mut remotes = self.remotes();
        let mut questions = 0;
        let mut error = Error::new(ErrorCode::ProfileIncomplete, "the profile has no server");
        while let Some(attempt) = remotes.next_attempt() {
            let (address, not_before) = (attempt.address, attempt.not_before);
            let Some(server) = self.server_of(attempt.remote) else {
                break;
            };
            self.shared.rest_until(not_before).await;
            let Some(address) = address else {
                let found = self.addresses_of(server).await;
                let addresses = found.unwrap_or_else(|failure| {
                    error = failure;
                    Vec::new()
                });
                remotes.resolved(clock.now(), addresses);
                continue;
            };
            let failure = match self.establish_at(server, address).await {
                Ok(established) => return Ok(established),
                Err(failure) => failure,
            };
            error = self.sign_in.signing_error().unwrap_or(failure.error);
            match failure.next {
                Next::GiveUp => break,
                Next::Answer(_) if questions == MOST_QUESTIONS => break,
                Next::Answer(challenge) => {
                    let answer = ask_between(self.shared, &challenge, questions).await?;
                    questions += 1;
                    self.dialogue
                        .set_credentials(challenge.credentials(&answer));
                }
                Next::SignInAgain => match self.sign_in.again(&error).await? {
                    Some(credentials) => {
                        self.shared.leave_sign_in(State::Connecting);
                        self.dialogue.set_credentials(credentials);
                    }
                    None => break,
                },
                Next::Again(end) => {
                    remotes.ended(clock.now(), end);
                    if remotes.next_attempt().is_some() {
                        self.warn(format!("{server} was called in vain: {error}"));
                    }
                }
            }
        }
        Err(error)
    }

    fn remotes(&self) -> Remotes {
        let remotes = self.profile.servers.iter().map(|server| Remote {
            host: server.host().to_owned(),
            port: server.port(),
            framing: framing(server),
        });
        let retry = Retry {
            attempts: Some(self.rounds),
            ..Retry::default()
        };
        Remotes::new(remotes.collect(), retry)
    }

    fn server_of(&self, remote: &Remote) -> Option<&'a Server> {
        let mut servers = self.profile.servers.iter();
        servers.find(|server| {
            server.host() == remote.host
                && server.port() == remote.port
                && framing(server) == remote.framing
        })
    }

    async fn addresses_of(&self, server: &Server) -> Result<Vec<SocketAddr>, Error> {
        self.shared.learn(|facts| {
            facts.gateway_name = Some(server.host().to_owned());
            facts.gateway_address = None;
        });
        Ok(resolve(server.host(), server.port(), self.timeout).await?)
    }

    /// Connects in the usual form, and once more in the plain one where the gateway seems to stumble over the usual one.
    async fn establish_at(
        &mut self,
        server: &Server,
        address: SocketAddr,
    ) -> Result<Established, Failure> {
        let extensions = self.dialogue.extensions();
        let failure = match self.attempt(server, address, extensions).await {
            Err(failure) if failure.stumbled && extensions => failure,
            outcome => return outcome,
        };
        let error = &failure.error;
        self.warn(format!(
            "{server} is called again without the extensions of the protocol: {error}"
        ));
        match self.attempt(server, address, false).await {
            Err(second) if !matches!(second.next, Next::Answer(_)) => {
                // What went wrong at first is what the user has to know.
                Err(failure)
            }
            outcome => outcome,
        }
    }

    /// Connects once; a tunnel that was not established is closed again.
    async fn attempt(
        &mut self,
        server: &Server,
        address: SocketAddr,
        extensions: bool,
    ) -> Result<Established, Failure> {
        let outcome = self.call(server, address, extensions).await;
        if let Err(failure) = &outcome {
            let error = &failure.error;
            tracing::info!(session = %self.shared.id(), %server, %address, extensions, %error, "not connected");
            hang_up(self.shared, self.tunnel).await;
        }
        outcome
    }

    async fn call(
        &mut self,
        server: &Server,
        address: SocketAddr,
        extensions: bool,
    ) -> Result<Established, Failure> {
        let shared = self.shared;
        let transport = open(server.transport(), address, self.timeout).await?;
        let clock = shared.clock();
        let config = self
            .dialogue
            .client_config(server, address.ip(), extensions)?;
        let connection = Connection::client(config, self.dialogue.start(clock))?;
        let (tunnel, events) = Tunnel::start(connection, transport, clock, &Handle::current());
        let tunnel = Arc::new(tunnel);
        *self.tunnel = Some(Arc::clone(&tunnel));
        shared.learn(|facts| {
            facts.gateway_name = Some(server.host().to_owned());
            facts.gateway_address = Some(address);
            facts.meter = Some(meter(Arc::clone(&tunnel), None));
        });
        let mut events = TunnelEvents::new(Arc::clone(shared), tunnel, events);
        loop {
            // Settings change only after they were made.
            if let Heard::Established(settings) = events.next().await? {
                return Ok(Established { settings, events });
            }
        }
    }

    fn warn(&self, message: String) {
        let warning = Warning::new(WarningKind::Gateway, message);
        self.shared.emit(EventKind::Warning(warning));
    }
}

/// Opens the way to an address.
async fn open(
    kind: ProfileTransport,
    address: SocketAddr,
    timeout: Duration,
) -> Result<Transport, TunnelError> {
    match kind {
        ProfileTransport::Tcp => {
            let options = TcpOptions {
                timeout,
                ..TcpOptions::default()
            };
            let transport = TcpTransport::connect_to(&[address], &options).await?;
            Ok(transport.into())
        }
        ProfileTransport::Udp => {
            let transport = UdpTransport::connect_to(&[address], &UdpOptions::default())?;
            Ok(transport.into())
        }
    }
}

/// Says goodbye to the gateway and closes the device.
pub(super) async fn hang_up(shared: &Shared, tunnel: &mut Option<Arc<Tunnel>>) {
    shared.close_stack();
    if let Some(tunnel) = tunnel.take() {
        // Whatever is left after the limit is aborted when the tunnel is dropped.
        let _ = timeout(CLOSE_LIMIT, tunnel.close()).await;
    }
    shared.forget_connection();
}
