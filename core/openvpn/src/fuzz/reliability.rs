use std::time::{Duration, Instant};

use super::input::Input;
use crate::frame::Framing;
use crate::packet::Opcode;
use crate::reliability::{Acknowledgements, Receipt, ReceiveQueue, SendQueue};

/// A sender and a receiver over a link that loses, repeats and reorders: what comes out is what went in, in order,
/// and all of it once the link behaves.
pub(super) fn reliability(now: Instant, bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let framing = if input.byte() & 1 == 0 {
        Framing::Datagram
    } else {
        Framing::Stream
    };
    let mut ends = Ends {
        now,
        send: SendQueue::new(framing),
        receive: ReceiveQueue::new(),
        acknowledgements: Acknowledgements::default(),
        packets: Vec::new(),
        answers: Vec::new(),
        accepted: 0,
        delivered: 0,
        forged: false,
    };

    while !input.is_empty() {
        let operation = input.byte();
        let choice = usize::from(operation >> 4);
        match operation & 15 {
            0..=2 => ends.offer(),
            3 | 4 => ends.transmit(),
            5 | 6 => ends.deliver(choice, true),
            7 => ends.deliver(choice, false),
            8 => ends.lose_packet(choice),
            9 => ends.answer(choice),
            10 => ends.hear(choice),
            11 => drop(ends.answers.pop()),
            12 => ends.now += Duration::from_millis(u64::from(input.pair()) * 10),
            13 => {
                ends.forged = true;
                ends.send.acknowledge(input.word());
            }
            14 => ends.foreign(input.word()),
            _ => ends.send.hurry(),
        }
    }
    ends.finish();
}

struct Ends {
    now: Instant,
    send: SendQueue,
    receive: ReceiveQueue,
    acknowledgements: Acknowledgements,
    packets: Vec<(u32, Vec<u8>)>,
    answers: Vec<Vec<u32>>,
    /// How many payloads went in.
    accepted: u32,
    delivered: u32,
    /// Acknowledgements came out of nowhere, so that the sender may have forgotten what never arrived.
    forged: bool,
}

/// More under way than this is more than any link holds here.
const MOST_IN_FLIGHT: usize = 64;

impl Ends {
    fn offer(&mut self) {
        if self
            .send
            .push(Opcode::ControlV1, self.accepted.to_be_bytes().to_vec())
        {
            self.accepted += 1;
        }
    }

    fn transmit(&mut self) {
        if self.packets.len() < MOST_IN_FLIGHT
            && let Some(packet) = self.send.poll(self.now)
        {
            assert_eq!(packet.payload, packet.message_id.to_be_bytes());
            self.packets
                .push((packet.message_id, packet.payload.to_vec()));
        }
    }

    fn deliver(&mut self, choice: usize, takes: bool) {
        if self.packets.is_empty() {
            return;
        }
        let place = choice % self.packets.len();
        let (id, payload) = if takes {
            self.packets.remove(place)
        } else {
            self.packets[place].clone()
        };
        if self.receive.insert(id, &payload) != Receipt::OutsideWindow {
            self.acknowledgements.note(id);
        }
        while let Some(payload) = self.receive.pop() {
            assert_eq!(payload, self.delivered.to_be_bytes(), "in order, once");
            self.delivered += 1;
        }
    }

    /// A message id that nobody sent: far ahead it must not be kept, behind it is a repetition.
    fn foreign(&mut self, id: u32) {
        let ahead = id.wrapping_sub(self.delivered);
        if ahead >= 12 {
            assert_ne!(self.receive.insert(id, b"foreign"), Receipt::Accepted);
        }
    }

    fn lose_packet(&mut self, choice: usize) {
        if !self.packets.is_empty() {
            self.packets.remove(choice % self.packets.len());
        }
    }

    fn answer(&mut self, choice: usize) {
        let list = self.acknowledgements.take(choice.clamp(1, 8));
        assert!(list.len() <= choice.clamp(1, 8));
        if self.answers.len() < MOST_IN_FLIGHT && !list.is_empty() {
            self.answers.push(list.as_slice().to_vec());
        }
    }

    fn hear(&mut self, choice: usize) {
        if self.answers.is_empty() {
            return;
        }
        let list = self.answers.remove(choice % self.answers.len());
        for id in list {
            self.send.acknowledge(id);
        }
    }

    /// The link behaves from here on.
    fn finish(mut self) {
        if self.forged {
            return;
        }
        let mut steps = 0;
        loop {
            while !self.packets.is_empty() {
                self.deliver(0, true);
            }
            while self.acknowledgements.is_due() {
                self.answer(4);
            }
            while !self.answers.is_empty() {
                self.hear(0);
            }
            match self.send.due(self.now) {
                None => break,
                Some(due) => self.now = self.now.max(due),
            }
            let before = self.packets.len();
            self.transmit();
            assert!(self.packets.len() > before, "due, but nothing to send");
            steps += 1;
            assert!(steps < 4 * self.accepted + 64, "it does not come to an end");
        }
        assert_eq!(self.delivered, self.accepted, "all of it arrives");
    }
}
