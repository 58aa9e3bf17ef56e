use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipnet::Ipv4Net;
use p2svpn_openvpn::{Cipher, PushReply, Timeouts, TlsVersions};

use crate::entra::FakeEntra;
use crate::error::GatewayError;
use crate::gateway::Gateway;
use crate::misbehaviour::Misbehaviour;
use crate::options::{DataKeys, DataPackets, GatewayOptions, Transport};
use crate::question::Question;
use crate::token_issuer::TokenIssuer;

/// Sets a gateway up; without further words it is as close to Azure's as is known, on a free port of 127.0.0.1.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct GatewayBuilder {
    options: GatewayOptions,
}

impl Gateway {
    /// Sets a gateway up.
    pub fn builder() -> GatewayBuilder {
        GatewayBuilder::default()
    }
}

impl GatewayBuilder {
    /// Where to listen; port 0 takes a free one.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.options.listen = address;
        self
    }

    /// The host in the profile and in the gateway's certificate, where clients need another than the address it
    /// listens on.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.options.host = Some(host.into());
        self
    }

    /// The name in the profile.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = name.into();
        self
    }

    /// What carries the packets; TCP unless chosen.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.options.transport = transport;
        self
    }

    /// How long a key is used before the gateway asks for the next one; an hour unless chosen.
    pub fn renegotiate_after(mut self, time: Duration) -> Self {
        self.options.renegotiate_after = Some(time);
        self
    }

    /// The TLS versions to accept; 1.2 and 1.3 unless chosen.
    pub fn tls(mut self, versions: TlsVersions) -> Self {
        self.options.tls = versions;
        self
    }

    /// Where data keys come from; OpenVPN's own function unless chosen.
    pub fn keys(mut self, keys: DataKeys) -> Self {
        self.options.keys = keys;
        self
    }

    /// The header of data packets; one byte unless chosen.
    pub fn packets(mut self, packets: DataPackets) -> Self {
        self.options.packets = packets;
        self
    }

    /// The data cipher to use and to push; unless chosen, AES-256-GCM without a word.
    pub fn cipher(mut self, cipher: Cipher) -> Self {
        self.options.cipher = Some(cipher);
        self
    }

    /// The clients' addresses, of which the first is the gateway's; 172.16.201.0/24 unless chosen.
    pub fn pool(mut self, pool: Ipv4Net) -> Self {
        self.options.pool = pool;
        self
    }

    /// The network behind the gateway, which clients get a route to, and where its services are;
    /// 10.1.0.0/16 and 10.1.0.4 unless chosen.
    pub fn network(mut self, network: Ipv4Net, services: Ipv4Addr) -> Self {
        self.options.network = network;
        self.options.services = services;
        self
    }

    /// How long each part of a handshake may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.options.timeouts = timeouts;
        self
    }

    /// Changes what every client is pushed: more routes, DNS servers, keepalives, the MTU.
    ///
    /// The client's address, the route to the network and the data channel's parameters are added to it.
    pub fn push(mut self, change: impl FnOnce(&mut PushReply)) -> Self {
        change(&mut self.options.push);
        self
    }

    /// What to ask before a client is let in; nothing unless chosen.
    pub fn question(mut self, question: Question) -> Self {
        self.options.question = Some(question);
        self
    }

    /// Lets in those who bring an access token of this stand-in as their password, and any user name, and asks nobody for a
    /// certificate. Each rekey has to bring a token that is good by then.
    pub fn entra(mut self, entra: &FakeEntra) -> Self {
        self.options.entra = Some(entra.token_check());
        self
    }

    /// Lets in those who bring an access token of this identity provider as their password, and asks nobody for a certificate.
    pub fn token_issuer(mut self, issuer: TokenIssuer) -> Self {
        self.options.token_issuer = Some(issuer);
        self
    }

    /// Lets in those who bring the name of this user with the password, and asks nobody for a certificate; may be called for
    /// several users.
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.options.users.push((name.into(), password.into()));
        self
    }

    /// What to do wrong from the start.
    pub fn misbehaviour(mut self, misbehaviour: Misbehaviour) -> Self {
        self.options.misbehaviour = misbehaviour;
        self
    }

    /// Starts it on the Tokio runtime that this runs on, which must have I/O and time.
    ///
    /// # Errors
    /// [`GatewayError::Listen`] when the address is taken, [`GatewayError::Options`] for options that contradict each
    /// other, [`GatewayError::Certificate`] for a host that no certificate can carry.
    pub async fn start(self) -> Result<Gateway, GatewayError> {
        Gateway::start(self.options).await
    }
}
