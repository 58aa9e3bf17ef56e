//! A client and a gateway joined by a link in memory, on virtual time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha1::{Digest as _, Sha1};

use crate::connection::{
    ClientConfig, CloseReason, Connection, Established, Event, GatewayConfig, Start,
};
use crate::data::Cipher;
use crate::error::Error;
use crate::frame::{Frame, Framing, next_frame};
use crate::packet::SessionId;
use crate::push::PushReply;
use crate::tls::ServerValidation;
use crate::wrap::{Digest, KeyDirection, StaticKey, Wrapping};

/// A moment in 2026, at which the certificates made here are valid.
pub(super) const UNIX_TIME: u64 = 1_795_000_000;

/// A certificate authority with what it issued.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// How a certificate differs from a good one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    None,
    Expired,
    NotYetValid,
    NoServerUsage,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2099, 1, 1);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer }
    }

    pub(super) fn root(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    pub(super) fn issue(
        &self,
        name: &str,
        usage: ExtendedKeyUsagePurpose,
        flaw: Flaw,
    ) -> Arc<CertifiedKey> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name = named(name);
        if flaw != Flaw::NoServerUsage {
            params.extended_key_usages = vec![usage];
        }
        (params.not_before, params.not_after) = match flaw {
            Flaw::Expired => (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1)),
            Flaw::NotYetValid => (date_time_ymd(2098, 1, 1), date_time_ymd(2099, 1, 1)),
            _ => (date_time_ymd(2020, 1, 1), date_time_ymd(2099, 1, 1)),
        };
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let chain = vec![certificate.der().clone(), self.root()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Arc::new(CertifiedKey::from_der(chain, key, &provider()).unwrap())
    }
}

/// Everything that a test may want to spoil before the two ends meet.
pub(super) struct Plan {
    pub(super) client: ClientConfig,
    pub(super) gateway: GatewayConfig,
    pub(super) push: PushReply,
    pub(super) refusal: Option<&'static str>,
    /// Whether the gateway says neither yes nor no.
    pub(super) hesitates: bool,
}

impl Plan {
    /// Azure's shape: tls-auth with SHA-256, certificates, classic keys, packets without peer id.
    pub(super) fn azure() -> Self {
        let servers = Authority::new("Gateway Root");
        let users = Authority::new("User Root");
        let name = "0f1e2d3c-1111-2222-3333-444455556666.vpn.azure.com";
        let key = StaticKey::from_bytes(&std::array::from_fn(|index| (index * 7 + 3) as u8));
        let wrapping = |direction| Wrapping::TlsAuth {
            key: key.clone(),
            direction,
            digest: Digest::Sha256,
        };
        Self {
            client: ClientConfig {
                wrapping: wrapping(KeyDirection::One),
                validation: ServerValidation {
                    roots: Vec::new(),
                    pinned: vec![Sha1::digest(servers.root()).into()],
                    names: vec![name.to_owned()],
                    wildcards: true,
                },
                identity: Some(users.issue(
                    "alice",
                    ExtendedKeyUsagePurpose::ClientAuth,
                    Flaw::None,
                )),
                ciphers: vec![Cipher::Aes256Gcm],
                ..ClientConfig::new(provider())
            },
            gateway: GatewayConfig {
                wrapping: wrapping(KeyDirection::Zero),
                client_roots: vec![users.root()],
                ..GatewayConfig::new(
                    provider(),
                    servers.issue(name, ExtendedKeyUsagePurpose::ServerAuth, Flaw::None),
                )
            },
            push: push(
                "ifconfig 172.16.0.2 255.255.255.0,topology subnet,route 10.1.0.0 255.255.0.0",
            ),
            refusal: None,
            hesitates: false,
        }
    }

    /// The same over datagrams, which may be lost.
    pub(super) fn over_datagrams(mut self) -> Self {
        self.client.framing = Framing::Datagram;
        self.gateway.framing = Framing::Datagram;
        self
    }

    pub(super) fn meet(self) -> Pair {
        let now = Instant::now();
        let start = Start {
            now,
            unix_time: UNIX_TIME,
        };
        Pair {
            framing: self.client.framing,
            now,
            client: Connection::client(self.client, start).unwrap(),
            gateway: Connection::gateway(self.gateway, start).unwrap(),
            push: self.push,
            refusal: self.refusal,
            hesitates: self.hesitates,
            client_end: End::default(),
            gateway_end: End::default(),
            lost: |_| false,
            packets: 0,
            gateway_is_mute_once_closed: false,
        }
    }
}

/// What one end has told so far.
#[derive(Default)]
pub(super) struct End {
    pub(super) established: Option<Box<Established>>,
    pub(super) closed: Option<CloseReason>,
    pub(super) keep_alives: usize,
    pub(super) warnings: Vec<crate::push::PushWarning>,
}

/// The two ends and the link between them.
pub(super) struct Pair {
    framing: Framing,
    pub(super) now: Instant,
    pub(super) client: Connection,
    pub(super) gateway: Connection,
    pub(super) push: PushReply,
    pub(super) refusal: Option<&'static str>,
    pub(super) hesitates: bool,
    pub(super) client_end: End,
    pub(super) gateway_end: End,
    /// Whether the link loses the packet of this number.
    pub(super) lost: fn(usize) -> bool,
    pub(super) packets: usize,
    /// Whether the gateway keeps its last words, such as a TLS alert, to itself.
    pub(super) gateway_is_mute_once_closed: bool,
}

impl Pair {
    /// Lets time pass until both are established, one is closed, or `limit` has passed.
    pub(super) fn run(&mut self, limit: Duration) {
        let end = self.now + limit;
        loop {
            self.exchange();
            let done =
                self.client_end.established.is_some() && self.gateway_end.established.is_some();
            if done || self.client_end.closed.is_some() {
                return;
            }
            let due = [
                self.client.poll_timeout(self.now),
                self.gateway.poll_timeout(self.now),
            ];
            match due.into_iter().flatten().map(|(due, _)| due).min() {
                Some(due) if due <= end => self.now = self.now.max(due),
                _ => return,
            }
            self.client.handle_timeout(self.now);
            self.gateway.handle_timeout(self.now);
        }
    }

    /// Lets `period` pass, however often somebody wants to be woken in it.
    pub(super) fn pass(&mut self, period: Duration) {
        let end = self.now + period;
        loop {
            self.exchange();
            let due = [
                self.client.poll_timeout(self.now),
                self.gateway.poll_timeout(self.now),
            ];
            let next = due.into_iter().flatten().map(|(due, _)| due).min();
            self.now = next.map_or(end, |due| due.clamp(self.now, end));
            self.client.handle_timeout(self.now);
            self.gateway.handle_timeout(self.now);
            if self.now >= end {
                self.exchange();
                return;
            }
        }
    }

    /// Carries packets to and fro until nobody has more to say at this moment.
    pub(super) fn exchange(&mut self) {
        let mut idle = false;
        while !idle {
            idle = true;
            while let Some(wire) = self.client.poll_transmit(self.now) {
                idle = false;
                deliver(
                    &mut self.gateway,
                    self.framing,
                    self.now,
                    wire,
                    (self.lost)(self.packets),
                );
                self.packets += 1;
                self.listen();
            }
            while let Some(wire) = self.gateway.poll_transmit(self.now) {
                self.listen();
                if self.gateway_is_mute_once_closed && self.gateway_end.closed.is_some() {
                    continue;
                }
                idle = false;
                deliver(
                    &mut self.client,
                    self.framing,
                    self.now,
                    wire,
                    (self.lost)(self.packets),
                );
                self.packets += 1;
                self.listen();
            }
            idle &= !self.listen();
        }
    }

    /// Has the gateway send something of its own inside TLS.
    pub(super) fn gateway_says(&mut self, message: &[u8]) {
        self.gateway.core.send_message(message).unwrap();
        self.exchange();
    }

    /// The session ids of client and gateway.
    pub(super) fn session_ids(&self) -> (SessionId, SessionId) {
        self.client.core.session_ids().unwrap()
    }

    pub(super) fn client_error(&self) -> Option<&Error> {
        match &self.client_end.closed {
            Some(CloseReason::Failed(error)) => Some(error),
            _ => None,
        }
    }

    fn listen(&mut self) -> bool {
        let mut heard = false;
        while let Some(event) = self.client.poll_event() {
            heard = true;
            note(&mut self.client_end, event);
        }
        while let Some(event) = self.gateway.poll_event() {
            heard = true;
            if let Event::Admission(_) = event {
                match self.refusal {
                    _ if self.hesitates => {}
                    Some(text) => self.gateway.refuse(self.now, text),
                    None => self.gateway.admit(self.now, self.push.clone()),
                }
            } else {
                note(&mut self.gateway_end, event);
            }
        }
        heard
    }
}

pub(super) fn push(options: &str) -> PushReply {
    let mut assembly = crate::push::PushAssembly::default();
    assembly
        .add(&format!("PUSH_REPLY,{options}"))
        .unwrap()
        .unwrap()
        .0
}

fn note(end: &mut End, event: Event) {
    assert!(end.closed.is_none(), "nothing may follow the end");
    match event {
        Event::Established(established) => end.established = Some(established),
        Event::Closed(reason) => end.closed = Some(reason),
        Event::KeepAliveDue => end.keep_alives += 1,
        Event::Warning(warning) => end.warnings.push(warning),
        _ => {}
    }
}

fn deliver(to: &mut Connection, framing: Framing, now: Instant, mut wire: Vec<u8>, lost: bool) {
    if framing == Framing::Datagram {
        if !lost {
            to.receive(now, &mut wire);
        }
        return;
    }
    let Frame::Packet(range) = next_frame(&wire) else {
        panic!("not one whole frame");
    };
    assert_eq!(range.end, wire.len(), "one frame a transmission");
    if !lost {
        to.receive(now, &mut wire[range]);
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
