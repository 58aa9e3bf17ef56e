//! The library of a token's maker.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};

use super::certificate::TokenCertificate;
use super::failure::failed;
use super::token::Token;
use crate::AuthError;

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
        let unusable = |reason: String| AuthError::Pkcs11Module {
            path: path.display().to_string(),
            reason,
        };
        if !path.is_absolute() {
            return Err(unusable("the path is not absolute".to_owned()));
        }
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let context = match loaded.get(path) {
            Some(context) => context.clone(),
            None => {
                let context = initialized(path).map_err(|error| unusable(error.to_string()))?;
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
        self.ask_each(|token| token.certificates())
    }

    /// Lists the tokens that are inserted now and have been set up.
    ///
    /// Fails if there is none that answers, and one that does not.
    pub fn tokens(&self) -> Result<Vec<Token>, AuthError> {
        self.ask_each(|token| Ok(vec![token]))
    }

    fn ask_each<T>(
        &self,
        ask: impl Fn(Token) -> Result<Vec<T>, AuthError>,
    ) -> Result<Vec<T>, AuthError> {
        let slots = self.context.get_slots_with_token().map_err(failed)?;
        let mut answers = Vec::new();
        let mut failure = None;
        for slot in slots {
            let token = Token::new(&self.context, slot);
            match token.and_then(|token| token.map_or(Ok(Vec::new()), &ask)) {
                Ok(found) => answers.extend(found),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) if answers.is_empty() => Err(error),
            _ => Ok(answers),
        }
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

fn initialized(path: &Path) -> Result<Pkcs11, Error> {
    let context = Pkcs11::new(path)?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(context),
        Err(error) => Err(error),
    }
}
