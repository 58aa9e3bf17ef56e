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
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )]

    use super::*;
    use crate::packet::{KeyId, Opcode};
    use aws_lc_rs::aead::MAX_TAG_LEN;

    const HEADER: Header = Header::V1([Opcode::DataV1.first_byte(KeyId::FIRST)]);
    const PAYLOAD: usize = 16;

    #[test]
    fn the_last_packet_id_is_used_once_and_never_wraps() {
        let mut key = seal_key();
        key.last_id = u32::MAX - 1;

        assert_eq!(seal(&mut key, &KeySignals::default()), Ok(()));
        assert_eq!(
            seal(&mut key, &KeySignals::default()),
            Err(SealError::Exhausted)
        );
        assert_eq!(key.last_id, u32::MAX);
    }

    #[test]
    fn a_new_key_is_wanted_long_before_packet_ids_run_out() {
        let mut key = seal_key();
        let signals = KeySignals::default();
        key.last_id = REKEY_ID - 2;

        seal(&mut key, &signals).unwrap();
        assert!(!signals.wants_rekey());
        seal(&mut key, &signals).unwrap();
        assert!(signals.wants_rekey());
    }

    #[test]
    fn a_new_key_is_wanted_before_the_cipher_has_protected_too_much() {
        let mut key = seal_key();
        let signals = KeySignals::default();
        key.usage.set((1 << 36) / 8 * 7 - 10);

        seal(&mut key, &signals).unwrap();
        assert!(!signals.wants_rekey());
        for _ in 0..5 {
            seal(&mut key, &signals).unwrap();
        }
        assert!(signals.wants_rekey());
    }

    #[test]
    fn a_cipher_that_has_protected_too_much_seals_nothing_more() {
        let mut key = seal_key();
        key.usage.set((1 << 36) - 3);

        assert_eq!(seal(&mut key, &KeySignals::default()), Ok(()));
        assert_eq!(
            seal(&mut key, &KeySignals::default()),
            Err(SealError::Exhausted)
        );
    }

    #[test]
    fn a_key_that_has_seen_too_many_forgeries_opens_nothing_more() {
        let mut packet = packet();
        seal_key()
            .seal(&HEADER, &mut packet, &KeySignals::default())
            .unwrap();
        let mut key =
            ClassicOpenKey::new(Cipher::Aes128Gcm, &material(), Direction::ClientToGateway)
                .unwrap();
        let signals = KeySignals::default();
        let mut forged = packet.clone();
        forged[10] ^= 1;

        key.forgeries.set((1 << 35) - 1);
        assert_eq!(
            key.open(1, &mut forged.clone(), &signals),
            Err(DropReason::NotAuthentic)
        );
        assert!(signals.wants_rekey());
        key.forgeries.set((1 << 36) - 1);
        assert_eq!(
            key.open(1, &mut forged, &signals),
            Err(DropReason::NotAuthentic)
        );
        assert_eq!(
            key.open(1, &mut packet, &signals),
            Err(DropReason::KeyUsedUp)
        );
    }

    fn seal(key: &mut ClassicSealKey, signals: &KeySignals) -> Result<(), SealError> {
        key.seal(&HEADER, &mut packet(), signals)
    }

    fn seal_key() -> ClassicSealKey {
        ClassicSealKey::new(Cipher::Aes128Gcm, &material(), Direction::ClientToGateway).unwrap()
    }

    fn packet() -> Vec<u8> {
        vec![0x45; Header::V1_LEN + CLASSIC_ID_LEN + MAX_TAG_LEN + PAYLOAD]
    }

    fn material() -> KeyMaterial {
        KeyMaterial::from_exporter(&Zeroizing::new([7; KeyMaterial::LEN]))
    }
}
