use std::sync::Arc;

use p2svpn_auth::{
    AuthError, Candidate, CertificateSummary, Identity, Pkcs11Module, TokenCertificate,
};
use p2svpn_system::{CertificateLocation, SystemCertificate};
use rustls_pki_types::CertificateDer;

use super::system_key::SystemExternalKey;
use super::token_access::TokenAccess;
use crate::error::Error;

/// A certificate found in a store, whose key may still need a PIN.
pub(crate) enum StoredCertificate {
    Token(TokenCertificate),
    System(SystemCertificate, Candidate),
}

impl StoredCertificate {
    /// Lists those on the tokens of a module. This blocks.
    pub(super) fn on_tokens(module: &Pkcs11Module) -> Result<Vec<Self>, Error> {
        Ok(module
            .certificates()?
            .into_iter()
            .map(Self::Token)
            .collect())
    }

    /// Lists those of a store of the system; what is no certificate is left out. This blocks.
    pub(super) fn of_system(location: CertificateLocation) -> Result<Vec<Self>, Error> {
        let found = SystemCertificate::list(location)?.into_iter();
        Ok(found
            .filter_map(|certificate| {
                let candidate = candidate(&certificate, location)?;
                Some(Self::System(certificate, candidate))
            })
            .collect())
    }

    pub(crate) fn candidate(&self) -> &Candidate {
        match self {
            Self::Token(certificate) => certificate.candidate(),
            Self::System(_, candidate) => candidate,
        }
    }

    /// The token that asks for its PIN before the key can be used. This blocks.
    pub(crate) fn asks_for_pin(&self) -> Result<Option<String>, AuthError> {
        match self {
            Self::Token(certificate) => {
                let needs = certificate.needs_pin()?;
                Ok(needs.then(|| certificate.token_label().to_owned()))
            }
            // The system asks by itself.
            Self::System(..) => Ok(None),
        }
    }

    /// Opens the key. This blocks, perhaps until a person has typed a PIN at the reader or agreed.
    pub(crate) fn open(&self, pin: Option<&str>) -> Result<Identity, AuthError> {
        match self {
            Self::Token(certificate) => certificate.open(pin),
            Self::System(certificate, _) => {
                let key = Arc::new(SystemExternalKey::open(certificate)?);
                Identity::from_external_key(&chain(certificate), key)
            }
        }
    }

    /// Removes the certificate and its key. This blocks.
    pub(super) fn remove(&self, access: &TokenAccess) -> Result<(), Error> {
        match self {
            Self::Token(certificate) => Ok(certificate.remove(access.pin_text())?),
            Self::System(certificate, _) => Ok(certificate.remove()?),
        }
    }

    /// Whether it is where the caller wants to change something.
    pub(super) fn is_meant(&self, access: &TokenAccess) -> bool {
        match self {
            Self::Token(certificate) => access.means(certificate.token_label()),
            Self::System(..) => true,
        }
    }
}

fn candidate(certificate: &SystemCertificate, location: CertificateLocation) -> Option<Candidate> {
    let source = match location {
        CertificateLocation::CurrentUser => "the user's certificate store",
        CertificateLocation::LocalMachine => "the machine's certificate store",
    };
    Candidate::new(&chain(certificate), source).ok()
}

/// The certificate and its issuers, but for issuers that cannot be read.
fn chain(certificate: &SystemCertificate) -> Vec<CertificateDer<'_>> {
    let certificates = certificate.chain().iter().enumerate();
    certificates
        .filter(|(place, der)| *place == 0 || CertificateSummary::from_der(der).is_ok())
        .map(|(_, der)| CertificateDer::from(der.as_slice()))
        .collect()
}
