use std::fmt;
use std::path::PathBuf;

use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::digest::{SHA256, digest};
use p2svpn_profile::{
    FolderError, LONGEST_SECRET_NAME, PrivateFolder, SecretStore, SecretStoreError,
    check_secret_name,
};
use zeroize::Zeroizing;

use super::kept_key::{InTheClear, RECEIPT_FILE, UNPROTECTED_FILE, key_of};
use super::key_keeper::KeyKeeper;
use super::seal::{OVERHEAD, Sealed, seal};
use super::sealing_key::{KeyId, SealingKey};

/// The largest secret that a [`SealedSecretStore`] takes, in bytes.
pub const MAXIMUM_SECRET_BYTES: usize = 1 << 20;

/// Keeps each secret in a file, sealed with AES-256-GCM under a key that the host gives.
///
/// The folder is closed to others, and each file is replaced as a whole, so whoever reads it finds
/// the old or the new secret. A file says under which name its secret is kept, and cannot be passed
/// off under another one. Whoever can write to the folder can bring back an older secret, or delete
/// it; without the key he learns nothing but the names, sizes and dates.
///
/// Several threads and processes may use one folder.
pub struct SealedSecretStore {
    folder: PrivateFolder,
    cipher: RandomizedNonceKey,
    key: KeyId,
}

impl SealedSecretStore {
    /// Opens the folder, and makes it if it is not there.
    ///
    /// Each file says which key it was sealed with, and so does one more that holds no secret. A key is
    /// wrong if more of them say another one: neither a damaged file nor one of another folder makes
    /// the right key look wrong. A folder without secrets takes any key.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError::WrongKey`] if the secrets were sealed with another key, and
    /// [`SecretStoreError::Folder`], also for a folder with the files of something else.
    pub fn open(folder: impl Into<PathBuf>, key: &SealingKey) -> Result<Self, SecretStoreError> {
        let store = Self {
            folder: PrivateFolder::open(folder)?,
            cipher: key.cipher().map_err(|_| no_cipher())?,
            key: key.id().map_err(|_| no_cipher())?,
        };
        let lock = match store.folder.lock() {
            Ok(lock) => Some(lock),
            // What can only be read has nothing to sweep.
            Err(FolderError::Denied { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        if lock.is_some() {
            store.folder.sweep()?;
        }
        store.check_key()?;
        if lock.is_some() && store.key_of(KEY_RECORD) != Some(store.key) {
            let record = seal(&store.cipher, &store.key, KEY_RECORD, &[]);
            let record = record.map_err(|_| no_cipher())?;
            // The secrets tell the key as well, where there is no room for it.
            let _ = store.folder.write(KEY_RECORD, &record);
        }
        Ok(store)
    }

    /// Opens the folder with a key that somebody else keeps, such as the system's key ring, and makes one at first.
    ///
    /// The receipt for the key lies in the folder, which may therefore be moved.
    ///
    /// # Errors
    ///
    /// As [`SealedSecretStore::open`], and what the keeper says; [`SecretStoreError::WrongKey`] also for a folder that was
    /// sealed with a key of the host, and [`SecretStoreError::Damaged`] if what the keeper gives back is no key.
    pub fn open_with(
        folder: impl Into<PathBuf>,
        keeper: &dyn KeyKeeper,
    ) -> Result<Self, SecretStoreError> {
        Self::open_kept(folder.into(), RECEIPT_FILE, keeper)
    }

    /// Opens the folder with a key that is kept in it in the clear, and makes one at first.
    ///
    /// Whoever reads the folder reads the secrets: its permissions alone, which let in nobody but the user, protect them. It is
    /// for machines that have no place for secrets, and on the explicit wish of the host only.
    ///
    /// # Errors
    ///
    /// As [`SealedSecretStore::open`]; [`SecretStoreError::WrongKey`] also for a folder that was sealed with a key of the host,
    /// and [`SecretStoreError::Damaged`] if the key is.
    pub fn open_unprotected(folder: impl Into<PathBuf>) -> Result<Self, SecretStoreError> {
        let store = Self::open_kept(folder.into(), UNPROTECTED_FILE, &InTheClear)?;
        let folder = store.folder.path();
        tracing::warn!(
            ?folder,
            "secrets are kept unprotected but for the folder's permissions"
        );
        Ok(store)
    }

    fn open_kept(
        folder: PathBuf,
        file: &str,
        keeper: &dyn KeyKeeper,
    ) -> Result<Self, SecretStoreError> {
        let folder = PrivateFolder::open(folder)?;
        let key = key_of(&folder, file, keeper, || {
            Ok(sealed_files(&folder)?.is_empty())
        })?;
        Self::open(folder.path(), &key)
    }

    fn check_key(&self) -> Result<(), SecretStoreError> {
        let files = self.files()?;
        if files.is_empty() {
            return Ok(());
        }
        let said = files.iter().map(String::as_str).chain([KEY_RECORD]);
        let said = said.filter_map(|file| self.key_of(file));
        let (ours, others): (Vec<_>, Vec<_>) = said.partition(|key| *key == self.key);
        if others.len() > ours.len() {
            return Err(SecretStoreError::WrongKey);
        }
        Ok(())
    }

    /// Returns the key that a file says it was sealed with.
    fn key_of(&self, file: &str) -> Option<KeyId> {
        let file = self.folder.read(file, MAXIMUM_FILE_BYTES).ok()??;
        Some(*Sealed::parse(&file.bytes)?.key)
    }

    fn files(&self) -> Result<Vec<String>, SecretStoreError> {
        sealed_files(&self.folder)
    }
}

impl SecretStore for SealedSecretStore {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        check_secret_name(name)?;
        let Some(file) = self.folder.read(&file_name(name), MAXIMUM_FILE_BYTES)? else {
            return Ok(None);
        };
        let damaged = || SecretStoreError::Damaged {
            name: name.to_owned(),
        };
        let sealed = Sealed::parse(&file.bytes).ok_or_else(damaged)?;
        if *sealed.key != self.key {
            return Err(SecretStoreError::WrongKey);
        }
        if sealed.name != name {
            return Err(damaged());
        }
        let secret = sealed.open(&self.cipher).map_err(|_| damaged())?;
        Ok(Some(secret))
    }

    fn write(&self, name: &str, secret: &[u8]) -> Result<(), SecretStoreError> {
        check_secret_name(name)?;
        if secret.len() > MAXIMUM_SECRET_BYTES {
            return Err(SecretStoreError::TooLarge {
                size: secret.len(),
                limit: MAXIMUM_SECRET_BYTES,
            });
        }
        let file = seal(&self.cipher, &self.key, name, secret).map_err(|_| no_cipher())?;
        let _lock = self.folder.lock()?;
        self.folder.write(&file_name(name), &file)?;
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), SecretStoreError> {
        check_secret_name(name)?;
        let _lock = self.folder.lock()?;
        self.folder.remove(&file_name(name))?;
        Ok(())
    }

    fn names(&self, prefix: &str) -> Result<Vec<String>, SecretStoreError> {
        let mut names = Vec::new();
        for file in self.files()? {
            // A damaged file has no name; reading the secret says so to whoever misses it.
            let Ok(Some(content)) = self.folder.read(&file, MAXIMUM_FILE_BYTES) else {
                continue;
            };
            if let Some(sealed) = Sealed::parse(&content.bytes)
                && sealed.name.starts_with(prefix)
                && file_name(sealed.name) == file
            {
                names.push(sealed.name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

impl fmt::Debug for SealedSecretStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SealedSecretStore({:?})", self.folder.path())
    }
}

const MAXIMUM_FILE_BYTES: usize = MAXIMUM_SECRET_BYTES + LONGEST_SECRET_NAME + OVERHEAD;
const MOST_SECRETS: usize = 100_000;
const EXTENSION: &str = ".sealed";

/// The file that is sealed with the key and holds no secret.
const KEY_RECORD: &str = "key";

fn sealed_files(folder: &PrivateFolder) -> Result<Vec<String>, SecretStoreError> {
    let mut files = folder.names(MOST_SECRETS)?;
    files.retain(|file| file.ends_with(EXTENSION));
    Ok(files)
}

/// Names may differ in case alone and hold slashes, so a file is named by the name's SHA-256 hash.
fn file_name(name: &str) -> String {
    let mut file = String::new();
    for byte in digest(&SHA256, name.as_bytes()).as_ref() {
        file.push_str(&format!("{byte:02x}"));
    }
    file.push_str(EXTENSION);
    file
}

fn no_cipher() -> SecretStoreError {
    SecretStoreError::Unavailable {
        reason: "the cryptography library refused to work".to_owned(),
    }
}
