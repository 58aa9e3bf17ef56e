use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipnet::Ipv4Net;
use p2svpn_openvpn::{Cipher, PushReply, Timeouts, TlsVersions};

use crate::entra::TokenCheck;
use crate::error::GatewayError;
use crate::misbehaviour::Misbehaviour;
use crate::question::Question;
use crate::token_issuer::TokenIssuer;

/// How a gateway is set up.
#[derive(Clone, Debug)]
pub(crate) struct GatewayOptions {
    pub(crate) listen: SocketAddr,
    /// The host in the profile, where it is not the address listened on.
    pub(crate) host: Option<String>,
    /// The name in the profile.
    pub(crate) name: String,
    pub(crate) transport: Transport,
    pub(crate) tls: TlsVersions,
    pub(crate) keys: DataKeys,
    pub(crate) packets: DataPackets,
    /// Pushed where one is chosen.
    pub(crate) cipher: Option<Cipher>,
    pub(crate) pool: Ipv4Net,
    /// Pushed as a route.
    pub(crate) network: Ipv4Net,
    /// Where the services are; in the network.
    pub(crate) services: Ipv4Addr,
    pub(crate) timeouts: Timeouts,
    /// How long a key is used; none: as long as the protocol's own default.
    pub(crate) renegotiate_after: Option<Duration>,
    /// What every client is pushed besides its address and the data channel's parameters.
    pub(crate) push: PushReply,
    pub(crate) question: Option<Question>,
    /// Who judges the tokens that clients bring in the place of certificates.
    pub(crate) entra: Option<TokenCheck>,
    /// Another identity provider, whose tokens count.
    pub(crate) token_issuer: Option<TokenIssuer>,
    /// Names with their passwords, which clients bring in the place of certificates; none where certificates are wanted.
    pub(crate) users: Vec<(String, String)>,
    pub(crate) misbehaviour: Misbehaviour,
}

/// What carries the packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// TCP, as Azure's gateways use.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

impl Transport {
    /// Its name in profiles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// Where the keys of data packets come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataKeys {
    /// OpenVPN's own function over both sides' random numbers, as Azure's gateways use.
    #[default]
    Classic,
    /// The TLS exporter (`key-derivation tls-ekm`), as OpenVPN's own servers use.
    TlsExporter,
}

/// The header of data packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataPackets {
    /// One byte (`P_DATA_V1`), as Azure's gateways use.
    #[default]
    V1,
    /// Four bytes with a peer id (`P_DATA_V2`), as OpenVPN's own servers use.
    V2,
}

impl GatewayOptions {
    /// # Errors
    /// [`GatewayError::Options`] for a pool without a client's address, or services outside their network.
    pub(crate) fn check(&self) -> Result<(), GatewayError> {
        if self.pool.prefix_len() > 30 {
            return Err(GatewayError::Options(
                "the address pool has no room for a client",
            ));
        }
        if !self.network.contains(&self.services) {
            return Err(GatewayError::Options(
                "the services are outside the network",
            ));
        }
        Ok(())
    }
}

impl GatewayOptions {
    /// Whether clients sign in with something that they send, so that nobody asks them for a certificate.
    pub(crate) fn takes_credentials(&self) -> bool {
        self.entra.is_some() || self.token_issuer.is_some() || !self.users.is_empty()
    }
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            host: None,
            name: "p2svpn-test-vnet".to_owned(),
            transport: Transport::default(),
            tls: TlsVersions::default(),
            keys: DataKeys::default(),
            packets: DataPackets::default(),
            cipher: None,
            pool: Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 201, 0), 24),
            network: Ipv4Net::new_assert(Ipv4Addr::new(10, 1, 0, 0), 16),
            services: Ipv4Addr::new(10, 1, 0, 4),
            timeouts: Timeouts::default(),
            renegotiate_after: None,
            push: PushReply::default(),
            question: None,
            entra: None,
            token_issuer: None,
            users: Vec::new(),
            misbehaviour: Misbehaviour::default(),
        }
    }
}
