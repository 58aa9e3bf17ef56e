//! Keeps our control packets until the peer has acknowledged them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::frame::Framing;
use crate::packet::Opcode;

/// How far ahead of the oldest unacknowledged packet we send: OpenVPN 2.5 and older keep no more.
const WINDOW: u32 = 4;

/// The first and the longest pause before a datagram is sent again. OpenVPN 3 always waits a second, OpenVPN 2 two, four,
/// eight seconds and so on; with that a handshake of a dozen packets does not end in time where every third is lost.
const PAUSES_BETWEEN_DATAGRAMS: Pauses = Pauses {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(2),
};

/// The same on a stream, which loses nothing: Azure's own `vpnconfig.ovpn` says so, and a gateway that asks elsewhere
/// before it acknowledges is not sent the credentials over and over.
const PAUSES_ON_A_STREAM: Pauses = Pauses {
    first: Duration::from_secs(30),
    longest: Duration::from_secs(32),
};

/// The most packets that wait: the longest key method 2 message takes some 250, and a few messages may follow it.
const MOST_WAITING: usize = 512;

/// So many acknowledgements of later packets mean that a packet was lost.
const LATER_ACKNOWLEDGEMENTS: u8 = 3;

/// A control packet to send now.
pub(crate) struct Outgoing<'a> {
    pub(crate) message_id: u32,
    pub(crate) opcode: Opcode,
    pub(crate) payload: &'a [u8],
}

/// Control packets in order: those under way and those that wait for room in the window.
pub(crate) struct SendQueue {
    next_id: u32,
    under_way: VecDeque<UnderWay>,
    waiting: VecDeque<(Opcode, Vec<u8>)>,
    pauses: Pauses,
}

/// How long to wait for an acknowledgement; the pause doubles each time.
#[derive(Clone, Copy)]
struct Pauses {
    first: Duration,
    longest: Duration,
}

struct UnderWay {
    message_id: u32,
    opcode: Opcode,
    payload: Vec<u8>,
    /// None: not sent yet, so due at once.
    due: Option<Instant>,
    pause: Duration,
    later_acknowledgements: u8,
}

impl SendQueue {
    /// An empty queue whose first packet gets message id 0.
    pub(crate) fn new(framing: Framing) -> Self {
        Self {
            next_id: 0,
            under_way: VecDeque::new(),
            waiting: VecDeque::new(),
            pauses: match framing {
                Framing::Stream => PAUSES_ON_A_STREAM,
                Framing::Datagram => PAUSES_BETWEEN_DATAGRAMS,
            },
        }
    }

    /// Adds a packet; false when too many wait because the peer acknowledges nothing.
    #[must_use]
    pub(crate) fn push(&mut self, opcode: Opcode, payload: Vec<u8>) -> bool {
        if self.waiting.len() >= MOST_WAITING {
            return false;
        }
        self.waiting.push_back((opcode, payload));
        true
    }

    /// The next packet that is due, if any. It counts as sent at `now`.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Outgoing<'_>> {
        self.fill_window();
        let packet = self
            .under_way
            .iter_mut()
            .find(|packet| packet.due.is_none_or(|due| due <= now))?;
        packet.due = Some(now + packet.pause);
        packet.pause = (packet.pause * 2).min(self.pauses.longest);
        packet.later_acknowledgements = 0;
        Some(Outgoing {
            message_id: packet.message_id,
            opcode: packet.opcode,
            payload: &packet.payload,
        })
    }

    /// When `poll` has something to say next.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        if self.has_room() && !self.waiting.is_empty() {
            return Some(now);
        }
        self.under_way
            .iter()
            .map(|packet| packet.due.unwrap_or(now))
            .min()
    }

    /// Whether everything has been sent and acknowledged.
    pub(crate) fn is_empty(&self) -> bool {
        self.under_way.is_empty() && self.waiting.is_empty()
    }

    /// Takes in the acknowledgement of one packet; unknown ids are ignored.
    pub(crate) fn acknowledge(&mut self, message_id: u32) {
        let Some(position) = self
            .under_way
            .iter()
            .position(|packet| packet.message_id == message_id)
        else {
            return;
        };
        self.under_way.remove(position);
        for earlier in self.under_way.iter_mut().take(position) {
            earlier.later_acknowledgements += 1;
            if earlier.later_acknowledgements >= LATER_ACKNOWLEDGEMENTS {
                earlier.due = None;
            }
        }
    }

    /// Makes everything under way due at once: the peer has just shown that it is there.
    pub(crate) fn hurry(&mut self) {
        for packet in &mut self.under_way {
            packet.due = None;
            packet.pause = self.pauses.first;
        }
    }

    fn has_room(&self) -> bool {
        self.under_way
            .front()
            .is_none_or(|oldest| self.next_id.wrapping_sub(oldest.message_id) < WINDOW)
    }

    fn fill_window(&mut self) {
        while self.has_room() {
            let Some((opcode, payload)) = self.waiting.pop_front() else {
                return;
            };
            self.under_way.push_back(UnderWay {
                message_id: self.next_id,
                opcode,
                payload,
                due: None,
                pause: self.pauses.first,
                later_acknowledgements: 0,
            });
            self.next_id = self.next_id.wrapping_add(1);
        }
    }
}
