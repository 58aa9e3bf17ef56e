//! One way of a link in memory: it loses, delays, reorders, duplicates and damages datagrams as a seed decides, on
//! virtual time. A stream it only delays and cuts into pieces.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::random::Random;
use crate::frame::{Frame, Framing, next_frame};

/// What a link does to packets. Chances are in percent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quality {
    pub(super) loss: u64,
    pub(super) duplication: u64,
    /// How many packets have one of their bits turned over.
    pub(super) corruption: u64,
    /// How many packets arrive so much later than usual that others overtake them.
    pub(super) reordering: u64,
    pub(super) overtaken_by: Duration,
    pub(super) delay: Duration,
    /// What each packet may take longer than `delay`; this reorders as well.
    pub(super) jitter: Duration,
    /// Longer datagrams are lost.
    pub(super) mtu: usize,
}

impl Quality {
    /// All packets arrive at once, as they were sent.
    pub(super) const PERFECT: Self = Self {
        loss: 0,
        duplication: 0,
        corruption: 0,
        reordering: 0,
        overtaken_by: Duration::from_millis(100),
        delay: Duration::ZERO,
        jitter: Duration::ZERO,
        mtu: usize::MAX,
    };

    /// Three packets of ten are lost, and three of ten are overtaken.
    pub(super) const DREADFUL: Self = Self {
        loss: 30,
        reordering: 30,
        duplication: 5,
        delay: Duration::from_millis(40),
        jitter: Duration::from_millis(10),
        mtu: 1_500,
        ..Self::PERFECT
    };
}

/// What became of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Carried,
    Lost,
    Corrupted,
    Duplicated,
    /// Kept back by a script until it says otherwise.
    Held,
}

/// How many packets met which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) sent: u64,
    pub(super) lost: u64,
    pub(super) corrupted: u64,
    pub(super) duplicated: u64,
}

impl Tally {
    pub(super) fn count(&mut self, fate: Fate) {
        self.sent += 1;
        match fate {
            Fate::Carried | Fate::Held => {}
            Fate::Lost => self.lost += 1,
            Fate::Corrupted => self.corrupted += 1,
            Fate::Duplicated => self.duplicated += 1,
        }
    }
}

pub(super) struct Link {
    pub(super) quality: Quality,
    framing: Framing,
    random: Random,
    /// By arrival, and where that is the same by the order of sending.
    under_way: BTreeMap<(Instant, u64), Vec<u8>>,
    sequence: u64,
    /// A stream's latest piece so far; nothing overtakes it.
    latest: Option<Instant>,
    /// What has arrived of a stream, and is not a whole frame yet.
    unread: Vec<u8>,
}

impl Link {
    pub(super) fn new(framing: Framing, quality: Quality, seed: u64) -> Self {
        Self {
            quality,
            framing,
            random: Random::new(seed),
            under_way: BTreeMap::new(),
            sequence: 0,
            latest: None,
            unread: Vec::new(),
        }
    }

    /// Sends one frame.
    pub(super) fn send(&mut self, now: Instant, wire: Vec<u8>) -> Fate {
        match self.framing {
            Framing::Stream => self.send_in_pieces(now, &wire),
            Framing::Datagram => self.send_datagram(now, wire),
        }
    }

    /// When something arrives next.
    pub(super) fn due(&self) -> Option<Instant> {
        self.under_way.keys().next().map(|(due, _)| *due)
    }

    /// The next whole packet that has arrived by `now`.
    pub(super) fn receive(&mut self, now: Instant) -> Option<Vec<u8>> {
        loop {
            if let Some(packet) = self.read_frame() {
                return Some(packet);
            }
            if self.due()? > now {
                return None;
            }
            let (_, arrived) = self.under_way.pop_first()?;
            match self.framing {
                Framing::Datagram => return Some(arrived),
                Framing::Stream => self.unread.extend_from_slice(&arrived),
            }
        }
    }

    fn send_datagram(&mut self, now: Instant, mut wire: Vec<u8>) -> Fate {
        let Quality {
            loss,
            corruption,
            duplication,
            mtu,
            ..
        } = self.quality;
        if wire.len() > mtu || self.random.percent(loss) {
            return Fate::Lost;
        }
        if self.random.percent(corruption) {
            let bit = self.random.below(wire.len() as u64 * 8) as usize;
            wire[bit / 8] ^= 1 << (bit % 8);
            self.carry(now, wire);
            return Fate::Corrupted;
        }
        if self.random.percent(duplication) {
            self.carry(now, wire.clone());
            self.carry(now, wire);
            return Fate::Duplicated;
        }
        self.carry(now, wire);
        Fate::Carried
    }

    /// Cuts a frame anywhere, into three pieces at most; the next frame may share the arrival of the last one.
    fn send_in_pieces(&mut self, now: Instant, wire: &[u8]) -> Fate {
        let frame_is_whole = next_frame(wire) == Frame::Packet(2..wire.len());
        assert!(frame_is_whole, "one frame a transmission");
        let mut rest = wire;
        for _ in 0..2 {
            let (piece, after) = rest.split_at(self.random.below(rest.len() as u64) as usize);
            self.carry(now, piece.to_vec());
            rest = after;
        }
        self.carry(now, rest.to_vec());
        Fate::Carried
    }

    fn carry(&mut self, now: Instant, wire: Vec<u8>) {
        let quality = self.quality;
        let jitter = self.random.below(quality.jitter.as_nanos() as u64 + 1);
        let mut arrival = now + quality.delay + Duration::from_nanos(jitter);
        match self.framing {
            Framing::Stream => {
                arrival = self.latest.map_or(arrival, |latest| latest.max(arrival));
                self.latest = Some(arrival);
            }
            Framing::Datagram if self.random.percent(quality.reordering) => {
                arrival += quality.overtaken_by;
            }
            Framing::Datagram => {}
        }
        self.sequence += 1;
        self.under_way.insert((arrival, self.sequence), wire);
    }

    fn read_frame(&mut self) -> Option<Vec<u8>> {
        if self.framing == Framing::Datagram {
            return None;
        }
        match next_frame(&self.unread) {
            Frame::Incomplete { .. } => None,
            Frame::Packet(range) => {
                let end = range.end;
                let packet = self.unread[range].to_vec();
                self.unread.drain(..end);
                Some(packet)
            }
            Frame::Invalid => panic!("a frame of no length"),
        }
    }
}

mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(1);

    #[test]
    fn the_same_seed_makes_the_same_link() {
        let now = Instant::now();
        let [first, second, other] = [1, 1, 2].map(|seed| carried(Quality::DREADFUL, seed, now));

        assert_eq!(first, second);
        assert_ne!(first, other);
    }

    #[test]
    fn a_link_does_what_its_quality_says_as_often_as_it_says() {
        let now = Instant::now();
        let quality = Quality {
            duplication: 10,
            corruption: 20,
            ..Quality::DREADFUL
        };

        let (tally, arrived) = carried(quality, 7, now);

        assert_eq!(tally.sent, 10_000);
        assert!((2_800..3_200).contains(&tally.lost), "{tally:?}");
        assert!((1_250..1_550).contains(&tally.corrupted), "{tally:?}");
        assert!((450..700).contains(&tally.duplicated), "{tally:?}");
        assert_eq!(
            arrived.len() as u64,
            tally.sent - tally.lost + tally.duplicated
        );
        let overtaken = arrived.windows(2).filter(|pair| pair[1] < pair[0]).count();
        assert!(overtaken > 1_000, "{overtaken}");
    }

    #[test]
    fn what_is_longer_than_the_mtu_does_not_arrive() {
        let now = Instant::now();
        let quality = Quality {
            mtu: 100,
            ..Quality::PERFECT
        };
        let mut link = Link::new(Framing::Datagram, quality, 0);

        assert_eq!(link.send(now, vec![0; 101]), Fate::Lost);
        assert_eq!(link.send(now, vec![0; 100]), Fate::Carried);
        assert_eq!(link.receive(now).map(|packet| packet.len()), Some(100));
    }

    #[test]
    fn a_stream_cut_anywhere_yields_whole_packets_in_order() {
        let now = Instant::now();
        for seed in 0..100 {
            let mut link = Link::new(Framing::Stream, Quality::DREADFUL, seed);
            for number in 0..50u8 {
                let packet = vec![number; 1 + usize::from(number)];
                let header = (packet.len() as u16).to_be_bytes();
                assert_eq!(
                    link.send(now, [&header[..], &packet].concat()),
                    Fate::Carried
                );
            }
            assert_eq!(link.receive(now), None, "nothing is faster than the delay");

            let arrived: Vec<_> = std::iter::from_fn(|| link.receive(now + SOON)).collect();

            let expected: Vec<_> = (0..50u8).map(|n| vec![n; 1 + usize::from(n)]).collect();
            assert_eq!(arrived, expected, "seed {seed}");
        }
    }

    fn carried(quality: Quality, seed: u64, now: Instant) -> (Tally, Vec<Vec<u8>>) {
        let mut link = Link::new(Framing::Datagram, quality, seed);
        let mut tally = Tally::default();
        for number in 0..10_000u64 {
            let sent = now + Duration::from_millis(number);
            tally.count(link.send(sent, number.to_be_bytes().to_vec()));
        }
        let end = now + Duration::from_secs(100);
        let arrived = std::iter::from_fn(|| link.receive(end)).collect();
        (tally, arrived)
    }
}
