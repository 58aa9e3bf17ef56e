//! Whether the certificate that a gateway shows is the right one.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha1::{Digest, Sha1};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::names::CertificateNames;
use crate::error::ServerCertificateError;

/// What the gateway's certificate must be.
///
/// OpenVPN has no host name check of its own; Azure's profiles pin the root of the chain by its SHA-1 hash and
/// imply the name. The chain must end in a known root, carry the extended key usage `serverAuth`, be valid now,
/// and be for one of `names`.
#[derive(Debug, Clone, Default)]
pub struct ServerValidation {
    /// Roots that may end the chain, DER.
    pub roots: Vec<CertificateDer<'static>>,
    /// SHA-1 hashes of the roots that are accepted. Empty: every one of `roots`. A root that the gateway
    /// itself sends counts when its hash is named here.
    pub pinned: Vec<[u8; 20]>,
    /// The names that are accepted, host names or IP addresses. Empty: any name.
    pub names: Vec<String>,
    /// Whether a wildcard in the certificate may stand for a name. Safe only together with pinned
    /// roots and a wrapped control channel.
    pub wildcards: bool,
}

/// The verifier that rustls asks.
#[derive(Debug)]
pub(super) struct ServerCertificateVerifier {
    validation: ServerValidation,
    provider: Arc<CryptoProvider>,
}

impl ServerCertificateVerifier {
    pub(super) fn new(validation: ServerValidation, provider: Arc<CryptoProvider>) -> Self {
        Self {
            validation,
            provider,
        }
    }

    fn check(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), ServerCertificateError> {
        let parsed = ParsedCertificate::try_from(leaf).map_err(damaged)?;
        let anchors = self.anchors(leaf, intermediates)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &anchors,
            intermediates,
            now,
            algorithms,
        )
        .map_err(|error| match cause(error) {
            // A signature that does not hold, under a root that bears the pinned one's name.
            ServerCertificateError::Damaged(_) if self.ends_in_impostor(intermediates) => {
                ServerCertificateError::NotPinned
            }
            other => other,
        })?;
        if !is_for_servers(leaf) {
            return Err(ServerCertificateError::NotForServers);
        }
        let names = CertificateNames::read(leaf).ok_or_else(|| {
            ServerCertificateError::Damaged("its names cannot be read".to_owned())
        })?;
        let wanted = &self.validation.names;
        let matches = |name: &String| names.matches(name, self.validation.wildcards);
        if wanted.is_empty() || wanted.iter().any(matches) {
            return Ok(());
        }
        Err(ServerCertificateError::WrongName {
            expected: wanted.clone(),
            presented: names.shown(),
        })
    }

    /// The roots that may end the chain: known ones, and one the gateway sent along if its hash is pinned.
    fn anchors(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Result<RootCertStore, ServerCertificateError> {
        let pinned = &self.validation.pinned;
        let mut store = RootCertStore::empty();
        let known = self.validation.roots.iter();
        for root in known.filter(|root| pinned.is_empty() || pinned.contains(&hash(root))) {
            store.add(root.clone()).map_err(damaged)?;
        }
        if pinned.is_empty() {
            return Ok(store);
        }
        let sent = intermediates
            .iter()
            .filter(|sent| pinned.contains(&hash(sent)));
        for root in sent {
            store.add(root.clone().into_owned()).map_err(damaged)?;
        }
        if !store.is_empty() {
            return Ok(store);
        }
        // Nothing fits. Where the gateway's chain names its end, it is another root; else we cannot tell.
        if self_signed(leaf)
            || intermediates.iter().any(self_signed)
            || self.ends_in_known(intermediates)
        {
            return Err(ServerCertificateError::NotPinned);
        }
        let named = pinned
            .iter()
            .map(|hash| hexadecimal(hash))
            .collect::<Vec<_>>();
        Err(ServerCertificateError::RootUnknown(named.join(", ")))
    }

    /// Whether the gateway sent a root, and none that is pinned.
    fn ends_in_impostor(&self, intermediates: &[CertificateDer<'_>]) -> bool {
        let pinned = &self.validation.pinned;
        let mut roots = intermediates
            .iter()
            .filter(|sent| self_signed(sent))
            .peekable();
        !pinned.is_empty()
            && roots.peek().is_some()
            && roots.all(|root| !pinned.contains(&hash(root)))
    }

    fn ends_in_known(&self, intermediates: &[CertificateDer<'_>]) -> bool {
        let issuer = |der: &CertificateDer<'_>| {
            X509Certificate::from_der(der)
                .ok()
                .map(|(_, certificate)| certificate.issuer().as_raw().to_vec())
        };
        let subject = |der: &CertificateDer<'_>| {
            X509Certificate::from_der(der)
                .ok()
                .map(|(_, certificate)| certificate.subject().as_raw().to_vec())
        };
        let last = intermediates.last().and_then(issuer);
        last.is_some()
            && self
                .validation
                .roots
                .iter()
                .any(|root| subject(root) == last)
    }
}

impl ServerCertVerifier for ServerCertificateVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.check(end_entity, intermediates, now)
            .map(|()| ServerCertVerified::assertion())
            .map_err(|error| {
                rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(
                    error,
                ))))
            })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// The cause behind an error of rustls, where it is about the gateway's certificate.
pub(super) fn cause_of(error: &rustls::Error) -> Option<ServerCertificateError> {
    let rustls::Error::InvalidCertificate(certificate_error) = error else {
        return None;
    };
    if let CertificateError::Other(OtherError(other)) = certificate_error
        && let Some(known) = other.downcast_ref::<ServerCertificateError>()
    {
        return Some(known.clone());
    }
    Some(cause(error.clone()))
}

fn cause(error: rustls::Error) -> ServerCertificateError {
    let rustls::Error::InvalidCertificate(error) = error else {
        return damaged(error);
    };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ServerCertificateError::Expired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ServerCertificateError::NotYetValid
        }
        CertificateError::UnknownIssuer => ServerCertificateError::NotPinned,
        CertificateError::Revoked => ServerCertificateError::Revoked,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            ServerCertificateError::NotForServers
        }
        other => ServerCertificateError::Damaged(other.to_string()),
    }
}

fn damaged(error: rustls::Error) -> ServerCertificateError {
    ServerCertificateError::Damaged(error.to_string())
}

fn is_for_servers(der: &CertificateDer<'_>) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return false;
    };
    let usage = certificate.extended_key_usage().ok().flatten();
    usage.is_some_and(|usage| usage.value.server_auth)
}

fn self_signed(der: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(der).is_ok_and(|(_, certificate)| {
        certificate.subject().as_raw() == certificate.issuer().as_raw()
    })
}

fn hash(der: &CertificateDer<'_>) -> [u8; 20] {
    Sha1::digest(der).into()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
