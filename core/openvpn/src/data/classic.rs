//! The format of OpenVPN 2.4 and newer: `header || packet id (32 bits) || tag || ciphertext`.

use zeroize::Zeroizing;

use super::aead::{AeadKey, Forgeries, NONCE_LEN, TAG_LEN, Usage};
use super::cipher::Cipher;
use super::error::{DropReason, SealError};
use super::format::{CLASSIC_ID_LEN, Header};
use super::signals::KeySignals;
use crate::keying::{Direction, KeyMaterial, KeyMethodError};
use crate::replay::ReplayWindow;

/// From this packet id on a new key is wanted: ids must never repeat under one key.
const REKEY_ID: u32 = 0xff00_0000;

/// How many packets may overtake each other: gateways that use several cores reorder a lot.
const WINDOW: u32 = 2_048;

/// The key and the constant tail of its nonces.
struct NonceKey {
    aead: AeadKey,
    tail: Zeroizing<[u8; NONCE_LEN - CLASSIC_ID_LEN]>,
}

impl NonceKey {
    fn new(
        cipher: Cipher,
        material: &KeyMaterial,
        direction: Direction,
    ) -> Result<Self, KeyMethodError> {
        let aead = AeadKey::new(cipher, material.cipher_key(direction, cipher.key_len())?)?;
        let tail = material
            .hmac_slot(direction)
            .first_chunk()
            .ok_or(KeyMethodError::Refused)?;
        Ok(Self {
            aead,
            tail: Zeroizing::new(*tail),
        })
    }

    fn nonce(&self, id: u32) -> [u8; NONCE_LEN] {
        let mut nonce = [0; NONCE_LEN];
        if let Some((start, tail)) = nonce.split_first_chunk_mut() {
            *start = id.to_be_bytes();
            tail.copy_from_slice(self.tail.as_ref());
        }
        nonce
    }
}

pub(super) struct ClassicSealKey {
    key: NonceKey,
    last_id: u32,
    usage: Usage,
}

impl ClassicSealKey {
    pub(super) fn new(
        cipher: Cipher,
        material: &KeyMaterial,
        direction: Direction,
    ) -> Result<Self, KeyMethodError> {
        Ok(Self {
            key: NonceKey::new(cipher, material, direction)?,
            last_id: 0,
            usage: Usage::new(cipher),
        })
    }

    /// Seals a packet whose payload is in place.
    #[inline]
    pub(super) fn seal(
        &mut self,
        header: &Header,
        packet: &mut [u8],
        signals: &KeySignals,
    ) -> Result<(), SealError> {
        let header = header.bytes();
        let (head, rest) = packet
            .split_at_mut_checked(header.len() + CLASSIC_ID_LEN)
            .ok_or(SealError::FrameLength)?;
        let (tag, payload) = rest
            .split_first_chunk_mut::<TAG_LEN>()
            .ok_or(SealError::FrameLength)?;
        if self.usage.would_exceed(payload.len()) {
            return Err(SealError::Exhausted);
        }
        let id = self.last_id.checked_add(1).ok_or(SealError::Exhausted)?;
        let (start, id_place) = head
            .split_at_mut_checked(header.len())
            .ok_or(SealError::FrameLength)?;
        start.copy_from_slice(header);
        id_place.copy_from_slice(&id.to_be_bytes());
        self.key.aead.seal(
            self.key.nonce(id),
            Header::associated(head, header.len()),
            payload,
            tag,
        )?;
        self.last_id = id;
        self.usage.add(payload.len());
        if id >= REKEY_ID || self.usage.is_high() {
            signals.want_rekey();
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn go_on_behind(&mut self, id: u32) {
        self.last_id = id;
    }
}

pub(super) struct ClassicOpenKey {
    key: NonceKey,
    window: ReplayWindow,
    usage: Usage,
    forgeries: Forgeries,
}

impl ClassicOpenKey {
    pub(super) fn new(
        cipher: Cipher,
        material: &KeyMaterial,
        direction: Direction,
    ) -> Result<Self, KeyMethodError> {
        Ok(Self {
            key: NonceKey::new(cipher, material, direction)?,
            window: ReplayWindow::new(WINDOW),
            usage: Usage::new(cipher),
            forgeries: Forgeries::default(),
        })
    }

    /// Opens a packet whose header has this length.
    #[inline]
    pub(super) fn open<'a>(
        &mut self,
        header_len: usize,
        packet: &'a mut [u8],
        signals: &KeySignals,
    ) -> Result<&'a mut [u8], DropReason> {
        let (head, rest) = packet
            .split_at_mut_checked(header_len + CLASSIC_ID_LEN)
            .ok_or(DropReason::Malformed)?;
        let (tag, payload) = rest
            .split_first_chunk_mut::<TAG_LEN>()
            .ok_or(DropReason::Malformed)?;
        let id = head
            .last_chunk()
            .copied()
            .map(u32::from_be_bytes)
            .ok_or(DropReason::Malformed)?;
        if self.forgeries.is_exceeded() {
            return Err(DropReason::KeyUsedUp);
        }
        let opened = self.key.aead.open(
            self.key.nonce(id),
            Header::associated(head, header_len),
            tag,
            payload,
        );
        if let Err(reason) = opened {
            self.forgeries.add();
            if self.forgeries.is_high() {
                signals.want_rekey();
            }
            return Err(reason);
        }
        if id == 0 || !self.window.check(u64::from(id)) {
            return Err(DropReason::Replayed);
        }
        self.window.mark(u64::from(id));
        self.usage.add(payload.len());
        if id >= REKEY_ID || self.usage.is_high() {
            signals.want_rekey();
        }
        Ok(payload)
    }

    #[cfg(test)]
    pub(super) fn set_forgeries(&mut self, count: u64) {
        self.forgeries.set(count);
    }
}

#[cfg(test)]
mod tests;
