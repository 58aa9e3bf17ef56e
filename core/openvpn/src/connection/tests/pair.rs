//! A client and a gateway joined by a simulated link, on virtual time.

use std::time::{Duration, Instant};

use super::link::{Fate, Link, Tally};
pub(super) use super::plan::{AZURE_NAME, Authority, Flaw, Plan, UNIX_TIME, hosts, push};
use super::trace::{Line, Trace, Way};
use crate::challenge::Challenge;
use crate::connection::{CloseReason, Connection, Established, Event, Reconfigured, Start};
use crate::data::Opened;
use crate::error::Error;
use crate::frame::Framing;
use crate::packet::{AckList, ControlPacket, KeyId, Role, SessionId, opcode_and_key};
use crate::push::{PushReply, PushWarning};
use crate::warning::Warning;
use crate::wrap::{Wrapper, Wrapping};

/// The session id of somebody who has no part in a session.
const STRANGER: [u8; 8] = *b"stranger";

impl Plan {
    pub(super) fn meet(self) -> Pair {
        let now = Instant::now();
        let start = Start {
            now,
            unix_time: UNIX_TIME,
        };
        let framing = self.client.framing;
        let link = |seed| Link::new(framing, self.quality, self.seed * 2 + seed);
        Pair {
            framing,
            now,
            to_gateway: Direction::new(link(0), &self.gateway.wrapping, Role::Gateway),
            to_client: Direction::new(link(1), &self.client.wrapping, Role::Client),
            wrappings: [self.client.wrapping.clone(), self.gateway.wrapping.clone()],
            client: Connection::client(self.client, start).unwrap(),
            gateway: Connection::gateway(self.gateway, start).unwrap(),
            push: self.push,
            refusal: self.refusal,
            hesitates: self.hesitates,
            client_end: End::default(),
            gateway_end: End::default(),
            trace: Trace::default(),
            data_is_traced: true,
            shown: Vec::new(),
            gateway_is_mute_once_closed: false,
            keeps_alive: false,
        }
    }
}

/// What one end has told so far.
#[derive(Default)]
pub(super) struct End {
    pub(super) established: Option<Box<Established>>,
    pub(super) closed: Option<CloseReason>,
    pub(super) keep_alives: usize,
    pub(super) warnings: Vec<PushWarning>,
    /// The warnings that are not about pushed options.
    pub(super) oddities: Vec<Warning>,
    pub(super) challenges: Vec<Challenge>,
    pub(super) reconfigured: Vec<Reconfigured>,
    pub(super) answers: Vec<String>,
    /// The numbers of the data packets that came out of the tunnel, in order.
    pub(super) delivered: Vec<u64>,
    /// Data packets that arrived before there was anything to open them with.
    pub(super) early_data: usize,
    pub(super) rekeys: Vec<u8>,
    pub(super) credentials_asked: usize,
    pub(super) tokens: Vec<String>,
}

/// The two ends and the link between them.
pub(super) struct Pair {
    framing: Framing,
    pub(super) now: Instant,
    pub(super) client: Connection,
    pub(super) gateway: Connection,
    pub(super) push: PushReply,
    pub(super) refusal: Option<&'static str>,
    pub(super) hesitates: bool,
    pub(super) client_end: End,
    pub(super) gateway_end: End,
    pub(super) to_gateway: Direction,
    pub(super) to_client: Direction,
    /// The client's and the gateway's.
    wrappings: [Wrapping; 2],
    /// All control packets that were sent, and data packets where `data_is_traced`.
    pub(super) trace: Trace,
    pub(super) data_is_traced: bool,
    /// The user names and passwords that the gateway was shown, at first and at each rekey.
    pub(super) shown: Vec<(String, String)>,
    /// Whether the gateway keeps its last words, such as a TLS alert, to itself.
    pub(super) gateway_is_mute_once_closed: bool,
    /// Whether keepalives are sent when they are due.
    pub(super) keeps_alive: bool,
}

/// One way of the link, with what a test does to it and sees of it.
pub(super) struct Direction {
    pub(super) link: Link,
    pub(super) control: Tally,
    pub(super) data: Tally,
    /// Reads packets as the receiver does.
    reader: Wrapper,
    rules: Vec<Rule>,
    held: Vec<Vec<u8>>,
}

/// What a script does to packets that a line of it means.
struct Rule {
    packet: Line,
    fate: Fate,
    times: usize,
}

impl Direction {
    fn new(link: Link, wrapping: &Wrapping, receiver: Role) -> Self {
        Self {
            link,
            control: Tally::default(),
            data: Tally::default(),
            reader: Wrapper::new(wrapping, receiver),
            rules: Vec::new(),
            held: Vec::new(),
        }
    }

    /// What the notation says of a packet; only its head where the wrapping hides the rest.
    fn read(&mut self, way: Way, packet: &[u8]) -> Line {
        let (opcode, key_id) = opcode_and_key(packet[0]).unwrap();
        let mut line = Line::of(way, opcode);
        line.key_id = Some(key_id);
        if opcode.is_data() {
            return line;
        }
        if let Ok(read) = self.reader.unwrap(&mut packet.to_vec()) {
            line.message_id = read.message_id;
            line.acks = Some(read.acks.as_slice().to_vec());
        }
        line
    }

    /// Sends a frame as the link or the script has it.
    fn send(&mut self, now: Instant, wire: Vec<u8>, line: &Line) -> Fate {
        let rule = self
            .rules
            .iter_mut()
            .find(|rule| rule.times > 0 && rule.packet.matches(line));
        let ordered = rule.map(|rule| {
            rule.times -= 1;
            rule.fate
        });
        let fate = match ordered {
            None => self.link.send(now, wire),
            Some(Fate::Held) => {
                self.held.push(wire);
                Fate::Held
            }
            Some(fate) => fate,
        };
        match line.opcode.is_data() {
            true => self.data.count(fate),
            false => self.control.count(fate),
        }
        fate
    }
}

impl Pair {
    /// Lets time pass until both are established, one is closed, or `limit` has passed.
    pub(super) fn run(&mut self, limit: Duration) {
        self.pass_until(limit, |pair| {
            let done =
                pair.client_end.established.is_some() && pair.gateway_end.established.is_some();
            done || pair.client_end.closed.is_some()
        });
    }

    /// Lets `period` pass, however often somebody wants to be woken in it.
    pub(super) fn pass(&mut self, period: Duration) {
        let end = self.now + period;
        self.pass_until(period, |_| false);
        self.wake_at(end);
        self.exchange();
    }

    /// Stops both ends for a while, as a machine does that sleeps; the last second is awake.
    pub(super) fn sleep(&mut self, period: Duration) {
        let awake = Duration::from_secs(1);
        self.wake_at(self.now + period - awake);
        self.pass(awake);
    }

    /// Lets time pass until something is the case, or `limit` has passed; whether it is the case.
    pub(super) fn pass_until(&mut self, limit: Duration, is_so: impl Fn(&Self) -> bool) -> bool {
        let end = self.now + limit;
        let mut woken_in_vain = 0;
        loop {
            self.exchange();
            if is_so(self) {
                return true;
            }
            let due = match self.due() {
                Some(due) if due <= end => due.max(self.now),
                _ => return false,
            };
            woken_in_vain = if due > self.now { 0 } else { woken_in_vain + 1 };
            assert!(woken_in_vain < 10, "a timer is due that does nothing");
            self.wake_at(due);
        }
    }

    /// Carries packets to and fro until nobody has more to say, and nothing arrives, at this moment.
    pub(super) fn exchange(&mut self) {
        loop {
            let mut idle = !self.listen();
            while let Some(wire) = self.client.poll_transmit(self.now) {
                idle = false;
                self.send(Way::ToGateway, wire);
                self.arrive();
            }
            while let Some(wire) = self.gateway.poll_transmit(self.now) {
                self.listen();
                if self.gateway_is_mute_once_closed && self.gateway_end.closed.is_some() {
                    continue;
                }
                idle = false;
                self.send(Way::ToClient, wire);
                self.arrive();
            }
            idle &= !self.arrive();
            if idle {
                return;
            }
        }
    }

    /// Has the gateway send something of its own inside TLS.
    pub(super) fn gateway_says(&mut self, message: &[u8]) {
        self.gateway.core.send_key_message(message).unwrap();
        self.exchange();
    }

    /// Seals a data packet with this number and sends it; false where there is no key.
    pub(super) fn send_data(&mut self, way: Way, number: u64) -> bool {
        let from = match way {
            Way::ToGateway => &mut self.client_end,
            Way::ToClient => &mut self.gateway_end,
        };
        let Some(established) = &mut from.established else {
            return false;
        };
        let sealer = &mut established.sealer;
        let mut frame = vec![0; sealer.headroom()];
        frame.push(0x45);
        frame.extend_from_slice(&number.to_be_bytes());
        frame.resize(frame.len() + sealer.tailroom(), 0);
        let sealed = sealer.seal(self.now, &mut frame).is_ok();
        if sealed {
            self.send(way, frame);
        }
        sealed
    }

    /// Has the link do this to the next `times` packets that the line means.
    pub(super) fn treat(&mut self, packet: &str, fate: Fate, times: usize) {
        let packet = Line::parse(packet);
        self.direction(packet.way).rules.push(Rule {
            packet,
            fate,
            times,
        });
    }

    /// Has the link lose the next packet that the line means.
    pub(super) fn lose(&mut self, packet: &str) {
        self.treat(packet, Fate::Lost, 1);
    }

    /// Has the link lose all packets that the line means.
    pub(super) fn lose_all(&mut self, packet: &str) {
        self.treat(packet, Fate::Lost, usize::MAX);
    }

    /// Has the link keep the next packet that the line means until `release`.
    pub(super) fn hold(&mut self, packet: &str) {
        self.treat(packet, Fate::Held, 1);
    }

    /// Lets go of what the link holds of one way, the last packet first.
    pub(super) fn release(&mut self, way: Way) {
        let held = std::mem::take(&mut self.direction(way).held);
        for wire in held.into_iter().rev() {
            self.give(way, wire);
        }
        self.exchange();
    }

    /// Delivers a copy of the first packet that the line means.
    pub(super) fn replay(&mut self, packet: &str) {
        let wire = self.trace.wire_of(packet);
        self.deliver(Line::parse(packet).way, wire);
    }

    /// Delivers these bytes.
    pub(super) fn deliver(&mut self, way: Way, wire: Vec<u8>) {
        self.give(way, wire);
        self.exchange();
    }

    /// Delivers a packet that nobody sent. What the line leaves out is as the session has it.
    ///
    /// Where packets are wrapped, the receiver takes what the real sender says afterwards for a repetition.
    pub(super) fn forge(&mut self, packet: &str) {
        let line = Line::parse(packet);
        let (of_client, of_gateway) = self.session_ids();
        let (sender, receiver, role) = match line.way {
            Way::ToGateway => (of_client, of_gateway, Role::Client),
            Way::ToClient => (of_gateway, of_client, Role::Gateway),
        };
        let stranger = SessionId::from_bytes(STRANGER).unwrap();
        let mut acks = AckList::default();
        for id in line.acks.iter().flatten() {
            assert!(acks.push(*id));
        }
        let packet = ControlPacket {
            opcode: line.opcode,
            key_id: line.key_id.unwrap_or(KeyId::FIRST),
            session_id: if line.from_stranger { stranger } else { sender },
            peer_session_id: match (acks.is_empty(), line.to_stranger) {
                (true, _) => None,
                (false, true) => Some(stranger),
                (false, false) => Some(receiver),
            },
            acks,
            message_id: line.message_id,
            payload: &line.payload,
        };
        let [of_client, of_gateway] = &self.wrappings;
        let wrapping = match role {
            Role::Client => of_client,
            Role::Gateway => of_gateway,
        };
        let mut wire = vec![0; self.framing.header_len()];
        Wrapper::new(wrapping, role)
            .wrap(&packet, UNIX_TIME as u32 + 9, &mut wire)
            .unwrap();
        self.deliver(line.way, wire);
    }

    /// The session ids of client and gateway.
    pub(super) fn session_ids(&self) -> (SessionId, SessionId) {
        self.client.core.session_ids().unwrap()
    }

    pub(super) fn client_error(&self) -> Option<&Error> {
        match &self.client_end.closed {
            Some(CloseReason::Failed(error)) => Some(error),
            _ => None,
        }
    }

    pub(super) fn direction(&mut self, way: Way) -> &mut Direction {
        match way {
            Way::ToGateway => &mut self.to_gateway,
            Way::ToClient => &mut self.to_client,
        }
    }

    fn due(&self) -> Option<Instant> {
        let timers = [
            self.client.poll_timeout(self.now),
            self.gateway.poll_timeout(self.now),
        ];
        let timers = timers.into_iter().flatten().map(|(due, _)| due);
        let arrivals = [self.to_gateway.link.due(), self.to_client.link.due()];
        timers.chain(arrivals.into_iter().flatten()).min()
    }

    fn wake_at(&mut self, now: Instant) {
        self.now = now;
        self.client.handle_timeout(now);
        self.gateway.handle_timeout(now);
    }

    fn send(&mut self, way: Way, wire: Vec<u8>) {
        let packet = &wire[self.framing.header_len()..];
        let is_data = opcode_and_key(packet[0]).unwrap().0.is_data();
        let (now, noted) = (self.now, !is_data || self.data_is_traced);
        let copy = if noted { wire.clone() } else { Vec::new() };
        let direction = match way {
            Way::ToGateway => &mut self.to_gateway,
            Way::ToClient => &mut self.to_client,
        };
        let mut line = direction.read(way, packet);
        line.fate = Some(direction.send(now, wire, &line));
        if noted {
            self.trace.note(line, copy);
        }
    }

    /// Takes in what the link has brought by now; whether there was something.
    fn arrive(&mut self) -> bool {
        let mut arrived = false;
        while let Some(packet) = self.to_gateway.link.receive(self.now) {
            arrived = true;
            self.take_in(Way::ToGateway, packet);
        }
        while let Some(packet) = self.to_client.link.receive(self.now) {
            arrived = true;
            self.take_in(Way::ToClient, packet);
        }
        arrived
    }

    /// Delivers a frame that does not come from the link.
    fn give(&mut self, way: Way, mut wire: Vec<u8>) {
        wire.drain(..self.framing.header_len());
        self.take_in(way, wire);
    }

    fn take_in(&mut self, way: Way, mut packet: Vec<u8>) {
        let (connection, end) = match way {
            Way::ToGateway => (&mut self.gateway, &mut self.gateway_end),
            Way::ToClient => (&mut self.client, &mut self.client_end),
        };
        let kind = packet.first().and_then(|first| opcode_and_key(*first));
        match (kind, &mut end.established) {
            (Some((opcode, _)), Some(established)) if opcode.is_data() => {
                if let Opened::Packet(payload) = established.opener.open(self.now, &mut packet) {
                    let number = payload[1..9].try_into().unwrap();
                    end.delivered.push(u64::from_be_bytes(number));
                }
            }
            (Some((opcode, _)), None) if opcode.is_data() => {
                end.early_data += 1;
                connection.receive(self.now, &mut packet);
            }
            _ => connection.receive(self.now, &mut packet),
        }
        self.listen();
    }

    fn listen(&mut self) -> bool {
        let mut heard = false;
        while let Some(event) = self.client.poll_event() {
            heard = true;
            let due = note(&mut self.client_end, event);
            self.keep_alive(Way::ToGateway, due);
        }
        while let Some(event) = self.gateway.poll_event() {
            heard = true;
            if let Event::Admission(admission) = event {
                self.shown.push((
                    admission.username.to_string(),
                    admission.password.to_string(),
                ));
                match self.refusal {
                    _ if self.hesitates => {}
                    Some(text) => self.gateway.refuse(self.now, text),
                    None => self.gateway.admit(self.now, self.push.clone()),
                }
            } else {
                let due = note(&mut self.gateway_end, event);
                self.keep_alive(Way::ToClient, due);
            }
        }
        heard
    }

    fn keep_alive(&mut self, way: Way, is_due: bool) {
        if !is_due || !self.keeps_alive {
            return;
        }
        let end = match way {
            Way::ToGateway => &mut self.client_end,
            Way::ToClient => &mut self.gateway_end,
        };
        let mut wire = Vec::new();
        if let Some(established) = &mut end.established {
            let sealer = &mut established.sealer;
            sealer.seal_keepalive(self.now, &mut wire).unwrap();
            self.send(way, wire);
        }
    }
}

/// Notes an event; whether it asks for a keepalive.
fn note(end: &mut End, event: Event) -> bool {
    assert!(end.closed.is_none(), "nothing may follow the end");
    let is_due = matches!(event, Event::KeepAliveDue);
    match event {
        Event::Established(established) => end.established = Some(established),
        Event::Closed(reason) => end.closed = Some(reason),
        Event::KeepAliveDue => end.keep_alives += 1,
        Event::Warning(Warning::Option(warning)) => end.warnings.push(warning),
        Event::Warning(warning) => end.oddities.push(warning),
        Event::Challenge(challenge) => end.challenges.push(*challenge),
        Event::Reconfigured(reconfigured) => end.reconfigured.push(*reconfigured),
        Event::Answer(answer) => end.answers.push(answer.to_string()),
        Event::Rekeyed(key_id) => end.rekeys.push(key_id.number()),
        Event::CredentialsDue { .. } => end.credentials_asked += 1,
        Event::AuthToken(token) => end.tokens.push(token.token.to_string()),
        _ => {}
    }
    is_due
}
