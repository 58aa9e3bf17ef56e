//! One TLS session, client or server, driven in memory.

use std::io::{Read, Write};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    ClientConfig, ClientConnection, Connection, ProtocolVersion, RootCertStore, ServerConfig,
    ServerConnection,
};
use rustls_pki_types::{CertificateDer, DnsName, ServerName};
use zeroize::Zeroizing;

use super::alert::{self, Shown};
use super::client_identity::ClientIdentity;
use super::options::{TlsOptions, TlsVersions};
use super::server_certificate::{ServerCertificateVerifier, cause_of};
use super::server_validation::ServerValidation;
use super::time::SessionTime;
use crate::error::Error;

#[cfg(test)]
mod tests;

/// The header of a TLS record: type, version, length (RFC 8446 section 5.1).
const RECORD_HEADER: usize = 5;

/// The longest record that a peer may send: 2^14 bytes and what encryption may add (RFC 5246 section 6.2.3).
const LONGEST_RECORD: usize = RECORD_HEADER + 16_384 + 2_048;

/// How much of our own plaintext may wait: the longest key method 2 message is four strings of 64 KiB.
const WRITE_LIMIT: usize = 320 * 1024;

/// What was negotiated, for people to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSummary {
    /// The protocol's version, as in `TLSv1.3`.
    pub version: String,
    /// The cipher suite's name.
    pub cipher_suite: String,
    /// The peer's certificate chain, DER, leaf first; empty where the peer showed none.
    pub peer_certificates: Vec<CertificateDer<'static>>,
}

/// One TLS session. OpenVPN makes a new one for each key id and never renegotiates.
pub(crate) struct TlsSession {
    connection: Connection,
    /// None in the gateway role.
    identity: Option<Arc<ClientIdentity>>,
    inbound: Vec<u8>,
    /// Whether any plaintext has come.
    heard: bool,
    peer_closed: bool,
}

impl TlsSession {
    /// The client's side. Sessions are never resumed, as in OpenVPN.
    pub(crate) fn client(
        provider: &Arc<CryptoProvider>,
        time: &Arc<SessionTime>,
        options: &TlsOptions,
        validation: &ServerValidation,
        identity: Option<&Arc<CertifiedKey>>,
    ) -> Result<Self, Error> {
        let provider = options.provider(provider)?;
        let verifier = Arc::new(ServerCertificateVerifier::new(validation, &provider)?);
        let builder = ClientConfig::builder_with_details(provider, Arc::clone(time) as _)
            .with_protocol_versions(options.versions.list())
            .map_err(configuration)?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let identity = Arc::new(ClientIdentity::new(identity));
        let mut config = builder.with_client_cert_resolver(Arc::clone(&identity) as _);
        config.enable_sni = options.server_name.is_some();
        config.require_ems = options.require_extended_master_secret;
        config.resumption = Resumption::disabled();
        // Sent where the options have one, and never compared: `ServerValidation` decides on names.
        let name = options.server_name.as_deref().unwrap_or("gateway.invalid");
        let name = DnsName::try_from(name.to_owned())
            .map_err(|_| Error::Configuration(format!("{name:?} is not a host name")))?;
        let connection = ClientConnection::new(Arc::new(config), ServerName::DnsName(name))
            .map_err(configuration)?;
        Ok(Self::new(connection.into(), Some(identity)))
    }

    /// The gateway's side. With `client_roots` a client certificate under one of them is demanded.
    pub(crate) fn gateway(
        provider: &Arc<CryptoProvider>,
        time: &Arc<SessionTime>,
        versions: TlsVersions,
        identity: &Arc<CertifiedKey>,
        client_roots: &[CertificateDer<'static>],
    ) -> Result<Self, Error> {
        let builder =
            ServerConfig::builder_with_details(Arc::clone(provider), Arc::clone(time) as _)
                .with_protocol_versions(versions.list())
                .map_err(configuration)?;
        let builder = if client_roots.is_empty() {
            builder.with_no_client_auth()
        } else {
            let mut roots = RootCertStore::empty();
            for root in client_roots {
                roots.add(root.clone()).map_err(configuration)?;
            }
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
                    .build()
                    .map_err(|error| Error::Configuration(error.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        };
        let mut config =
            builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(identity))));
        config.send_tls13_tickets = 0;
        let connection = ServerConnection::new(Arc::new(config)).map_err(configuration)?;
        Ok(Self::new(connection.into(), None))
    }

    fn new(mut connection: Connection, identity: Option<Arc<ClientIdentity>>) -> Self {
        connection.set_buffer_limit(Some(WRITE_LIMIT));
        Self {
            connection,
            identity,
            inbound: Vec::new(),
            heard: false,
            peer_closed: false,
        }
    }

    /// Takes in TLS bytes and appends the plaintext to `plaintext`, one entry for each record that carried some.
    ///
    /// Record boundaries matter: the optional end of the server's key method 2 message is told from
    /// what follows it by the end of its record.
    pub(crate) fn receive(
        &mut self,
        bytes: &[u8],
        plaintext: &mut Vec<Zeroizing<Vec<u8>>>,
    ) -> Result<(), Error> {
        self.inbound.extend_from_slice(bytes);
        let buffered = std::mem::take(&mut self.inbound);
        let mut rest = buffered.as_slice();
        while let Some((record, after)) =
            record_length(rest)?.and_then(|length| rest.split_at_checked(length))
        {
            self.receive_record(record, plaintext)?;
            rest = after;
        }
        self.inbound = rest.to_vec();
        Ok(())
    }

    fn receive_record(
        &mut self,
        mut record: &[u8],
        plaintext: &mut Vec<Zeroizing<Vec<u8>>>,
    ) -> Result<(), Error> {
        // Plaintext is shorter than its record, so this never grows and leaves no copy of a secret behind.
        let mut read = Zeroizing::new(Vec::with_capacity(record.len()));
        while !record.is_empty() {
            let taken = self
                .connection
                .read_tls(&mut record)
                .map_err(|error| Error::Tls(error.to_string()))?;
            let state = self
                .connection
                .process_new_packets()
                .map_err(|error| self.cause(error))?;
            self.peer_closed |= state.peer_has_closed();
            let size = state.plaintext_bytes_to_read();
            if size > 0 {
                let start = read.len();
                read.resize(start + size, 0);
                if let Some(space) = read.get_mut(start..) {
                    self.connection
                        .reader()
                        .read_exact(space)
                        .map_err(|error| Error::Tls(error.to_string()))?;
                }
            }
            if taken == 0 {
                break;
            }
        }
        if !read.is_empty() {
            self.heard = true;
            plaintext.push(read);
        }
        Ok(())
    }

    /// Encrypts `message`; up to 16 KiB make one record.
    pub(crate) fn send(&mut self, message: &[u8]) -> Result<(), Error> {
        self.connection
            .writer()
            .write_all(message)
            .map_err(|error| Error::Tls(error.to_string()))
    }

    /// The TLS bytes to send now, alerts included; empty when there are none.
    pub(crate) fn take_outbound(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.connection.wants_write() {
            // Writing into a vector cannot fail; nothing written means nothing left.
            match self.connection.write_tls(&mut bytes) {
                Ok(written) if written > 0 => {}
                _ => break,
            }
        }
        bytes
    }

    /// Announces the end of the session to the peer.
    pub(crate) fn send_close_notify(&mut self) {
        self.connection.send_close_notify();
    }

    /// Whether application data may be sent.
    pub(crate) fn is_established(&self) -> bool {
        !self.connection.is_handshaking()
    }

    /// Whether the peer has announced that it sends nothing more.
    pub(crate) fn is_closed_by_peer(&self) -> bool {
        self.peer_closed
    }

    /// Whether the gateway has asked for the client certificate, so that it is on its way.
    pub(crate) fn certificate_was_asked_for(&self) -> bool {
        self.identity
            .as_ref()
            .is_some_and(|identity| identity.was_asked_for())
    }

    /// 256 bytes that only the two ends of this session can compute (RFC 5705, RFC 8446 section 7.5).
    pub(crate) fn export(&self, label: &[u8]) -> Result<Zeroizing<[u8; 256]>, Error> {
        let bytes = self
            .connection
            .export_keying_material([0; 256], label, None)
            .map_err(|error| Error::Tls(error.to_string()))?;
        Ok(Zeroizing::new(bytes))
    }

    /// What was negotiated so far.
    pub(crate) fn summary(&self) -> TlsSummary {
        let version = match self.connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "",
        };
        let suite = self.connection.negotiated_cipher_suite();
        let certificates = self.connection.peer_certificates().unwrap_or_default();
        TlsSummary {
            version: version.to_owned(),
            cipher_suite: suite.map_or_else(String::new, |suite| format!("{:?}", suite.suite())),
            peer_certificates: certificates
                .iter()
                .map(|der| der.clone().into_owned())
                .collect(),
        }
    }

    fn shown(&self) -> Shown {
        if !self.certificate_was_asked_for() {
            Shown::NotAsked
        } else if self.is_established() && !self.heard {
            Shown::AwaitingVerdict
        } else {
            Shown::Asked
        }
    }

    fn cause(&self, error: rustls::Error) -> Error {
        if matches!(self.connection, Connection::Client(_)) {
            if let rustls::Error::AlertReceived(description) = error {
                return alert::from_gateway(description, self.shown());
            }
            if let Some(cause) = cause_of(&error) {
                return cause.into();
            }
        }
        match error {
            rustls::Error::PeerIncompatible(cause) => Error::NoCommonTls(format!("{cause:?}")),
            other => Error::Tls(other.to_string()),
        }
    }
}

/// The length of the first record, header included; none while its header is incomplete.
fn record_length(bytes: &[u8]) -> Result<Option<usize>, Error> {
    let Some(&[_, _, _, high, low]) = bytes.first_chunk::<RECORD_HEADER>() else {
        return Ok(None);
    };
    let length = RECORD_HEADER + usize::from(u16::from_be_bytes([high, low]));
    if length > LONGEST_RECORD {
        return Err(Error::Tls("a record is longer than TLS allows".to_owned()));
    }
    Ok(Some(length))
}

fn configuration(error: rustls::Error) -> Error {
    Error::Configuration(error.to_string())
}
