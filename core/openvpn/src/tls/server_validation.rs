//! What a gateway's certificate must be.

use std::sync::Arc;
use std::{fmt, iter};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};

use super::usage::CertificateUsage;
use crate::certificate_error::ServerCertificateError;
use crate::error::Error;

/// What the gateway's certificate must be: trusted, for the right use, and for the right name.
///
/// OpenVPN itself trusts every certificate under the profile's authorities, also those of its clients, until the profile
/// says more; so does the combination of [`CertificateUsage::any`] and [`CertificateName::Any`]. The default trusts nothing.
#[derive(Debug, Clone, Default)]
pub struct ServerValidation {
    /// What makes the certificate a trusted one.
    pub trust: ServerTrust,
    /// What the certificate must have been issued for.
    pub usage: CertificateUsage,
    /// Whose certificate it must be.
    pub name: CertificateName,
    /// What may accept a certificate all the same; nothing by default.
    pub exception: Option<CertificateException>,
}

/// Judges certificates that were refused, on the word of whoever owns the connection: one that it accepts counts as good,
/// whatever is wrong with it. That the gateway has the certificate's key is checked all the same.
///
/// It is given the chain, DER, the gateway's own certificate first, and what is wrong. It is called in the handshake, also in
/// those that replace keys, and must answer at once. It must not panic.
#[derive(Clone)]
pub struct CertificateException(Arc<Judge>);

type Judge = dyn Fn(&[CertificateDer<'_>], &ServerCertificateError) -> bool + Send + Sync;

impl CertificateException {
    /// Takes what judges.
    pub fn new(
        judge: impl Fn(&[CertificateDer<'_>], &ServerCertificateError) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(judge))
    }

    pub(super) fn accepts(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        refusal: &ServerCertificateError,
    ) -> bool {
        let chain: Vec<CertificateDer<'_>> =
            iter::once(leaf).chain(intermediates).cloned().collect();
        (self.0)(&chain, refusal)
    }
}

impl fmt::Debug for CertificateException {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CertificateException(..)")
    }
}

/// What makes a gateway's certificate a trusted one. Whatever is trusted must be valid now.
#[derive(Debug, Clone)]
pub enum ServerTrust {
    /// The chain ends in one of these roots (OpenVPN's `ca`). No root: nothing is trusted.
    Roots {
        /// The roots, DER.
        roots: Vec<CertificateDer<'static>>,
        /// What was revoked.
        revocation: RevocationLists,
    },
    /// The chain ends in a root with one of these hashes, as in Azure's profiles. No hash: nothing is trusted.
    PinnedRoots {
        /// SHA-1 hashes of the roots' DER.
        hashes: Vec<[u8; 20]>,
        /// Where to look for those roots beside what the gateway sends, DER. Others are not trusted.
        known: Vec<CertificateDer<'static>>,
        /// What was revoked.
        revocation: RevocationLists,
    },
    /// The certificate itself has one of these SHA-256 fingerprints (OpenVPN's `peer-fingerprint`). Its issuer does not
    /// matter, and it may be self-signed and an authority's (`CA:TRUE`). No fingerprint: nothing is trusted.
    Fingerprints(Vec<[u8; 32]>),
}

impl Default for ServerTrust {
    /// Trusts nothing.
    fn default() -> Self {
        Self::Fingerprints(Vec::new())
    }
}

/// Certificates that their issuers have withdrawn (OpenVPN's `crl-verify`).
///
/// A list counts for what its own issuer has issued, at every place of the chain. A certificate of an issuer without a
/// list passes, as in OpenVPN; a list whose time is over refuses all certificates of its issuer, until it is renewed.
#[derive(Debug, Clone, Default)]
pub struct RevocationLists(Vec<CertificateRevocationListDer<'static>>);

impl RevocationLists {
    /// Reads a file: one list in DER, or any number in PEM.
    ///
    /// # Errors
    /// [`Error::Configuration`] if there is none in it, or one cannot be read.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let unreadable = || Error::Configuration("a revocation list cannot be read".to_owned());
        // The tag of an ASN.1 sequence, which no text begins with.
        if file.first() == Some(&0x30) {
            let lists = Self(vec![CertificateRevocationListDer::from(file.to_vec())]);
            return lists.parse().map(|_| lists);
        }
        let lists = CertificateRevocationListDer::pem_slice_iter(file)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| unreadable())?;
        if lists.is_empty() {
            return Err(unreadable());
        }
        let lists = Self(lists);
        lists.parse().map(|_| lists)
    }

    /// Adds what other lists say.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub(super) fn parse(&self) -> Result<Vec<webpki::CertRevocationList<'static>>, Error> {
        let parse = |list: &CertificateRevocationListDer<'_>| {
            webpki::OwnedCertRevocationList::from_der(list)
                .map(webpki::CertRevocationList::from)
                .map_err(|error| {
                    Error::Configuration(format!("a revocation list cannot be used: {error}"))
                })
        };
        self.0.iter().map(parse).collect()
    }
}

/// Whose certificate it must be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CertificateName {
    /// Any name; right where nobody else has a certificate that is trusted.
    #[default]
    Any,
    /// One of these hosts, as browsers judge it: a subject alternative name, or the common name where there is none.
    Hosts {
        /// Host names or IP addresses. None: no certificate is accepted.
        names: Vec<String>,
        /// Whether a wildcard in the certificate may stand for a name. Safe only together with pinned
        /// roots and a wrapped control channel.
        wildcards: bool,
    },
    /// Exactly this subject, written as OpenVPN does: `C=KG, O=Example, CN=gateway` (`verify-x509-name ... subject`).
    Subject(String),
    /// Exactly this common name (`verify-x509-name ... name`).
    CommonName(String),
    /// A common name that begins like this (`verify-x509-name ... name-prefix`).
    CommonNamePrefix(String),
}
