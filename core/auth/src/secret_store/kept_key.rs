use p2svpn_profile::{PrivateFolder, SecretStoreError};
use zeroize::Zeroizing;

use super::key_keeper::KeyKeeper;
use super::sealing_key::SealingKey;

/// The file with the receipt of a key that is kept elsewhere.
pub(super) const RECEIPT_FILE: &str = "key-receipt";

/// The file with a key in the clear, which only its user may read.
pub(super) const UNPROTECTED_FILE: &str = "unprotected-key";

const LONGEST_RECEIPT: usize = 4_096;

/// Fetches the key whose receipt a folder has, or makes one where `is_new` says that nothing is sealed yet.
pub(super) fn key_of(
    folder: &PrivateFolder,
    file: &str,
    keeper: &dyn KeyKeeper,
    is_new: impl FnOnce() -> Result<bool, SecretStoreError>,
) -> Result<SealingKey, SecretStoreError> {
    let receipt = || folder.read(file, LONGEST_RECEIPT);
    // The keeper may ask a person; others must not wait for that where nothing is written.
    let mut found = receipt()?;
    let mut lock = None;
    if found.is_none() {
        lock = Some(folder.lock()?);
        found = receipt()?;
    }
    if let Some(found) = found {
        drop(lock);
        let key = keeper.fetch(&Zeroizing::new(found.bytes))?;
        return SealingKey::from_slice(&key).map_err(|_| SecretStoreError::Damaged {
            name: file.to_owned(),
        });
    }
    if !is_new()? {
        // A key of the host, or one that is gone.
        return Err(SecretStoreError::WrongKey);
    }
    let mut bytes = Zeroizing::new([0; SealingKey::LENGTH]);
    aws_lc_rs::rand::fill(bytes.as_mut_slice()).map_err(|_| SecretStoreError::Unavailable {
        reason: "the system gave no random numbers".to_owned(),
    })?;
    let key = SealingKey::new(&bytes);
    let name = key.name().map_err(|_| SecretStoreError::Unavailable {
        reason: "the cryptography library refused to work".to_owned(),
    })?;
    let receipt = Zeroizing::new(keeper.keep(&name, bytes.as_slice())?);
    if let Err(error) = folder.write(file, &receipt) {
        keeper.forget(&receipt);
        return Err(error.into());
    }
    Ok(key)
}

/// Keeps a key in its receipt, in the clear.
pub(super) struct InTheClear;

impl KeyKeeper for InTheClear {
    fn keep(&self, _name: &str, key: &[u8]) -> Result<Vec<u8>, SecretStoreError> {
        Ok(key.to_vec())
    }

    fn fetch(&self, receipt: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretStoreError> {
        Ok(Zeroizing::new(receipt.to_vec()))
    }

    fn forget(&self, _receipt: &[u8]) {}
}
