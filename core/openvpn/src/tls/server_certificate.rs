//! Whether the certificate that a gateway shows is the right one.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::EndEntityCert;
use x509_parser::prelude::X509Certificate;

use super::chain::ChainVerifier;
use super::names::CertificateNames;
use super::server_validation::{
    CertificateException, CertificateName, ServerTrust, ServerValidation,
};
use super::usage::CertificateUsage;
use super::{refusal, subject, x509};
use crate::certificate_error::{ServerCertificateError, UnsupportedCertificate};
use crate::error::Error;

/// How many accepted fingerprints an error shows.
const SHOWN: usize = 10;

/// The verifier that rustls asks.
#[derive(Debug)]
pub(super) struct ServerCertificateVerifier {
    trust: Trust,
    usage: CertificateUsage,
    name: CertificateName,
    exception: Option<CertificateException>,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
enum Trust {
    Chain(ChainVerifier),
    Fingerprints(Vec<[u8; 32]>),
}

impl ServerCertificateVerifier {
    /// # Errors
    /// [`Error::Configuration`] if a root or a revocation list cannot be read.
    pub(super) fn new(
        validation: &ServerValidation,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, Error> {
        let trust = match &validation.trust {
            ServerTrust::Roots { roots, revocation } => {
                Trust::Chain(ChainVerifier::new(provider, roots, None, revocation)?)
            }
            ServerTrust::PinnedRoots {
                hashes,
                known,
                revocation,
            } => Trust::Chain(ChainVerifier::new(
                provider,
                known,
                Some(hashes),
                revocation,
            )?),
            ServerTrust::Fingerprints(fingerprints) => Trust::Fingerprints(fingerprints.clone()),
        };
        Ok(Self {
            trust,
            usage: validation.usage.clone(),
            name: validation.name.clone(),
            exception: validation.exception.clone(),
            provider: Arc::clone(provider),
        })
    }

    pub(super) fn check(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), ServerCertificateError> {
        match &self.trust {
            Trust::Chain(chain) => chain.check(leaf, intermediates, now)?,
            Trust::Fingerprints(fingerprints) => check_fingerprint(leaf, fingerprints, now)?,
        }
        if let Some(bits) = x509::short_key(leaf) {
            return Err(UnsupportedCertificate::ShortKey { bits }.into());
        }
        let certificate = parse(leaf)?;
        self.usage.check(&certificate)?;
        self.check_name(&certificate)
    }

    fn check_name(&self, certificate: &X509Certificate<'_>) -> Result<(), ServerCertificateError> {
        let common = || subject::common_name(certificate);
        let (accepted, expected, presented) = match &self.name {
            CertificateName::Any => return Ok(()),
            CertificateName::Hosts { names, wildcards } => {
                let presented = CertificateNames::of(certificate);
                let is_for = |name: &String| presented.matches(name, *wildcards);
                (names.iter().any(is_for), names.clone(), presented.shown())
            }
            CertificateName::Subject(wanted) => {
                let presented = subject::subject_text(certificate);
                (presented == *wanted, vec![wanted.clone()], vec![presented])
            }
            CertificateName::CommonName(wanted) => {
                let presented = common();
                let accepted = presented.as_ref() == Some(wanted);
                (
                    accepted,
                    vec![wanted.clone()],
                    presented.into_iter().collect(),
                )
            }
            CertificateName::CommonNamePrefix(wanted) => {
                let presented = common();
                let begins = |name: &String| name.starts_with(wanted.as_str());
                (
                    presented.as_ref().is_some_and(begins),
                    vec![format!("{wanted}...")],
                    presented.into_iter().collect(),
                )
            }
        };
        if accepted {
            return Ok(());
        }
        Err(ServerCertificateError::WrongName {
            expected,
            presented,
        })
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
        if let Err(refusal) = self.check(end_entity, intermediates, now) {
            let exception = self.exception.as_ref();
            if !exception.is_some_and(|one| one.accepts(end_entity, intermediates, &refusal)) {
                return Err(rejected(refusal));
            }
        }
        Ok(ServerCertVerified::assertion())
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
    let rustls::Error::InvalidCertificate(error) = error else {
        return None;
    };
    if let CertificateError::Other(OtherError(other)) = error
        && let Some(known) = other.downcast_ref::<ServerCertificateError>()
    {
        return Some(known.clone());
    }
    // What is left is the signature of the handshake.
    Some(ServerCertificateError::Damaged(error.to_string()))
}

fn rejected(error: ServerCertificateError) -> rustls::Error {
    let error = CertificateError::Other(OtherError(Arc::new(error)));
    rustls::Error::InvalidCertificate(error)
}

fn check_fingerprint(
    leaf: &CertificateDer<'_>,
    accepted: &[[u8; 32]],
    now: UnixTime,
) -> Result<(), ServerCertificateError> {
    let presented = digest(&SHA256, leaf);
    let is_presented = |fingerprint: &[u8; 32]| fingerprint.as_slice() == presented.as_ref();
    if !accepted.iter().any(is_presented) {
        let expected = accepted.iter().take(SHOWN);
        return Err(ServerCertificateError::WrongFingerprint {
            expected: expected.map(|hash| x509::hexadecimal(hash)).collect(),
            presented: x509::hexadecimal(presented.as_ref()),
        });
    }
    // What the handshake's signature is verified with could not read it later either.
    EndEntityCert::try_from(leaf)
        .map_err(|failure| refusal::of(&failure, std::iter::once(leaf)))?;
    let certificate = parse(leaf)?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now < certificate.validity().not_before.timestamp() {
        return Err(ServerCertificateError::NotYetValid);
    }
    if now > certificate.validity().not_after.timestamp() {
        return Err(ServerCertificateError::Expired);
    }
    Ok(())
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, ServerCertificateError> {
    x509::parse(der)
        .ok_or_else(|| ServerCertificateError::Damaged("its fields cannot be read".to_owned()))
}
