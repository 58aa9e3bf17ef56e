use std::path::{Path, PathBuf};

use p2svpn_auth::{Identity, Pkcs11Module, Token};
use p2svpn_system::{CertificateLocation, SystemCertificate};

use super::stored_certificate::StoredCertificate;
use super::token_access::TokenAccess;
use crate::certificate::Certificate;
use crate::certificate_details::CertificateDetails;
use crate::error::{Error, ErrorCode};

/// Where client certificates are kept with their keys, which sign there and are not shown.
///
/// A session looks there for its certificate ([`ConnectOptions::certificate_store`](crate::ConnectOptions::certificate_store)).
/// The methods here are for a host that shows and sets up what is there. They need no client, and block: for as long as a
/// token takes, or a person whom the system asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateStore {
    /// The tokens of a PKCS#11 module, such as smart cards and security keys: the absolute path of the library that their
    /// maker gives. Its code runs in this process, so the path must never come from a profile.
    Pkcs11(PathBuf),

    /// The user's own: `Cert:\CurrentUser\My` on Windows, the user's keychains on macOS. Linux has none.
    CurrentUser,

    /// The machine's: `Cert:\LocalMachine\My` on Windows, the system's keychain on macOS. Often only administrators may use
    /// its keys, and only they may change it. Linux has none.
    LocalMachine,
}

impl CertificateStore {
    /// Lists the certificates that are there now and have a key, as far as can be seen without a PIN.
    ///
    /// # Errors
    ///
    /// `CERTIFICATE_STORE_UNAVAILABLE`, and `KEY_FAILED` if a token does not answer.
    pub fn certificates(&self) -> Result<Vec<CertificateDetails>, Error> {
        let found = self.search()?;
        Ok(found
            .iter()
            .map(|one| CertificateDetails::new(one.candidate()))
            .collect())
    }

    /// Puts the key of a PFX container ([`Certificate::pfx`]) into the store, with its certificate and those of issuers, and
    /// returns what the store lists then.
    ///
    /// The key can sign there; but for macOS, where its user may export it, it cannot be taken out again. A certificate that is
    /// there already stays as it is. If the store refuses a part, the other parts are taken back.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for what is no PFX container, and where several tokens are inserted and none is named;
    /// `CERTIFICATE_DAMAGED`, `CERTIFICATE_PASSWORD_WRONG`, `CERTIFICATE_INCOMPLETE` and `CERTIFICATE_UNSUPPORTED` for the
    /// container; `PIN_WRONG`, also if none was given, `PIN_LOCKED`, `TOKEN_REMOVED` and `KEY_FAILED`, as by tokens that make
    /// all of their keys themselves; `CERTIFICATE_STORE_UNAVAILABLE`.
    pub fn import(
        &self,
        pfx: &Certificate,
        access: &TokenAccess,
    ) -> Result<CertificateDetails, Error> {
        let Some(bytes) = pfx.read_pfx()? else {
            let rule = "only a PFX container can be imported";
            return Err(Error::new(ErrorCode::InvalidArgument, rule));
        };
        let password = pfx.password_or_empty();
        let stored = match self.place() {
            Place::Module(path) => {
                let token = only_token(&Pkcs11Module::load(path)?, access)?;
                token
                    .import_pfx(&bytes, password, access.pin_text())
                    .map(StoredCertificate::Token)?
            }
            Place::System(location) => import_into_system(location, &bytes, password)?,
        };
        Ok(CertificateDetails::new(stored.candidate()))
    }

    /// Removes the certificate of this SHA-1 thumbprint, and its key unless another certificate there has the same one.
    ///
    /// Certificates of issuers stay, since others may need them. Nothing brings the key back.
    ///
    /// # Errors
    ///
    /// `NO_CERTIFICATE_FITS` if there is none of this thumbprint, `INVALID_ARGUMENT` if it is on several tokens and none is
    /// named; `PIN_WRONG`, also if none was given, `PIN_LOCKED`, `TOKEN_REMOVED` and `KEY_FAILED`;
    /// `CERTIFICATE_STORE_UNAVAILABLE`.
    pub fn remove(&self, thumbprint: &str, access: &TokenAccess) -> Result<(), Error> {
        let mut found = self.search()?;
        found.retain(|one| {
            let own = one.candidate().summary().sha1_text();
            own.eq_ignore_ascii_case(thumbprint.trim()) && one.is_meant(access)
        });
        match found.as_slice() {
            [one] => one.remove(access),
            [] => {
                let missing = format!("there is none with the thumbprint {}", thumbprint.trim());
                Err(Error::new(ErrorCode::NoCertificateFits, missing))
            }
            several => {
                let rule = "the certificate is on several tokens, of which one has to be named";
                let tokens = several
                    .iter()
                    .map(|one| one.candidate().source().to_owned());
                Err(Error::new(ErrorCode::InvalidArgument, rule).listing(tokens))
            }
        }
    }

    /// Finds the certificates that are there now. This blocks.
    pub(crate) fn search(&self) -> Result<Vec<StoredCertificate>, Error> {
        match self.place() {
            Place::Module(path) => StoredCertificate::on_tokens(&Pkcs11Module::load(path)?),
            Place::System(location) => StoredCertificate::of_system(location),
        }
    }

    fn place(&self) -> Place<'_> {
        match self {
            Self::Pkcs11(path) => Place::Module(path),
            Self::CurrentUser => Place::System(CertificateLocation::CurrentUser),
            Self::LocalMachine => Place::System(CertificateLocation::LocalMachine),
        }
    }
}

/// Who keeps the certificates of a store.
enum Place<'a> {
    Module(&'a Path),
    System(CertificateLocation),
}

fn only_token(module: &Pkcs11Module, access: &TokenAccess) -> Result<Token, Error> {
    let mut tokens = module.tokens()?;
    tokens.retain(|token| access.means(token.label()));
    match tokens.len() {
        0 => Err(Error::new(
            ErrorCode::TokenRemoved,
            "no such token is inserted",
        )),
        1 => tokens.pop().ok_or_else(nothing_found),
        _ => {
            let rule = "several tokens are inserted, of which one has to be named";
            let labels = tokens.iter().map(|token| token.label().to_owned());
            Err(Error::new(ErrorCode::InvalidArgument, rule).listing(labels))
        }
    }
}

fn import_into_system(
    location: CertificateLocation,
    pfx: &[u8],
    password: &str,
) -> Result<StoredCertificate, Error> {
    // Read here first: the system gets no container that is hostile or cannot be used.
    let identity = Identity::from_pfx(pfx, password)?;
    let listed = || -> Result<Option<StoredCertificate>, Error> {
        let found = StoredCertificate::of_system(location)?.into_iter();
        let wanted = identity.summary().sha256;
        Ok(found
            .into_iter()
            .find(|one| one.candidate().summary().sha256 == wanted))
    };
    if let Some(existing) = listed()? {
        return Ok(existing);
    }
    SystemCertificate::import_pfx(location, pfx, password)?;
    listed()?.ok_or_else(|| {
        let reason = "the store does not list what was put into it";
        Error::new(ErrorCode::CertificateStoreUnavailable, reason)
    })
}

/// Says that no certificate was found in the stores.
pub(crate) fn nothing_found() -> Error {
    Error::new(
        ErrorCode::NoCertificateFits,
        "no client certificate was found",
    )
}
