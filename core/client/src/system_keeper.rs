use p2svpn_auth::KeyKeeper;
use p2svpn_profile::SecretStoreError;
use p2svpn_system::{KeyRing, KeyRingError};
use zeroize::Zeroizing;

/// What tools that show the key ring call the key.
const LABEL: &str = "Key of the VPN profiles (p2svpn)";

/// Has the system keep the key of a folder's secrets.
pub(crate) struct SystemKeeper;

impl KeyKeeper for SystemKeeper {
    fn keep(&self, name: &str, key: &[u8]) -> Result<Vec<u8>, SecretStoreError> {
        KeyRing::keep(name, LABEL, key).map_err(unavailable)
    }

    fn fetch(&self, receipt: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretStoreError> {
        KeyRing::fetch(receipt).map_err(unavailable)
    }

    fn forget(&self, receipt: &[u8]) {
        if let Err(error) = KeyRing::forget(receipt) {
            tracing::warn!(%error, "a key that nothing was sealed with stays in the key ring");
        }
    }
}

fn unavailable(error: KeyRingError) -> SecretStoreError {
    SecretStoreError::Unavailable {
        reason: error.to_string(),
    }
}
