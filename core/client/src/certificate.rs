use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use p2svpn_auth::{AuthError, ExternalKey, Identity};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorCode};
use crate::file::read_regular;

/// Files larger than this are no certificate.
const MAXIMUM_FILE: usize = 4 << 20;

/// A client certificate with its private key, as the host has it: PEM or PFX, in memory or in a file, or with a key that
/// the host keeps to itself.
///
/// It is read when a session prepares, so a mistake in it shows as the session's end or as a challenge for the password.
/// Bytes and passwords are wiped when the last clone is dropped; nothing of them prints.
#[derive(Clone)]
pub struct Certificate {
    form: Form,
    password: Option<Zeroizing<String>>,
}

#[derive(Clone)]
enum Form {
    Pem {
        certificate: Source,
        key: Option<Source>,
    },
    Pfx(Source),
    External {
        certificates: Source,
        key: Arc<dyn ExternalKey>,
    },
}

#[derive(Clone)]
enum Source {
    Bytes(Zeroizing<Vec<u8>>),
    File(PathBuf),
}

impl Certificate {
    /// Takes PEM that holds the certificate, its intermediates in any order, and its key.
    ///
    /// The key may be PKCS#8 (also encrypted), PKCS#1 or SEC1.
    pub fn pem(pem: impl Into<Vec<u8>>) -> Self {
        Self::new(Form::Pem {
            certificate: Source::bytes(pem),
            key: None,
        })
    }

    /// Takes the certificate and its key as two PEM texts.
    pub fn pem_with_key(certificate: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        Self::new(Form::Pem {
            certificate: Source::bytes(certificate),
            key: Some(Source::bytes(key)),
        })
    }

    /// Names a PEM file with the certificate, and one with the key if it is not in the same file.
    pub fn pem_file(certificate: impl Into<PathBuf>, key: Option<PathBuf>) -> Self {
        Self::new(Form::Pem {
            certificate: Source::File(certificate.into()),
            key: key.map(Source::File),
        })
    }

    /// Takes a PFX container (PKCS#12).
    pub fn pfx(pfx: impl Into<Vec<u8>>) -> Self {
        Self::new(Form::Pfx(Source::bytes(pfx)))
    }

    /// Names a PFX file (PKCS#12).
    pub fn pfx_file(pfx: impl Into<PathBuf>) -> Self {
        Self::new(Form::Pfx(Source::File(pfx.into())))
    }

    /// Takes the certificate and its intermediates, the certificate first, as PEM or the DER of one, whose key stays elsewhere:
    /// on a token, in a system's key store, or behind a service of the host.
    ///
    /// The key is asked for a signature when a session connects and at each change of keys. It may take a minute for each, as
    /// a person needs to type a PIN; the session goes on meanwhile.
    pub fn external(certificates: impl Into<Vec<u8>>, key: Arc<dyn ExternalKey>) -> Self {
        Self::new(Form::External {
            certificates: Source::bytes(certificates),
            key,
        })
    }

    /// Adds the password of the container or of the encrypted key. Without it, or with a wrong one, a challenge asks.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Zeroizing::new(password.into()));
        self
    }

    /// Returns the certificate with another password.
    pub(crate) fn with_secret(&self, password: Zeroizing<String>) -> Self {
        Self {
            form: self.form.clone(),
            password: Some(password),
        }
    }

    /// Whether a password was given, so that it can have been wrong.
    pub(crate) fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Reads and decrypts it. This blocks: files are read, and a hostile container may take seconds to decrypt.
    pub(crate) fn load(&self) -> Result<Identity, LoadError> {
        let password = self.password.as_ref().map(|password| password.as_str());
        let identity = match &self.form {
            Form::Pem { certificate, key } => {
                let certificate = certificate.read()?;
                let key = key.as_ref().map(Source::read).transpose()?;
                Identity::from_pem(
                    &certificate,
                    key.as_ref().map(|key| key.as_slice()),
                    password,
                )
            }
            Form::Pfx(pfx) => Identity::from_pfx(&pfx.read()?, self.password_or_empty()),
            Form::External { certificates, key } => {
                Identity::from_external_key_and(&certificates.read()?, Arc::clone(key))
            }
        };
        identity.map_err(|error| match error {
            AuthError::PasswordRequired | AuthError::WrongPassword => {
                LoadError::Password(error.into())
            }
            other => LoadError::Other(other.into()),
        })
    }

    /// Reads the bytes of a PFX container; `None` for what is none. This blocks.
    pub(crate) fn read_pfx(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match &self.form {
            Form::Pfx(pfx) => pfx.read().map(Some),
            _ => Ok(None),
        }
    }

    /// Returns the password of a container: one without a password has the empty one.
    pub(crate) fn password_or_empty(&self) -> &str {
        self.password.as_ref().map_or("", |password| password)
    }

    /// Says for people what a password would open.
    pub(crate) fn label(&self) -> String {
        match &self.form {
            Form::Pfx(Source::File(path))
            | Form::Pem {
                key: Some(Source::File(path)),
                ..
            } => file_name(path),
            Form::Pem {
                certificate: Source::File(path),
                key: None,
            } => file_name(path),
            Form::Pfx(_) => "the PFX file".to_owned(),
            Form::Pem { .. } => "the private key".to_owned(),
            Form::External { .. } => "the host's key".to_owned(),
        }
    }

    fn new(form: Form) -> Self {
        Self {
            form,
            password: None,
        }
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Certificate")
            .field(&self.label())
            .finish()
    }
}

/// Why a certificate could not be loaded.
#[derive(Debug)]
pub(crate) enum LoadError {
    /// Another password may help.
    Password(Error),
    /// Another password would not help.
    Other(Error),
}

impl From<Error> for LoadError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Source {
    fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(Zeroizing::new(bytes.into()))
    }

    fn read(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let path = match self {
            Self::Bytes(bytes) => return Ok(bytes.clone()),
            Self::File(path) => path,
        };
        let unreadable =
            || Error::new(ErrorCode::CertificateUnreadable, path.display().to_string());
        let bytes =
            read_regular(path, MAXIMUM_FILE).map_err(|error| unreadable().because(&error))?;
        if bytes.len() > MAXIMUM_FILE {
            return Err(unreadable());
        }
        Ok(bytes)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests;
