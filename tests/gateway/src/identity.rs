use p12_keystore::error::Error as PfxError;
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::ExtendedKeyUsagePurpose;
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use crate::authority::{Authority, Issued, KeyKind, Request, Validity};
use crate::error::GatewayError;

/// What a client certificate shall be, for [`Gateway::issue`](crate::Gateway::issue).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRequest {
    /// The subject's common name.
    pub common_name: String,
    /// The kind of the private key.
    pub key: KeyKind,
    /// What is wrong with the certificate.
    pub flaw: IdentityFlaw,
}

/// Why a gateway would refuse a client certificate, now or soon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdentityFlaw {
    /// Nothing is wrong with it.
    #[default]
    None,
    /// It was valid in the year 2020.
    Expired,
    /// It will be valid in the year 2098.
    NotYetValid,
    /// It is good for ten days yet.
    EndsSoon,
    /// An authority of the same name, but with another key, issued it.
    ForeignAuthority,
    /// It is for servers (extended key usage `serverAuth` only).
    NotForClients,
}

/// A client certificate with its private key.
pub struct IssuedIdentity {
    common_name: String,
    issued: Issued,
}

impl IdentityRequest {
    /// A good certificate with a P-256 key.
    pub fn new(common_name: impl Into<String>) -> Self {
        Self {
            common_name: common_name.into(),
            key: KeyKind::default(),
            flaw: IdentityFlaw::default(),
        }
    }

    /// The same with a key of another kind.
    #[must_use]
    pub fn key(self, key: KeyKind) -> Self {
        Self { key, ..self }
    }

    /// The same with something wrong.
    #[must_use]
    pub fn flaw(self, flaw: IdentityFlaw) -> Self {
        Self { flaw, ..self }
    }

    pub(crate) fn issue(
        &self,
        authority: &Authority,
        authority_name: &str,
    ) -> Result<IssuedIdentity, GatewayError> {
        let request = Request {
            common_name: &self.common_name,
            names: Vec::new(),
            usage: match self.flaw {
                IdentityFlaw::NotForClients => ExtendedKeyUsagePurpose::ServerAuth,
                _ => ExtendedKeyUsagePurpose::ClientAuth,
            },
            key: self.key,
            validity: match self.flaw {
                IdentityFlaw::Expired => Validity::Past,
                IdentityFlaw::NotYetValid => Validity::Future,
                IdentityFlaw::EndsSoon => Validity::Ending,
                _ => Validity::Now,
            },
        };
        let issued = match self.flaw {
            IdentityFlaw::ForeignAuthority => Authority::root(authority_name)?.issue(&request)?,
            _ => authority.issue(&request)?,
        };
        Ok(IssuedIdentity {
            common_name: self.common_name.clone(),
            issued,
        })
    }
}

impl IssuedIdentity {
    /// The subject's common name.
    pub fn common_name(&self) -> &str {
        &self.common_name
    }

    /// The certificate and its chain, DER, the client's own first and the root last.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.issued.chain
    }

    /// The client's own certificate as PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.issued.certificate_pem
    }

    /// The private key as unencrypted PEM (PKCS#8).
    pub fn key_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.issued.key.serialize_pem())
    }

    /// Certificate, root and key in a container, PKCS#12 with AES-256 as OpenSSL 3 and Windows write it.
    ///
    /// # Errors
    /// [`GatewayError::Pfx`] for a password or name that the container cannot carry.
    pub fn pfx(&self, password: &str) -> Result<Vec<u8>, GatewayError> {
        let failed = |error: PfxError| GatewayError::Pfx(error.to_string());
        let certificates = self
            .issued
            .chain
            .iter()
            .map(|der| Certificate::from_der(der));
        let certificates = certificates
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        let key = PrivateKey::from_der(self.issued.key.serialized_der()).map_err(failed)?;
        let chain = PrivateKeyChain::new(vec![1], key, certificates);
        let mut store = KeyStore::new();
        store.add_entry(&self.common_name, KeyStoreEntry::PrivateKeyChain(chain));
        store.writer(password).write().map_err(failed)
    }
}

impl std::fmt::Debug for IssuedIdentity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("IssuedIdentity")
            .field("common_name", &self.common_name)
            .finish_non_exhaustive()
    }
}
