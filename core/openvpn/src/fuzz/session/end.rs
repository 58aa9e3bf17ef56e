//! One end of a session as its driver sees it.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use super::plan::credentials;
use crate::connection::{CloseReason, Connection, Event, Stage};
use crate::data::{Opened, Opener, Sealer};
use crate::frame::{Frame, Framing, next_frame};
use crate::packet::{KeyId, opcode_and_key};
use crate::push::PushReply;

/// More than this at one moment means that it would go on for ever: the window holds four control packets, and each
/// packet that arrives is acknowledged once.
const MOST_AT_A_TIME: usize = 64;

/// How often an end may want to be woken without time passing.
const MOST_WAKES: usize = 16;

/// What the gateway's operator answers a client that asks to be let in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Admit,
    Refuse,
    Hesitate,
}

/// A connection with its data channel, and what it has sent that is still on the way.
pub(super) struct End {
    pub(super) connection: Connection,
    framing: Framing,
    /// Packets without the length that precedes them on a stream, oldest first.
    pub(super) sent: VecDeque<Vec<u8>>,
    pub(super) closed: Option<CloseReason>,
    data: Option<(Sealer, Opener)>,
    sealed: u32,
    opened: BTreeSet<u32>,
    /// Which of the payloads that were opened came from the peer is told by this byte.
    mark: u8,
    admission_waits: bool,
    key_id: KeyId,
    rekeys: usize,
}

impl End {
    pub(super) fn new(connection: Connection, framing: Framing, mark: u8) -> Self {
        Self {
            connection,
            framing,
            sent: VecDeque::new(),
            closed: None,
            data: None,
            sealed: 0,
            opened: BTreeSet::new(),
            mark,
            admission_waits: false,
            key_id: KeyId::FIRST,
            rekeys: 0,
        }
    }

    /// Takes in one packet, of either channel.
    pub(super) fn receive(&mut self, now: Instant, mut packet: Vec<u8>) {
        let is_data = packet
            .first()
            .and_then(|first| opcode_and_key(*first))
            .is_some_and(|(opcode, _)| opcode.is_data());
        if !is_data {
            self.connection.receive(now, &mut packet);
            return;
        }
        let Some((_, opener)) = &mut self.data else {
            return;
        };
        match opener.open(now, &mut packet) {
            Opened::Packet(payload) => {
                assert_eq!(payload[..2], [0x45, self.mark ^ 1], "of the peer");
                let number = u32::from_be_bytes(payload[2..].try_into().unwrap());
                assert!(self.opened.insert(number), "delivered twice");
            }
            Opened::KeepAlive | Opened::Dropped(_) => {}
            Opened::ExitNotification => self.connection.peer_left(),
        }
        if opener.take_rekey_request() {
            self.connection.rekey(now);
        }
    }

    /// Does all that can be done without time passing.
    pub(super) fn settle(&mut self, now: Instant, verdict: Verdict, push: &PushReply) {
        for _ in 0..MOST_WAKES {
            self.poll(now, verdict, push);
            match self.connection.poll_timeout(now) {
                Some((due, _)) if due <= now => self.connection.handle_timeout(now),
                _ => return,
            }
        }
        panic!(
            "it wants to be woken again and again: {:?}",
            self.connection.poll_timeout(now)
        );
    }

    /// Seals a packet for the tunnel, if the data channel is there.
    pub(super) fn seal(&mut self, now: Instant) -> bool {
        let Some((sealer, _)) = &mut self.data else {
            return false;
        };
        let mut frame = vec![0; sealer.headroom()];
        frame.extend_from_slice(&[0x45, self.mark]);
        frame.extend_from_slice(&self.sealed.to_be_bytes());
        frame.resize(frame.len() + sealer.tailroom(), 0);
        if sealer.seal(now, &mut frame).is_err() {
            return false;
        }
        self.sealed += 1;
        if sealer.take_rekey_request() {
            self.connection.rekey(now);
        }
        self.send(frame);
        true
    }

    /// Answers a client that waits to be let in.
    pub(super) fn judge(&mut self, now: Instant, verdict: Verdict, push: &PushReply) {
        if !self.admission_waits {
            return;
        }
        match verdict {
            Verdict::Admit => self.connection.admit(now, push.clone()),
            Verdict::Refuse => self.connection.refuse(now, "no"),
            Verdict::Hesitate => return,
        }
        self.admission_waits = false;
    }

    pub(super) fn is_running(&self) -> bool {
        self.closed.is_none() && self.connection.stage() == Stage::Established
    }

    /// How many packets for the tunnel have arrived.
    pub(super) fn arrived(&self) -> usize {
        self.opened.len()
    }

    /// How often the keys were replaced.
    #[cfg(test)]
    pub(super) fn rekeys(&self) -> usize {
        self.rekeys
    }

    fn poll(&mut self, now: Instant, verdict: Verdict, push: &PushReply) {
        for _ in 0..MOST_AT_A_TIME {
            let mut idle = true;
            if let Some(wire) = self.connection.poll_transmit(now) {
                idle = false;
                self.send(wire);
            }
            while let Some(event) = self.connection.poll_event() {
                idle = false;
                self.hear(now, event);
            }
            self.judge(now, verdict, push);
            if idle {
                return;
            }
        }
        panic!("it has something to say for ever");
    }

    fn hear(&mut self, now: Instant, event: Event) {
        assert!(self.closed.is_none(), "nothing may follow the end");
        match event {
            Event::Established(established) => {
                assert!(self.data.is_none(), "established twice");
                self.data = Some((established.sealer, established.opener));
            }
            Event::Admission(_) => self.admission_waits = true,
            Event::KeepAliveDue => {
                let mut frame = Vec::new();
                if let Some((sealer, _)) = &mut self.data
                    && sealer.seal_keepalive(now, &mut frame).is_ok()
                {
                    self.send(frame);
                }
            }
            Event::Rekeyed(id) => {
                let expected = self.key_id.next();
                assert_eq!(id, expected, "key ids follow each other");
                self.key_id = id;
                self.rekeys += 1;
            }
            Event::CredentialsDue { .. } => {
                self.connection.set_credentials(credentials());
            }
            Event::Challenge(challenge) => {
                // Pages are not answered by text, and the next question may have come already.
                let _ = self.connection.answer(challenge.id, "yes");
            }
            Event::Closed(reason) => self.closed = Some(reason),
            _ => {}
        }
    }

    fn send(&mut self, mut wire: Vec<u8>) {
        if self.framing == Framing::Stream {
            assert_eq!(
                next_frame(&wire),
                Frame::Packet(self.framing.header_len()..wire.len()),
                "one whole frame"
            );
            wire.drain(..self.framing.header_len());
        }
        self.sent.push_back(wire);
    }
}
