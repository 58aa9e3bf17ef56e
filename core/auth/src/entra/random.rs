use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::error::EntraError;

/// Returns 43 characters that nobody can guess, fit for addresses: 32 bytes.
pub(super) fn unguessable() -> Result<Zeroizing<String>, EntraError> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    aws_lc_rs::rand::fill(bytes.as_mut_slice()).map_err(|_| EntraError::NoRandomness)?;
    Ok(Zeroizing::new(Base64UrlUnpadded::encode_string(
        bytes.as_slice(),
    )))
}
