use rustls::crypto::{GetRandomFailed, SecureRandom};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::error::KeyMethodError;

/// The client's random numbers.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct ClientSecrets {
    pub(super) pre_master: [u8; 48],
    pub(super) random1: [u8; 32],
    pub(super) random2: [u8; 32],
}

impl ClientSecrets {
    /// Draws fresh numbers.
    pub(crate) fn random(random: &dyn SecureRandom) -> Result<Self, KeyMethodError> {
        let mut secrets = Self {
            pre_master: [0; 48],
            random1: [0; 32],
            random2: [0; 32],
        };
        random.fill(&mut secrets.pre_master)?;
        random.fill(&mut secrets.random1)?;
        random.fill(&mut secrets.random2)?;
        Ok(secrets)
    }
}

/// The gateway's random numbers.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct ServerSecrets {
    pub(super) random1: [u8; 32],
    pub(super) random2: [u8; 32],
}

impl ServerSecrets {
    /// Draws fresh numbers.
    pub(crate) fn random(random: &dyn SecureRandom) -> Result<Self, KeyMethodError> {
        let mut secrets = Self {
            random1: [0; 32],
            random2: [0; 32],
        };
        random.fill(&mut secrets.random1)?;
        random.fill(&mut secrets.random2)?;
        Ok(secrets)
    }
}

impl From<GetRandomFailed> for KeyMethodError {
    fn from(_: GetRandomFailed) -> Self {
        Self::NoRandomness
    }
}
