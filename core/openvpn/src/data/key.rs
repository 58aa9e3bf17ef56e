use std::sync::Arc;

use super::cipher::Cipher;
use super::classic::{ClassicOpenKey, ClassicSealKey};
use super::epoch::{EpochOpenKey, EpochSealKey, FUTURE_EPOCHS};
use super::error::{DropReason, SealError};
use super::format::{DataFormat, Header};
use super::signals::KeySignals;
use crate::keying::{Direction, KeyMaterial, KeyMethodError};
use crate::packet::{KeyId, Role};

/// The sending half of one negotiated key, in either format.
pub(super) struct SealKey {
    header: Header,
    signals: Arc<KeySignals>,
    format: SealFormat,
}

enum SealFormat {
    Classic(ClassicSealKey),
    Epoch(EpochSealKey),
}

impl SealKey {
    /// Seals a packet, without the length of a stream's frame, whose payload is in place.
    #[inline]
    pub(super) fn seal(&mut self, packet: &mut [u8]) -> Result<(), SealError> {
        let sealed = match &mut self.format {
            SealFormat::Classic(key) => key.seal(&self.header, packet, &self.signals),
            SealFormat::Epoch(key) => key.seal(&self.header, packet, &self.signals),
        };
        if sealed == Err(SealError::Exhausted) {
            self.signals.note_exhausted();
        }
        sealed
    }

    #[inline]
    pub(super) fn take_rekey_request(&self) -> bool {
        self.signals.take_rekey_request()
    }

    /// Goes on behind this packet id, the epoch in its upper 16 bits.
    #[cfg(test)]
    pub(super) fn go_on_behind(&mut self, id: u64) {
        match &mut self.format {
            SealFormat::Classic(key) => key.go_on_behind(id as u32),
            SealFormat::Epoch(key) => key.go_on_behind((id >> 48) as u16, id & 0xffff_ffff_ffff),
        }
    }
}

/// The receiving half of one negotiated key, in either format.
pub(super) struct OpenKey {
    signals: Arc<KeySignals>,
    received: bool,
    format: OpenFormat,
}

enum OpenFormat {
    Classic(ClassicOpenKey),
    Epoch(EpochOpenKey),
}

impl OpenKey {
    /// Opens a packet, without the length of a stream's frame, and yields its payload.
    #[inline]
    pub(super) fn open<'a>(
        &mut self,
        header_len: usize,
        packet: &'a mut [u8],
    ) -> Result<&'a mut [u8], DropReason> {
        let payload = match &mut self.format {
            OpenFormat::Classic(key) => key.open(header_len, packet, &self.signals),
            OpenFormat::Epoch(key) => key.open(header_len, packet, &self.signals),
        }?;
        if !self.received {
            self.received = true;
            self.signals.note_received();
        }
        Ok(payload)
    }

    #[inline]
    pub(super) fn take_rekey_request(&self) -> bool {
        self.signals.take_rekey_request()
    }

    /// Has seen this many forged packets.
    #[cfg(test)]
    pub(super) fn set_forgeries(&mut self, count: u64) {
        match &mut self.format {
            OpenFormat::Classic(key) => key.set_forgeries(count),
            OpenFormat::Epoch(key) => key.set_forgeries(count),
        }
    }
}

/// Both halves of a negotiated key, and what they tell each other.
pub(super) fn key_pair(
    format: DataFormat,
    key_id: KeyId,
    cipher: Cipher,
    material: &KeyMaterial,
    role: Role,
) -> Result<(SealKey, OpenKey, Arc<KeySignals>), KeyMethodError> {
    let signals = Arc::new(KeySignals::default());
    let (sent, received) = (Direction::sent_by(role), Direction::received_by(role));
    let (seal, open) = if format.epoch {
        (
            SealFormat::Epoch(EpochSealKey::new(cipher, material, sent)?),
            OpenFormat::Epoch(EpochOpenKey::new(
                cipher,
                material,
                received,
                FUTURE_EPOCHS,
            )?),
        )
    } else {
        (
            SealFormat::Classic(ClassicSealKey::new(cipher, material, sent)?),
            OpenFormat::Classic(ClassicOpenKey::new(cipher, material, received)?),
        )
    };
    let seal = SealKey {
        header: format.header(key_id),
        signals: Arc::clone(&signals),
        format: seal,
    };
    let open = OpenKey {
        signals: Arc::clone(&signals),
        received: false,
        format: open,
    };
    Ok((seal, open, signals))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::data::compression::CompressionFraming;
    use crate::data::tests::published_material;
    use crate::frame::Framing;

    #[test]
    fn a_key_whose_epochs_run_out_first_asks_for_a_new_one_and_then_says_that_it_is_exhausted() {
        let format = DataFormat {
            framing: Framing::Datagram,
            peer_id: Some(0),
            epoch: true,
            compression: CompressionFraming::None,
        };
        let material = published_material();
        let (mut key, _, signals) = key_pair(
            format,
            KeyId::FIRST,
            Cipher::Aes256Gcm,
            &material,
            Role::Client,
        )
        .unwrap();

        signals.note_peer_epoch(0xf000);
        assert_eq!(key.seal(&mut [0; 100]), Ok(()));
        assert_eq!(
            (signals.wants_rekey(), signals.is_exhausted()),
            (true, false)
        );
        signals.note_peer_epoch(u16::MAX);
        assert_eq!(key.seal(&mut [0; 100]), Err(SealError::Exhausted));
        assert!(signals.is_exhausted());
    }
}
