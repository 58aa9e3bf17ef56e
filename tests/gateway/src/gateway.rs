use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::error::GatewayError;
use crate::event::GatewayEvents;
use crate::identity::{IdentityRequest, IssuedIdentity};
use crate::misbehaviour::Misbehaviour;
use crate::options::{GatewayOptions, Transport};
use crate::profile::{OpenVpnText, ProfileSignIn, ProfileText};
use crate::session::{self, Caller};
use crate::state::{GatewayStatistics, SessionSummary, State, Word};
use crate::udp::UdpListener;

/// A gateway shaped like Azure's that listens, and the network behind it.
///
/// Dropping it ends everything at once; [`stop`](Self::stop) says goodbye first.
pub struct Gateway {
    state: Arc<State>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// Connections at once; more wait in the system's backlog.
const MOST_SESSIONS: usize = 256;

/// Rest after a failed accept: mostly the process has no descriptor left.
const REST: Duration = Duration::from_millis(50);

impl Gateway {
    pub(crate) async fn start(options: GatewayOptions) -> Result<Self, GatewayError> {
        options.check()?;
        let failed = |source| GatewayError::Listen {
            address: options.listen,
            source,
        };
        let listener = Listener::bind(&options).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let hosts = [
            host(&options, address),
            address.ip().to_string(),
            "localhost".to_owned(),
        ];
        let provider = Arc::new(aws_lc_rs::default_provider());
        let credentials = Credentials::new(provider, hosts.to_vec())?;
        let state = Arc::new(State::new(options, credentials));
        let task = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self {
            state,
            address,
            task,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the services of the network behind it are: HTTP on port 80, echo on 7, discard on 9, bytes on 19.
    pub fn services(&self) -> Ipv4Addr {
        self.state.options.services
    }

    /// The gateway's profile, `azurevpnconfig.xml`, for sign-in by certificate, or by password or with Entra where the gateway
    /// was told of users or of that.
    /// It holds the server secret.
    pub fn profile_xml(&self) -> String {
        let host = host(&self.state.options, self.address);
        let server = match host.parse() {
            Ok(IpAddr::V6(address)) => format!("[{address}]:{}", self.address.port()),
            _ => format!("{host}:{}", self.address.port()),
        };
        let credentials = &self.state.credentials;
        let client_root = credentials.client_root().thumbprint();
        let entra = self.state.options.entra.as_ref();
        let trusted = entra.map(|entra| entra.trusted());
        let issuer = self.state.options.token_issuer.as_ref();
        let other = issuer.map(|issuer| ProfileSignIn::Entra {
            authority: &issuer.authority,
            audience: &issuer.audience,
            issuer: &issuer.issuer,
            application: None,
        });
        let text = ProfileText {
            name: &self.state.options.name,
            server: &server,
            transport: self.state.options.transport,
            server_root: &credentials.server_root().thumbprint(),
            sign_in: match (&trusted, other) {
                (_, Some(other)) => other,
                (Some(trusted), None) => ProfileSignIn::Entra {
                    authority: &trusted.authority,
                    audience: &trusted.audience,
                    issuer: &trusted.issuer,
                    application: trusted.application.as_deref(),
                },
                (None, None) if !self.state.options.users.is_empty() => ProfileSignIn::Password,
                (None, None) => ProfileSignIn::Certificate { root: &client_root },
            },
            secret: credentials.secret(),
        };
        text.azure_xml()
    }

    /// A profile for OpenVPN's own programs, `vpnconfig.ovpn`, with the certificate and the key of this client in it.
    pub fn openvpn_profile(&self, identity: &IssuedIdentity) -> Zeroizing<String> {
        let credentials = &self.state.credentials;
        let text = OpenVpnText {
            host: &host(&self.state.options, self.address),
            port: self.address.port(),
            transport: self.state.options.transport,
            certificate_name: credentials.certificate_name(),
            server_root_pem: &credentials.server_root().certificate_pem(),
            client_certificate_pem: identity.certificate_pem(),
            client_key_pem: &identity.key_pem(),
            secret: credentials.secret(),
        };
        Zeroizing::new(text.openvpn())
    }

    /// The name in the gateway's certificate, `<guid>.vpn.azure.com`.
    pub fn certificate_name(&self) -> &str {
        self.state.credentials.certificate_name()
    }

    /// The root of the gateway's certificate, which the profile names by its hash.
    pub fn server_root_pem(&self) -> String {
        self.state.credentials.server_root().certificate_pem()
    }

    /// The secret that the profile holds.
    pub fn server_secret(&self) -> &[u8; 256] {
        self.state.credentials.secret()
    }

    /// What the root of the gateway's certificate says that it has withdrawn, PEM: nothing, or the authority below it, and with
    /// that the gateway's certificate.
    ///
    /// # Errors
    /// [`GatewayError::Certificate`].
    pub fn revocation_list(&self, withdraws_issuer: bool) -> Result<String, GatewayError> {
        self.state.credentials.revocation_list(withdraws_issuer)
    }

    /// Issues a client certificate that the gateway accepts.
    ///
    /// # Errors
    /// [`GatewayError::Certificate`] for a name that no certificate can carry.
    pub fn issue_client(&self, common_name: &str) -> Result<IssuedIdentity, GatewayError> {
        self.issue(&IdentityRequest::new(common_name))
    }

    /// Issues a client certificate of any kind, also one that the gateway refuses.
    ///
    /// # Errors
    /// As for [`issue_client`](Self::issue_client).
    pub fn issue(&self, request: &IdentityRequest) -> Result<IssuedIdentity, GatewayError> {
        self.state.credentials.issue(request)
    }

    /// What happens from now on.
    pub fn events(&self) -> GatewayEvents {
        GatewayEvents::new(self.state.events.subscribe())
    }

    /// The connections of this moment, in the order in which they came.
    pub fn sessions(&self) -> Vec<SessionSummary> {
        self.state.sessions()
    }

    /// What was counted so far.
    pub fn statistics(&self) -> GatewayStatistics {
        self.state.statistics()
    }

    /// Misbehaves in this way towards whoever connects from now on.
    pub fn set_misbehaviour(&self, misbehaviour: Misbehaviour) {
        self.state.set_misbehaviour(misbehaviour);
    }

    /// Sends a message to all clients that are let in or wait for it, as it is: `PUSH_UPDATE,...` for example.
    pub fn say(&self, message: impl Into<String>) {
        // An error means that nobody is there.
        let _ = self.state.words.send(Word::Say(message.into()));
    }

    /// Lets in all clients whose users had to sign in at a page, as if they had.
    pub fn sign_in(&self) {
        let _ = self.state.words.send(Word::SignedIn);
    }

    /// Cuts off all connections of this moment without a word, as Azure does when a gateway's routes change. Whoever
    /// connects later is not concerned.
    pub fn disconnect_all(&self) {
        self.state.orders.send_modify(|order| order.cut_off += 1);
    }

    /// Says goodbye to all clients, and ends. Returns when everything has stopped, at the latest after about three
    /// seconds.
    pub async fn stop(mut self) {
        self.state.orders.send_modify(|order| order.stop = true);
        // An error means that the task has panicked, which it has said itself.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // The sessions end with the task that holds them.
        self.task.abort();
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Gateway")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Where clients call.
enum Listener {
    Tcp(TcpListener),
    Udp(UdpListener),
}

impl Listener {
    async fn bind(options: &GatewayOptions) -> io::Result<Self> {
        Ok(match options.transport {
            Transport::Tcp => Self::Tcp(TcpListener::bind(options.listen).await?),
            Transport::Udp => Self::Udp(UdpListener::bind(options.listen).await?),
        })
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr(),
            Self::Udp(listener) => Ok(listener.local_addr()),
        }
    }

    async fn accept(&self) -> io::Result<(Caller, SocketAddr)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok((Caller::Tcp(stream), peer))
            }
            Self::Udp(listener) => {
                let (caller, peer) = listener.accept().await?;
                Ok((Caller::Udp(caller), peer))
            }
        }
    }
}

/// Accepts connections until the order to stop, then waits for them to end.
async fn accept(listener: Listener, state: Arc<State>) {
    let room = Arc::new(Semaphore::new(MOST_SESSIONS));
    let mut orders = state.orders.subscribe();
    let mut sessions = JoinSet::new();
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            (Ok(place), accepted) = accepted => match accepted {
                Ok((caller, peer)) => {
                    let session = session::serve(Arc::clone(&state), caller, peer, state.orders.subscribe());
                    sessions.spawn(async move {
                        session.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(REST).await;
                }
            },
            Some(_) = sessions.join_next() => {}
            _ = orders.changed() => if orders.borrow_and_update().stop {
                break;
            },
        }
    }
    drop(listener);
    while sessions.join_next().await.is_some() {}
}

/// The host that clients connect to.
fn host(options: &GatewayOptions, address: SocketAddr) -> String {
    match (&options.host, address.ip()) {
        (Some(host), _) => host.clone(),
        (None, ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
        (None, ip) => ip.to_string(),
    }
}
