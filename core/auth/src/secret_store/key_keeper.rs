use p2svpn_profile::SecretStoreError;
use zeroize::Zeroizing;

/// Keeps the key of a [`SealedSecretStore`](crate::SealedSecretStore), as the system's key ring does.
pub trait KeyKeeper {
    /// Takes a key, and returns the receipt that it is fetched with; the receipt is kept beside the secrets, and has at most
    /// 4,096 bytes.
    ///
    /// The name tells keys apart and says nothing about them; a key of the same name is replaced.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError::Unavailable`].
    fn keep(&self, name: &str, key: &[u8]) -> Result<Vec<u8>, SecretStoreError>;

    /// Returns the key that the receipt is for.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError::Unavailable`].
    fn fetch(&self, receipt: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretStoreError>;

    /// Forgets a key that will not be asked for.
    fn forget(&self, receipt: &[u8]);
}
