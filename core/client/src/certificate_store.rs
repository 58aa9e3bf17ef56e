use std::path::PathBuf;

use p2svpn_auth::{AuthError, Candidate, Identity, Pkcs11Module, TokenCertificate};

use crate::error::{Error, ErrorCode};

/// Where client certificates are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateStore {
    /// The tokens of a PKCS#11 module, such as smart cards and security keys: the absolute path of the library that their
    /// maker gives. Its code runs in this process, so the path must never come from a profile.
    Pkcs11(PathBuf),
}

/// A certificate found in a store, whose key may still need a PIN.
pub(crate) enum StoredCertificate {
    Token(TokenCertificate),
}

impl CertificateStore {
    /// Lists the certificates that are there now. This blocks.
    pub(crate) fn certificates(&self) -> Result<Vec<StoredCertificate>, Error> {
        match self {
            Self::Pkcs11(path) => {
                let found = Pkcs11Module::load(path).and_then(|module| module.certificates())?;
                Ok(found.into_iter().map(StoredCertificate::Token).collect())
            }
        }
    }
}

impl StoredCertificate {
    pub(crate) fn candidate(&self) -> &Candidate {
        match self {
            Self::Token(certificate) => certificate.candidate(),
        }
    }

    /// The token that asks for its PIN before the key can be used. This blocks.
    pub(crate) fn asks_for_pin(&self) -> Result<Option<String>, AuthError> {
        match self {
            Self::Token(certificate) => {
                let needs = certificate.needs_pin()?;
                Ok(needs.then(|| certificate.token_label().to_owned()))
            }
        }
    }

    /// Opens the key. This blocks, perhaps until a person has typed a PIN at the reader.
    pub(crate) fn open(&self, pin: Option<&str>) -> Result<Identity, AuthError> {
        match self {
            Self::Token(certificate) => certificate.open(pin),
        }
    }
}

/// Says that no certificate was found in the stores.
pub(crate) fn nothing_found() -> Error {
    Error::new(
        ErrorCode::NoCertificateFits,
        "no client certificate was found",
    )
}
