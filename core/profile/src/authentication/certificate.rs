use crate::certificate::Certificate;
use crate::secret_value::{SecretBytes, SecretText};
use crate::thumbprint::Thumbprint;

/// Which client certificate the profile asks for.
///
/// With neither thumbprint any certificate for client authentication may be tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateAuthentication {
    /// The thumbprint of the client certificate itself; absent in what the Azure portal writes.
    pub thumbprint: Option<Thumbprint>,
    /// The thumbprint of the root certificate authority that the administrator uploaded, below
    /// which the client certificate was issued.
    pub issuer: Option<Thumbprint>,
    /// The certificate and its key, where the profile brings them along, as an `.ovpn` may.
    pub identity: Option<ClientIdentity>,
}

/// A client certificate with its private key, as it stood in a profile; not looked into here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientIdentity {
    /// Texts in PEM (`cert` and `key`).
    Pem {
        /// The certificate, and perhaps those of its issuers.
        certificates: String,
        /// The private key, which may be encrypted.
        key: SecretText,
    },
    /// A PFX file, also called PKCS #12 (`pkcs12`).
    Pfx(SecretBytes),
}

impl ClientIdentity {
    /// Returns the hash of the certificate itself; nothing where it cannot be read, as in a PFX file,
    /// which only its password opens.
    pub fn thumbprint(&self) -> Option<Thumbprint> {
        match self {
            Self::Pem { certificates, .. } => {
                let certificates = Certificate::from_pem(certificates).ok()?;
                certificates.first().map(Certificate::thumbprint)
            }
            Self::Pfx(_) => None,
        }
    }
}
