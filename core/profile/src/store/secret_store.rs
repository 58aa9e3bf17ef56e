use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::folder_error::FolderError;

/// Keeps secrets under names: a key ring of the system, or sealed files.
///
/// Calls may block for as long as the disk or the user takes, and must not call the
/// [`Store`](super::Store), which waits for them. Each may come from any thread, also from several at
/// once. Names are not secret; they hold printable ASCII without spaces, 1 to
/// [`LONGEST_SECRET_NAME`] characters.
pub trait SecretStore: Send + Sync {
    /// Returns the secret, or nothing if there is none of that name.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError`]; not for a name that is not there.
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError>;

    /// Keeps a secret, in place of one of the same name; it lasts when the call returns.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError`]; the former secret is there still.
    fn write(&self, name: &str, secret: &[u8]) -> Result<(), SecretStoreError>;

    /// Forgets a secret; it is no error if there is none of that name.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError`].
    fn delete(&self, name: &str) -> Result<(), SecretStoreError>;

    /// Returns the names that start with a text, sorted.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError`].
    fn names(&self, prefix: &str) -> Result<Vec<String>, SecretStoreError>;
}

/// The most characters of a secret's name.
pub const LONGEST_SECRET_NAME: usize = 200;

/// Why a secret store did not do what it was asked; it never repeats a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretStoreError {
    /// The secrets were sealed with another key. Give the key that they were sealed with; without
    /// it they are lost, and the profiles have to be imported again, into another folder.
    #[error("the secrets were sealed with another key")]
    WrongKey,
    /// A secret was changed or cut off. It is lost: import its profile again.
    #[error("the secret '{name}' is damaged")]
    Damaged {
        /// The secret's name, or that of its file.
        name: String,
    },
    /// The store is locked, was refused by the user, or is not running. Ask the user to unlock it,
    /// then try again.
    #[error("the secret store is not available: {reason}")]
    Unavailable {
        /// What the store said.
        reason: String,
    },
    /// The secret is larger than the store takes.
    #[error("the secret has {size} bytes, more than the {limit} that the store takes")]
    TooLarge {
        /// The secret's size in bytes.
        size: usize,
        /// The largest size in bytes.
        limit: usize,
    },
    /// The name is empty, too long, or holds something other than printable ASCII: a mistake in the
    /// program.
    #[error(
        "a secret's name is 1 to {LONGEST_SECRET_NAME} printable ASCII characters without spaces"
    )]
    InvalidName,
    /// The store's folder cannot be read or written; see the cause.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

impl SecretStoreError {
    /// Returns what the user can do about it, in a sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::WrongKey => {
                "Give the key that the secrets were sealed with; without it, choose another folder and import the profiles again."
            }
            Self::Damaged { .. } => "Import the profile again.",
            Self::Unavailable { .. } => {
                "Unlock the secret store and try again; where there is none, as in services, give a sealing key."
            }
            Self::TooLarge { .. } => "Ask the administrator for a profile with smaller keys.",
            Self::InvalidName => "Report this as a mistake in the program.",
            Self::Folder(error) => error.remedy(),
        }
    }
}

/// Checks a secret's name, for those who write a [`SecretStore`].
///
/// # Errors
///
/// [`SecretStoreError::InvalidName`].
pub fn check_secret_name(name: &str) -> Result<(), SecretStoreError> {
    let is_fit = (1..=LONGEST_SECRET_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic());
    if is_fit {
        Ok(())
    } else {
        Err(SecretStoreError::InvalidName)
    }
}

/// Keeps secrets in memory, for as long as it lives: for tests, and for hosts that keep nothing.
#[derive(Default)]
pub struct MemorySecretStore {
    secrets: Mutex<BTreeMap<String, Zeroizing<Vec<u8>>>>,
}

impl MemorySecretStore {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn secrets(&self) -> MutexGuard<'_, BTreeMap<String, Zeroizing<Vec<u8>>>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretStore for MemorySecretStore {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        check_secret_name(name)?;
        Ok(self.secrets().get(name).cloned())
    }

    fn write(&self, name: &str, secret: &[u8]) -> Result<(), SecretStoreError> {
        check_secret_name(name)?;
        let secret = Zeroizing::new(secret.to_vec());
        self.secrets().insert(name.to_owned(), secret);
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), SecretStoreError> {
        check_secret_name(name)?;
        self.secrets().remove(name);
        Ok(())
    }

    fn names(&self, prefix: &str) -> Result<Vec<String>, SecretStoreError> {
        let secrets = self.secrets();
        let names = secrets.keys().filter(|name| name.starts_with(prefix));
        Ok(names.cloned().collect())
    }
}

impl fmt::Debug for MemorySecretStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "MemorySecretStore({} secrets)",
            self.secrets().len()
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_is_found_under_its_name_until_it_is_deleted() {
        let store = MemorySecretStore::new();

        store.write("profile/a/1", b"old").unwrap();
        store.write("profile/a/1", b"new").unwrap();
        store.write("token/a", b"other").unwrap();

        assert_eq!(**store.read("profile/a/1").unwrap().unwrap(), *b"new");
        assert_eq!(store.names("profile/").unwrap(), ["profile/a/1"]);
        store.delete("profile/a/1").unwrap();
        store.delete("profile/a/1").unwrap();
        assert!(store.read("profile/a/1").unwrap().is_none());
    }

    #[test]
    fn a_name_that_no_store_could_keep_is_refused() {
        let store = MemorySecretStore::new();

        for name in ["", "a b", "a\0", "é", &"a".repeat(LONGEST_SECRET_NAME + 1)] {
            assert!(store.write(name, b"secret").is_err(), "{name:?}");
        }
    }

    #[test]
    fn debug_prints_no_secret() {
        let store = MemorySecretStore::new();
        store.write("name", b"hush").unwrap();

        assert_eq!(format!("{store:?}"), "MemorySecretStore(1 secrets)");
    }
}
