use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use p2svpn_profile::ProfileId;
use p2svpn_system::{Clock, NetworkConfig};
use p2svpn_tunnel::Stack;
use tokio::time::sleep;

use super::meter::{Meter, dropped_by};
use super::statistics::Statistics;
use super::status::Status;
use crate::answer::Answer;
use crate::challenge::{Challenge, ChallengeId, ChallengeKind};
use crate::error::{Error, ErrorCode};
use crate::event::{Ended, EventKind, EventQueue};
use crate::monitor::Monitor;
use crate::protection::Protection;
use crate::reconnection::Reconnection;
use crate::session_id::SessionId;
use crate::state::State;

/// The longest sleep at a time: the runtime's timers may stand still while the machine sleeps, the clock does not.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);

/// What a session's task and its handles share.
///
/// Only the task changes the state; handles ask questions, answer challenges and ask for the end.
pub(crate) struct Shared {
    id: SessionId,
    profile: ProfileId,
    events: Arc<EventQueue>,
    clock: Clock,
    /// Numbers for challenges, shared by all sessions of a client.
    numbers: Arc<AtomicU64>,
    view: Monitor<View>,
}

/// What is known about the session's connection.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) gateway_name: Option<String>,
    pub(crate) gateway_address: Option<SocketAddr>,
    pub(crate) config: Option<Arc<NetworkConfig>>,
    pub(crate) device: Option<String>,
    pub(crate) mtu: Option<u16>,
    pub(crate) cipher: Option<String>,
    pub(crate) tls_version: Option<String>,
    pub(super) meter: Option<Meter>,
    /// How often the keys were replaced.
    pub(crate) rekeys: u64,
    pub(crate) stack: Option<Stack>,
    pub(crate) protection: Protection,
    /// How often the connection was got back.
    pub(crate) reconnects: u64,
}

struct View {
    state: State,
    since: Instant,
    since_unix: i64,
    facts: Facts,
    /// What went through connections that are over.
    carried: Statistics,
    /// The attempt to get the connection back, while there is none.
    reconnection: Option<Reconnection>,
    /// What the host has told of the machine and the session has not yet acted on.
    notice: Option<Notice>,
    /// Which configuration the host has applied last, or why it could not.
    applied: Option<(u64, Result<(), String>)>,
    /// When the host said that the machine goes to sleep.
    asleep_since: Option<Instant>,
    disconnect: bool,
    /// What the host is asked; two at once where the gateway asks while a token is renewed.
    questions: Vec<Question>,
    /// Everything is undone; only the last events may still be on their way.
    over: bool,
    ended: Option<Ended>,
}

/// What may have taken the way to the gateway away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// The machine's network has changed.
    NetworkChanged,
    /// The machine woke up after this time; none where nobody knows.
    Woke(Option<Duration>),
}

struct Question {
    challenge: Challenge,
    answer: Option<Answer>,
}

impl Shared {
    pub(crate) fn new(
        id: SessionId,
        profile: ProfileId,
        events: Arc<EventQueue>,
        clock: Clock,
        numbers: Arc<AtomicU64>,
    ) -> Self {
        let view = View {
            state: State::Disconnected,
            since: clock.now(),
            since_unix: clock.unix_seconds(),
            facts: Facts::default(),
            carried: Statistics::default(),
            reconnection: None,
            notice: None,
            applied: None,
            asleep_since: None,
            disconnect: false,
            questions: Vec::new(),
            over: false,
            ended: None,
        };
        Self {
            id,
            profile,
            events,
            clock,
            numbers,
            view: Monitor::new(view),
        }
    }

    // ---- for handles ----

    pub(crate) fn id(&self) -> SessionId {
        self.id
    }

    pub(crate) fn profile(&self) -> ProfileId {
        self.profile
    }

    /// The name of the network interface that the session has made, once it has.
    pub(crate) fn device(&self) -> Option<String> {
        self.view.look(|view| view.facts.device.clone())
    }

    /// Asks for the end; the task sees to it.
    pub(crate) fn disconnect(&self) {
        self.view.change(|view| view.disconnect = true);
    }

    /// Whether everything the session did is undone.
    pub(crate) fn is_over(&self) -> bool {
        self.view.look(|view| view.over)
    }

    pub(crate) fn answer(&self, id: ChallengeId, answer: Answer) -> Result<(), Error> {
        self.view.change(|view| {
            if view.over {
                return Err(ErrorCode::SessionEnded.into());
            }
            let unknown = || Error::new(ErrorCode::ChallengeUnknown, id.to_string());
            let question = view.question(id).ok_or_else(unknown)?;
            if question.answer.is_some() {
                return Err(unknown());
            }
            if !answer.fits(&question.challenge.kind) {
                return Err(Error::new(
                    ErrorCode::AnswerMismatch,
                    &question.challenge.text,
                ));
            }
            question.answer = Some(answer);
            Ok(())
        })
    }

    /// Returns the stack to dial through.
    pub(crate) fn stack(&self) -> Result<Stack, Error> {
        self.view
            .look(|view| match (&view.facts.stack, view.state) {
                (_, _) if view.over => Err(ErrorCode::SessionEnded.into()),
                (Some(stack), State::Connected) => Ok(stack.clone()),
                (None, State::Connected) => Err(ErrorCode::DialNotUserspace.into()),
                (_, state) => Err(Error::new(ErrorCode::DialNotConnected, state.name())),
            })
    }

    pub(crate) fn statistics(&self) -> Statistics {
        let (meter, stack, carried, counted) = self.view.look(|view| {
            let facts = &view.facts;
            let counted = [facts.rekeys, facts.reconnects];
            (
                facts.meter.clone(),
                facts.stack.clone(),
                view.carried,
                counted,
            )
        });
        let [rekeys, reconnects] = counted;
        let current = meter.map_or_else(Statistics::default, |meter| meter());
        let dropped = stack.map_or(0, |stack| dropped_by(&stack));
        let sum = carried.plus(&current);
        Statistics {
            dropped_packets: sum.dropped_packets.saturating_add(dropped),
            rekeys,
            reconnects,
            ..sum
        }
    }

    /// Notes what the host tells of the machine.
    pub(crate) fn network_changed(&self) {
        self.view.change(|view| view.note(Notice::NetworkChanged));
    }

    /// Notes what became of a configuration that the host applies.
    pub(crate) fn network_applied(&self, generation: u64, outcome: Result<(), String>) {
        self.view
            .change(|view| view.applied = Some((generation, outcome)));
    }

    /// Notes that the machine goes to sleep.
    pub(crate) fn falls_asleep(&self) {
        let now = self.clock.now();
        self.view.change(|view| view.asleep_since = Some(now));
    }

    /// Notes that the machine woke up.
    pub(crate) fn wakes(&self) {
        let now = self.clock.now();
        self.view.change(|view| {
            let slept = view
                .asleep_since
                .take()
                .map(|since| now.saturating_duration_since(since));
            view.note(Notice::Woke(slept));
        });
    }

    pub(crate) fn status(&self) -> Status {
        let statistics = self.statistics();
        let now = self.clock.now();
        self.view.look(|view| {
            let facts = &view.facts;
            let config = facts.config.as_deref();
            Status {
                state: view.state,
                since: view.since_unix,
                duration: now.saturating_duration_since(view.since),
                statistics,
                addresses: config
                    .map(|config| config.addresses.iter().map(|one| one.network).collect())
                    .unwrap_or_default(),
                gateway_name: facts.gateway_name.clone(),
                gateway_address: facts.gateway_address,
                routes: config
                    .map(|config| {
                        config
                            .routes
                            .iter()
                            .map(|route| route.destination)
                            .collect()
                    })
                    .unwrap_or_default(),
                excluded_routes: config
                    .map(|config| config.excludes.clone())
                    .unwrap_or_default(),
                dns_servers: config
                    .map(|config| config.dns_servers.clone())
                    .unwrap_or_default(),
                dns_suffixes: config
                    .map(|config| config.dns_suffixes.clone())
                    .unwrap_or_default(),
                device: facts.device.clone(),
                mtu: facts.mtu,
                cipher: facts.cipher.clone(),
                tls_version: facts.tls_version.clone(),
                protection: facts.protection,
                reconnection: view.reconnection.clone(),
            }
        })
    }

    pub(crate) async fn connected(&self) -> Result<(), Error> {
        self.view.until(View::connected).await
    }

    pub(crate) fn wait_connected(&self, timeout: Option<Duration>) -> Result<(), Error> {
        let connected = self.view.wait_until(timeout, View::connected);
        connected.unwrap_or_else(|| Err(Error::new(ErrorCode::WaitTimedOut, "connecting")))
    }

    pub(crate) async fn ended(&self) -> Ended {
        self.view.until(|view| view.ended.clone()).await
    }

    pub(crate) fn wait_ended(&self, timeout: Option<Duration>) -> Option<Ended> {
        self.view.wait_until(timeout, |view| view.ended.clone())
    }

    // ---- for the session's task ----

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// The moment after a while, in seconds since 1970, by the clock of this machine as it is set now.
    pub(crate) fn unix_time_in(&self, time: Duration) -> i64 {
        let time = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        self.clock.unix_seconds().saturating_add(time)
    }

    /// Waits until a moment by a clock that counts sleep; for no moment, not at all.
    pub(crate) async fn rest_until(&self, moment: Option<Instant>) {
        while let Some(moment) = moment.filter(|moment| self.clock.now() < *moment) {
            sleep(self.clock.until(moment).min(LONGEST_SLEEP)).await;
        }
    }

    /// Waits until a handle asks for the end.
    pub(crate) async fn disconnect_asked(&self) {
        self.view.until(|view| view.disconnect.then_some(())).await;
    }

    /// Waits until the host has applied this configuration or a later one.
    pub(super) async fn host_applies(&self, generation: u64) -> Result<(), Error> {
        let outcome = self.view.until(|view| {
            let applied = view.applied.as_ref();
            let (_, outcome) = applied.filter(|(latest, _)| *latest >= generation)?;
            Some(outcome.clone())
        });
        let failed = |reason| Error::new(ErrorCode::MachineFailed, reason);
        outcome.await.map_err(failed)
    }

    /// Waits until the host tells something of the machine.
    pub(super) async fn noticed(&self) -> Notice {
        self.view.until(|view| view.notice.take()).await
    }

    pub(crate) fn enter(&self, state: State, reason: &str) {
        let (now, since_unix) = (self.clock.now(), self.clock.unix_seconds());
        let changed = self.view.change(|view| {
            if matches!(state, State::Connected | State::Disconnecting) {
                view.reconnection = None;
            }
            view.enter(state, now, since_unix)
        });
        if changed {
            self.tell_state(state, reason.to_owned(), None);
        }
    }

    /// Says that the session has lost its connection and when it is called for again; each attempt is told.
    pub(super) fn enter_reconnecting(&self, reconnection: Reconnection) {
        let (now, since_unix) = (self.clock.now(), self.clock.unix_seconds());
        self.view.change(|view| {
            view.reconnection = Some(reconnection.clone());
            view.enter(State::Reconnecting, now, since_unix)
        });
        let reason = reconnection.cause.to_string();
        self.tell_state(State::Reconnecting, reason, Some(reconnection));
    }

    fn tell_state(&self, state: State, reason: String, reconnection: Option<Reconnection>) {
        let attempt = reconnection.as_ref().map(|one| one.attempt);
        tracing::info!(session = %self.id, %state, reason, attempt, "state");
        self.emit(EventKind::State {
            state,
            reason,
            reconnection,
        });
    }

    pub(crate) fn emit(&self, kind: EventKind) {
        self.events.push(Some(self.id), kind);
    }

    /// Adds to what is known about the connection.
    pub(crate) fn learn<T>(&self, learn: impl FnOnce(&mut Facts) -> T) -> T {
        self.view.change(|view| learn(&mut view.facts))
    }

    /// Leaves the state of signing in for that of connecting, or of connecting again, if the session is in it.
    pub(crate) fn leave_sign_in(&self) {
        let (state, reconnection) = self
            .view
            .look(|view| (view.state, view.reconnection.clone()));
        match (state, reconnection) {
            (State::SigningIn, Some(reconnection)) => self.enter_reconnecting(reconnection),
            (State::SigningIn, None) => self.enter(State::Connecting, ""),
            _ => {}
        }
    }

    /// Asks the host, and waits for the answer for as long as it takes.
    pub(crate) async fn ask(
        &self,
        kind: ChallengeKind,
        attempt: u32,
        refusal: Option<Error>,
    ) -> Answer {
        self.ask_for(kind, "", attempt, refusal).await
    }

    /// Asks the host in these words of the gateway, and waits for the answer for as long as it takes. A session that is
    /// connected stays so.
    pub(crate) async fn ask_for(
        &self,
        kind: ChallengeKind,
        words: &str,
        attempt: u32,
        refusal: Option<Error>,
    ) -> Answer {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let reason = kind.to_string();
        let challenge = Challenge::new(number, kind, words, attempt, refusal);
        let id = challenge.id;
        self.view.change(|view| {
            view.questions.push(Question {
                challenge: challenge.clone(),
                answer: None,
            })
        });
        let asked = AskedQuestion(self, id);
        if self.view.look(|view| view.state) != State::Connected {
            self.enter(State::SigningIn, &reason);
        }
        self.emit(EventKind::Challenge(challenge));
        // With its answer the question goes, so that nobody else answers it.
        let answer = self.view.until(|view| view.take_answer(id)).await;
        drop(asked);
        answer
    }

    /// Ends the connections that were dialled through the tunnel.
    pub(crate) fn close_stack(&self) {
        let stack = self.view.change(|view| {
            let stack = view.facts.stack.take()?;
            let dropped = &mut view.carried.dropped_packets;
            *dropped = dropped.saturating_add(dropped_by(&stack));
            Some(stack)
        });
        if let Some(stack) = stack {
            stack.close();
        }
    }

    /// Whether anything came from the gateway in the connection of now.
    pub(super) fn hears_gateway(&self) -> bool {
        let meter = self.view.look(|view| view.facts.meter.clone());
        meter.is_some_and(|meter| meter().wire_received_bytes > 0)
    }

    /// Lets go of the connection, and keeps its counts.
    pub(crate) fn forget_connection(&self) {
        self.view.change(|view| {
            if let Some(meter) = view.facts.meter.take() {
                view.carried = view.carried.plus(&meter());
            }
        });
    }

    /// Tells everybody that the session is over; the second call tells nobody anything.
    pub(crate) fn finish(&self, ended: Ended) {
        self.close_stack();
        self.forget_connection();
        let first = self
            .view
            .change(|view| !std::mem::replace(&mut view.over, true));
        if !first {
            return;
        }
        let reason = ended
            .error
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        self.enter(State::Disconnected, &reason);
        // In one step: whoever hears of the end by its event finds it when he waits for it, and the other way round.
        self.view.change(|view| {
            self.emit(EventKind::Ended(ended.clone()));
            view.ended = Some(ended);
        });
    }
}

impl View {
    /// Returns whether it was in another state before.
    fn enter(&mut self, state: State, now: Instant, since_unix: i64) -> bool {
        if self.state == state {
            return false;
        }
        (self.state, self.since, self.since_unix) = (state, now, since_unix);
        true
    }

    /// Of several notices the gravest counts.
    fn note(&mut self, notice: Notice) {
        self.notice = match (self.notice, notice) {
            (Some(woke @ Notice::Woke(_)), Notice::NetworkChanged) => Some(woke),
            _ => Some(notice),
        };
    }

    /// Takes a question away that is answered.
    fn take_answer(&mut self, id: ChallengeId) -> Option<Answer> {
        let mut questions = self.questions.iter();
        let place = questions.position(|one| one.challenge.id == id && one.answer.is_some())?;
        self.questions.remove(place).answer
    }

    fn question(&mut self, id: ChallengeId) -> Option<&mut Question> {
        let mut questions = self.questions.iter_mut();
        questions.find(|question| question.challenge.id == id)
    }

    fn connected(&mut self) -> Option<Result<(), Error>> {
        if let Some(ended) = &self.ended {
            return Some(Err(ended
                .error
                .clone()
                .unwrap_or_else(|| ErrorCode::Cancelled.into())));
        }
        (self.state == State::Connected).then_some(Ok(()))
    }
}

/// Withdraws the question when nobody waits for its answer any more.
struct AskedQuestion<'a>(&'a Shared, ChallengeId);

impl Drop for AskedQuestion<'_> {
    fn drop(&mut self) {
        let Self(shared, id) = self;
        shared.view.change(|view| {
            view.questions
                .retain(|question| question.challenge.id != *id);
        });
    }
}
