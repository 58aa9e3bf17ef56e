//! A client that is made of the lower crates and of nothing but the files that the gateway hands out.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub(crate) mod program;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use p2svpn_auth::Identity;
use p2svpn_gateway::{Gateway, TlsVersions};
use p2svpn_openvpn::{
    CertificateName, CertificateUsage, Cipher, ClientConfig, Connection, Credentials, Digest,
    Error, KeyDirection, RevocationLists, ServerTrust, ServerValidation, Start, StaticKey,
    Timeouts, TlsOptions, Wrapping,
};
use p2svpn_profile::Profile;
use p2svpn_system::Clock;
use p2svpn_tunnel::{
    Settings, Stack, StackOptions, TcpOptions, TcpStream, TcpTransport, Tunnel, TunnelEnd,
    TunnelEvent,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Longer than anything here takes on a slow machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A client that is connected.
pub(crate) struct Client {
    pub(crate) settings: Box<Settings>,
    pub(crate) stack: Stack,
    pub(crate) tunnel: Tunnel,
    pub(crate) events: mpsc::Receiver<TunnelEvent>,
}

/// How a client differs from the usual one.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) tls: TlsVersions,
    pub(crate) ciphers: Vec<Cipher>,
    pub(crate) timeouts: Timeouts,
    pub(crate) credentials: Option<Credentials>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            tls: TlsVersions::Any,
            ciphers: vec![Cipher::Aes256Gcm, Cipher::ChaCha20Poly1305],
            timeouts: Timeouts::default(),
            credentials: None,
        }
    }
}

impl Client {
    /// Connects with a fresh certificate.
    pub(crate) async fn connect(gateway: &Gateway) -> Client {
        let identity = identity_of(&gateway.issue_client("alice").unwrap());
        match Self::try_connect(&gateway.profile_xml(), &identity, Plan::default()).await {
            Ok(client) => client,
            Err(end) => panic!("not connected: {end:?}"),
        }
    }

    /// Connects with these files.
    pub(crate) async fn try_connect<'a>(
        profile: &str,
        identity: impl Into<Option<&'a Identity>>,
        plan: Plan,
    ) -> Result<Client, TunnelEnd> {
        let profile = Profile::from_azure_xml(profile.as_bytes()).unwrap().profile;
        let clock = Clock::new();
        let start = Start {
            now: clock.now(),
            unix_time: clock.unix_seconds().try_into().unwrap(),
        };
        let connection =
            Connection::client(config(&profile, identity.into(), plan), start).unwrap();
        let server = profile.servers.first();
        let transport = TcpTransport::connect(server.host(), server.port(), &TcpOptions::default())
            .await
            .unwrap();
        let (tunnel, mut events) = Tunnel::start(connection, transport, clock, &Handle::current());
        let settings = loop {
            match events.recv().await.expect("the end is told") {
                TunnelEvent::Established(settings) => break settings,
                TunnelEvent::Closed(end) => return Err(end),
                _ => {}
            }
        };
        let options = StackOptions {
            ipv4: Some(address(&settings)),
            ..StackOptions::default()
        };
        let stack = Stack::new(options, clock).unwrap();
        // A tunnel that is over already says so by its last event.
        let _ = tunnel.attach(stack.device()).await;
        Ok(Client {
            settings,
            stack,
            tunnel,
            events,
        })
    }

    pub(crate) async fn dial(&self, gateway: &Gateway, port: u16) -> TcpStream {
        self.stack
            .dial(SocketAddr::new(gateway.services().into(), port), LONG)
            .await
            .unwrap()
    }

    /// The body of the answer to a request.
    pub(crate) async fn fetch(&self, gateway: &Gateway, path: &str) -> Vec<u8> {
        let mut stream = self.dial(gateway, 80).await;
        let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        body(&answer)
    }

    /// Waits for the end of the tunnel.
    pub(crate) async fn end(&mut self) -> TunnelEnd {
        loop {
            if let TunnelEvent::Closed(end) = self.events.recv().await.expect("the end is told") {
                return end;
            }
        }
    }
}

/// The error with which a client of this plan fails to connect.
pub(crate) async fn failure(gateway: &Gateway, plan: Plan) -> Error {
    let identity = identity_of(&gateway.issue_client("alice").unwrap());
    match Client::try_connect(&gateway.profile_xml(), &identity, plan).await {
        Err(TunnelEnd::Connection(error)) => error,
        Err(end) => panic!("another end: {end:?}"),
        Ok(_) => panic!("the client connected"),
    }
}

/// What a client reads from the PEM that the gateway issues; containers take a second each without optimization.
pub(crate) fn identity_of(issued: &p2svpn_gateway::IssuedIdentity) -> Identity {
    let (certificate, key) = (issued.certificate_pem(), issued.key_pem());
    Identity::from_pem(certificate.as_bytes(), Some(key.as_bytes()), None).unwrap()
}

pub(crate) fn address(settings: &Settings) -> Ipv4Addr {
    match settings.push.addresses.first() {
        Some(IpNet::V4(address)) => address.addr(),
        other => panic!("no IPv4 address: {other:?}"),
    }
}

pub(crate) fn body(answer: &[u8]) -> Vec<u8> {
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .expect("an HTTP head");
    assert!(
        answer.starts_with(b"HTTP/1.1 200 OK"),
        "{}",
        answer[..end].escape_ascii()
    );
    answer[end + 4..].to_vec()
}

fn config(profile: &Profile, identity: Option<&Identity>, plan: Plan) -> ClientConfig {
    let validation = &profile.server_validation;
    ClientConfig {
        wrapping: Wrapping::TlsAuth {
            key: StaticKey::from_bytes(validation.wrapping.static_key().unwrap().as_bytes()),
            direction: KeyDirection::One,
            digest: Digest::Sha256,
        },
        validation: ServerValidation {
            exception: None,
            trust: ServerTrust::PinnedRoots {
                hashes: validation
                    .trust
                    .pinned()
                    .map(|root| *root.as_bytes())
                    .collect(),
                known: Vec::new(),
                revocation: RevocationLists::default(),
            },
            usage: CertificateUsage::server(),
            name: CertificateName::Hosts {
                names: profile.servers.first().certificate_names(),
                wildcards: true,
            },
        },
        tls: TlsOptions {
            versions: plan.tls,
            ..TlsOptions::default()
        },
        identity: identity.map(Identity::certified_key),
        credentials: plan.credentials,
        ciphers: plan.ciphers,
        timeouts: plan.timeouts,
        ..ClientConfig::new(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
    }
}
