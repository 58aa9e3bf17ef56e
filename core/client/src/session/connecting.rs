use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_openvpn::{Connection, Remote, Remotes};
use p2svpn_profile::{Profile, Server, Transport as ProfileTransport};
use p2svpn_system::{GuardedGateway, Path, path_to};
use p2svpn_tunnel::{
    Settings, TcpOptions, TcpTransport, Transport, Tunnel, TunnelError, UdpOptions, UdpTransport,
    resolve,
};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::dialogue::{Dialogue, framing};
use super::failure::{Failure, Next};
use super::guard::Guard;
use super::machine::Machine;
use super::meter::meter;
use super::question::ask_between;
use super::reconnecting::Loss;
use super::shared::Shared;
use super::sign_in::SignIn;
use super::surroundings::Surroundings;
use super::tunnel_events::{Heard, TunnelEvents};
use crate::error::{Class, Error, ErrorCode};
use crate::event::EventKind;
use crate::warning::{Warning, WarningKind};

/// How long the gateway may be told goodbye: with the undoing of everything else 2 seconds together.
const CLOSE_LIMIT: Duration = Duration::from_millis(1000);

/// How many questions in a row a gateway may ask before it lets the session in: enough for several factors, and no loop that
/// a host answers by itself.
const MOST_QUESTIONS: u32 = 5;

/// How often a call is made anew because the network has changed before the gateway answered: enough for a machine that comes
/// into another network, and no end of calls where the network never rests.
const MOST_RESTARTS: u32 = 3;

/// Connects to the first gateway of a profile that lets the session in, for the first time or again.
pub(super) struct Connector<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) profile: &'a Profile,
    pub(super) dialogue: &'a mut Dialogue,
    pub(super) sign_in: &'a SignIn,
    /// For a name, and for a TCP connection to each address.
    pub(super) timeout: Duration,
    /// Which server is called when.
    pub(super) remotes: &'a mut Remotes,
    /// Where the tunnel is while it connects, so that it is found there when the session ends meanwhile.
    pub(super) tunnel: &'a mut Option<Arc<Tunnel>>,
    /// What is configured already, by the connection before.
    pub(super) machine: &'a mut Option<Machine>,
    /// What lets the gateway be called, where nothing else shall leave.
    pub(super) guard: &'a mut Option<Guard>,
    /// How the connection before was lost, if there was one.
    pub(super) loss: Option<Loss>,
}

/// A tunnel that is established.
pub(super) struct Established {
    pub(super) settings: Box<Settings>,
    pub(super) tunnel: Arc<Tunnel>,
    pub(super) events: TunnelEvents,
    /// The way to the gateway that it was made by.
    pub(super) path: Option<Path>,
}

impl<'a> Connector<'a> {
    /// Calls the servers in turn, for as long as another call may do better.
    pub(super) async fn establish(
        &mut self,
        surroundings: &mut Surroundings,
    ) -> Result<Established, Error> {
        let clock = self.shared.clock();
        let mut questions = 0;
        let mut restarts = MOST_RESTARTS;
        let mut error = match &self.loss {
            Some(loss) => loss.cause().clone(),
            None => Error::new(ErrorCode::ProfileIncomplete, "the profile has no server"),
        };
        while let Some(attempt) = self.remotes.next_attempt() {
            let (address, not_before) = (attempt.address, attempt.not_before);
            let Some(server) = server_of(self.profile, attempt.remote) else {
                break;
            };
            match &mut self.loss {
                None => self.shared.rest_until(not_before).await,
                Some(loss) => {
                    if loss.rest(self.shared, surroundings, not_before).await {
                        self.refresh_credentials().await?;
                    }
                }
            }
            let Some(address) = address else {
                let found = self.addresses_of(server).await;
                let addresses = found.unwrap_or_else(|failure| {
                    error = failure;
                    Vec::new()
                });
                if addresses.is_empty() {
                    self.note_failure(&error);
                }
                self.remotes.resolved(clock.now(), addresses);
                continue;
            };
            let outcome = tokio::select! {
                outcome = self.establish_at(server, address) => outcome,
                () = surroundings.way_changes(address.ip(), &mut restarts) => {
                    // A call by a way that is gone would only be given up late.
                    hang_up(self.shared, self.tunnel).await;
                    continue;
                }
            };
            let failure = match outcome {
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
                        self.shared.leave_sign_in();
                        self.dialogue.set_credentials(credentials);
                    }
                    None => break,
                },
                Next::Again(end) => {
                    self.remotes.ended(clock.now(), end);
                    self.note_failure(&error);
                    if self.loss.is_none() && self.remotes.next_attempt().is_some() {
                        self.warn(format!("{server} was called in vain: {error}"));
                    }
                    if error.code() == ErrorCode::TokenExpired {
                        self.sign_in.forget_token();
                    }
                }
            }
        }
        Err(error)
    }

    /// Counts a call in vain of those that shall get the connection back.
    fn note_failure(&mut self, error: &Error) {
        if let Some(loss) = &mut self.loss {
            loss.note_failure(error.clone());
        }
    }

    /// Shows what is good by now: a token may have come to its end since.
    ///
    /// That it cannot be got just now is no reason to give up: the way to Entra may be the same that is gone.
    async fn refresh_credentials(&mut self) -> Result<(), Error> {
        match self.sign_in.afresh().await {
            Ok(Some(credentials)) => self.dialogue.set_credentials(credentials),
            Ok(None) => {}
            Err(error) if error.class() == Class::Retry => {
                tracing::info!(session = %self.shared.id(), %error, "no fresh credentials");
            }
            Err(error) => return Err(error),
        }
        self.shared.leave_sign_in();
        Ok(())
    }

    async fn addresses_of(&mut self, server: &Server) -> Result<Vec<SocketAddr>, Error> {
        self.shared.learn(|facts| {
            facts.gateway_name = Some(server.host().to_owned());
            facts.gateway_address = None;
        });
        if let Some(guard) = self.guard {
            if !guard.is_up() {
                // Whoever looks names up is outside, and cannot be asked later.
                for server in self.profile.servers.iter() {
                    let found = resolve(server.host(), server.port(), self.timeout).await;
                    guard.know(server, found);
                }
            }
            return guard.addresses_of(server);
        }
        let found = resolve(server.host(), server.port(), self.timeout);
        Ok(match self.machine {
            None => found.await?,
            Some(machine) => machine.without_dns(found).await??,
        })
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
        if let Some(guard) = self.guard {
            let gateway = GuardedGateway {
                address,
                is_udp: server.transport() == ProfileTransport::Udp,
            };
            guard.admit(gateway).await.map_err(Failure::final_one)?;
        }
        if let Some(machine) = self.machine {
            // Where the network is between two states, the next call finds it in order.
            let left_out = machine.leave_out(address.ip()).await;
            left_out.map_err(Failure::for_now)?;
        }
        let path = path_to(address.ip());
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
            facts.meter = Some(meter(Arc::clone(&tunnel)));
        });
        let mut events = TunnelEvents::new(Arc::clone(shared), Arc::clone(&tunnel), events);
        loop {
            match events.next().await? {
                Heard::Established(settings) => {
                    return Ok(Established {
                        settings,
                        tunnel,
                        events,
                        path,
                    });
                }
                Heard::AuthToken(token) => self.sign_in.take_over(token),
                // Settings change only after they were made.
                Heard::Reconfigured(_) | Heard::CredentialsDue => {}
            }
        }
    }

    fn warn(&self, message: String) {
        let warning = Warning::new(WarningKind::Gateway, message);
        self.shared.emit(EventKind::Warning(warning));
    }
}

fn server_of<'a>(profile: &'a Profile, remote: &Remote) -> Option<&'a Server> {
    let mut servers = profile.servers.iter();
    servers.find(|server| {
        server.host() == remote.host
            && server.port() == remote.port
            && framing(server) == remote.framing
    })
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

/// Says goodbye to the gateway; the device goes back to whoever keeps it.
pub(super) async fn hang_up(shared: &Shared, tunnel: &mut Option<Arc<Tunnel>>) {
    if let Some(tunnel) = tunnel.take() {
        // Whatever is left after the limit is aborted when the tunnel is dropped.
        let _ = timeout(CLOSE_LIMIT, tunnel.close()).await;
    }
    shared.forget_connection();
}
