use std::fmt;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use sha1::{Digest, Sha1};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::thumbprint::Thumbprint;

/// A certificate that came with a profile, such as the root of its gateway.
///
/// It is well-formed X.509; whether it is good is decided where a connection is made.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Certificate {
    /// Shared, because the same root belongs to every profile of a package.
    der: Arc<[u8]>,
    subject: Arc<str>,
    not_before: i64,
    not_after: i64,
    is_self_issued: bool,
}

impl Certificate {
    /// The largest certificate that is read, in bytes.
    pub const LARGEST: usize = 16 * 1024;

    /// Reads one certificate in DER.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] for anything else.
    pub fn from_der(der: &[u8]) -> Result<Self, InvalidValue> {
        if der.len() > Self::LARGEST {
            return Err(InvalidValue::new("is larger than any certificate"));
        }
        let damaged = || InvalidValue::new("is no certificate in DER");
        let (rest, read) = X509Certificate::from_der(der).map_err(|_| damaged())?;
        if !rest.is_empty() {
            return Err(damaged());
        }
        let validity = read.validity();
        Ok(Self {
            der: der.into(),
            subject: Excerpt::of_sentence(&read.subject().to_string())
                .to_string()
                .into(),
            not_before: validity.not_before.timestamp(),
            not_after: validity.not_after.timestamp(),
            is_self_issued: read.subject() == read.issuer(),
        })
    }

    /// Reads every certificate of a PEM text, in order; other blocks are passed over.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] for a damaged block, and where there is no certificate.
    pub fn from_pem(text: &str) -> Result<Vec<Self>, InvalidValue> {
        let certificates = CertificateDer::pem_slice_iter(text.as_bytes())
            .map(|block| {
                let block = block.map_err(|_| InvalidValue::new("holds a damaged PEM block"))?;
                Self::from_der(&block)
            })
            .collect::<Result<Vec<_>, _>>()?;
        if certificates.is_empty() {
            return Err(InvalidValue::new("holds no certificate in PEM"));
        }
        Ok(certificates)
    }

    /// Returns the DER encoding.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Returns the SHA-1 hash of the DER encoding.
    pub fn thumbprint(&self) -> Thumbprint {
        Thumbprint::new(Sha1::digest(&self.der).into())
    }

    /// Returns whose certificate it is, for people, such as `CN=DigiCert Global Root G2`.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns when it begins to be valid, in seconds since 1970.
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// Returns when it ends to be valid, in seconds since 1970.
    pub fn not_after(&self) -> i64 {
        self.not_after
    }

    /// Says whether it names itself as its issuer, as a root does.
    pub fn is_self_issued(&self) -> bool {
        self.is_self_issued
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thumbprint = self.thumbprint();
        write!(formatter, "Certificate({}, {thumbprint})", self.subject)
    }
}
