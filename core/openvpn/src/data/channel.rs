use std::sync::Arc;
use std::time::Instant;

use super::cipher::Cipher;
use super::format::DataFormat;
use super::key::key_pair;
use super::mss_clamp::MssClamp;
use super::opener::Opener;
use super::sealer::Sealer;
use super::shared::{Delivery, Shared, Slot};
use super::statistics::{DataStatistics, snapshot};
use crate::keying::{KeyMaterial, KeyMethodError};
use crate::packet::{KeyId, Role};

/// The connection's end of the data channel: it brings keys to the two halves and sees what they count.
pub(crate) struct DataChannel {
    format: DataFormat,
    shared: Arc<Shared>,
}

impl DataChannel {
    /// A channel without keys, and its two halves. `start` is the earliest instant that they will ever be given.
    ///
    /// What opens TCP connections in the tunnel is lowered to `clamp`, in both directions.
    pub(crate) fn new(
        format: DataFormat,
        clamp: Option<MssClamp>,
        start: Instant,
    ) -> (Self, Sealer, Opener) {
        let shared = Arc::new(Shared::new(start));
        let sealer = Sealer::new(Arc::clone(&shared), format, clamp);
        let opener = Opener::new(Arc::clone(&shared), format.compression, clamp);
        (Self { format, shared }, sealer, opener)
    }

    /// Lets packets under this key in; a former key of the same id is forgotten. Nothing is sent under it yet.
    pub(crate) fn install(
        &self,
        key_id: KeyId,
        cipher: Cipher,
        material: &KeyMaterial,
        role: Role,
    ) -> Result<(), KeyMethodError> {
        let (seal, open, signals) = key_pair(self.format, key_id, cipher, material, role)?;
        self.shared.update(|mailbox| {
            *mailbox.slot(key_id) = Slot {
                seal: Some(Box::new(seal)),
                open: Some(Box::new(open)),
                signals: Some(signals),
            };
        });
        Ok(())
    }

    /// Sends under this key from now on. Does nothing unless it was installed, and not activated before.
    pub(crate) fn activate(&self, key_id: KeyId) {
        self.shared.update(|mailbox| {
            if let Some(key) = mailbox.slot(key_id).seal.take() {
                mailbox.active = Some(key_id);
                mailbox.for_sealer = Delivery::Replace(key);
            }
        });
    }

    /// Forgets a key: packets under it are dropped, and nothing is sent any more if it is the active one.
    pub(crate) fn retire(&self, key_id: KeyId) {
        self.shared.update(|mailbox| {
            *mailbox.slot(key_id) = Slot::default();
            if mailbox.active == Some(key_id) {
                mailbox.active = None;
                mailbox.for_sealer = Delivery::Stop;
            }
        });
    }

    /// Whether the active key is near its end: packet ids, epochs or the cipher's safety run out.
    #[cfg(test)]
    pub(crate) fn needs_rekey(&self) -> bool {
        self.shared.read(|mailbox| {
            mailbox
                .active_signals()
                .is_some_and(|signals| signals.wants_rekey())
        })
    }

    /// Whether the active key may not protect another packet.
    #[cfg(test)]
    pub(crate) fn is_exhausted(&self) -> bool {
        self.shared.read(|mailbox| {
            mailbox
                .active_signals()
                .is_some_and(|signals| signals.is_exhausted())
        })
    }

    /// Whether the peer has sent an authentic packet under this key.
    pub(crate) fn has_received_under(&self, key_id: KeyId) -> bool {
        self.shared.read(|mailbox| {
            mailbox
                .slot(key_id)
                .signals
                .as_ref()
                .is_some_and(|signals| signals.has_received())
        })
    }

    /// Makes an installed key that is not active yet look used.
    #[cfg(test)]
    pub(super) fn wear(
        &self,
        key_id: KeyId,
        wear: impl FnOnce(&mut super::key::SealKey, &mut super::key::OpenKey),
    ) {
        self.shared.update(|mailbox| {
            let slot = mailbox.slot(key_id);
            if let (Some(seal), Some(open)) = (&mut slot.seal, &mut slot.open) {
                wear(seal, open);
            }
        });
    }

    /// When the last packet or keepalive was sealed.
    pub(crate) fn last_sent(&self) -> Option<Instant> {
        self.shared.sent.last.get()
    }

    /// When the last authentic packet or keepalive was opened.
    pub(crate) fn last_received(&self) -> Option<Instant> {
        self.shared.received.last.get()
    }

    pub(crate) fn statistics(&self) -> DataStatistics {
        snapshot(&self.shared.sent.counters, &self.shared.received.counters)
    }
}
