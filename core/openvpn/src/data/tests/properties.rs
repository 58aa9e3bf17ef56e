//! What holds for every format, cipher, framing and order of events.

use proptest::prelude::*;

use super::*;

fn formats() -> impl Strategy<Value = DataFormat> {
    let framing = prop_oneof![Just(Framing::Datagram), Just(Framing::Stream)];
    let peer_id = prop::option::of(0_u32..=0x00ff_ffff);
    let compression = prop::sample::select(vec![
        CompressionFraming::None,
        CompressionFraming::LzoStub,
        CompressionFraming::Stub,
        CompressionFraming::StubV2,
    ]);
    (framing, peer_id, any::<bool>(), compression).prop_map(
        |(framing, peer_id, epoch, compression)| DataFormat {
            framing,
            peer_id,
            epoch,
            compression,
        },
    )
}

/// Bytes behind the first one of an IP packet.
fn packets() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let packet = (any::<bool>(), prop::collection::vec(any::<u8>(), 0..1_600)).prop_map(
        |(six, mut bytes)| {
            bytes.insert(0, if six { 0x60 } else { 0x45 });
            bytes
        },
    );
    prop::collection::vec(packet, 1..8)
}

proptest! {
    #[test]
    fn packets_arrive_as_they_were_sent_in_every_format(
        format in formats(),
        cipher in prop::sample::select(Cipher::ALL.to_vec()),
        seed in any::<u8>(),
        packets in packets(),
        backwards in any::<bool>(),
    ) {
        let mut client = End::new(format, cipher, Role::Client, &material(seed));
        let mut gateway = End::new(format, cipher, Role::Gateway, &material(seed));
        let room = client.sealer.headroom() + client.sealer.tailroom();
        for _ in 0..2 {
            let mut sealed: Vec<(&Vec<u8>, Vec<u8>)> =
                packets.iter().map(|packet| (packet, client.seal(packet))).collect();
            if backwards {
                sealed.reverse();
            }
            for (packet, frame) in &mut sealed {
                prop_assert_eq!(frame.len(), packet.len() + room);
                let start = format.framing.header_len();
                prop_assert_eq!(gateway.open(&mut frame[start..]), Ok((*packet).clone()));
            }
            std::mem::swap(&mut client, &mut gateway);
        }
    }

    #[test]
    fn messages_arrive_in_every_format(format in formats(), cipher in prop::sample::select(Cipher::ALL.to_vec())) {
        let mut client = End::new(format, cipher, Role::Client, &material(1));
        let mut gateway = End::new(format, cipher, Role::Gateway, &material(1));
        let start = format.framing.header_len();
        let (mut keepalive, mut exit) = (Vec::new(), Vec::new());

        client.sealer.seal_keepalive(client.now, &mut keepalive).unwrap();
        client.sealer.seal_exit_notification(client.now, &mut exit).unwrap();

        prop_assert_eq!(gateway.opener.open(gateway.now, &mut keepalive[start..]), Opened::KeepAlive);
        prop_assert_eq!(gateway.opener.open(gateway.now, &mut exit[start..]), Opened::ExitNotification);
    }

    #[test]
    fn a_damaged_packet_is_dropped_in_every_format(
        format in formats(),
        place in any::<prop::sample::Index>(),
        change in 1..=u8::MAX,
    ) {
        let (mut client, mut gateway) = pair(format);
        let frame = client.seal(PACKET);
        let packet = &frame[format.framing.header_len()..];
        // What lies before is not protected by the short header.
        let first = if format.peer_id.is_none() && !format.epoch { 1 } else { 0 };
        let mut damaged = packet.to_vec();
        damaged[first + place.index(packet.len() - first)] ^= change;

        prop_assert!(gateway.open(&mut damaged).is_err());
        prop_assert_eq!(gateway.open(&mut packet.to_vec()), Ok(PACKET.to_vec()));
    }

    /// Two ends renegotiate as often as they like while packets are sealed, held up, repeated and forged: what arrives is
    /// what was sent under a key that lives, once.
    #[test]
    fn keys_come_and_go_and_nothing_else_is_lost_or_repeated(
        format in formats(),
        steps in prop::collection::vec(steps(), 0..120),
    ) {
        let mut link = Link::new(format);
        for step in steps {
            link.take(step);
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Seal,
    /// Brings the next key to both ends; the oldest goes if there are two.
    Install,
    /// Sends under the newest key.
    Activate,
    /// Drops the older of two keys at both ends.
    Retire,
    Deliver(prop::sample::Index),
    Forge(prop::sample::Index),
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Seal),
        1 => Just(Step::Install),
        1 => Just(Step::Activate),
        1 => Just(Step::Retire),
        6 => any::<prop::sample::Index>().prop_map(Step::Deliver),
        1 => any::<prop::sample::Index>().prop_map(Step::Forge),
    ]
}

/// A sender, a receiver, what is under way between them, and what should come of it.
struct Link {
    sender: End,
    receiver: End,
    sent: Vec<Sent>,
    /// The keys that live, oldest first.
    live: Vec<Generation>,
    active: u8,
}

#[derive(Clone, Copy)]
struct Generation {
    number: u8,
    key_id: KeyId,
    received: bool,
}

struct Sent {
    generation: Generation,
    packet: Vec<u8>,
    payload: Vec<u8>,
    arrived: bool,
}

impl Link {
    fn new(format: DataFormat) -> Self {
        let format = DataFormat {
            framing: Framing::Datagram,
            ..format
        };
        let first = Generation {
            number: 1,
            key_id: KeyId::FIRST,
            received: false,
        };
        let (sender, receiver) = pair(format);
        Self {
            sender,
            receiver,
            sent: Vec::new(),
            live: vec![first],
            active: 1,
        }
    }

    fn take(&mut self, step: Step) {
        let newest = *self.live.last().unwrap();
        match step {
            Step::Seal => {
                let payload = [&[0x45], &(self.sent.len() as u32).to_be_bytes()[..]].concat();
                let packet = self.sender.seal(&payload);
                let generation = *self.find(self.active).unwrap();
                self.sent.push(Sent {
                    generation,
                    packet,
                    payload,
                    arrived: false,
                });
            }
            Step::Install => {
                // As connections do: the former newest key is in use by now, and two keys live at most.
                self.take(Step::Activate);
                self.take(Step::Retire);
                let next = Generation {
                    number: newest.number.wrapping_add(1),
                    key_id: newest.key_id.next(),
                    received: false,
                };
                self.sender.install(next.key_id, next.number);
                self.receiver.install(next.key_id, next.number);
                self.live.push(next);
            }
            Step::Activate => {
                self.sender.channel.activate(newest.key_id);
                self.active = newest.number;
            }
            Step::Retire if self.live.len() > 1 => {
                self.take(Step::Activate);
                let oldest = self.live.remove(0);
                self.sender.channel.retire(oldest.key_id);
                self.receiver.channel.retire(oldest.key_id);
            }
            Step::Retire => {}
            Step::Deliver(_) | Step::Forge(_) if self.sent.is_empty() => {}
            Step::Deliver(which) => self.deliver(which.index(self.sent.len())),
            Step::Forge(which) => self.forge(which.index(self.sent.len())),
        }
    }

    fn deliver(&mut self, which: usize) {
        let Sent {
            generation,
            ref packet,
            ref payload,
            arrived,
        } = self.sent[which];
        let same_id = |live: &Generation| live.key_id.number() == generation.key_id.number();
        let expected = match self.find(generation.number) {
            Some(_) if arrived => Err(DropReason::Replayed),
            Some(_) => Ok(payload.clone()),
            None if self.live.iter().any(same_id) => Err(DropReason::NotAuthentic),
            None => Err(DropReason::UnknownKey),
        };

        assert_eq!(self.receiver.open(&mut packet.clone()), expected);

        if expected.is_ok() {
            self.sent[which].arrived = true;
            let live = self.live.iter_mut();
            live.filter(|live| live.number == generation.number)
                .for_each(|live| live.received = true);
        }
        self.check_evidence();
    }

    /// A packet under the newest key that no peer sealed.
    fn forge(&mut self, which: usize) {
        let newest = *self.live.last().unwrap();
        let mut packet = self.sent[which].packet.clone();
        packet[0] = packet[0] & 0xf8 | newest.key_id.number();
        *packet.last_mut().unwrap() ^= 1;

        assert_eq!(
            self.receiver.open(&mut packet),
            Err(DropReason::NotAuthentic)
        );

        self.check_evidence();
    }

    /// Only what was sealed under a key is evidence that the peer has it.
    fn check_evidence(&self) {
        for live in &self.live {
            assert_eq!(
                self.receiver.channel.has_received_under(live.key_id),
                live.received
            );
        }
    }

    fn find(&self, number: u8) -> Option<&Generation> {
        self.live.iter().find(|live| live.number == number)
    }
}
