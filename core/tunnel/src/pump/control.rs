//! The connection, its timers, and what its owner wants and hears.

use std::collections::VecDeque;
use std::io;
use std::iter::repeat_with;
use std::sync::Arc;
use std::time::{Duration, Instant};

use p2svpn_openvpn::{
    AnswerError, ChallengeId, CloseReason, Connection, Credentials, Event, PushReply,
};
use p2svpn_system::Clock;
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use super::last_event::LastEvent;
use super::messages::{FromPump, ToInbound, ToOutbound};
use super::task::{Ended, Task};
use crate::device::PacketSource;
use crate::event::{Settings, TunnelEnd, TunnelEvent};
use crate::ipv6_refusal::Ipv6Refusal;
use crate::statistics::Counters;

/// What the tunnel's owner asks for.
pub(crate) enum Command {
    /// Carry the packets that this device gives, up to its MTU; the other half is the reader's already.
    Attach(Box<dyn PacketSource>, u16),
    /// Gateway role: let the client in.
    Admit(Box<PushReply>),
    /// Gateway role: turn the client away.
    Refuse(String),
    /// Gateway role: send the client this message.
    Message(String),
    /// Replace the keys.
    Rekey,
    /// Show these credentials from the next rekey on.
    Credentials(Credentials),
    /// Answer a question, and tell whether that was possible.
    Answer(
        ChallengeId,
        Zeroizing<String>,
        oneshot::Sender<Result<(), AnswerError>>,
    ),
    /// End politely.
    Close,
}

/// Time for the last bytes to leave, and again for the last events to be taken.
const GOODBYE: Duration = Duration::from_millis(500);

/// How long reading may still tell why writing failed.
const AFTER_WRITE_FAILURE: Duration = Duration::from_secs(1);

/// The longest sleep at a time: the runtime's timers may stand still while the machine sleeps, the clock does not.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);

/// The shortest sleep and rest: what the runtime's timers can tell apart.
const SHORTEST_SLEEP: Duration = Duration::from_millis(1);

/// The rest while the transport takes nothing, when a packet that is due stays due.
const BLOCKED_REST: Duration = Duration::from_millis(50);

/// The owner of the connection.
pub(crate) struct Control {
    pub(crate) connection: Connection,
    pub(crate) clock: Clock,
    /// Whether the transport carries datagrams, whose end the peer does not notice.
    pub(crate) is_datagram: bool,
    pub(crate) counters: Arc<Counters>,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) pump: mpsc::Receiver<FromPump>,
    pub(crate) outbound: mpsc::Sender<ToOutbound>,
    pub(crate) inbound: mpsc::Sender<ToInbound>,
    pub(crate) events: mpsc::Sender<TunnelEvent>,
    pub(crate) last_event: LastEvent,
    pub(crate) writer: Task,
    pub(crate) reader: Task,
}

/// What changes while the tunnel runs.
#[derive(Default)]
struct State {
    /// Events that wait for room.
    pending: VecDeque<TunnelEvent>,
    /// What `outbound` is given next.
    orders: VecDeque<ToOutbound>,
    /// When a failed write ends the connection, unless reading tells why before.
    write_failure: Option<(Instant, io::ErrorKind)>,
    /// What is due waits until here, so that a packet that stays due does not keep the task busy.
    rests_until: Option<Instant>,
    /// The count of the reader's waits that was seen last.
    device_waits: u64,
    /// How often the peer is told in the data channel that this end leaves.
    exit_notifications: u8,
    /// Whether this is a gateway, which lets clients in; the settings are theirs.
    admits: bool,
    device_failure: Option<io::Error>,
    panicked: bool,
    end: Option<CloseReason>,
}

impl State {
    /// Has IPv6 refused, or carried again. It takes the place of what was ordered before and still waits: a gateway that
    /// reads nothing while it changes its mind again and again makes nothing grow.
    fn order_refusal(&mut self, refusal: Option<Ipv6Refusal>) {
        let latest = ToOutbound::BlockIpv6(refusal);
        let waiting = self
            .orders
            .iter_mut()
            .find(|order| matches!(order, ToOutbound::BlockIpv6(_)));
        match waiting {
            Some(order) => *order = latest,
            None => self.orders.push_back(latest),
        }
    }
}

/// What ended a wait.
enum Woken {
    /// An event or an order was passed on, or time has passed.
    Passed,
    Command(Command),
    /// The reader or the writer.
    Ended(Ended),
    Heard(FromPump),
}

impl Control {
    /// Runs until the connection is over; the last event is sent in any case.
    pub(crate) async fn run(mut self) {
        let mut state = State::default();
        let reason = loop {
            self.collect(&mut state);
            if let Some(reason) = state.end.take() {
                break reason;
            }
            self.step(&mut state).await;
        };
        self.finish(state, reason).await;
    }

    /// Takes out what the connection has to say and to send.
    fn collect(&mut self, state: &mut State) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Stage(stage) => state.pending.push_back(TunnelEvent::Stage(stage)),
                Event::Admission(admission) => {
                    state.admits = true;
                    state.pending.push_back(TunnelEvent::Admission(admission))
                }
                Event::Challenge(challenge) => {
                    state.pending.push_back(TunnelEvent::Challenge(challenge));
                }
                Event::Reconfigured(reconfigured) => {
                    if reconfigured.changes.block_ipv6 || reconfigured.changes.addresses {
                        state.order_refusal(self.ipv6_refusal(&reconfigured.push));
                    }
                    state.exit_notifications = self.exit_notifications(&reconfigured.push);
                    state
                        .pending
                        .push_back(TunnelEvent::Reconfigured(reconfigured));
                }
                Event::Answer(answer) => state.pending.push_back(TunnelEvent::Answer(answer)),
                Event::Warning(warning) => state.pending.push_back(TunnelEvent::Warning(warning)),
                Event::Rekeyed(key_id) => state.pending.push_back(TunnelEvent::Rekeyed(key_id)),
                Event::CredentialsDue { before } => {
                    state
                        .pending
                        .push_back(TunnelEvent::CredentialsDue { before });
                }
                Event::AuthToken(token) => {
                    state.pending.push_back(TunnelEvent::AuthToken(token));
                }
                // One that still waits for the transport is enough.
                Event::KeepAliveDue if !state.orders.is_empty() => {}
                Event::KeepAliveDue => state.orders.push_back(ToOutbound::KeepAlive),
                Event::Established(established) => {
                    let refusal = self.ipv6_refusal(&established.push);
                    state.order_refusal(refusal.filter(|_| !state.admits));
                    state.exit_notifications = self.exit_notifications(&established.push);
                    // Before anything is sent that lets the peer begin, so that its first packet finds the opener.
                    // There is room for one of each order.
                    let _ = self.inbound.try_send(ToInbound::Opener(established.opener));
                    state
                        .orders
                        .push_back(ToOutbound::Sealer(established.sealer));
                    let (push, tls, cipher) =
                        (established.push, established.tls, established.cipher);
                    state
                        .pending
                        .push_back(TunnelEvent::Established(Box::new(Settings {
                            push,
                            tls,
                            cipher,
                        })));
                }
                Event::Closed(reason) => state.end = Some(reason),
            }
        }
        // One packet at a time: the next one is made when this one has left, with what is known then.
        if state.orders.is_empty()
            && let Some(bytes) = self.connection.poll_transmit(self.clock.now())
        {
            state.orders.push_back(ToOutbound::Control(bytes));
        }
        self.counters.control.set(self.connection.ignored_packets());
    }

    /// How often to say goodbye in the data channel: over datagrams, where nothing else tells of the end. It is said beside
    /// the message in the control channel (`cc-exit`) as well: that one leaves only once, and not at all while keys are
    /// being replaced.
    ///
    /// OpenVPN sends as many as `explicit-exit-notify` says, a second apart; here they leave at once, which a path that
    /// loses single packets needs no more than three of.
    fn exit_notifications(&self, push: &PushReply) -> u8 {
        if !self.is_datagram {
            return 0;
        }
        push.explicit_exit_notify.unwrap_or(1).clamp(1, 3)
    }

    /// Waits for something to happen and does it.
    async fn step(&mut self, state: &mut State) {
        let now = self.clock.now();
        // While the device is full nothing is read, and the peer's keepalives are not noticed; nor have they been when
        // it has only just taken something.
        let waits = self.counters.device_waits.get();
        if !waits.is_multiple_of(2) || waits != state.device_waits {
            state.device_waits = waits;
            self.connection.excuse_silence(now);
        }
        let due = [
            self.connection.poll_timeout(now).map(|(due, _)| due),
            state.write_failure.map(|(due, _)| due),
        ];
        let due = due.into_iter().flatten().min();
        let due = due.map(|due| state.rests_until.map_or(due, |rest| rest.max(due)));
        // Before anything is heard: a peer that talks without a pause must not keep its own deadlines from being noticed.
        if due.is_some_and(|due| due <= now) {
            return self.wake(state);
        }
        let sleep = due
            .map_or(LONGEST_SLEEP, |due| self.clock.until(due))
            .clamp(SHORTEST_SLEEP, LONGEST_SLEEP);
        // While the owner takes no events the peer waits too; timers and the owner's commands do not.
        let listens = state.pending.is_empty();

        let woken = tokio::select! {
            biased;
            command = self.commands.recv() => Woken::Command(command.unwrap_or(Command::Close)),
            room = self.events.reserve(), if !state.pending.is_empty() => {
                match room {
                    Ok(room) => if let Some(event) = state.pending.pop_front() { room.send(event) },
                    // The owner wants to hear no more.
                    Err(_) => state.pending.clear(),
                }
                Woken::Passed
            }
            room = self.outbound.reserve(), if !state.orders.is_empty() => {
                match room {
                    Ok(room) => if let Some(order) = state.orders.pop_front() { room.send(order) },
                    // The writer is gone, and has said why.
                    Err(_) => state.orders.clear(),
                }
                Woken::Passed
            }
            ended = self.writer.ended() => Woken::Ended(ended),
            ended = self.reader.ended() => Woken::Ended(ended),
            Some(heard) = self.pump.recv(), if listens => Woken::Heard(heard),
            () = tokio::time::sleep(sleep), if due.is_some() => Woken::Passed,
        };
        match woken {
            Woken::Passed => {}
            Woken::Command(command) => self.obey(command, state),
            // One that ends in order has said why.
            Woken::Ended(Ended::InOrder) => {}
            Woken::Ended(Ended::Panicked) => {
                state.panicked = true;
                self.connection.close();
            }
            Woken::Heard(heard) => self.hear(heard, state),
        }
    }

    /// What refuses IPv6 packets, where the gateway wants that.
    fn ipv6_refusal(&self, push: &PushReply) -> Option<Ipv6Refusal> {
        push.block_ipv6
            .then(|| Ipv6Refusal::new(push.peer_v6, self.clock.now()))
    }

    fn obey(&mut self, command: Command, state: &mut State) {
        let now = self.clock.now();
        match command {
            Command::Close => self.connection.close(),
            Command::Admit(push) => self.connection.admit(now, *push),
            Command::Message(message) => self.connection.send_message(&message),
            Command::Rekey => self.connection.rekey(now),
            Command::Credentials(credentials) => self.connection.set_credentials(credentials),
            Command::Answer(id, response, sent) => {
                // Nobody waits for the outcome if the receiver is gone.
                let _ = sent.send(self.connection.answer(id, &response));
            }
            Command::Refuse(text) => self.connection.refuse(now, &text),
            Command::Attach(source, mtu) => {
                state.orders.push_back(ToOutbound::Source(source, mtu));
            }
        }
    }

    fn hear(&mut self, heard: FromPump, state: &mut State) {
        let now = self.clock.now();
        match heard {
            FromPump::Packet(mut packet) => self.connection.receive(now, &mut packet),
            FromPump::Ended(kind) => {
                // A socket tells its failure once, to whoever asks first.
                let kind = kind.or(state.write_failure.map(|(_, kind)| kind));
                self.connection.transport_closed(kind);
            }
            FromPump::WriteFailed(kind) => {
                state.write_failure = Some((now + AFTER_WRITE_FAILURE, kind))
            }
            FromPump::PeerLeft => self.connection.peer_left(),
            FromPump::RekeyWanted => self.connection.rekey(now),
            FromPump::KeysExhausted => self.connection.keys_exhausted(),
            FromPump::DeviceFailed(error) => {
                state.device_failure = Some(error);
                self.connection.close();
            }
        }
    }

    fn wake(&mut self, state: &mut State) {
        let now = self.clock.now();
        let rest = if state.orders.is_empty() {
            SHORTEST_SLEEP
        } else {
            BLOCKED_REST
        };
        state.rests_until = Some(now + rest);
        match state.write_failure {
            Some((due, kind)) if due <= now => self.connection.transport_closed(Some(kind)),
            _ => self.connection.handle_timeout(now),
        }
    }

    /// Lets the last bytes out and the last events be taken, within a bounded time, and says the last word.
    async fn finish(self, mut state: State, reason: CloseReason) {
        let Control {
            mut connection,
            clock,
            counters,
            outbound,
            events,
            last_event,
            mut writer,
            mut reader,
            ..
        } = self;
        if matches!(reason, CloseReason::Local) {
            let notifications = usize::from(state.exit_notifications);
            state
                .orders
                .extend(repeat_with(|| ToOutbound::ExitNotification).take(notifications));
        }
        let goodbye = async {
            while let Some(order) = state.orders.pop_front() {
                if outbound.send(order).await.is_err() {
                    break;
                }
            }
            while let Some(bytes) = connection.poll_transmit(clock.now()) {
                if outbound.send(ToOutbound::Control(bytes)).await.is_err() {
                    break;
                }
            }
            drop(outbound);
            writer.finished().await;
        };
        if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
            tracing::debug!("the transport did not take the last bytes in time");
            writer.stop().await;
        }
        // The device is closed when both tasks have let go of it.
        reader.stop().await;

        let taken = async {
            while let Some(event) = state.pending.pop_front() {
                if events.send(event).await.is_err() {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(GOODBYE, taken).await;
        counters.events.add(state.pending.len() as u64);
        last_event.send(match (state.device_failure, reason) {
            _ if state.panicked => TunnelEnd::Panicked,
            (Some(error), _) => TunnelEnd::Device(error),
            (None, CloseReason::Local) => TunnelEnd::Local,
            (None, CloseReason::Failed(error)) => TunnelEnd::Connection(error),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_changes_its_mind_about_ipv6_and_reads_nothing_makes_nothing_grow() {
        let now = Instant::now();
        let mut state = State::default();
        state
            .orders
            .push_back(ToOutbound::Control(b"waits for the transport".to_vec()));

        for _ in 0..1_000 {
            state.order_refusal(None);
            state.order_refusal(Some(Ipv6Refusal::new(None, now)));
        }

        assert_eq!(state.orders.len(), 2);
        assert!(matches!(
            state.orders.back(),
            Some(ToOutbound::BlockIpv6(Some(_)))
        ));
    }
}
