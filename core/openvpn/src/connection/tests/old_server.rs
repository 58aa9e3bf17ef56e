//! A server that is none of ours: what servers of other makes do, and refuse, in a few hundred lines.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::link::{Link, Quality};
use super::plan::{Plan, UNIX_TIME, provider};
use crate::connection::{Connection, Established, Event, GatewayConfig, Start};
use crate::credentials::Credentials;
use crate::data::{Cipher, CompressionFraming, DataChannel, DataFormat, Opened, Opener, Sealer};
use crate::error::Error;
use crate::frame::Framing;
use crate::keying::{ClientKeyMessage, KeyMaterial, ServerKeyMessage, ServerSecrets};
use crate::options_string;
use crate::packet::{ControlPacket, KeyId, Opcode, Role, SessionId, opcode_and_key};
use crate::peer_info::PeerInfo;
use crate::reliability::{Acknowledgements, SendQueue};
use crate::tls::{SessionTime, TlsSession, TlsVersions};
use crate::wrap::Wrapping;

/// What sets a server apart. None wraps its packets.
#[derive(Clone, Copy)]
pub(super) struct Habits {
    /// Packets that acknowledge more are dropped.
    pub(super) most_acknowledged: usize,
    /// How many of the client's packets it acknowledges in one of its own.
    pub(super) acknowledges: usize,
    /// How far ahead of the next one a packet is kept; none: all are handled as they come.
    pub(super) receive_window: Option<u32>,
    /// Whether the data cipher is that of the client's options string, whatever the peer info says.
    pub(super) takes_cipher_from_options: bool,
    /// What is pushed beside an address.
    pub(super) pushes: &'static str,
    /// Whether each request is answered, all but the first without the zero byte at the end.
    pub(super) repeats_settings_without_end: bool,
    /// Whether the settings wait until the client has asked so often.
    pub(super) answers_request: u32,
}

impl Habits {
    pub(super) const SOFT_ETHER: Self = Self {
        most_acknowledged: 4,
        acknowledges: 4,
        receive_window: None,
        takes_cipher_from_options: true,
        pushes: "",
        repeats_settings_without_end: true,
        answers_request: 1,
    };

    pub(super) const OPENVPN_2_5: Self = Self {
        most_acknowledged: 8,
        acknowledges: 8,
        receive_window: Some(8),
        takes_cipher_from_options: false,
        pushes: ",peer-id 0,cipher AES-256-GCM",
        repeats_settings_without_end: false,
        answers_request: 1,
    };
}

/// One negotiation. That before it is forgotten at once.
struct Key {
    id: KeyId,
    expected: u32,
    kept: BTreeMap<u32, Vec<u8>>,
    send: SendQueue,
    acknowledgements: Acknowledgements,
    tls: TlsSession,
    /// What the exchange has led to, until the client has acknowledged all of it.
    agreed: Option<(Cipher, KeyMaterial)>,
    keys_exchanged: bool,
}

/// A client of ours that meets such a server over a simulated link.
pub(super) struct Meeting {
    pub(super) now: Instant,
    pub(super) client: Connection,
    pub(super) client_data: Option<Box<Established>>,
    pub(super) client_error: Option<Error>,
    pub(super) server: OldServer,
    to_server: Link,
    to_client: Link,
}

pub(super) struct OldServer {
    habits: Habits,
    framing: Framing,
    config: GatewayConfig,
    time: Arc<SessionTime>,
    session_id: SessionId,
    client: Option<SessionId>,
    key: Key,
    data: Option<(DataChannel, Sealer, Opener)>,
    pub(super) requests: u32,
    pub(super) rekeys: u32,
    /// The client's packets that it did not take because they broke its habits.
    pub(super) refused: Vec<&'static str>,
    pub(super) data_kinds: Vec<Opcode>,
    pub(super) data_received: Vec<Vec<u8>>,
}

impl Meeting {
    pub(super) fn new(habits: Habits, framing: Framing, quality: Quality, seed: u64) -> Self {
        Self::with_password(0, habits, framing, quality, seed)
    }

    /// The client has a password of this length.
    pub(super) fn with_password(
        length: usize,
        habits: Habits,
        framing: Framing,
        quality: Quality,
        seed: u64,
    ) -> Self {
        let now = Instant::now();
        let start = Start {
            now,
            unix_time: UNIX_TIME,
        };
        let mut plan = Plan::bare();
        plan.client.framing = framing;
        plan.gateway.framing = framing;
        plan.client.credentials = Some(Credentials {
            username: "alice".to_owned().into(),
            password: "p".repeat(length).into(),
        });
        Self {
            now,
            server: OldServer::new(habits, &plan.gateway, start),
            client: Connection::client(plan.client, start).unwrap(),
            client_data: None,
            client_error: None,
            to_server: Link::new(framing, quality, seed * 2),
            to_client: Link::new(framing, quality, seed * 2 + 1),
        }
    }

    /// Lets `period` pass.
    pub(super) fn pass(&mut self, period: Duration) {
        let end = self.now + period;
        loop {
            while self.exchange() {}
            let due = [
                self.client.poll_timeout(self.now).map(|(due, _)| due),
                self.server.key.send.due(self.now),
                self.to_server.due(),
                self.to_client.due(),
            ];
            match due.into_iter().flatten().min() {
                Some(due) if due <= end => self.now = self.now.max(due),
                _ => break,
            }
            self.client.handle_timeout(self.now);
        }
        self.now = end;
    }

    /// Has the server send a data packet.
    pub(super) fn server_sends(&mut self, payload: &[u8]) {
        let (_, sealer, _) = self.server.data.as_mut().unwrap();
        let frame = sealed(sealer, self.now, payload);
        self.to_client.send(self.now, frame);
    }

    /// Has the client send a data packet.
    pub(super) fn client_sends(&mut self, payload: &[u8]) {
        let sealer = &mut self.client_data.as_mut().unwrap().sealer;
        let frame = sealed(sealer, self.now, payload);
        self.to_server.send(self.now, frame);
    }

    /// Moves what can be moved now; whether there was something.
    fn exchange(&mut self) -> bool {
        let mut busy = false;
        while let Some(event) = self.client.poll_event() {
            busy = true;
            match event {
                Event::Established(established) => self.client_data = Some(established),
                Event::Closed(crate::CloseReason::Failed(error)) => self.client_error = Some(error),
                _ => {}
            }
        }
        while let Some(wire) = self.client.poll_transmit(self.now) {
            busy = true;
            self.to_server.send(self.now, wire);
        }
        while let Some(wire) = self.server.poll_transmit(self.now) {
            busy = true;
            self.to_client.send(self.now, wire);
        }
        while let Some(mut packet) = self.to_server.receive(self.now) {
            busy = true;
            self.server.receive(self.now, &mut packet);
        }
        while let Some(mut packet) = self.to_client.receive(self.now) {
            busy = true;
            let (opcode, _) = opcode_and_key(packet[0]).unwrap();
            match &mut self.client_data {
                Some(established) if opcode.is_data() => {
                    let opened = established.opener.open(self.now, &mut packet);
                    assert!(matches!(opened, Opened::Packet(_)), "{opened:?}");
                }
                _ => self.client.receive(self.now, &mut packet),
            }
        }
        busy
    }
}

impl OldServer {
    fn new(habits: Habits, config: &GatewayConfig, start: Start) -> Self {
        let time = Arc::new(SessionTime::new(start.now, start.unix_time));
        Self {
            habits,
            framing: config.framing,
            key: Key::new(KeyId::FIRST, config, &time),
            config: config.clone(),
            time,
            session_id: SessionId::from_bytes(*b"oldserve").unwrap(),
            client: None,
            data: None,
            requests: 0,
            rekeys: 0,
            refused: Vec::new(),
            data_kinds: Vec::new(),
            data_received: Vec::new(),
        }
    }

    /// Asks for new keys, unless that is under way.
    pub(super) fn rekey(&mut self) {
        if self.key.is_active() {
            self.begin(self.key.id.next());
        }
    }

    fn begin(&mut self, id: KeyId) {
        self.key = Key::new(id, &self.config, &self.time);
        assert!(self.key.send.push(Opcode::SoftResetV1, Vec::new()));
    }

    /// Says something inside TLS.
    pub(super) fn say(&mut self, message: &[u8]) {
        self.key.tls.send(message).unwrap();
        self.queue_tls();
    }

    fn receive(&mut self, now: Instant, packet: &mut [u8]) {
        let (opcode, key_id) = opcode_and_key(packet[0]).unwrap();
        if opcode.is_data() {
            self.data_kinds.push(opcode);
            if let Some((_, _, opener)) = &mut self.data
                && let Opened::Packet(payload) = opener.open(now, packet)
            {
                self.data_received.push(payload.to_vec());
            }
            return;
        }
        let packet = ControlPacket::parse(packet).unwrap();
        if packet.acks.len() > self.habits.most_acknowledged {
            return self.refused.push("too many acknowledgements");
        }
        if opcode == Opcode::SoftResetV1 && key_id == self.key.id.next() && self.key.is_active() {
            self.begin(key_id);
        }
        if key_id != self.key.id {
            return self.refused.push("key ids out of sync");
        }
        if self.client.is_none() && opcode == Opcode::HardResetClientV2 {
            self.client = Some(packet.session_id);
            assert!(self.key.send.push(Opcode::HardResetServerV2, Vec::new()));
        }
        for id in packet.acks.iter() {
            self.key.send.acknowledge(id);
        }
        self.activate();
        if let Some(id) = packet.message_id {
            self.take_in(id, packet.payload.to_vec());
        }
    }

    fn take_in(&mut self, id: u32, payload: Vec<u8>) {
        let expected = self.key.expected;
        match self.habits.receive_window {
            Some(window) if id >= expected + window => {
                return self.refused.push("beyond the window");
            }
            Some(_) => {
                if id >= expected {
                    self.key.kept.insert(id, payload);
                }
                while let Some(payload) = self.key.kept.remove(&self.key.expected) {
                    self.key.expected += 1;
                    self.read(&payload);
                }
            }
            None if id < expected => {}
            None => {
                self.key.expected = id + 1;
                self.read(&payload);
            }
        }
        self.key.acknowledgements.note(id);
    }

    fn poll_transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        let is_due = self.key.acknowledgements.is_due();
        let (opcode, message_id, payload) = match self.key.send.poll(now) {
            Some(packet) => (packet.opcode, Some(packet.message_id), packet.payload),
            None if is_due => (Opcode::AckV1, None, &[][..]),
            None => return None,
        };
        let acks = self.key.acknowledgements.take(self.habits.acknowledges);
        let packet = ControlPacket {
            opcode,
            key_id: self.key.id,
            session_id: self.session_id,
            peer_session_id: self.client.filter(|_| !acks.is_empty()),
            acks,
            message_id,
            payload,
        };
        let mut wire = vec![0; self.framing.header_len()];
        packet.write(&mut wire).unwrap();
        self.framing.write_header(&mut wire).unwrap();
        Some(wire)
    }

    fn read(&mut self, payload: &[u8]) {
        let mut plaintext = Vec::new();
        // A server that takes packets as they come loses TLS with the first one that is missing.
        if self.key.tls.receive(payload, &mut plaintext).is_err() {
            self.refused.push("damaged TLS");
        }
        self.queue_tls();
        for record in plaintext {
            if !self.key.keys_exchanged {
                self.exchange_keys(&record);
            } else if record.as_slice() == b"PUSH_REQUEST\0" {
                self.push();
            }
        }
    }

    fn exchange_keys(&mut self, record: &[u8]) {
        assert!(record.len() <= 2_048, "it reads no more than that");
        let (message, rest) = ClientKeyMessage::decode(record).unwrap();
        assert!(rest.is_empty(), "nothing may share the record");
        assert!(message.options.contains(",auth SHA1,"));
        let cipher = self.cipher(&message).expect("a cipher in common");
        let answer = ServerKeyMessage {
            secrets: ServerSecrets::random(provider().secure_random).unwrap(),
            options: options_string::gateway(
                self.framing,
                &Wrapping::None,
                cipher,
                CompressionFraming::None,
            ),
            peer_info: String::new(),
        };
        self.say(&answer.encode().unwrap());
        let material = KeyMaterial::from_prf(
            &message.secrets,
            &answer.secrets,
            self.client.unwrap(),
            self.session_id,
        );
        self.key.agreed = Some((cipher, material));
        self.key.keys_exchanged = true;
    }

    fn cipher(&self, message: &ClientKeyMessage) -> Option<Cipher> {
        if self.habits.takes_cipher_from_options {
            return options_string::cipher_of(&message.options)?.parse().ok();
        }
        let ciphers = PeerInfo::parse(&message.peer_info).ciphers();
        ciphers
            .contains(&Cipher::Aes256Gcm)
            .then_some(Cipher::Aes256Gcm)
    }

    /// Takes the keys into use, to send and to receive, once the client has all that led to them and not before.
    fn activate(&mut self) {
        if !self.key.send.is_empty() {
            return;
        }
        let Some((cipher, material)) = self.key.agreed.take() else {
            return;
        };
        let format = DataFormat {
            framing: self.framing,
            peer_id: self.habits.pushes.contains("peer-id").then_some(0),
            epoch: false,
            compression: CompressionFraming::None,
        };
        let id = self.key.id;
        if id != KeyId::FIRST {
            self.rekeys += 1;
        }
        let (channel, _, _) = self
            .data
            .get_or_insert_with(|| DataChannel::new(format, None, Instant::now()));
        channel
            .install(id, cipher, &material, Role::Gateway)
            .unwrap();
        channel.activate(id);
    }

    fn push(&mut self) {
        self.requests += 1;
        if self.requests < self.habits.answers_request {
            return;
        }
        let again = self.requests > self.habits.answers_request;
        let pushes = self.habits.pushes;
        let mut settings =
            format!("PUSH_REPLY,topology subnet,ifconfig 192.168.30.10 255.255.255.0{pushes}\0");
        if again {
            if !self.habits.repeats_settings_without_end {
                return;
            }
            settings.pop();
        }
        self.say(settings.as_bytes());
    }

    fn queue_tls(&mut self) {
        for chunk in self.key.tls.take_outbound().chunks(1_000) {
            assert!(self.key.send.push(Opcode::ControlV1, chunk.to_vec()));
        }
    }
}

fn sealed(sealer: &mut Sealer, now: Instant, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; sealer.headroom()];
    frame.extend_from_slice(payload);
    frame.resize(frame.len() + sealer.tailroom(), 0);
    sealer.seal(now, &mut frame).unwrap();
    frame
}

impl Key {
    fn new(id: KeyId, config: &GatewayConfig, time: &Arc<SessionTime>) -> Self {
        Self {
            id,
            expected: 0,
            kept: BTreeMap::new(),
            send: SendQueue::new(config.framing),
            acknowledgements: Acknowledgements::default(),
            tls: TlsSession::gateway(
                &provider(),
                time,
                TlsVersions::Only12,
                &config.identity,
                &config.client_roots,
            )
            .unwrap(),
            agreed: None,
            keys_exchanged: false,
        }
    }

    /// Whether its keys are in use.
    fn is_active(&self) -> bool {
        self.keys_exchanged && self.agreed.is_none()
    }
}
