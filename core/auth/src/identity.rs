//! A client certificate chain together with its private key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::sign::{CertifiedKey, SigningKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::AuthError;
use crate::certificate::{Certificate, CertificateSummary};
use crate::chain::{Chain, check_count, parse_all};
use crate::criteria::IdentityCriteria;
use crate::external_key::ExternalKey;
use crate::external_signer::ExternalSigningKey;
use crate::input::check_size;
use crate::key::{self, KeyDer};
use crate::scheme::Scheme;
use crate::signing_error::SigningError;
use crate::{pem, pfx};

/// More private keys than this are refused: a personal export holds one.
const MAX_KEYS: usize = 16;

/// What [`Identity::test_key`] has signed. No TLS message is like it: those of clients begin with 64 spaces in TLS 1.3 and
/// with a handshake header in TLS 1.2.
const TEST_MESSAGE: &[u8] = b"p2svpn tests whether this key belongs to its certificate";

/// Proves who the client is: a certificate chain, leaf first, and the private key that fits the leaf.
///
/// Cheap to clone; clones share the key. `Debug` prints the subject and thumbprint only. The key's encoding is wiped
/// right after loading and lives on only inside the cryptography library, which wipes it on drop; the PFX decoder keeps
/// short-lived copies of its own that it does not wipe.
#[derive(Clone)]
pub struct Identity {
    pub(crate) chain: Chain,
    key: Arc<CertifiedKey>,
    /// The same key, if it is held elsewhere.
    external: Option<ExternalSigningKey>,
}

impl Identity {
    /// Reads PEM: certificates and the key in one input, or in two (`key_pem`), in any order.
    ///
    /// Keys may be PKCS#8, PKCS#1, SEC1, or PKCS#8 encrypted with PBES2, for which `password` is used. The traditional
    /// encryption of OpenSSL (`Proc-Type: 4,ENCRYPTED`) is refused by name: it has no integrity and derives keys with MD5.
    /// Of several keys and certificates the pair that fits is taken, see [`Identity::from_der`].
    pub fn from_pem(
        certificate_pem: &[u8],
        key_pem: Option<&[u8]>,
        password: Option<&str>,
    ) -> Result<Self, AuthError> {
        let mut certificates = Vec::new();
        let mut keys = Vec::new();
        for input in [Some(certificate_pem), key_pem].into_iter().flatten() {
            check_size(input)?;
            for section in pem::sections(input)? {
                if let Some(key) = key::from_pem(&section, password)? {
                    keys.push(key);
                } else if section.is_certificate() {
                    certificates.push(Certificate::parse(&section.der)?);
                }
            }
        }
        Self::assemble(certificates, keys)
    }

    /// Reads a PFX container (PKCS#12), as exported by Windows, macOS or `openssl pkcs12`.
    ///
    /// Handles PBES2 with AES, and 3DES or RC2 with SHA-1 as old tools write. Fails with [`AuthError::WrongPassword`] if
    /// the password does not open it. Key derivation of a hostile file may take seconds: call it off the user interface's
    /// thread.
    pub fn from_pfx(pfx: &[u8], password: &str) -> Result<Self, AuthError> {
        check_size(pfx)?;
        let contents = pfx::open(pfx, password)?;
        Self::assemble(contents.certificates, contents.keys)
    }

    /// Takes DER certificates in any order and one key.
    ///
    /// The leaf is the certificate whose public key is the key's own; of several, one that permits client authentication,
    /// then the one that expires last. The chain follows from it by issuer; certificates that are not part of it are left
    /// out.
    pub fn from_der(
        certificates: &[CertificateDer<'_>],
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, AuthError> {
        let key = Zeroizing::new(key);
        check_size(key.secret_der())?;
        Self::assemble(parse_all(certificates)?, vec![key])
    }

    /// Joins a key that is held elsewhere with its certificate, which comes first; issuers follow in any order.
    ///
    /// Fails with [`AuthError::KeyMismatch`] if the certificate is for another kind of key, and with
    /// [`SigningError::NoScheme`] if the key cannot sign in any way that TLS knows. Nothing is signed yet:
    /// [`Identity::test_key`] finds out whether it is the very key.
    pub fn from_external_key(
        certificates: &[CertificateDer<'_>],
        key: Arc<dyn ExternalKey>,
    ) -> Result<Self, AuthError> {
        let certificates = parse_all(certificates)?;
        let leaf = certificates.first().ok_or(AuthError::NoCertificate)?;
        let algorithm = leaf.key_algorithm.ok_or(AuthError::PrivateKey)?;
        let key = ExternalSigningKey::new(key)?;
        if key.algorithm() != algorithm {
            return Err(AuthError::KeyMismatch);
        }
        let signing_key = Arc::new(key.clone());
        Ok(Self::new(leaf, &certificates, signing_key, Some(key)))
    }

    /// Joins a key that is held elsewhere with its certificate as [`Identity::from_external_key`] does, read from PEM, whose
    /// first certificate is the key's, or from the DER of that one.
    pub fn from_external_key_and(
        pem_or_der: &[u8],
        key: Arc<dyn ExternalKey>,
    ) -> Result<Self, AuthError> {
        check_size(pem_or_der)?;
        if !pem_or_der.trim_ascii_start().starts_with(b"-----") {
            return Self::from_external_key(&[CertificateDer::from(pem_or_der)], key);
        }
        let sections = pem::sections(pem_or_der)?;
        let certificates: Vec<CertificateDer<'_>> = sections
            .iter()
            .filter(|section| section.is_certificate())
            .map(|section| CertificateDer::from(section.der.as_slice()))
            .collect();
        Self::from_external_key(&certificates, key)
    }

    /// Returns what the TLS layer needs: the chain to send and the key, backed by aws-lc-rs.
    ///
    /// A root at the end of the chain is not sent, as TLS allows (RFC 8446 section 4.4.2): the gateway has it.
    pub fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.key)
    }

    /// Has the key sign once and verifies that with the certificate, so that a wrong key shows before connecting.
    ///
    /// A key that is held elsewhere may ask for its PIN or for consent, and may block for as long as a person needs. Fails
    /// with [`AuthError::KeyMismatch`] if the key is another one, and with [`AuthError::Signing`] if it did not sign.
    pub fn test_key(&self) -> Result<(), AuthError> {
        let schemes = Scheme::ALL.map(Scheme::for_tls);
        let signer = self.key.key.choose_scheme(&schemes);
        let signer = signer.ok_or(AuthError::PrivateKey)?;
        let scheme = Scheme::from_tls(signer.scheme()).ok_or(AuthError::PrivateKey)?;
        let signature = signer.sign(TEST_MESSAGE).map_err(|_| {
            self.take_signing_error()
                .map_or(AuthError::PrivateKey, AuthError::Signing)
        })?;
        if !scheme.verifies(&self.chain.leaf.public_key, TEST_MESSAGE, &signature) {
            return Err(AuthError::KeyMismatch);
        }
        Ok(())
    }

    /// Returns whether the key can sign only in ways that TLS 1.3 has ruled out, so that the connection must be held at
    /// TLS 1.2.
    ///
    /// Old smart cards and key stores sign with PKCS#1 but not with RSA-PSS. A gateway that has no TLS 1.2 cannot be reached
    /// with such a key.
    pub fn needs_tls12(&self) -> bool {
        self.external
            .as_ref()
            .is_some_and(ExternalSigningKey::needs_tls12)
    }

    /// Takes the reason why the latest signature failed, after a TLS session has ended with an error.
    ///
    /// `None` if it did not fail, if it was taken before, or if the key is held here. Clones share it.
    pub fn take_signing_error(&self) -> Option<SigningError> {
        self.external
            .as_ref()
            .and_then(ExternalSigningKey::take_failure)
    }

    /// Describes the leaf certificate.
    pub fn summary(&self) -> &CertificateSummary {
        &self.chain.leaf.summary
    }

    /// Describes every certificate of the chain, leaf first, including the root if it was in the input.
    pub fn chain(&self) -> impl Iterator<Item = &CertificateSummary> {
        self.chain.summaries()
    }

    /// Checks whether the gateway of a profile can accept it at the given time in Unix seconds.
    ///
    /// Azure names the root by hash, so the root can be checked only where the chain reaches one: a chain without a
    /// self-signed end is accepted, and left for the gateway to judge. A profile may also name an intermediate; any
    /// certificate of the chain that has the wanted hash will do.
    pub fn check(&self, now: i64, criteria: &IdentityCriteria) -> Result<(), AuthError> {
        let obstacles = criteria.obstacles(&self.chain, now);
        obstacles.into_iter().next().map_or(Ok(()), Err)
    }

    /// Returns the certificate of the chain that ends first, if it has ended or ends within `period` of `now` in Unix
    /// seconds.
    ///
    /// A month, [`EXPIRY_WARNING`](crate::EXPIRY_WARNING), leaves time to get a new one.
    pub fn expires_within(&self, now: i64, period: Duration) -> Option<&CertificateSummary> {
        self.chain()
            .min_by_key(|summary| summary.not_after)
            .filter(|summary| summary.expires_within(now, period))
    }

    fn assemble(certificates: Vec<Certificate>, keys: Vec<KeyDer>) -> Result<Self, AuthError> {
        let pair = choose_pair(&certificates, &keys)?;
        Ok(Self::new(pair.leaf, &certificates, pair.key, None))
    }

    fn new(
        leaf: &Certificate,
        certificates: &[Certificate],
        key: Arc<dyn SigningKey>,
        external: Option<ExternalSigningKey>,
    ) -> Self {
        let chain = Chain::new(leaf.clone(), certificates);
        let key = Arc::new(CertifiedKey::new(chain.to_send(), key));
        Self {
            chain,
            key,
            external,
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.summary();
        formatter
            .debug_struct("Identity")
            .field("subject", &summary.subject)
            .field("sha1", &summary.sha1_text())
            .finish_non_exhaustive()
    }
}

/// Reads what [`Identity::from_pfx`] does, with the key's encoding, to be put elsewhere.
pub(crate) fn open_pfx(pfx: &[u8], password: &str) -> Result<(Chain, KeyDer), AuthError> {
    check_size(pfx)?;
    let contents = pfx::open(pfx, password)?;
    let pair = choose_pair(&contents.certificates, &contents.keys)?;
    let chain = Chain::new(pair.leaf.clone(), &contents.certificates);
    Ok((chain, Zeroizing::new(pair.der.clone_key())))
}

/// A key, loaded and as it was read, with its certificate.
struct Pair<'a> {
    leaf: &'a Certificate,
    key: Arc<dyn SigningKey>,
    der: &'a KeyDer,
}

/// Finds the key and certificate that belong together.
///
/// Compares public keys rather than calling [`CertifiedKey::keys_match`], which refuses X.509 version 1 certificates such
/// as plain `openssl x509 -req` writes.
fn choose_pair<'a>(
    certificates: &'a [Certificate],
    keys: &'a [KeyDer],
) -> Result<Pair<'a>, AuthError> {
    check_count(certificates.len())?;
    if keys.len() > MAX_KEYS {
        return Err(AuthError::TooLarge {
            what: "private keys",
            limit: MAX_KEYS,
        });
    }
    if certificates.is_empty() {
        return Err(AuthError::NoCertificate);
    }
    let mut unusable = AuthError::NoPrivateKey;
    let mut best: Option<Pair<'_>> = None;
    for der in keys {
        let key = match key::signing_key(der) {
            Ok(key) => key,
            Err(error) => {
                unusable = error;
                continue;
            }
        };
        unusable = AuthError::KeyMismatch;
        let Some(public_key) = key.public_key() else {
            continue;
        };
        for leaf in certificates
            .iter()
            .filter(|certificate| certificate.public_key == public_key.as_ref())
        {
            if best
                .as_ref()
                .is_none_or(|other| suitability(leaf) > suitability(other.leaf))
            {
                let key = Arc::clone(&key);
                best = Some(Pair { leaf, key, der });
            }
        }
    }
    best.ok_or(unusable)
}

fn suitability(certificate: &Certificate) -> (bool, i64) {
    (
        certificate.summary.permits_client_authentication,
        certificate.summary.not_after,
    )
}
