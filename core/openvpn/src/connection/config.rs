//! What a connection needs to know before it starts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::CertificateDer;

use crate::challenge::SignInMethod;
use crate::credentials::Credentials;
use crate::data::{Cipher, CompressionFraming, IpVersion, MssFix};
use crate::frame::Framing;
use crate::tls::{ServerValidation, TlsOptions, TlsVersions};
use crate::wrap::Wrapping;

/// The moment at which a connection starts, by both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// The monotonic clock of all later calls. It should count sleep.
    pub now: Instant,
    /// Seconds since 1970 at that moment: certificates are judged by it, and the replay protection sends it.
    pub unix_time: u64,
}

/// How long each part of the handshake may take; more than a day counts as a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From the first packet to the gateway's first answer.
    pub answer: Duration,
    /// From the first packet to the end of the key exchange (OpenVPN's `hand-window`).
    pub handshake: Duration,
    /// From the end of the key exchange to the complete push reply.
    pub push: Duration,
}

impl Timeouts {
    /// No more than can be added to any instant.
    pub(super) fn bounded(self) -> Self {
        const LONGEST: Duration = Duration::from_secs(86_400);
        Self {
            answer: self.answer.min(LONGEST),
            handshake: self.handshake.min(LONGEST),
            push: self.push.min(LONGEST),
        }
    }
}

impl Default for Timeouts {
    /// 20 s for the first answer, and OpenVPN's 60 s for each of the others.
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(20),
            handshake: Duration::from_secs(60),
            push: Duration::from_secs(60),
        }
    }
}

/// When the keys of a running connection are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renegotiation {
    /// How long a key is used before this side asks for the next one (OpenVPN's `reneg-sec`); none: only the peer asks,
    /// and a key that is nearly used up.
    pub after: Option<Duration>,
    /// How long a replaced key still opens what the peer sends under it, counted from the beginning of its replacement
    /// (`tran-window`); at least two minutes, because the peer takes up to so long to change over.
    pub transition: Duration,
}

impl Default for Renegotiation {
    /// OpenVPN's hour for both.
    fn default() -> Self {
        Self {
            after: Some(Duration::from_secs(3_600)),
            transition: Duration::from_secs(3_600),
        }
    }
}

/// The client's side of a connection.
#[derive(Clone)]
pub struct ClientConfig {
    /// The cryptography of TLS, and randomness: aws-lc-rs or ring, which are both tested. The data channel has its own,
    /// always aws-lc-rs.
    pub provider: Arc<CryptoProvider>,
    /// Whether packets travel over a byte stream (TCP) or as datagrams.
    pub framing: Framing,
    /// How control packets are protected outside TLS.
    pub wrapping: Wrapping,
    /// What the gateway's certificate must be.
    pub validation: ServerValidation,
    /// How TLS is spoken.
    pub tls: TlsOptions,
    /// The client certificate and its key, if one is used.
    pub identity: Option<Arc<CertifiedKey>>,
    /// User name and password, if they are used.
    pub credentials: Option<Credentials>,
    /// The ways in which the host can have its user answer the gateway's questions (`IV_SSO`). A gateway asks only those
    /// who say so, so this is a promise: whoever names one must handle [`Event::Challenge`](crate::Event::Challenge).
    pub sign_in_methods: Vec<SignInMethod>,
    /// The data ciphers that are allowed, preferred first. The first one is used where the gateway names none.
    pub ciphers: Vec<Cipher>,
    /// The client's name and version as the gateway sees them (`IV_VER`).
    pub version: String,
    /// The platform as the gateway sees it (`IV_PLAT`): `linux`, `win`, `mac`.
    pub platform: String,
    /// The largest MTU of the tunnel that a gateway may ask for.
    pub mtu: u16,
    /// How payloads are marked for the compression that never happens, unless the gateway pushes another way. Both ends
    /// must agree on it.
    pub compression: CompressionFraming,
    /// How large TCP segments in the tunnel may be.
    pub mssfix: MssFix,
    /// Which IP carries the connection, for [`MssFix::Mtu`] and the default.
    pub carrier: IpVersion,
    /// Whether to announce what OpenVPN has added to its first protocol (`IV_PROTO`): peer ids, keys exported from TLS
    /// and so on, of which the gateway then chooses. Without it every gateway uses the PRF and `P_DATA_V1`, as Azure's do.
    pub extensions: bool,
    /// How long each part of the handshake may take.
    pub timeouts: Timeouts,
    /// When keys are replaced.
    pub renegotiation: Renegotiation,
}

impl ClientConfig {
    /// A client that trusts no gateway yet: certificates over TCP, no wrapping, AES-GCM and ChaCha20-Poly1305, OpenVPN's
    /// usual times. What differs is set in its fields.
    #[must_use]
    pub fn new(provider: Arc<CryptoProvider>) -> Self {
        Self {
            provider,
            framing: Framing::Stream,
            wrapping: Wrapping::None,
            validation: ServerValidation::default(),
            tls: TlsOptions::default(),
            identity: None,
            credentials: None,
            // Only the host knows whether somebody is there to answer.
            sign_in_methods: Vec::new(),
            ciphers: vec![
                Cipher::Aes256Gcm,
                Cipher::Aes128Gcm,
                Cipher::ChaCha20Poly1305,
            ],
            version: concat!("p2svpn_", env!("CARGO_PKG_VERSION")).to_owned(),
            platform: "linux".to_owned(),
            mtu: 1_500,
            compression: CompressionFraming::None,
            mssfix: MssFix::Usual,
            carrier: IpVersion::V4,
            extensions: true,
            timeouts: Timeouts::default(),
            renegotiation: Renegotiation::default(),
        }
    }
}

/// The gateway's side of a connection.
#[derive(Clone)]
pub struct GatewayConfig {
    /// The cryptography of TLS, and randomness: aws-lc-rs or ring, which are both tested. The data channel has its own,
    /// always aws-lc-rs.
    pub provider: Arc<CryptoProvider>,
    /// Whether packets travel over a byte stream (TCP) or as datagrams.
    pub framing: Framing,
    /// How control packets are protected outside TLS.
    pub wrapping: Wrapping,
    /// The TLS versions to accept.
    pub tls_versions: TlsVersions,
    /// The gateway's certificate chain and key.
    pub identity: Arc<CertifiedKey>,
    /// The roots of client certificates; empty: none is asked for.
    pub client_roots: Vec<CertificateDer<'static>>,
    /// How payloads are marked for the compression that never happens, unless the settings that are pushed name another
    /// way.
    pub compression: CompressionFraming,
    /// How large TCP segments in the tunnel may be.
    pub mssfix: MssFix,
    /// Which IP carries the connection, for [`MssFix::Mtu`] and the default.
    pub carrier: IpVersion,
    /// How long each part of the handshake may take.
    pub timeouts: Timeouts,
    /// When keys are replaced.
    pub renegotiation: Renegotiation,
}

impl GatewayConfig {
    /// A gateway over TCP without wrapping that asks for no client certificate. What differs is set in its fields.
    #[must_use]
    pub fn new(provider: Arc<CryptoProvider>, identity: Arc<CertifiedKey>) -> Self {
        Self {
            provider,
            framing: Framing::Stream,
            wrapping: Wrapping::None,
            tls_versions: TlsVersions::Any,
            identity,
            client_roots: Vec::new(),
            compression: CompressionFraming::None,
            mssfix: MssFix::Usual,
            carrier: IpVersion::V4,
            timeouts: Timeouts::default(),
            renegotiation: Renegotiation::default(),
        }
    }
}
