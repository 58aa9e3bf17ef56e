//! Bounds on what hosts and users hand in.

use crate::AuthError;

/// Larger inputs are refused: a chain with its key takes some kilobytes, a whole public root store about 200 KiB.
const MAX_INPUT: usize = 1 << 20;

pub(crate) fn check_size(input: &[u8]) -> Result<(), AuthError> {
    if input.len() > MAX_INPUT {
        return Err(AuthError::TooLarge {
            what: "bytes",
            limit: MAX_INPUT,
        });
    }
    Ok(())
}
