//! A whole session: a client and a gateway joined by a link that an input drives.

mod end;
mod plan;
mod provider;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use self::end::{End, Verdict};
use self::plan::Plan;
use super::input::Input;
use crate::connection::CloseReason;
use crate::error::Error;

/// Both roles over a link that loses, repeats, reorders, changes and makes up packets, with peers that say odd things
/// inside TLS and drivers that call at odd moments. Nothing panics or goes on for ever, nothing follows the end, no
/// packet is delivered twice; each end comes to a decision once the link behaves; and where packets are protected,
/// somebody on the way can only keep the ends from hearing each other.
pub(super) fn session(now: Instant, bytes: &[u8]) {
    provider::start_over();
    let mut input = Input::new(bytes);
    let plan = Plan::read(&mut input);
    let mut link = Link::new(plan, now);
    let mut steps = 0;
    while !input.is_empty() && steps < MOST_STEPS {
        link.step(&mut input);
        steps += 1;
    }
    link.behave();
}

/// Longer inputs add time, not kinds of behaviour.
const MOST_STEPS: usize = 400;

/// Packets that the link has carried, kept to be repeated.
const MOST_REMEMBERED: usize = 64;

/// The longest that a handshake may take with all its waits.
const A_WHILE: Duration = Duration::from_secs(300);

struct Link {
    plan: Plan,
    now: Instant,
    client: End,
    gateway: End,
    verdict: Verdict,
    remembered: Vec<Vec<u8>>,
    /// Somebody who holds the keys has misbehaved, so that everything may end.
    from_inside: bool,
}

#[derive(Clone, Copy)]
enum Way {
    ToGateway,
    ToClient,
}

impl Link {
    fn new(plan: Plan, now: Instant) -> Self {
        let framing = plan.framing();
        Self {
            client: End::new(plan.client(now), framing, 0),
            gateway: End::new(plan.gateway(now), framing, 1),
            from_inside: !plan.is_protected(),
            plan,
            now,
            verdict: Verdict::Admit,
            remembered: Vec::new(),
        }
    }

    /// Does what the next bytes of the input say.
    fn step(&mut self, input: &mut Input<'_>) {
        let operation = input.byte();
        let way = if operation & 0x80 == 0 {
            Way::ToGateway
        } else {
            Way::ToClient
        };
        match operation & 0x1f {
            0..=2 => self.carry_all(),
            3..=5 => self.carry(way),
            6 => drop(self.take(way)),
            7 => {
                if let Some(packet) = self.take(way) {
                    self.sender(way).sent.push_front(packet.clone());
                    self.deliver(way, packet);
                }
            }
            8 => {
                if let Some(packet) = self.take(way) {
                    self.sender(way).sent.push_back(packet);
                }
            }
            9 | 10 => {
                let (place, mask) = (usize::from(input.pair()), input.byte());
                if let Some(mut packet) = self.take(way) {
                    let place = place % packet.len();
                    packet[place] ^= mask;
                    self.deliver(way, packet);
                }
            }
            11 => {
                let len = usize::from(input.pair());
                if let Some(mut packet) = self.take(way) {
                    packet.truncate(len % packet.len());
                    self.deliver(way, packet);
                }
            }
            12 | 13 => {
                let choice = usize::from(input.byte());
                if let Some(place) = choice.checked_rem(self.remembered.len()) {
                    let packet = self.remembered[place].clone();
                    self.deliver(way, packet);
                }
            }
            14 => {
                let packet = input.block().to_vec();
                self.deliver(way, packet);
            }
            15 => self.pass(Duration::from_millis(u64::from(input.pair()))),
            16 => self.pass(Duration::from_secs(u64::from(input.pair()))),
            17..=19 => self.pass_until_due(),
            20 | 21 => {
                let now = self.now;
                self.sender(way).seal(now);
            }
            22 => self.judge([Verdict::Admit, Verdict::Refuse, Verdict::Hesitate], input),
            23 | 24 => {
                let message = input.block();
                self.from_inside = true;
                self.sender(way).connection.say(message);
            }
            25 => self.call(way, input.byte()),
            _ => {
                let now = self.now;
                self.sender(way).connection.rekey(now);
            }
        }
        self.settle();
    }

    /// Calls of a driver at any moment.
    fn call(&mut self, way: Way, choice: u8) {
        let (now, push) = (self.now, self.plan.push.clone());
        let connection = &mut self.sender(way).connection;
        match choice % 8 {
            0 => connection.excuse_silence(now),
            1 => connection.handle_timeout(now),
            2 => connection.close(),
            3 => connection.transport_closed(None),
            4 => connection.peer_left(),
            5 => connection.keys_exhausted(),
            6 => connection.admit(now, push),
            _ => connection.refuse(now, "odd"),
        }
        self.from_inside |= choice % 8 >= 2;
    }

    fn judge(&mut self, verdicts: [Verdict; 3], input: &mut Input<'_>) {
        self.verdict = verdicts[usize::from(input.byte()) % verdicts.len()];
        self.from_inside |= self.verdict != Verdict::Admit;
        self.gateway.judge(self.now, self.verdict, &self.plan.push);
    }

    /// Carries everything to its end from now on, lets time pass, and sees what became of both ends.
    fn behave(&mut self) {
        self.verdict = Verdict::Admit;
        let end = self.now + A_WHILE;
        for _ in 0..MOST_WAKES_AT_THE_END {
            self.carry_all();
            let decided = |end: &End| end.closed.is_some() || end.is_running();
            if decided(&self.client) && decided(&self.gateway) {
                return self.check();
            }
            assert!(self.now < end, "an end never comes to a decision");
            self.pass_until_due();
        }
        panic!("it goes on for ever");
    }

    fn check(&mut self) {
        if !self.from_inside {
            for end in [&self.client, &self.gateway] {
                if let Some(reason) = &end.closed {
                    assert!(
                        is_silence(reason),
                        "somebody on the way did this: {reason:?}"
                    );
                }
            }
        }
        if self.from_inside || !(self.client.is_running() && self.gateway.is_running()) {
            return;
        }
        for way in [Way::ToGateway, Way::ToClient] {
            let now = self.now;
            let before = self.receiver(way).arrived();
            if self.sender(way).seal(now) {
                self.carry_all();
                assert_eq!(
                    self.receiver(way).arrived(),
                    before + 1,
                    "the tunnel is dead"
                );
            }
        }
    }

    fn carry_all(&mut self) {
        for _ in 0..MOST_ROUNDS {
            self.settle();
            if self.client.sent.is_empty() && self.gateway.sent.is_empty() {
                return;
            }
            for way in [Way::ToGateway, Way::ToClient] {
                for _ in 0..self.sender(way).sent.len() {
                    self.carry(way);
                }
            }
        }
        panic!("the ends answer each other for ever");
    }

    fn carry(&mut self, way: Way) {
        if let Some(packet) = self.take(way) {
            self.deliver(way, packet);
        }
    }

    fn take(&mut self, way: Way) -> Option<Vec<u8>> {
        let packet = self.sender(way).sent.pop_front()?;
        if self.remembered.len() < MOST_REMEMBERED {
            self.remembered.push(packet.clone());
        }
        Some(packet)
    }

    fn deliver(&mut self, way: Way, packet: Vec<u8>) {
        let now = self.now;
        self.receiver(way).receive(now, packet);
        self.settle();
    }

    fn settle(&mut self) {
        for end in [&mut self.client, &mut self.gateway] {
            end.settle(self.now, self.verdict, &self.plan.push);
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.client.connection.handle_timeout(self.now);
        self.gateway.connection.handle_timeout(self.now);
    }

    /// To the next moment at which somebody wants to be woken.
    fn pass_until_due(&mut self) {
        let due = [&self.client, &self.gateway]
            .into_iter()
            .filter_map(|end| end.connection.poll_timeout(self.now))
            .map(|(due, _)| due)
            .min();
        let waits = due.map_or(A_WHILE, |due| due.saturating_duration_since(self.now));
        self.pass(waits);
    }

    fn sender(&mut self, way: Way) -> &mut End {
        match way {
            Way::ToGateway => &mut self.client,
            Way::ToClient => &mut self.gateway,
        }
    }

    fn receiver(&mut self, way: Way) -> &mut End {
        match way {
            Way::ToGateway => &mut self.gateway,
            Way::ToClient => &mut self.client,
        }
    }
}

/// Whether an end gave up because it heard nothing, or because the other end gave up for that reason.
fn is_silence(reason: &CloseReason) -> bool {
    matches!(
        reason,
        CloseReason::Failed(
            Error::NoAnswer(_)
                | Error::HandshakeTimedOut { .. }
                | Error::ClosedDuringHandshake { .. }
                | Error::PushTimedOut(_)
                | Error::PeerSilent(_)
                | Error::RekeyTimedOut { .. }
                | Error::PeerExit
        )
    )
}

/// Rounds until two ends that answer each other at once must have said all: a key exchange with a long password takes
/// some ten.
const MOST_ROUNDS: usize = 200;

/// Wakes until both ends must have decided.
const MOST_WAKES_AT_THE_END: usize = 1_000;
