//! The library of a token's maker.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass};
use cryptoki::session::Session;
use cryptoki::slot::Slot;
use rustls_pki_types::CertificateDer;

use super::certificate::{TokenCertificate, TokenName};
use super::failure::signing_error;
use crate::AuthError;
use crate::candidate::Candidate;
use crate::certificate::Certificate;
use crate::chain::check_count;

/// The modules of this process. They stay loaded until it ends: PKCS#11 initializes a module once in a process, for all that
/// use it there, and modules have threads that do not outlive being unloaded.
static LOADED: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());

/// A PKCS#11 module: the library with which a maker of tokens, cards or HSMs gives access to them.
#[derive(Clone)]
pub struct Pkcs11Module {
    path: PathBuf,
    context: Pkcs11,
}

impl Pkcs11Module {
    /// Loads a module from an absolute path, for example `/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so`.
    ///
    /// Its code then runs with the rights of this process, so the path must come from someone who may decide that: never
    /// from a profile. It stays loaded until the process ends; loading it again costs nothing, and a module that another
    /// part of the process has initialized is shared with it.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        let failed = |reason: String| AuthError::Pkcs11Module {
            path: path.display().to_string(),
            reason,
        };
        if !path.is_absolute() {
            return Err(failed("the path is not absolute".to_owned()));
        }
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let context = match loaded.get(path) {
            Some(context) => context.clone(),
            None => {
                let context = initialized(path).map_err(|error| failed(error.to_string()))?;
                loaded.insert(path.to_owned(), context.clone());
                context
            }
        };
        Ok(Self {
            path: path.to_owned(),
            context,
        })
    }

    /// Lists the client certificates on every token that is inserted now, without any PIN.
    ///
    /// Certificates without CKA_ID cannot be matched with a key and are left out, as are those that are not well-formed, and
    /// those that have only issued others. Fails if no certificate was found and a token did not answer; a token that does
    /// not answer hides no other one.
    pub fn certificates(&self) -> Result<Vec<TokenCertificate>, AuthError> {
        let slots = self
            .context
            .get_slots_with_token()
            .map_err(|error| signing_error(&error))?;
        let mut certificates = Vec::new();
        let mut failure = None;
        for slot in slots {
            match self.certificates_in(slot) {
                Ok(found) => certificates.extend(found),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) if certificates.is_empty() => Err(error),
            _ => Ok(certificates),
        }
    }

    fn certificates_in(&self, slot: Slot) -> Result<Vec<TokenCertificate>, AuthError> {
        let contents =
            Contents::read(&self.context, slot).map_err(|error| signing_error(&error))?;
        check_count(contents.certificates.len())?;
        let all: Vec<Certificate> = contents
            .certificates
            .iter()
            .map(|(_, certificate)| certificate.clone())
            .collect();
        contents
            .certificates
            .iter()
            .filter(|(id, certificate)| {
                let has_issued = all.iter().any(|other| other.is_issued_by(certificate));
                !id.is_empty() && (contents.keys.contains(id) || !has_issued)
            })
            .map(|(id, certificate)| {
                let others = all.iter().filter(|other| other.der != certificate.der);
                let certificates: Vec<CertificateDer<'static>> = std::iter::once(certificate)
                    .chain(others)
                    .map(|certificate| certificate.der.clone())
                    .collect();
                let source = format!("token {}", contents.token.label);
                let mut candidate = Candidate::new(&certificates, source)?;
                if !contents.keys.is_empty() && !contents.keys.contains(id) {
                    candidate = candidate.without_key(AuthError::NoPrivateKey);
                }
                Ok(TokenCertificate {
                    context: self.context.clone(),
                    slot,
                    token: contents.token.clone(),
                    id: id.clone(),
                    certificates,
                    candidate,
                })
            })
            .collect()
    }
}

impl fmt::Debug for Pkcs11Module {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Pkcs11Module")
            .field(&self.path)
            .finish()
    }
}

/// What a token shows before a PIN is given.
struct Contents {
    token: TokenName,
    /// Each with its CKA_ID.
    certificates: Vec<(Vec<u8>, Certificate)>,
    /// CKA_ID of each key. Public keys are shown where private ones are not, and come with them.
    keys: Vec<Vec<u8>>,
}

impl Contents {
    fn read(context: &Pkcs11, slot: Slot) -> Result<Self, Error> {
        let token = TokenName::new(&context.get_token_info(slot)?);
        let session = context.open_ro_session(slot)?;
        let template = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
        ];
        let mut certificates = Vec::new();
        for attributes in read_all(
            &session,
            &template,
            &[AttributeType::Id, AttributeType::Value],
        )? {
            let (mut id, mut parsed) = (Vec::new(), None);
            for attribute in attributes {
                match attribute {
                    Attribute::Id(bytes) => id = bytes,
                    Attribute::Value(der) => parsed = Certificate::parse(&der).ok(),
                    _ => {}
                }
            }
            certificates.extend(parsed.map(|certificate| (id, certificate)));
        }
        let mut keys = Vec::new();
        for class in [ObjectClass::PUBLIC_KEY, ObjectClass::PRIVATE_KEY] {
            let template = [Attribute::Class(class)];
            let attributes = read_all(&session, &template, &[AttributeType::Id])?;
            keys.extend(
                attributes
                    .into_iter()
                    .flatten()
                    .filter_map(|attribute| match attribute {
                        Attribute::Id(id) => Some(id),
                        _ => None,
                    }),
            );
        }
        Ok(Self {
            token,
            certificates,
            keys,
        })
    }
}

fn read_all(
    session: &Session,
    template: &[Attribute],
    attributes: &[AttributeType],
) -> Result<Vec<Vec<Attribute>>, Error> {
    session
        .find_objects(template)?
        .into_iter()
        .map(|object| session.get_attributes(object, attributes))
        .collect()
}

fn initialized(path: &Path) -> Result<Pkcs11, Error> {
    let context = Pkcs11::new(path)?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(context),
        Err(error) => Err(error),
    }
}
