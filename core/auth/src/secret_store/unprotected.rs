use p2svpn_profile::{PrivateFolder, SecretStoreError};
use zeroize::Zeroizing;

use super::sealing_key::SealingKey;

/// The file with the key, which only its user may read.
const KEY_FILE: &str = "unprotected-key";

/// Reads the key that is kept in a folder in the clear, or makes one where `is_new` says that nothing is sealed yet.
pub(super) fn key_in(
    folder: &PrivateFolder,
    is_new: impl FnOnce() -> Result<bool, SecretStoreError>,
) -> Result<SealingKey, SecretStoreError> {
    let _lock = folder.lock()?;
    if let Some(file) = folder.read(KEY_FILE, 2 * SealingKey::LENGTH)? {
        let bytes = Zeroizing::new(file.bytes);
        return SealingKey::from_slice(&bytes).map_err(|_| SecretStoreError::Damaged {
            name: KEY_FILE.to_owned(),
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
    folder.write(KEY_FILE, bytes.as_slice())?;
    Ok(SealingKey::new(&bytes))
}
