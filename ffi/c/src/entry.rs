use p2svpn_client::{Error, ErrorCode};

use crate::error::p2svpn_error;
use crate::guard::caught;

/// Runs what may fail, as every function of the ABI that returns an error does; a panic is an error of its own number.
pub(crate) fn entry(body: impl FnOnce() -> Result<(), Error>) -> Option<Box<p2svpn_error>> {
    let outcome = caught(body).unwrap_or_else(|| {
        let what = "a function of the C interface panicked";
        Err(Error::new(ErrorCode::InternalFailure, what))
    });
    outcome
        .err()
        .map(|error| Box::new(p2svpn_error::new(error)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let error = entry(|| panic!("on purpose")).unwrap();

        assert_eq!(error.error().code(), ErrorCode::InternalFailure);
    }
}
