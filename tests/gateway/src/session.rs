//! One connection to the gateway, from the first packet to the last.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use p2svpn_openvpn::{
    Admission, Connection, Framing, GatewayConfig, PushReply, Renegotiation, Start,
};
use p2svpn_tunnel::{
    Stack, StackOptions, TcpTransport, Transport, Tunnel, TunnelEnd, TunnelError, TunnelEvent,
    UdpTransport,
};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::admission::{NO_REASON, Verdict, identify, judge};
use crate::error::GatewayError;
use crate::impostor;
use crate::misbehaviour::{Misbehaviour, Stop};
use crate::network::Services;
use crate::options;
use crate::question::{Asked, WRONG};
use crate::state::{Order, Registration, State, Word};
use crate::udp::UdpCaller;

/// How a client has called.
pub(crate) enum Caller {
    Tcp(TcpStream),
    Udp(UdpCaller),
}

/// Serves one client until either side ends, or an order tells to.
pub(crate) async fn serve(
    state: Arc<State>,
    caller: Caller,
    peer: SocketAddr,
    mut orders: watch::Receiver<Order>,
) {
    if matches!(caller, Caller::Udp(_)) && state.misbehaviour().is_wordless() {
        return;
    }
    let registration = Registration::new(&state, peer);
    let session = Session {
        state: &state,
        registration: &registration,
        misbehaviour: state.misbehaviour(),
    };
    let reason = match caller {
        Caller::Tcp(stream) if session.misbehaviour.is_wordless() => tokio::select! {
            ended = session.act(stream) => match ended {
                Ok(()) => "misbehaved as ordered".to_owned(),
                Err(error) => format!("misbehaved as ordered: {error}"),
            },
            _ = orders.changed() => ORDERED.to_owned(),
        },
        caller => match session.run(caller, peer, orders).await {
            Ok(reason) => reason,
            Err(error) => error.to_string(),
        },
    };
    registration.end(reason);
}

const ORDERED: &str = "ended by order";

/// The largest packet in the tunnel where none is pushed, as in OpenVPN.
const MTU: u16 = 1500;

struct Session<'a> {
    state: &'a Arc<State>,
    registration: &'a Registration,
    misbehaviour: Misbehaviour,
}

/// Why a session could not be run.
#[derive(Debug, thiserror::Error)]
enum SessionError {
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Connection(#[from] p2svpn_openvpn::Error),
    #[error(transparent)]
    Tunnel(#[from] TunnelError),
    #[error(transparent)]
    Transport(#[from] io::Error),
}

impl Session<'_> {
    /// Serves the client as a gateway should; the answer is why that is over.
    async fn run(
        &self,
        caller: Caller,
        peer: SocketAddr,
        mut orders: watch::Receiver<Order>,
    ) -> Result<String, SessionError> {
        let mut connection = self.connection()?;
        let transport = match caller {
            Caller::Tcp(stream) => Transport::from(TcpTransport::accepted(stream, peer)?),
            Caller::Udp(UdpCaller { socket, mut packet }) => {
                connection.receive(self.state.clock.now(), &mut packet);
                UdpTransport::accepted(socket, peer)?.into()
            }
        };
        let (tunnel, mut events) =
            Tunnel::start(connection, transport, self.state.clock, &Handle::current());
        let tunnel = Arc::new(tunnel);
        self.registration.runs(&tunnel);
        let mut served = Served {
            session: self,
            tunnel: &tunnel,
            network: None,
            admitted: PushReply::default(),
            waiting: None,
        };
        let mut words = self.state.words.subscribe();
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(TunnelEvent::Admission(admission)) if self.stumbles_over(&admission) => {
                        return Ok("misbehaved as ordered".to_owned());
                    }
                    Some(TunnelEvent::Closed(end)) => return Ok(reason(&end)),
                    Some(event) => served.hear(event).await?,
                    None => return Ok("the tunnel vanished".to_owned()),
                },
                word = words.recv() => match word {
                    Ok(Word::Say(message)) => tunnel.send_message(message).await?,
                    Ok(Word::SignedIn) => served.let_in().await?,
                    // The gateway is there as long as its sessions.
                    Err(_) => {}
                },
                _ = orders.changed() => {
                    if orders.borrow_and_update().stop {
                        tunnel.close().await;
                    }
                    return Ok(ORDERED.to_owned());
                }
            }
        }
    }

    /// Whether what the client says of itself is more than this gateway can bear.
    fn stumbles_over(&self, admission: &Admission) -> bool {
        self.misbehaviour == Misbehaviour::StumblesOverExtensions
            && admission.peer_info.get("IV_PROTO").is_some()
    }

    /// Serves the client as no gateway should.
    async fn act(&self, mut stream: TcpStream) -> Result<(), SessionError> {
        let how = match self.misbehaviour {
            Misbehaviour::Answers(answer) => {
                impostor::answer(answer, &mut stream).await?;
                Stop::Silently
            }
            Misbehaviour::StopsAt(stage, how) => {
                let judge = |admission: &_| {
                    judge(self.state, self.registration, &self.misbehaviour, admission)
                };
                let clock = self.state.clock;
                impostor::handshake_until(stage, self.connection()?, &mut stream, clock, judge)
                    .await?;
                how
            }
            _ => return Ok(()),
        };
        Ok(impostor::stop(how, stream).await?)
    }

    fn connection(&self) -> Result<Connection, SessionError> {
        let (options, credentials) = (&self.state.options, &self.state.credentials);
        let flaw = match self.misbehaviour {
            Misbehaviour::Certificate(flaw) => Some(flaw),
            _ => None,
        };
        let usual = Renegotiation::default();
        let config = GatewayConfig {
            framing: match options.transport {
                options::Transport::Tcp => Framing::Stream,
                options::Transport::Udp => Framing::Datagram,
            },
            renegotiation: Renegotiation {
                after: options.renegotiate_after.or(usual.after),
                ..usual
            },
            wrapping: match self.misbehaviour {
                Misbehaviour::OtherSecret => credentials.other_wrapping()?,
                _ => credentials.wrapping(),
            },
            tls_versions: options.tls,
            client_roots: if options.takes_credentials() {
                Vec::new()
            } else {
                credentials.client_roots()
            },
            timeouts: options.timeouts,
            ..GatewayConfig::new(
                Arc::clone(credentials.provider()),
                credentials.server_identity(flaw)?,
            )
        };
        let clock = self.state.clock;
        let start = Start {
            now: clock.now(),
            unix_time: u64::try_from(clock.unix_seconds()).unwrap_or(0),
        };
        Ok(Connection::gateway(config, start)?)
    }

    /// Joins the network behind the gateway to the tunnel.
    async fn network(
        &self,
        tunnel: &Tunnel,
        mtu: u16,
        client: Option<IpAddr>,
    ) -> Result<Network, SessionError> {
        let options = StackOptions {
            ipv4: Some(self.state.options.services),
            mtu,
            most_sockets: Services::SOCKETS,
            ..StackOptions::default()
        };
        let stack = Stack::new(options, self.state.clock)?;
        let client = client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let services = Services::start(&stack, client)?;
        tunnel.attach(stack.device()).await?;
        Ok(Network {
            stack,
            _services: services,
        })
    }
}

/// A client that is served as a gateway should.
struct Served<'a> {
    session: &'a Session<'a>,
    tunnel: &'a Tunnel,
    network: Option<Network>,
    /// What the client was pushed.
    admitted: PushReply,
    /// Who waits until a question is answered.
    waiting: Option<Box<Admission>>,
}

impl Served<'_> {
    async fn hear(&mut self, event: TunnelEvent) -> Result<(), SessionError> {
        let question = self.session.state.options.question.as_ref();
        match event {
            // The certificate was verified anew, the token is not yet.
            TunnelEvent::Admission(admission) if admission.is_rekey => {
                let session = self.session;
                match identify(session.state, session.registration, &admission) {
                    Some(_) => self.tunnel.admit(self.admitted.clone()).await?,
                    None => self.tunnel.refuse(NO_REASON).await?,
                }
            }
            TunnelEvent::Admission(admission) => {
                let asked = question.map_or(Asked::Right, |question| question.put(&admission));
                match asked {
                    Asked::Refused(text) => self.tunnel.refuse(text).await?,
                    Asked::Right => self.judge(&admission).await?,
                    Asked::Waits(messages) => {
                        for message in messages {
                            self.tunnel.send_message(message).await?;
                        }
                        self.waiting = Some(admission);
                    }
                }
            }
            TunnelEvent::Answer(answer) => {
                if question.is_some_and(|question| question.is_answered_by(&answer)) {
                    self.let_in().await?;
                } else if self.waiting.take().is_some() {
                    self.tunnel.refuse(WRONG).await?;
                }
            }
            TunnelEvent::Established(settings) => {
                let tls = settings.tls.version;
                self.session.registration.established(tls, settings.cipher);
            }
            _ => {}
        }
        Ok(())
    }

    /// Judges the client that waits, if there is one.
    async fn let_in(&mut self) -> Result<(), SessionError> {
        match self.waiting.take() {
            Some(admission) => self.judge(&admission).await,
            None => Ok(()),
        }
    }

    async fn judge(&mut self, admission: &Admission) -> Result<(), SessionError> {
        let session = self.session;
        let (state, registration) = (session.state, session.registration);
        match judge(state, registration, &session.misbehaviour, admission) {
            Verdict::Refused(text) => self.tunnel.refuse(text).await?,
            Verdict::Admitted(push) => {
                // Before the client can send its first packet.
                let mtu = push.tun_mtu.unwrap_or(MTU);
                let address = push.addresses.first().map(|address| address.addr());
                self.network = Some(session.network(self.tunnel, mtu, address).await?);
                self.admitted.clone_from(&push);
                self.tunnel.admit(*push).await?;
            }
        }
        Ok(())
    }
}

/// What one client sees behind the gateway.
struct Network {
    stack: Stack,
    _services: Services,
}

impl Drop for Network {
    fn drop(&mut self) {
        self.stack.close();
    }
}

fn reason(end: &TunnelEnd) -> String {
    match end {
        TunnelEnd::Local => ORDERED.to_owned(),
        TunnelEnd::Connection(error) => error.to_string(),
        TunnelEnd::Device(error) => format!("the network failed: {error}"),
        _ => "for an unknown reason".to_owned(),
    }
}
