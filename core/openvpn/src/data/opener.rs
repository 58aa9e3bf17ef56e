use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::compression::CompressionFraming;
use super::error::DropReason;
use super::format::Header;
use super::key::OpenKey;
use super::magic::{Purpose, purpose_of};
use super::mss_clamp::MssClamp;
use super::shared::{PerKeyId, Shared};
use crate::packet::{KeyId, Opcode, opcode_and_key};

/// What an incoming data packet turned out to be.
#[derive(PartialEq, Eq)]
pub enum Opened<'a> {
    /// A packet for the tunnel: authentic, but of unchecked content.
    Packet(&'a mut [u8]),
    /// The peer is alive and has nothing to say.
    KeepAlive,
    /// The peer leaves: connect again.
    ExitNotification,
    /// Nothing to act on; it was counted.
    Dropped(DropReason),
}

/// The receiving half of the data channel.
///
/// It belongs to whoever receives, may move between threads, and shares no lock with the sending half. It takes up
/// new keys and lets go of old ones by itself as the connection negotiates them.
pub struct Opener {
    shared: Arc<Shared>,
    compression: CompressionFraming,
    clamp: Option<MssClamp>,
    generation: u64,
    keys: PerKeyId<Option<Box<OpenKey>>>,
    /// The key id that the other half sends under.
    active: Option<KeyId>,
}

impl Opener {
    pub(super) fn new(
        shared: Arc<Shared>,
        compression: CompressionFraming,
        clamp: Option<MssClamp>,
    ) -> Self {
        Self {
            shared,
            compression,
            clamp,
            generation: 0,
            keys: Default::default(),
            active: None,
        }
    }

    /// Opens one packet in place, given without the length that leads it in a stream.
    ///
    /// Neither allocates nor, but for a change of keys, takes a lock. A packet that is not authentic is spoilt.
    #[inline]
    pub fn open<'a>(&mut self, now: Instant, packet: &'a mut [u8]) -> Opened<'a> {
        self.collect_keys();
        let received = &self.shared.received;
        let payload = match open_payload(&mut self.keys, packet) {
            Ok(payload) => payload,
            Err(reason) => {
                received.counters.drop(reason);
                return Opened::Dropped(reason);
            }
        };
        received.last.set(now);
        let payload = match self.compression.unmark(payload) {
            Ok(payload) => payload,
            Err(reason) => {
                received.counters.drop(reason);
                return Opened::Dropped(reason);
            }
        };
        match purpose_of(payload) {
            Purpose::Tunnel => {
                received.counters.packets.add(1);
                received.counters.bytes.add(payload.len() as u64);
                if let Some(clamp) = self.clamp {
                    clamp.apply(payload);
                }
                Opened::Packet(payload)
            }
            Purpose::KeepAlive => {
                received.counters.messages.add(1);
                Opened::KeepAlive
            }
            Purpose::Exit => {
                received.counters.messages.add(1);
                Opened::ExitNotification
            }
            Purpose::Nothing => {
                received.counters.drop(DropReason::NotForTunnel);
                Opened::Dropped(DropReason::NotForTunnel)
            }
        }
    }

    /// Whether the key in use is near its end, be it in this direction or in the other: true once for each key.
    ///
    /// Whoever receives asks after each batch, and has the connection renegotiate; see
    /// [`Sealer::take_rekey_request`](crate::Sealer::take_rekey_request).
    #[inline]
    pub fn take_rekey_request(&mut self) -> bool {
        let key = self
            .active
            .and_then(|active| self.keys.get(usize::from(active.number())));
        key.and_then(Option::as_ref)
            .is_some_and(|key| key.take_rekey_request())
    }

    #[inline]
    fn collect_keys(&mut self) {
        let Some(mut mailbox) = self.shared.changed(&mut self.generation) else {
            return;
        };
        self.active = mailbox.active;
        for (key, slot) in self.keys.iter_mut().zip(mailbox.slots()) {
            if slot.signals.is_none() {
                *key = None;
            } else if let Some(delivered) = slot.open.take() {
                *key = Some(delivered);
            }
        }
    }
}

/// The kind of header is told by each packet, whatever this end sends: some gateways never use the longer one.
#[inline]
fn open_payload<'a>(
    keys: &mut PerKeyId<Option<Box<OpenKey>>>,
    packet: &'a mut [u8],
) -> Result<&'a mut [u8], DropReason> {
    let first = *packet.first().ok_or(DropReason::Malformed)?;
    let (opcode, key_id) = opcode_and_key(first).ok_or(DropReason::Malformed)?;
    let header_len = match opcode {
        Opcode::DataV1 => Header::V1_LEN,
        Opcode::DataV2 => Header::V2_LEN,
        _ => return Err(DropReason::Malformed),
    };
    let key = keys
        .get_mut(usize::from(key_id.number()))
        .and_then(Option::as_mut);
    key.ok_or(DropReason::UnknownKey)?.open(header_len, packet)
}

impl fmt::Debug for Opened<'_> {
    /// A packet's length only: what it carries stays out of logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packet(packet) => write!(formatter, "Packet({} bytes)", packet.len()),
            Self::KeepAlive => formatter.write_str("KeepAlive"),
            Self::ExitNotification => formatter.write_str("ExitNotification"),
            Self::Dropped(reason) => formatter.debug_tuple("Dropped").field(reason).finish(),
        }
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Opener").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_packet_carries_stays_out_of_logs() {
        let mut packet = [211, 212, 213];

        let shown = format!("{:?}", Opened::Packet(&mut packet));

        assert_eq!(shown, "Packet(3 bytes)");
    }
}
