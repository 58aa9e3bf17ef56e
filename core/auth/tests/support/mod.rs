//! A TLS handshake in memory with a server that demands a client certificate.

use std::sync::Arc;
use std::time::Duration;

use p2svpn_auth::Identity;
use rcgen::{CertificateParams, KeyPair};
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, ServerConfig, ServerConnection,
    SupportedProtocolVersion,
};

/// A time within the validity of every certificate here: 2050-01-01.
pub(crate) const NOW: i64 = 2_524_608_000;

/// Connects with TLS of the given versions to a server that takes client certificates under `root` only; returns the
/// version that the two agreed on.
pub(crate) fn handshake(
    identity: &Identity,
    root: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ProtocolVersion, rustls::Error> {
    let key = KeyPair::generate().unwrap();
    let server_certificate = CertificateParams::new(vec!["gateway.test".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let provider: Arc<CryptoProvider> = Arc::new(default_provider());

    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(store(root)), Arc::clone(&provider))
            .build()
            .unwrap();
    let server_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let server = ServerConfig::builder_with_details(Arc::clone(&provider), Arc::new(Then))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![server_certificate.der().clone()], server_key)
        .unwrap();
    let mut client = ClientConfig::builder_with_details(provider, Arc::new(Then))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(store(server_certificate.der()))
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity.certified_key())));
    client.resumption = Resumption::disabled();

    let name = ServerName::try_from("gateway.test").unwrap();
    let mut client = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    while client.is_handshaking() || server.is_handshaking() {
        let mut bytes = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut bytes).unwrap();
        }
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            server.read_tls(&mut rest).unwrap();
            server.process_new_packets()?;
        }
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).unwrap();
        }
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            client.read_tls(&mut rest).unwrap();
            client.process_new_packets()?;
        }
    }
    Ok(client.protocol_version().unwrap())
}

fn store(root: &CertificateDer<'static>) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add(root.clone()).unwrap();
    store
}

/// The clock of both ends.
#[derive(Debug)]
struct Then;

impl TimeProvider for Then {
    fn current_time(&self) -> Option<UnixTime> {
        let since_1970 = Duration::from_secs(NOW.unsigned_abs());
        Some(UnixTime::since_unix_epoch(since_1970))
    }
}
