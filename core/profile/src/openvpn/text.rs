use crate::azure::{Text, decode};
use crate::content::Content;
use crate::error::ImportError;

use super::limits::MAXIMUM_OVPN_BYTES;

/// Makes text of the bytes of a configuration.
pub(super) fn decode_configuration(bytes: &[u8]) -> Result<Text<'_>, ImportError> {
    if let Some(found) = Content::of_bytes(bytes) {
        return Err(ImportError::NotAzureProfile { found });
    }
    if bytes.len() > MAXIMUM_OVPN_BYTES {
        return Err(ImportError::TooLarge {
            size: bytes.len(),
            limit: MAXIMUM_OVPN_BYTES,
        });
    }
    decode(bytes)
}
