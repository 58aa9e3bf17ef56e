//! A watch of the network for systems whose announcements this version does not hear.

use std::time::Duration;

use crate::SystemError;
use crate::local_networks::{LocalNetwork, local_networks};

/// How often is looked.
const LOOK: Duration = Duration::from_secs(2);

/// Tells when the networks that the machine is in have changed.
///
/// It looks every two seconds. A host that hears of changes from the system says so itself.
#[derive(Debug)]
pub struct NetworkWatch {
    known: Vec<LocalNetwork>,
}

impl NetworkWatch {
    /// Begins to watch; needs a Tokio runtime with time.
    ///
    /// # Errors
    /// [`SystemError::Refused`] if the system does not say in which networks the machine is.
    pub fn open() -> Result<Self, SystemError> {
        Ok(Self {
            known: local_networks()?,
        })
    }

    /// Waits until something has changed since the last call. Dropping the future loses nothing.
    pub async fn changed(&mut self) {
        loop {
            tokio::time::sleep(LOOK).await;
            // A system that does not answer just now may do so at the next look.
            let Ok(now) = local_networks() else { continue };
            if now != self.known {
                self.known = now;
                return;
            }
        }
    }
}
