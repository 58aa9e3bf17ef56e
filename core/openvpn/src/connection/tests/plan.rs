//! What a client and a gateway of a test are made of: certificates, settings, and what they will do.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha1::{Digest as _, Sha1};

use super::link::Quality;
use crate::connection::{ClientConfig, GatewayConfig};
use crate::data::Cipher;
use crate::frame::Framing;
use crate::push::PushReply;
use crate::tls::{
    CertificateName, CertificateUsage, RevocationLists, ServerTrust, ServerValidation,
};
use crate::wrap::{
    Digest, KeyDirection, StaticKey, TlsCryptV2ClientKey, TlsCryptV2ServerKey, Wrapping,
};

/// A moment in 2026, at which the certificates made here are valid.
pub(super) const UNIX_TIME: u64 = 1_795_000_000;

/// A gateway's name as Azure makes them.
pub(super) const AZURE_NAME: &str = "0f1e2d3c-1111-2222-3333-444455556666.vpn.azure.com";

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
    /// What the link does to packets, in both directions.
    pub(super) quality: Quality,
    /// What the link draws from.
    pub(super) seed: u64,
}

impl Plan {
    /// Azure's shape: tls-auth with SHA-256, certificates, classic keys, packets without peer id.
    pub(super) fn azure() -> Self {
        let servers = Authority::new("Gateway Root");
        let users = Authority::new("User Root");
        let name = AZURE_NAME;
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
                    exception: None,
                    trust: ServerTrust::PinnedRoots {
                        hashes: vec![Sha1::digest(servers.root()).into()],
                        known: Vec::new(),
                        revocation: RevocationLists::default(),
                    },
                    usage: CertificateUsage::server(),
                    name: hosts(name, true),
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
            quality: Quality::PERFECT,
            seed: 0,
        }
    }

    /// Without wrapping, so that a test reads and forges packets as it likes.
    pub(super) fn bare() -> Self {
        let mut plan = Self::azure();
        plan.client.wrapping = Wrapping::None;
        plan.gateway.wrapping = Wrapping::None;
        plan
    }

    pub(super) fn with_tls_crypt_v2(mut self) -> Self {
        self.client.wrapping = Wrapping::TlsCryptV2 {
            client_key: tls_crypt_v2_client_key(),
        };
        self.gateway.wrapping = Wrapping::TlsCryptV2Gateway {
            server_key: tls_crypt_v2_server_key(),
        };
        self
    }

    pub(super) fn over(mut self, quality: Quality, seed: u64) -> Self {
        (self.quality, self.seed) = (quality, seed);
        self
    }

    /// The same over datagrams, which may be lost.
    pub(super) fn over_datagrams(mut self) -> Self {
        self.client.framing = Framing::Datagram;
        self.gateway.framing = Framing::Datagram;
        self
    }
}

pub(super) fn hosts(name: &str, wildcards: bool) -> CertificateName {
    CertificateName::Hosts {
        names: vec![name.to_owned()],
        wildcards,
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

pub(super) fn tls_crypt_v2_server_key() -> TlsCryptV2ServerKey {
    TlsCryptV2ServerKey::from_bytes(&std::array::from_fn(|index| index as u8))
}

pub(super) fn tls_crypt_v2_client_key() -> TlsCryptV2ClientKey {
    let key = StaticKey::from_bytes(&std::array::from_fn(|index| index as u8));
    tls_crypt_v2_server_key().wrap(&key, &[0]).unwrap()
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
