use std::path::PathBuf;
use std::sync::Arc;

use crate::external_key::{ExternalKey, Key};

/// A client certificate with its private key, in memory or in a file.
///
/// It holds secrets. The library wipes its own copies; those that the other language holds are that language's.
#[derive(uniffi::Enum)]
pub enum Certificate {
    /// PEM text of the certificate and its intermediates; the key may be in it.
    Pem {
        /// The certificate.
        certificate: Vec<u8>,
        /// The key, where it is apart.
        key: Option<Vec<u8>>,
        /// What the key is encrypted with.
        password: Option<String>,
    },
    /// A file of PEM text; the key may be in it.
    PemFile {
        /// The certificate's file.
        certificate: String,
        /// The key's file, where it is another.
        key: Option<String>,
        /// What the key is encrypted with.
        password: Option<String>,
    },
    /// A PFX container (PKCS#12).
    Pfx {
        /// The container.
        pfx: Vec<u8>,
        /// What it is encrypted with.
        password: Option<String>,
    },
    /// A file with a PFX container (PKCS#12).
    PfxFile {
        /// The file.
        pfx: String,
        /// What it is encrypted with.
        password: Option<String>,
    },
    /// A certificate whose key the program keeps to itself.
    External {
        /// The certificate and its intermediates, the certificate first, as PEM or the DER of one.
        certificates: Vec<u8>,
        /// The key.
        key: Arc<dyn ExternalKey>,
    },
}

impl From<Certificate> for p2svpn_client::Certificate {
    fn from(certificate: Certificate) -> Self {
        let (certificate, password) = match certificate {
            Certificate::Pem {
                certificate,
                key: None,
                password,
            } => (Self::pem(certificate), password),
            Certificate::Pem {
                certificate,
                key: Some(key),
                password,
            } => (Self::pem_with_key(certificate, key), password),
            Certificate::PemFile {
                certificate,
                key,
                password,
            } => (
                Self::pem_file(certificate, key.map(PathBuf::from)),
                password,
            ),
            Certificate::Pfx { pfx, password } => (Self::pfx(pfx), password),
            Certificate::PfxFile { pfx, password } => (Self::pfx_file(pfx), password),
            Certificate::External { certificates, key } => {
                (Self::external(certificates, Arc::new(Key(key))), None)
            }
        };
        match password {
            Some(password) => certificate.password(password),
            None => certificate,
        }
    }
}
