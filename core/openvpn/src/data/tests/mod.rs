#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]
//! The data channel as its users see it; published packets, captured sessions and bad input.
//!
//! Where each published vector of OpenVPN's and OpenVPN 3's unit tests is checked:
//!
//! | vector | test |
//! |---|---|
//! | AES-256-GCM, test_ssl.c | `classic::tests::the_published_packet_is_sealed_and_opened` |
//! | the same with real headers, ChaCha20-Poly1305 | `packets::the_published_packets_are_sealed_and_opened` |
//! | AES-256-CBC with SHA-1 | `packets::the_published_cbc_packet_is_protected_with_the_slots_of_the_material` |
//! | epoch keys 1 to 4, test_crypto.c | `epoch::tests::the_published_chain_of_epoch_keys_is_derived` |
//! | epoch 4, counter 1 | `epoch::tests::the_published_packet_of_epoch_4_is_sealed_and_opened` |
//! | epoch 1, counter 1, OpenVPN 3 | `epoch::tests::the_published_packet_of_epoch_1_has_the_published_tag` |
//! | AES-192-GCM epoch key, OpenVPN 3 | `epoch::tests::the_published_key_of_192_bits_is_derived` |
//! | expanded labels | `epoch::tests::the_published_labels_are_expanded` |
//! | HKDF-Expand, RFC 5869 A.1 to A.3 | `epoch::tests::the_examples_of_rfc_5869_are_expanded` |
//! | packet ids with epochs, their last one | `epoch::tests::packet_ids_are_written_epoch_first` and the two about used-up epochs |
//! | the last 32-bit packet id | `classic::tests::the_last_packet_id_is_used_once_and_never_wraps` |
//! | windows of epochs | `epoch::tests::epochs_are_known_from_the_previous_one_to_the_last_of_the_future` |
//! | test_mssfix_mtu_calculation | `mss_fix::tests` |
//! | test_occ_mtu_calculation | `options_string::tests::the_published_link_mtus_are_computed` |

mod bad_input;
mod keys;
mod limits;
mod packets;
mod properties;
mod statistics;

use std::time::Instant;

use zeroize::Zeroizing;

use super::*;
use crate::frame::Framing;
use crate::keying::KeyMaterial;
use crate::packet::{KeyId, Role};

/// What OpenVPN's unit tests seal.
pub(in crate::data) const PLAINTEXT: &[u8] =
    b"The quick little fox jumps over the bureaucratic hurdles";

const PACKET: &[u8] = b"\x45 an IP packet";

const CLASSIC: DataFormat = DataFormat {
    framing: Framing::Datagram,
    peer_id: Some(0x17),
    epoch: false,
    compression: CompressionFraming::None,
};
const V1: DataFormat = DataFormat {
    peer_id: None,
    ..CLASSIC
};
const EPOCH: DataFormat = DataFormat {
    epoch: true,
    ..CLASSIC
};
const STREAM: DataFormat = DataFormat {
    framing: Framing::Stream,
    ..CLASSIC
};
const EPOCH_STREAM: DataFormat = DataFormat {
    epoch: true,
    ..STREAM
};

/// One end of a data channel with one key in use.
struct End {
    channel: DataChannel,
    sealer: Sealer,
    opener: Opener,
    role: Role,
    now: Instant,
}

impl End {
    fn new(format: DataFormat, cipher: Cipher, role: Role, material: &KeyMaterial) -> Self {
        let now = Instant::now();
        let (channel, sealer, opener) = DataChannel::new(format, None, now);
        channel
            .install(KeyId::FIRST, cipher, material, role)
            .unwrap();
        channel.activate(KeyId::FIRST);
        Self {
            channel,
            sealer,
            opener,
            role,
            now,
        }
    }

    fn of(format: DataFormat, role: Role) -> Self {
        Self::new(format, Cipher::Aes128Gcm, role, &material(1))
    }

    fn install(&mut self, key_id: KeyId, seed: u8) {
        self.channel
            .install(key_id, Cipher::Aes128Gcm, &material(seed), self.role)
            .unwrap();
    }

    fn seal(&mut self, payload: &[u8]) -> Vec<u8> {
        self.try_seal(payload).unwrap()
    }

    fn try_seal(&mut self, payload: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut frame = frame_of(&self.sealer, payload);
        self.sealer.seal(self.now, &mut frame)?;
        Ok(frame)
    }

    /// Seals a payload under the same packet id as in this packet, which is never far ahead.
    fn seal_as_in(&mut self, packet: &[u8], payload: &[u8]) -> Vec<u8> {
        for _ in 0..10 {
            let mut probe = frame_of(&self.sealer, payload);
            self.sealer.seal(self.now, &mut probe).unwrap();
            if probe[..9] == packet[..9] || probe == packet {
                return probe;
            }
        }
        panic!("no such packet id")
    }

    fn open(&mut self, packet: &mut [u8]) -> Result<Vec<u8>, DropReason> {
        match self.opener.open(self.now, packet).to_owned() {
            Owned::Packet(packet) => Ok(packet),
            Owned::Dropped(reason) => Err(reason),
            other => panic!("{other:?}"),
        }
    }
}

/// As `Opened`, without a borrow.
#[derive(Debug)]
enum Owned {
    Packet(Vec<u8>),
    KeepAlive,
    ExitNotification,
    Dropped(DropReason),
}

impl Opened<'_> {
    fn to_owned(&self) -> Owned {
        match self {
            Self::Packet(packet) => Owned::Packet(packet.to_vec()),
            Self::KeepAlive => Owned::KeepAlive,
            Self::ExitNotification => Owned::ExitNotification,
            Self::Dropped(reason) => Owned::Dropped(*reason),
        }
    }
}

fn pair(format: DataFormat) -> (End, End) {
    (
        End::of(format, Role::Client),
        End::of(format, Role::Gateway),
    )
}

fn frame_of(sealer: &Sealer, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; sealer.headroom()];
    frame.extend_from_slice(payload);
    frame.resize(frame.len() + sealer.tailroom(), 0);
    frame
}

fn material(seed: u8) -> KeyMaterial {
    let bytes = std::array::from_fn(|index| seed.wrapping_mul(31).wrapping_add(index as u8));
    KeyMaterial::from_exporter(&Zeroizing::new(bytes))
}

/// The key material of OpenVPN's unit tests.
pub(in crate::data) fn published_material() -> KeyMaterial {
    let text = b"abcdefgh01234567ABCDEFGHjkuchenl";
    KeyMaterial::from_exporter(&Zeroizing::new(std::array::from_fn(|index| {
        text[index % 32] ^ index as u8
    })))
}

pub(in crate::data) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|character| character.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
