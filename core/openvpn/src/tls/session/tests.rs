#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

use std::time::Instant;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::ConnectionTrafficSecrets::Chacha20Poly1305;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs as aws_lc;
use rustls::{CipherSuite, NamedGroup};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::*;
use crate::tls::{CertificateName, CertificateUsage, ServerTrust};

const UNIX_TIME: u64 = 2_000_000_000;

/// The longest first message that fits a control packet of every wrapping.
const ONE_PACKET: usize = 700;

#[test]
fn both_ends_export_the_same_bytes_and_another_session_exports_others() {
    for versions in [TlsVersions::Only12, TlsVersions::Only13] {
        let options = with_versions(versions);
        let (first, gateway) = joined(&options);
        let (second, _) = joined(&options);

        let of_first = first.export(b"EXPORTER-OpenVPN-datakeys").unwrap();

        let of_gateway = gateway.export(b"EXPORTER-OpenVPN-datakeys").unwrap();
        assert_eq!(of_first, of_gateway);
        let of_second = second.export(b"EXPORTER-OpenVPN-datakeys").unwrap();
        assert_ne!(of_first, of_second);
        let other_label = first.export(b"EXPORTER-OpenVPN-dynamic-tls-crypt").unwrap();
        assert_ne!(of_first, other_label);
    }
}

#[test]
fn nothing_is_exported_before_the_handshake_is_complete() {
    let (client, _) = apart(&TlsOptions::default());
    assert!(client.export(b"EXPORTER-OpenVPN-datakeys").is_err());
}

#[test]
fn a_session_survives_new_keys_of_its_peer() {
    let (mut client, mut gateway) = joined(&with_versions(TlsVersions::Only13));

    gateway.connection.refresh_traffic_keys().unwrap();
    gateway.send(b"after").unwrap();
    let heard = carry(&mut gateway, &mut client, usize::MAX).unwrap();

    assert_eq!(heard, [b"after".to_vec()]);
    client.send(b"answer").unwrap();
    let heard = carry(&mut client, &mut gateway, usize::MAX).unwrap();
    assert_eq!(heard, [b"answer".to_vec()]);
}

#[test]
fn tickets_after_the_handshake_carry_no_plaintext_and_disturb_nothing() {
    let made = Made::new(aws_lc::default_provider());
    let mut client = made.client(&with_versions(TlsVersions::Only13));
    let mut config = made.gateway_config(&[&rustls::version::TLS13]);
    config.send_tls13_tickets = 4;
    config.ticketer = aws_lc::Ticketer::new().unwrap();
    let mut gateway = made.gateway_of(config);

    let before = join(&mut client, &mut gateway);
    gateway.send(b"first").unwrap();
    let heard = carry(&mut gateway, &mut client, usize::MAX).unwrap();

    assert!(before.is_empty());
    assert_eq!(heard, [b"first".to_vec()]);
}

#[test]
fn a_wish_to_renegotiate_is_refused_and_the_session_goes_on() {
    let made = Made::new(aws_lc::default_provider());
    let mut provider = aws_lc::default_provider();
    provider.cipher_suites.retain(|suite| {
        suite.suite() == CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
    });
    let mut client = made.client(&with_versions(TlsVersions::Only12));
    let chacha = Made {
        provider: Arc::new(provider),
        ..made
    };
    let mut config = chacha.gateway_config(&[&rustls::version::TLS12]);
    config.enable_secret_extraction = true;
    let mut gateway = chacha.gateway_of(config);
    join(&mut client, &mut gateway);
    let Connection::Server(server) = gateway.connection else {
        panic!("a gateway is a server");
    };
    let secrets = server.dangerous_extract_secrets().unwrap();
    let hello_request = [0; 4];

    let mut records = sealed(&secrets.tx, 0, 22, &hello_request);
    records.extend(sealed(&secrets.tx, 1, 23, b"and on"));
    let mut heard = Vec::new();
    client.receive(&records, &mut heard).unwrap();

    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].as_slice(), b"and on");
    assert!(!client.take_outbound().is_empty(), "a warning says no");
}

#[test]
fn the_name_is_sent_only_if_there_is_one() {
    let contains = |options: &TlsOptions, name: &[u8]| {
        let hello = apart(options).0.take_outbound();
        hello.windows(name.len()).any(|window| window == name)
    };
    let named = TlsOptions {
        server_name: Some("gateway.example.com".to_owned()),
        ..TlsOptions::default()
    };

    assert!(contains(&named, b"gateway.example.com"));
    assert!(!contains(&TlsOptions::default(), b"gateway"));
}

#[test]
fn what_is_no_host_name_cannot_be_asked_for() {
    for name in ["192.0.2.1", "", "a b", "-"] {
        let options = TlsOptions {
            server_name: Some(name.to_owned()),
            ..TlsOptions::default()
        };
        let made = Made::new(aws_lc::default_provider());
        let refused = made.try_client(&options).err();
        assert!(matches!(refused, Some(Error::Configuration(_))), "{name:?}");
    }
}

#[test]
fn a_gateway_without_extended_master_secret_is_refused_only_where_it_is_demanded() {
    for demanded in [true, false] {
        let (mut client, mut gateway) = apart(&TlsOptions {
            versions: TlsVersions::Only12,
            require_extended_master_secret: demanded,
            ..TlsOptions::default()
        });
        // The client's offer, made unknown on the way, so that the gateway does without.
        let mut hello = client.take_outbound();
        let offer = [0x00, 0x17, 0x00, 0x00];
        let at = hello.windows(4).position(|window| window == offer).unwrap();
        hello[at..at + 2].copy_from_slice(&[0x7a, 0x7a]);
        gateway.receive(&hello, &mut Vec::new()).unwrap();
        let answer = gateway.take_outbound();

        let verdict = client.receive(&answer, &mut Vec::new());

        let refused = matches!(&verdict, Err(Error::NoCommonTls(cause)) if cause.contains("ExtendedMasterSecret"));
        assert_eq!(refused, demanded, "{verdict:?}");
    }
}

#[test]
fn the_first_message_is_small_unless_it_is_to_withstand_quantum_computers() {
    let mut preferring = aws_lc::default_provider();
    preferring.kx_groups = aws_lc::ALL_KX_GROUPS.to_vec();
    preferring
        .kx_groups
        .sort_by_key(|group| group.name() != NamedGroup::X25519MLKEM768);
    for provider in [
        aws_lc::default_provider(),
        preferring,
        p2svpn_ring::provider(),
    ] {
        for versions in [TlsVersions::Any, TlsVersions::Only12, TlsVersions::Only13] {
            let made = Made::new(provider.clone());
            let hello = made.client(&with_versions(versions)).take_outbound();
            assert!(hello.len() < ONE_PACKET, "{} bytes", hello.len());
        }
    }
    let made = Made::new(aws_lc::default_provider());
    let hello = made.client(&post_quantum()).take_outbound();
    assert!(hello.len() > 1_184, "{} bytes", hello.len());
}

#[test]
fn a_provider_without_the_key_exchange_that_is_asked_for_is_refused() {
    let refused = Made::new(p2svpn_ring::provider())
        .try_client(&post_quantum())
        .err();
    assert!(matches!(refused, Some(Error::Configuration(_))));

    let mut provider = aws_lc::default_provider();
    provider
        .kx_groups
        .retain(|group| group.name() == NamedGroup::X25519MLKEM768);
    let refused = Made::new(provider).try_client(&TlsOptions::default()).err();
    assert!(matches!(refused, Some(Error::Configuration(_))));
}

#[test]
fn a_post_quantum_session_is_agreed_with_a_gateway_that_can() {
    let (client, _) = joined(&post_quantum());
    let group = client.connection.negotiated_key_exchange_group().unwrap();
    assert_eq!(group.name(), NamedGroup::X25519MLKEM768);
}

#[test]
fn a_handshake_and_its_messages_survive_being_cut_at_every_byte() {
    for versions in [TlsVersions::Only12, TlsVersions::Only13] {
        let (mut client, mut gateway) = apart(&with_versions(versions));
        handshake(&mut client, &mut gateway, || 1);
        gateway.send(b"one").unwrap();
        gateway.send(b"two").unwrap();

        let heard = carry(&mut gateway, &mut client, 1).unwrap();

        assert_eq!(heard, [b"one".to_vec(), b"two".to_vec()]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// However the bytes are cut, each record gives what was sent in it, in order.
    #[test]
    fn records_stay_apart_however_they_are_cut(
        cuts in prop::collection::vec(1..400_usize, 1..8),
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..600), 1..6),
        only_13 in any::<bool>(),
    ) {
        let versions = if only_13 { TlsVersions::Only13 } else { TlsVersions::Only12 };
        let (mut client, mut gateway) = apart(&with_versions(versions));
        let mut sizes = cuts.iter().copied().cycle();
        handshake(&mut client, &mut gateway, || sizes.next().unwrap());
        for message in &messages {
            gateway.send(message).unwrap();
        }
        let mut wire = gateway.take_outbound();
        let mut heard = Vec::new();
        while !wire.is_empty() {
            let size = sizes.next().unwrap().min(wire.len());
            let chunk: Vec<u8> = wire.drain(..size).collect();
            client.receive(&chunk, &mut heard).unwrap();
        }
        let heard: Vec<Vec<u8>> = heard.iter().map(|record| record.to_vec()).collect();
        prop_assert_eq!(heard, messages);
    }

    /// No bytes at all make a session panic, or keep more than one record of them.
    #[test]
    fn arbitrary_bytes_end_in_an_error_or_wait(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let (mut client, mut gateway) = apart(&TlsOptions::default());
        client.take_outbound();
        let _ = client.receive(&bytes, &mut Vec::new());
        let _ = gateway.receive(&bytes, &mut Vec::new());
        prop_assert!(client.inbound.len() <= LONGEST_RECORD);
        prop_assert!(gateway.inbound.len() <= LONGEST_RECORD);
    }
}

/// A gateway's certificate that is trusted by its fingerprint, and the cryptography of both ends.
struct Made {
    provider: Arc<CryptoProvider>,
    identity: Arc<CertifiedKey>,
}

impl Made {
    fn new(provider: CryptoProvider) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2099, 1, 1);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let identity = CertifiedKey::from_der(vec![certificate], key, &provider).unwrap();
        Self {
            provider: Arc::new(provider),
            identity: Arc::new(identity),
        }
    }

    fn client(&self, options: &TlsOptions) -> TlsSession {
        self.try_client(options).unwrap()
    }

    fn try_client(&self, options: &TlsOptions) -> Result<TlsSession, Error> {
        let fingerprint = digest(&SHA256, &self.identity.cert[0]);
        let validation = ServerValidation {
            exception: None,
            trust: ServerTrust::Fingerprints(vec![fingerprint.as_ref().try_into().unwrap()]),
            usage: CertificateUsage::any(),
            name: CertificateName::Any,
        };
        TlsSession::client(&self.provider, &time(), options, &validation, None)
    }

    fn gateway(&self, versions: TlsVersions) -> TlsSession {
        TlsSession::gateway(&self.provider, &time(), versions, &self.identity, &[]).unwrap()
    }

    fn gateway_config(
        &self,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ServerConfig {
        ServerConfig::builder_with_details(Arc::clone(&self.provider), time())
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(&self.identity))))
    }

    fn gateway_of(&self, config: ServerConfig) -> TlsSession {
        let server = ServerConnection::new(Arc::new(config)).unwrap();
        TlsSession::new(server.into(), None)
    }
}

fn time() -> Arc<SessionTime> {
    Arc::new(SessionTime::new(Instant::now(), UNIX_TIME))
}

fn with_versions(versions: TlsVersions) -> TlsOptions {
    TlsOptions {
        versions,
        ..TlsOptions::default()
    }
}

fn post_quantum() -> TlsOptions {
    TlsOptions {
        post_quantum: true,
        ..TlsOptions::default()
    }
}

/// Two ends that have not said anything yet.
fn apart(options: &TlsOptions) -> (TlsSession, TlsSession) {
    let made = Made::new(aws_lc::default_provider());
    (made.client(options), made.gateway(options.versions))
}

/// Two ends after their handshake.
fn joined(options: &TlsOptions) -> (TlsSession, TlsSession) {
    let (mut client, mut gateway) = apart(options);
    join(&mut client, &mut gateway);
    (client, gateway)
}

fn join(client: &mut TlsSession, gateway: &mut TlsSession) -> Vec<Vec<u8>> {
    handshake(client, gateway, || usize::MAX)
}

/// What the client has heard until both have said all.
fn handshake(
    client: &mut TlsSession,
    gateway: &mut TlsSession,
    mut size: impl FnMut() -> usize,
) -> Vec<Vec<u8>> {
    let mut heard = Vec::new();
    for _ in 0..4 {
        carry(client, gateway, size()).unwrap();
        heard.extend(carry(gateway, client, size()).unwrap());
    }
    assert!(client.is_established() && gateway.is_established());
    heard
}

/// Carries what one end has to say, in pieces of `size`; what the other has heard.
fn carry(from: &mut TlsSession, to: &mut TlsSession, size: usize) -> Result<Vec<Vec<u8>>, Error> {
    let mut heard = Vec::new();
    for piece in from.take_outbound().chunks(size) {
        to.receive(piece, &mut heard)?;
    }
    Ok(heard.iter().map(|record| record.to_vec()).collect())
}

/// A record as the owner of the secrets would send it after `later` others (RFC 7905 section 2).
fn sealed(
    (sequence, secrets): &(u64, rustls::ConnectionTrafficSecrets),
    later: u64,
    kind: u8,
    content: &[u8],
) -> Vec<u8> {
    let Chacha20Poly1305 { key, iv } = secrets else {
        panic!("another cipher suite was negotiated");
    };
    let sequence = (sequence + later).to_be_bytes();
    let mut nonce: [u8; 12] = iv.as_ref().try_into().unwrap();
    for (byte, number) in nonce[4..].iter_mut().zip(sequence) {
        *byte ^= number;
    }
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let aad = [&sequence[..], &[kind, 3, 3], &length].concat();
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).unwrap());
    let mut body = content.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(aad),
        &mut body,
    )
    .unwrap();
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3][..], &length, &body].concat()
}
