use std::collections::BTreeSet;
use std::time::Instant;

use zeroize::Zeroizing;

use super::input::Input;
use crate::data::{
    Cipher, CompressionFraming, DataChannel, DataFormat, DropReason, IpVersion, MssFix, Opened,
    Opener, Sealer,
};
use crate::frame::Framing;
use crate::keying::KeyMaterial;
use crate::packet::{KeyId, Role};

/// Packets of the peer whole, changed, repeated and out of order among arbitrary ones, while keys come and go: only what
/// the peer sealed comes out, unchanged and once.
pub(super) fn data(now: Instant, bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (format, cipher) = format(input.byte());
    let mut ends = Ends::new(format, cipher, now);

    while !input.is_empty() {
        let operation = input.byte();
        let choice = usize::from(operation >> 4);
        match operation & 15 {
            0 | 1 => {
                let packet = input.block().to_vec();
                ends.open_foreign(packet);
            }
            2..=4 => ends.seal(input.byte(), choice),
            5..=7 => ends.open(choice),
            8 | 9 => {
                let (place, mask) = (input.pair().into(), input.byte());
                ends.open_changed(choice, place, mask);
            }
            10 => {
                let len = input.pair().into();
                ends.open_truncated(choice, len);
            }
            11 => ends.install(input.byte()),
            12 => ends.sending.activate(key_id(input.byte())),
            13 => ends.receiving.retire(key_id(input.byte())),
            14 => ends.seal_message(),
            _ => drop(ends.packets.pop()),
        }
    }
    let statistics = ends.receiving.statistics();
    assert_eq!(statistics.received_packets, ends.opened.len() as u64);
}

/// An arbitrary packet through the tunnel: it comes out as it went in, but for the segment size that it announces, which
/// is lowered once.
pub(super) fn tunnel(now: Instant, bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (format, cipher) = format(input.byte());
    let mss_fix = MssFix::Fixed(input.pair());
    let clamp = mss_fix.clamp(&format, 1_500, IpVersion::V4);
    let payload = input.rest();
    let (sending, mut sealer, _) = DataChannel::new(format, clamp, now);
    let (receiving, _, mut opener) = DataChannel::new(format, None, now);
    for (channel, role) in [(&sending, Role::Client), (&receiving, Role::Gateway)] {
        channel
            .install(KeyId::FIRST, cipher, &material(1), role)
            .unwrap();
    }
    sending.activate(KeyId::FIRST);

    let mut through = |payload: &[u8]| -> Option<Vec<u8>> {
        let mut frame = frame(&sealer, payload);
        sealer.seal(now, &mut frame).ok()?;
        match opener.open(now, &mut frame) {
            Opened::Packet(opened) => Some(opened.to_vec()),
            Opened::Dropped(DropReason::NotForTunnel)
            | Opened::KeepAlive
            | Opened::ExitNotification => None,
            Opened::Dropped(reason) => panic!("the peer's packet is dropped: {reason:?}"),
        }
    };
    let Some(once) = through(payload) else {
        return;
    };
    assert_eq!(once.len(), payload.len());
    let changed = once.iter().zip(payload).filter(|(a, b)| a != b).count();
    assert!(changed <= 40 && (clamp.is_some() || changed == 0));
    assert_eq!(through(&once), Some(once), "lowered once");
}

/// The format and the cipher that a byte stands for.
fn format(kind: u8) -> (DataFormat, Cipher) {
    const COMPRESSION: [CompressionFraming; 4] = [
        CompressionFraming::None,
        CompressionFraming::LzoStub,
        CompressionFraming::Stub,
        CompressionFraming::StubV2,
    ];
    let format = DataFormat {
        framing: Framing::Datagram,
        peer_id: (kind & 1 != 0).then_some(0x17),
        epoch: kind & 2 != 0,
        compression: COMPRESSION[usize::from(kind >> 4 & 3)],
    };
    (format, Cipher::ALL[usize::from(kind >> 2 & 3)])
}

fn material(seed: u8) -> KeyMaterial {
    KeyMaterial::from_exporter(&Zeroizing::new(std::array::from_fn(|index| {
        (index as u8).wrapping_mul(31).wrapping_add(seed)
    })))
}

/// A payload with the room around it that the sealer wants.
fn frame(sealer: &Sealer, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; sealer.headroom()];
    frame.extend_from_slice(payload);
    frame.resize(frame.len() + sealer.tailroom(), 0);
    frame
}

struct Ends {
    cipher: Cipher,
    now: Instant,
    sending: DataChannel,
    sealer: Sealer,
    receiving: DataChannel,
    opener: Opener,
    /// What was sealed, with its number; none for what is not for the tunnel.
    packets: Vec<(Vec<u8>, Option<u32>)>,
    sealed: u32,
    opened: BTreeSet<u32>,
    generation: u8,
}

impl Ends {
    fn new(format: DataFormat, cipher: Cipher, now: Instant) -> Self {
        let (sending, sealer, _) = DataChannel::new(format, None, now);
        let (receiving, _, opener) = DataChannel::new(format, None, now);
        let mut ends = Self {
            cipher,
            now,
            sending,
            sealer,
            receiving,
            opener,
            packets: Vec::new(),
            sealed: 0,
            opened: BTreeSet::new(),
            generation: 0,
        };
        ends.install(0);
        ends.sending.activate(KeyId::FIRST);
        ends
    }

    /// A new key on both sides, as after a rekey: never the same twice.
    fn install(&mut self, number: u8) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            return;
        }
        let material = material(self.generation);
        let id = key_id(number);
        for (channel, role) in [
            (&self.sending, Role::Client),
            (&self.receiving, Role::Gateway),
        ] {
            channel.install(id, self.cipher, &material, role).unwrap();
        }
    }

    fn seal(&mut self, len: u8, first: usize) {
        if self.packets.len() >= MOST_PACKETS {
            return;
        }
        let number = self.sealed;
        let mut payload = vec![if first & 1 == 0 { 0x45 } else { 0x60 }];
        payload.extend_from_slice(&number.to_be_bytes());
        payload.resize(payload.len() + usize::from(len), first as u8);
        let mut frame = frame(&self.sealer, &payload);
        if self.sealer.seal(self.now, &mut frame).is_ok() {
            self.sealed += 1;
            self.packets.push((frame, Some(number)));
        }
    }

    fn seal_message(&mut self) {
        let mut frame = Vec::new();
        if self.packets.len() < MOST_PACKETS
            && self.sealer.seal_keepalive(self.now, &mut frame).is_ok()
        {
            self.packets.push((frame, None));
        }
    }

    /// Opens a packet as it was sealed; it stays, so that it is repeated later.
    fn open(&mut self, choice: usize) {
        let Some((mut packet, number)) = self.chosen(choice) else {
            return;
        };
        match self.opener.open(self.now, &mut packet) {
            Opened::Packet(payload) => {
                let number = number.expect("a message is not for the tunnel");
                assert_eq!(payload[1..5], number.to_be_bytes());
                assert!(self.opened.insert(number), "delivered twice");
            }
            Opened::KeepAlive => assert_eq!(number, None),
            Opened::ExitNotification => panic!("nobody said goodbye"),
            Opened::Dropped(_) => {}
        }
    }

    fn open_changed(&mut self, choice: usize, place: usize, mask: u8) {
        let Some((mut packet, _)) = self.chosen(choice) else {
            return;
        };
        let place = place % packet.len();
        packet[place] ^= mask;
        if mask != 0 {
            self.open_foreign(packet);
        }
    }

    fn open_truncated(&mut self, choice: usize, len: usize) {
        let Some((mut packet, _)) = self.chosen(choice) else {
            return;
        };
        packet.truncate(len % packet.len());
        self.open_foreign(packet);
    }

    fn open_foreign(&mut self, mut packet: Vec<u8>) {
        let opened = self.opener.open(self.now, &mut packet);
        assert!(
            matches!(opened, Opened::Dropped(_)),
            "let in what the peer never sealed: {opened:?}"
        );
    }

    fn chosen(&self, choice: usize) -> Option<(Vec<u8>, Option<u32>)> {
        let newest_first = self.packets.len().checked_sub(1)?.checked_sub(choice)?;
        self.packets.get(newest_first).cloned()
    }
}

const MOST_PACKETS: usize = 256;

fn key_id(number: u8) -> KeyId {
    KeyId::new(number & 7).unwrap()
}
