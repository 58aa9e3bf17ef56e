//! The settings of a session, drawn from an input.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::provider::provider;
use crate::challenge::SignInMethod;
use crate::connection::{ClientConfig, Connection, GatewayConfig, Renegotiation, Start};
use crate::credentials::Credentials;
use crate::frame::Framing;
use crate::fuzz::input::Input;
use crate::fuzz::wrapping::wrappings;
use crate::push::{PushAssembly, PushReply};
use crate::tls::{
    CertificateName, RevocationLists, ServerTrust, ServerValidation, TlsOptions, TlsVersions,
};
use crate::wrap::Wrapping;

/// A moment in 2027, at which the certificates are valid.
const UNIX_TIME: u64 = 1_800_000_000;

/// Made once with `openssl`, of Ed25519, whose signatures are the same each time.
const ROOT: &[u8] = include_bytes!("../../../tests/identities/root.crt");
const GATEWAY: (&[u8], &[u8]) = (
    include_bytes!("../../../tests/identities/gateway.crt"),
    include_bytes!("../../../tests/identities/gateway.key"),
);
const CLIENT: (&[u8], &[u8]) = (
    include_bytes!("../../../tests/identities/client.crt"),
    include_bytes!("../../../tests/identities/client.key"),
);

/// Both ends before they meet.
pub(super) struct Plan {
    client: ClientConfig,
    gateway: GatewayConfig,
    pub(super) push: PushReply,
}

impl Plan {
    /// Reads three bytes of the input.
    pub(super) fn read(input: &mut Input<'_>) -> Self {
        let (kind, features, times) = (input.byte(), input.byte(), input.byte());
        let framing = if kind & 1 == 0 {
            Framing::Datagram
        } else {
            Framing::Stream
        };
        let (client_wrapping, gateway_wrapping) = wrappings(kind >> 1, b"session");
        let tls_versions = match kind >> 4 & 3 {
            0 => TlsVersions::Only12,
            1 => TlsVersions::Only13,
            _ => TlsVersions::Any,
        };
        let renegotiation = Renegotiation {
            after: seconds(times & 3, [0, 10, 60, 3_600]),
            // A shorter one than a negotiation and a hold may take together loses packets, as in OpenVPN.
            transition: Duration::from_secs([3_600, 120][usize::from(times >> 2 & 1)]),
        };
        let with_certificate = features & 1 == 0;
        let client = ClientConfig {
            framing,
            wrapping: client_wrapping,
            tls: TlsOptions {
                versions: tls_versions,
                ..TlsOptions::default()
            },
            validation: ServerValidation {
                exception: None,
                trust: ServerTrust::Roots {
                    roots: vec![ROOT.into()],
                    revocation: RevocationLists::default(),
                },
                name: CertificateName::Hosts {
                    names: vec!["gateway.example".to_owned()],
                    wildcards: true,
                },
                ..ServerValidation::default()
            },
            sign_in_methods: vec![SignInMethod::CrText],
            identity: with_certificate.then(|| identity(CLIENT)),
            credentials: (features & 2 != 0).then(credentials),
            renegotiation,
            ..ClientConfig::new(provider())
        };
        let gateway = GatewayConfig {
            framing,
            wrapping: gateway_wrapping,
            client_roots: match with_certificate {
                true => vec![ROOT.into()],
                false => Vec::new(),
            },
            renegotiation: Renegotiation {
                after: seconds(times >> 3 & 3, [0, 10, 60, 3_600]),
                ..renegotiation
            },
            ..GatewayConfig::new(provider(), identity(GATEWAY))
        };
        Self {
            client,
            gateway,
            push: push(features, times >> 5),
        }
    }

    /// Whether what an outsider sends is told from what the peer sends.
    pub(super) fn is_protected(&self) -> bool {
        !matches!(self.client.wrapping, Wrapping::None)
    }

    pub(super) fn framing(&self) -> Framing {
        self.client.framing
    }

    pub(super) fn client(&self, now: Instant) -> Connection {
        Connection::client(self.client.clone(), start(now)).unwrap()
    }

    pub(super) fn gateway(&self, now: Instant) -> Connection {
        Connection::gateway(self.gateway.clone(), start(now)).unwrap()
    }
}

fn push(features: u8, pings: u8) -> PushReply {
    let mut text = "PUSH_REPLY,ifconfig 10.8.0.2 255.255.255.0,topology subnet".to_owned();
    for (bit, option) in [
        (4, ",peer-id 23"),
        (8, ",key-derivation tls-ekm"),
        (16, ",protocol-flags cc-exit dyn-tls-crypt"),
        (32, ",protocol-flags aead-epoch tls-ekm,peer-id 23"),
        (64, ",cipher CHACHA20-POLY1305"),
        (128, ",auth-token SESS_ID"),
    ] {
        if features & bit != 0 {
            text.push_str(option);
        }
    }
    if pings & 1 != 0 {
        text.push_str(",ping 10");
    }
    if pings & 2 != 0 {
        text.push_str(",ping-restart 60");
    }
    let complete = PushAssembly::default().add(&text).unwrap();
    complete.unwrap().0
}

fn seconds(choice: u8, choices: [u64; 4]) -> Option<Duration> {
    match choices[usize::from(choice)] {
        0 => None,
        seconds => Some(Duration::from_secs(seconds)),
    }
}

pub(super) fn credentials() -> Credentials {
    Credentials {
        username: Zeroizing::new("alice".to_owned()),
        password: Zeroizing::new("p".repeat(3_000)),
    }
}

fn identity((certificate, key): (&'static [u8], &'static [u8])) -> Arc<CertifiedKey> {
    let chain = vec![CertificateDer::from(certificate)];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
    Arc::new(CertifiedKey::from_der(chain, key, &provider()).unwrap())
}

fn start(now: Instant) -> Start {
    Start {
        now,
        unix_time: UNIX_TIME,
    }
}
