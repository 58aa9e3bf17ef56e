//! The epoch format of OpenVPN 2.7: `header || packet id (16 bits epoch, 48 bits counter) || ciphertext || tag`.
//!
//! Each epoch has its own key, and each follows from the one before, so that a key that is nearly used up is
//! replaced without a handshake.

use std::collections::VecDeque;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::aead::{AeadKey, Forgeries, NONCE_LEN, TAG_LEN, Usage};
use super::cipher::Cipher;
use super::error::{DropReason, SealError};
use super::format::{EPOCH_ID_LEN, Header};
use super::signals::KeySignals;
use crate::keying::{Direction, KeyMaterial, KeyMethodError};
use crate::replay::ReplayWindow;

/// From this epoch on a new handshake is wanted.
const REKEY_EPOCH: u16 = 0xf000;

/// How many epochs the peer may be ahead, as in OpenVPN 3.
pub(super) const FUTURE_EPOCHS: u16 = 16;

/// The last epoch that is ever used: receivers must be able to look ahead of it.
const LAST_EPOCH: u16 = u16::MAX - FUTURE_EPOCHS - 1;

/// The last counter of an epoch.
const LAST_COUNTER: u64 = (1 << 48) - 1;

/// How many packets may overtake each other within an epoch.
const WINDOW: u32 = 2_048;

const SECRET_LEN: usize = 32;

/// What the key of one epoch and the secret of the next one come from.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct EpochSecret(Box<[u8; SECRET_LEN]>);

impl EpochSecret {
    fn first(material: &KeyMaterial, direction: Direction) -> Result<Self, KeyMethodError> {
        let secret = material.cipher_key(direction, SECRET_LEN)?;
        Ok(Self(Box::new(
            *secret.first_chunk().ok_or(KeyMethodError::Refused)?,
        )))
    }

    /// The secret of the next epoch.
    fn next(&self) -> Result<Self, KeyMethodError> {
        let mut next = Self(Box::new([0; SECRET_LEN]));
        expand_label(self.0.as_ref(), b"datakey upd", next.0.as_mut())?;
        Ok(next)
    }

    /// The key of this epoch and what its packet ids are mixed with.
    fn key_and_iv(&self, cipher: Cipher) -> Result<(Zeroizing<Vec<u8>>, Iv), KeyMethodError> {
        let mut key = Zeroizing::new(vec![0; cipher.key_len()]);
        let mut iv = Iv::default();
        expand_label(self.0.as_ref(), b"data_key", &mut key)?;
        expand_label(self.0.as_ref(), b"data_iv", iv.as_mut())?;
        Ok((key, iv))
    }
}

type Iv = Zeroizing<[u8; NONCE_LEN]>;

/// Fills `out` from a secret and a label: HKDF-Expand (RFC 5869) with TLS 1.3's structure around the label
/// (RFC 8446 section 7.1), with the prefix `ovpn ` and an empty context.
fn expand_label(secret: &[u8], label: &[u8], out: &mut [u8]) -> Result<(), KeyMethodError> {
    const PREFIX: &[u8] = b"ovpn ";
    let len = u16::try_from(out.len()).map_err(|_| KeyMethodError::Refused)?;
    let label_len =
        u8::try_from(PREFIX.len() + label.len()).map_err(|_| KeyMethodError::Refused)?;
    let info: [&[u8]; 5] = [&len.to_be_bytes(), &[label_len], PREFIX, label, &[0]];
    expand(secret, &info, out)
}

/// HKDF-Expand with SHA-256 (RFC 5869 section 2.3).
fn expand(secret: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), KeyMethodError> {
    Prk::new_less_safe(HKDF_SHA256, secret)
        .expand(info, OutputLen(out.len()))
        .and_then(|output| output.fill(out))
        .map_err(|_| KeyMethodError::Refused)
}

struct OutputLen(usize);

impl KeyType for OutputLen {
    fn len(&self) -> usize {
        self.0
    }
}

/// The key of one epoch in one direction.
struct EpochKey {
    aead: AeadKey,
    iv: Iv,
}

impl EpochKey {
    fn new(cipher: Cipher, secret: &EpochSecret) -> Result<Self, KeyMethodError> {
        let (key, iv) = secret.key_and_iv(cipher)?;
        Ok(Self {
            aead: AeadKey::new(cipher, &key)?,
            iv,
        })
    }

    /// The packet id, followed by zeros, mixed with the epoch's own bytes.
    fn nonce(&self, id: [u8; EPOCH_ID_LEN]) -> [u8; NONCE_LEN] {
        let mut nonce = *self.iv;
        for (byte, id) in nonce.iter_mut().zip(id) {
            *byte ^= id;
        }
        nonce
    }
}

pub(super) struct EpochSealKey {
    cipher: Cipher,
    secret: EpochSecret,
    key: EpochKey,
    epoch: u16,
    counter: u64,
    usage: Usage,
}

impl EpochSealKey {
    pub(super) fn new(
        cipher: Cipher,
        material: &KeyMaterial,
        direction: Direction,
    ) -> Result<Self, KeyMethodError> {
        let secret = EpochSecret::first(material, direction)?;
        let key = EpochKey::new(cipher, &secret)?;
        Ok(Self {
            cipher,
            secret,
            key,
            epoch: 1,
            counter: 0,
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
            .split_at_mut_checked(header.len() + EPOCH_ID_LEN)
            .ok_or(SealError::FrameLength)?;
        let (payload, tag) = rest
            .split_last_chunk_mut::<TAG_LEN>()
            .ok_or(SealError::FrameLength)?;
        self.choose_epoch(payload.len(), signals)?;
        let counter = self.counter + 1;
        let id = (u64::from(self.epoch) << 48 | counter).to_be_bytes();
        let (start, id_place) = head
            .split_at_mut_checked(header.len())
            .ok_or(SealError::FrameLength)?;
        start.copy_from_slice(header);
        id_place.copy_from_slice(&id);
        self.key.aead.seal(
            self.key.nonce(id),
            Header::associated(head, header.len()),
            payload,
            tag,
        )?;
        self.counter = counter;
        self.usage.add(payload.len());
        Ok(())
    }

    /// Moves on when this epoch is used up, and follows the peer when it is ahead.
    fn choose_epoch(&mut self, payload_len: usize, signals: &KeySignals) -> Result<(), SealError> {
        let used_up = self.counter >= LAST_COUNTER || self.usage.would_exceed(payload_len);
        let wanted = signals.peer_epoch().max(if used_up {
            self.epoch.saturating_add(1)
        } else {
            self.epoch
        });
        if wanted == self.epoch {
            return Ok(());
        }
        if wanted > LAST_EPOCH {
            return Err(SealError::Exhausted);
        }
        let mut secret = self.secret.clone();
        for _ in self.epoch..wanted {
            secret = secret.next().map_err(|_| SealError::Failed)?;
        }
        self.key = EpochKey::new(self.cipher, &secret).map_err(|_| SealError::Failed)?;
        self.secret = secret;
        self.epoch = wanted;
        self.counter = 0;
        self.usage = Usage::new(self.cipher);
        if self.epoch >= REKEY_EPOCH {
            signals.want_rekey();
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn go_on_behind(&mut self, epoch: u16, counter: u64) {
        while self.epoch < epoch {
            self.epoch += 1;
            if let Ok(secret) = self.secret.next() {
                self.secret = secret;
            }
        }
        self.counter = counter;
    }
}

/// The keys that incoming packets may be under: the newest epoch seen, the one before it, and some to come.
pub(super) struct EpochOpenKey {
    cipher: Cipher,
    current: Epoch,
    previous: Option<Epoch>,
    future: VecDeque<EpochKey>,
    future_len: u16,
    /// The secret of the last future epoch.
    last_secret: EpochSecret,
    forgeries: Forgeries,
}

/// An epoch that authentic packets came under.
struct Epoch {
    number: u16,
    key: EpochKey,
    window: ReplayWindow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Current,
    Previous,
    Future(usize),
}

impl EpochOpenKey {
    pub(super) fn new(
        cipher: Cipher,
        material: &KeyMaterial,
        direction: Direction,
        future_len: u16,
    ) -> Result<Self, KeyMethodError> {
        let secret = EpochSecret::first(material, direction)?;
        let key = EpochKey::new(cipher, &secret)?;
        let mut keys = Self {
            cipher,
            current: Epoch {
                number: 1,
                key,
                window: ReplayWindow::new(WINDOW),
            },
            previous: None,
            future: VecDeque::with_capacity(usize::from(future_len)),
            future_len,
            last_secret: secret,
            forgeries: Forgeries::default(),
        };
        keys.look_ahead()?;
        Ok(keys)
    }

    /// Opens a packet whose header has this length.
    #[inline]
    pub(super) fn open<'a>(
        &mut self,
        header_len: usize,
        packet: &'a mut [u8],
        signals: &KeySignals,
    ) -> Result<&'a mut [u8], DropReason> {
        if header_len != Header::V2_LEN {
            return Err(DropReason::Malformed);
        }
        let (head, rest) = packet
            .split_at_mut_checked(header_len + EPOCH_ID_LEN)
            .ok_or(DropReason::Malformed)?;
        let (payload, tag) = rest
            .split_last_chunk_mut::<TAG_LEN>()
            .ok_or(DropReason::Malformed)?;
        let id: [u8; EPOCH_ID_LEN] = *head.last_chunk().ok_or(DropReason::Malformed)?;
        let number = u64::from_be_bytes(id);
        let (epoch, counter) = ((number >> 48) as u16, number & LAST_COUNTER);
        let place = self.find(epoch).ok_or(DropReason::UnknownKey)?;
        let key = self.key(place).ok_or(DropReason::UnknownKey)?;
        if self.forgeries.is_exceeded() {
            return Err(DropReason::KeyUsedUp);
        }
        if let Err(reason) = key.aead.open(key.nonce(id), head, tag, payload) {
            self.forgeries.add();
            if self.forgeries.is_high() {
                signals.want_rekey();
            }
            return Err(reason);
        }
        if counter == 0 {
            return Err(DropReason::Replayed);
        }
        if let Place::Future(index) = place {
            self.advance(index).map_err(|_| DropReason::UnknownKey)?;
            signals.note_peer_epoch(epoch);
            if epoch >= REKEY_EPOCH {
                signals.want_rekey();
            }
        }
        let window = match (place, &mut self.previous) {
            (Place::Previous, Some(previous)) => &mut previous.window,
            _ => &mut self.current.window,
        };
        if !window.check(counter) {
            return Err(DropReason::Replayed);
        }
        window.mark(counter);
        Ok(payload)
    }

    #[cfg(test)]
    pub(super) fn set_forgeries(&mut self, count: u64) {
        self.forgeries.set(count);
    }

    fn find(&self, epoch: u16) -> Option<Place> {
        if epoch == self.current.number {
            return Some(Place::Current);
        }
        if self
            .previous
            .as_ref()
            .is_some_and(|previous| previous.number == epoch)
        {
            return Some(Place::Previous);
        }
        let index = usize::from(epoch.checked_sub(self.current.number)?).checked_sub(1)?;
        (index < self.future.len()).then_some(Place::Future(index))
    }

    fn key(&self, place: Place) -> Option<&EpochKey> {
        match place {
            Place::Current => Some(&self.current.key),
            Place::Previous => self.previous.as_ref().map(|previous| &previous.key),
            Place::Future(index) => self.future.get(index),
        }
    }

    /// Makes a future epoch the current one; the current one becomes the previous one.
    fn advance(&mut self, index: usize) -> Result<(), KeyMethodError> {
        let key = self
            .future
            .drain(..=index)
            .next_back()
            .ok_or(KeyMethodError::Refused)?;
        let steps = u16::try_from(index + 1).map_err(|_| KeyMethodError::Refused)?;
        let number = self.current.number.saturating_add(steps);
        let window = ReplayWindow::new(WINDOW);
        self.previous = Some(std::mem::replace(
            &mut self.current,
            Epoch {
                number,
                key,
                window,
            },
        ));
        self.look_ahead()
    }

    /// Derives the keys of the epochs to come, as far as there are any.
    fn look_ahead(&mut self) -> Result<(), KeyMethodError> {
        let missing = usize::from(self.future_len).saturating_sub(self.future.len());
        let known = usize::from(self.current.number) + self.future.len();
        for _ in 0..missing.min(usize::from(LAST_EPOCH).saturating_sub(known)) {
            self.last_secret = self.last_secret.next()?;
            self.future
                .push_back(EpochKey::new(self.cipher, &self.last_secret)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
