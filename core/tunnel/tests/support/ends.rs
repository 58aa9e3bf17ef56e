//! A client and a gateway on the loopback interface, over a TCP connection or datagrams.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use p2svpn_openvpn::{
    CertificateName, CertificateUsage, Cipher, ClientConfig, Connection, Digest, Framing,
    GatewayConfig, KeyDirection, PushReply, RevocationLists, ServerTrust, ServerValidation, Start,
    StaticKey, Wrapping,
};
use p2svpn_system::Clock;
use p2svpn_tunnel::{
    Settings, Stack, StackOptions, TcpOptions, TcpStream as StackStream, TcpTransport, Transport,
    Tunnel, TunnelEnd, TunnelEvent, UdpTransport,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::sign::CertifiedKey;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;

pub(crate) const CLIENT: Ipv4Addr = Ipv4Addr::new(172, 16, 0, 2);
pub(crate) const GATEWAY: Ipv4Addr = Ipv4Addr::new(172, 16, 0, 1);

/// Longer than any test that passes waits for anything.
const LONG: Duration = Duration::from_secs(50);

/// One end of a tunnel.
pub(crate) struct End {
    pub(crate) tunnel: Tunnel,
    pub(crate) events: Receiver<TunnelEvent>,
}

impl End {
    /// Takes events until the handshake is done; panics if it fails.
    pub(crate) async fn established(&mut self) -> Box<Settings> {
        match self
            .find(|event| matches!(event, TunnelEvent::Established(_)))
            .await
        {
            TunnelEvent::Established(settings) => settings,
            _ => unreachable!(),
        }
    }

    /// Takes events until the last one, and checks that it is.
    pub(crate) async fn closed(&mut self) -> TunnelEnd {
        let TunnelEvent::Closed(end) = self
            .find(|event| matches!(event, TunnelEvent::Closed(_)))
            .await
        else {
            unreachable!()
        };
        assert!(
            self.events.recv().await.is_none(),
            "something followed the last event"
        );
        end
    }

    pub(crate) async fn find(&mut self, wanted: impl Fn(&TunnelEvent) -> bool) -> TunnelEvent {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the events ended");
                if wanted(&event) {
                    return event;
                }
                if let TunnelEvent::Closed(end) = event {
                    panic!("the tunnel closed: {end:?}");
                }
            }
        };
        tokio::time::timeout(LONG, found)
            .await
            .expect("the event never came")
    }
}

/// Everything that a test may want to change before the two ends meet.
pub(crate) struct Plan {
    pub(crate) client: ClientConfig,
    pub(crate) gateway: GatewayConfig,
    pub(crate) push: PushReply,
}

impl Plan {
    /// Azure's shape: tls-auth with SHA-256, certificates on both sides.
    pub(crate) fn new() -> Plan {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let authority = authority();
        let key = StaticKey::from_bytes(&std::array::from_fn(|index| index as u8));
        let wrapping = |direction| Wrapping::TlsAuth {
            key: key.clone(),
            direction,
            digest: Digest::Sha256,
        };
        let mut push = PushReply::default();
        push.addresses = vec![format!("{CLIENT}/24").parse().unwrap()];
        push.topology = Some(p2svpn_openvpn::Topology::Subnet);
        Plan {
            client: ClientConfig {
                wrapping: wrapping(KeyDirection::One),
                validation: ServerValidation {
                    exception: None,
                    trust: ServerTrust::Roots {
                        roots: vec![authority.der().clone()],
                        revocation: RevocationLists::default(),
                    },
                    usage: CertificateUsage::server(),
                    name: CertificateName::Hosts {
                        names: vec!["gateway.test".to_owned()],
                        wildcards: false,
                    },
                },
                identity: Some(issue(
                    &authority,
                    "alice",
                    ExtendedKeyUsagePurpose::ClientAuth,
                    &provider,
                )),
                ciphers: vec![Cipher::Aes256Gcm],
                mtu: 1400,
                ..ClientConfig::new(Arc::clone(&provider))
            },
            gateway: GatewayConfig {
                wrapping: wrapping(KeyDirection::Zero),
                client_roots: vec![authority.der().clone()],
                ..GatewayConfig::new(
                    Arc::clone(&provider),
                    issue(
                        &authority,
                        "gateway.test",
                        ExtendedKeyUsagePurpose::ServerAuth,
                        &provider,
                    ),
                )
            },
            push,
        }
    }

    /// The same over datagrams.
    pub(crate) fn over_datagrams() -> Plan {
        let mut plan = Plan::new();
        plan.client.framing = Framing::Datagram;
        plan.gateway.framing = Framing::Datagram;
        plan
    }

    /// Starts both ends; whoever calls judges the client.
    pub(crate) async fn start(&self) -> (End, End) {
        if self.client.framing == Framing::Datagram {
            let (near, far) = udp_pair().await;
            return (self.run_client(near), self.run_gateway(far));
        }
        let (near, far) = tcp_pair().await;
        (self.start_client(near).await, self.start_gateway(far).await)
    }

    /// Both ends, established.
    pub(crate) async fn meet(&self) -> (End, End) {
        let (mut client, mut gateway) = self.start().await;
        self.admit(&mut gateway).await;
        tokio::join!(client.established(), gateway.established());
        (client, gateway)
    }

    pub(crate) async fn admit(&self, gateway: &mut End) {
        gateway
            .find(|event| matches!(event, TunnelEvent::Admission(_)))
            .await;
        gateway.tunnel.admit(self.push.clone()).await.unwrap();
    }

    pub(crate) async fn start_client(&self, stream: TcpStream) -> End {
        self.run_client(accepted(stream))
    }

    pub(crate) async fn start_gateway(&self, stream: TcpStream) -> End {
        self.run_gateway(accepted(stream))
    }

    pub(crate) fn run_client(&self, transport: impl Into<Transport>) -> End {
        let clock = Clock::new();
        let connection = Connection::client(self.client.clone(), start(clock)).unwrap();
        run(connection, transport, clock)
    }

    pub(crate) fn run_gateway(&self, transport: impl Into<Transport>) -> End {
        let clock = Clock::new();
        let connection = Connection::gateway(self.gateway.clone(), start(clock)).unwrap();
        run(connection, transport, clock)
    }
}

/// Two sockets on the loopback interface, each connected to the other.
pub(crate) async fn udp_pair() -> (UdpTransport, UdpTransport) {
    udp_pair_between("127.0.0.1", "127.0.0.1").await
}

/// Two sockets at these addresses, each connected to the other.
pub(crate) async fn udp_pair_between(near: &str, far: &str) -> (UdpTransport, UdpTransport) {
    let near = UdpSocket::bind((near, 0)).await.unwrap();
    let far = UdpSocket::bind((far, 0)).await.unwrap();
    let (near_address, far_address) = (near.local_addr().unwrap(), far.local_addr().unwrap());
    near.connect(far_address).await.unwrap();
    far.connect(near_address).await.unwrap();
    (
        UdpTransport::accepted(near, far_address).unwrap(),
        UdpTransport::accepted(far, near_address).unwrap(),
    )
}

/// A userspace stack at one end.
pub(crate) async fn stack(end: &End, address: Ipv4Addr) -> Stack {
    let stack = Stack::new(
        StackOptions {
            ipv4: Some(address),
            ..StackOptions::default()
        },
        Clock::new(),
    )
    .unwrap();
    end.tunnel.attach(stack.device()).await.unwrap();
    stack
}

/// A connection through the tunnel, seen from either end.
pub(crate) async fn connect(near: &Stack, far: &Stack) -> (StackStream, StackStream) {
    let listener = far.listen(80, 1).unwrap();
    let (dialled, accepted) = tokio::join!(
        near.dial(SocketAddr::new(GATEWAY.into(), 80), LONG),
        listener.accept()
    );
    (dialled.unwrap(), accepted.unwrap().0)
}

/// Two ends of one connection on the loopback interface.
pub(crate) async fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let options = TcpOptions::default();
    let (near, far) = tokio::join!(
        TcpTransport::connect("127.0.0.1", port, &options),
        listener.accept()
    );
    (near.unwrap().into_stream(), far.unwrap().0)
}

fn accepted(stream: TcpStream) -> TcpTransport {
    let peer = stream.peer_addr().unwrap();
    TcpTransport::accepted(stream, peer).unwrap()
}

fn run(connection: Connection, transport: impl Into<Transport>, clock: Clock) -> End {
    let (tunnel, events) = Tunnel::start(connection, transport, clock, &Handle::current());
    End { tunnel, events }
}

fn start(clock: Clock) -> Start {
    Start {
        now: clock.now(),
        unix_time: clock.unix_seconds().unsigned_abs(),
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn issue(
    authority: &CertifiedIssuer<'static, KeyPair>,
    name: &str,
    usage: ExtendedKeyUsagePurpose,
    provider: &CryptoProvider,
) -> Arc<CertifiedKey> {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.extended_key_usages = vec![usage];
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Arc::new(CertifiedKey::from_der(vec![certificate.der().clone()], key, provider).unwrap())
}
