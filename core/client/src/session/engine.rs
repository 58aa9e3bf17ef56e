use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use p2svpn_profile::Profile;
use p2svpn_system::Path;
use p2svpn_tunnel::{Settings, Tunnel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::connected::Connected;
use super::connecting::{Connector, Established, hang_up};
use super::disconnecting::put_back;
use super::failure::{Failure, Next};
use super::guard::Guard;
use super::machine::Machine;
use super::meter::meter;
use super::preparing::{Prepared, prepare};
use super::reconnecting::Loss;
use super::shared::Shared;
use super::surroundings::Surroundings;
use super::tunnel_events::TunnelEvents;
use crate::entra_accounts::EntraAccounts;
use crate::error::{Error, ErrorCode};
use crate::event::Ended;
use crate::options::ConnectOptions;
use crate::profile_keeper::ProfileKeeper;
use crate::protection::Protection;
use crate::recovery::Recovery;
use crate::state::State;

/// How long a machine that was not put back within its limit is worked on after the session's end.
pub(crate) const UNDO_REST_LIMIT: Duration = Duration::from_secs(30);

/// A connection that lasted as long is no call in vain. Of several in a row that are ended sooner all but the first count as such, so
/// that pauses grow where a gateway lets the session in and ends it again and again, as two clients with one certificate do to
/// each other.
const STABLE: Duration = Duration::from_secs(60);

/// How long the leak guard may take to come down, while the gateway is told goodbye.
const LOWER_LIMIT: Duration = Duration::from_millis(900);

/// The work on a machine that goes on after the session's end; it logs by itself how it ended.
pub(crate) type UndoRest = JoinHandle<Result<(), String>>;

/// Runs one session from its beginning to its end. Whatever happens, what it changed is undone and its end is told.
///
/// Returns the rest of putting the machine back, if that takes longer than a session's end may.
pub(crate) async fn run(
    shared: Arc<Shared>,
    profile: Arc<Profile>,
    options: ConnectOptions,
    (accounts, keeper, recovery): (Arc<EntraAccounts>, Arc<ProfileKeeper>, Arc<Recovery>),
) -> Option<UndoRest> {
    let mut engine = Engine {
        shared: Arc::clone(&shared),
        profile,
        accounts,
        keeper,
        recovery,
        tunnel: None,
        machine: None,
        guard: None,
        undo_rest: None,
    };
    let error = tokio::select! {
        biased;
        () = shared.disconnect_asked() => None,
        outcome = caught(engine.serve(options)) => Some(outcome.unwrap_or_else(internal)),
    };
    let reason = error
        .as_ref()
        .map_or_else(|| "asked to disconnect".to_owned(), ToString::to_string);
    shared.enter(State::Disconnecting, &reason);
    let undone = caught(engine.undo()).await;
    shared.finish(Ended::new(error.or_else(|| undone.err().map(internal))));
    engine.undo_rest
}

/// One session on its way from state to state, and what it has done so far that has to be undone.
struct Engine {
    shared: Arc<Shared>,
    profile: Arc<Profile>,
    accounts: Arc<EntraAccounts>,
    keeper: Arc<ProfileKeeper>,
    recovery: Arc<Recovery>,
    tunnel: Option<Arc<Tunnel>>,
    machine: Option<Machine>,
    /// There if the host wants one.
    guard: Option<Guard>,
    /// The work on the machine that outlasts the session.
    undo_rest: Option<UndoRest>,
}

impl Engine {
    /// Connects and stays connected; returns why it ended.
    async fn serve(&mut self, options: ConnectOptions) -> Error {
        match self.connect_and_stay(options).await {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }

    async fn connect_and_stay(&mut self, options: ConnectOptions) -> Result<Infallible, Error> {
        let shared = Arc::clone(&self.shared);
        shared.enter(State::Preparing, "");
        self.recovery.done().await;
        let journal = self.recovery.journal();
        let guard = options.leak_guard;
        self.guard = guard.map(|wish| Guard::new(&shared, wish, journal));
        let (accounts, keeper) = (&self.accounts, &self.keeper);
        let mut prepared = prepare(&shared, &self.profile, options, accounts, keeper).await?;
        let mut surroundings = Surroundings::new(&shared);
        shared.enter(State::Connecting, "");
        let mut loss = None;
        let mut short_ones: u32 = 0;
        loop {
            let is_again = loss.is_some();
            let established = self
                .connector(&mut prepared, loss)
                .establish(&mut surroundings)
                .await?;
            let Established {
                settings,
                tunnel,
                mut events,
                path,
            } = established;
            if !is_again {
                shared.enter(State::Configuring, "");
            }
            prepared.sign_in.admitted().await;
            let began = shared.clock().now();
            let configured = self
                .configure(&mut prepared, &settings, &tunnel, &mut events)
                .await;
            let failure = match configured {
                Err(failure) => failure,
                Ok(()) => {
                    if is_again {
                        shared.learn(|facts| facts.reconnects += 1);
                    }
                    let connection = (&*tunnel, &mut events, path);
                    self.stay(&prepared, connection, &mut surroundings).await
                }
            };
            let lasted = shared.clock().now().saturating_duration_since(began);
            short_ones = match lasted < STABLE && !failure.at_once {
                true => short_ones.saturating_add(1),
                false => 0,
            };
            if short_ones <= 1 {
                prepared.remotes.connected();
            }
            loss = Some(self.lose(&mut prepared, failure).await?);
        }
    }

    fn connector<'a>(
        &'a mut self,
        prepared: &'a mut Prepared,
        loss: Option<Loss>,
    ) -> Connector<'a> {
        Connector {
            shared: &self.shared,
            profile: &self.profile,
            dialogue: &mut prepared.dialogue,
            sign_in: &prepared.sign_in,
            timeout: prepared.timeout,
            remotes: &mut prepared.remotes,
            tunnel: &mut self.tunnel,
            machine: &mut self.machine,
            guard: &mut self.guard,
            loss,
        }
    }

    /// Brings the machine to what the gateway wants, and lets packets through.
    async fn configure(
        &mut self,
        prepared: &mut Prepared,
        settings: &Settings,
        tunnel: &Arc<Tunnel>,
        events: &mut TunnelEvents,
    ) -> Result<(), Failure> {
        self.shared.learn(|facts| {
            facts.cipher = Some(settings.cipher.to_owned());
            facts.tls_version = Some(settings.tls.version.clone());
            facts.meter = Some(meter(Arc::clone(tunnel)));
        });
        let gateway = tunnel.peer_addr().ip();
        let machine = match &mut self.machine {
            Some(machine) => {
                let adapted = machine.adapt(&settings.push, gateway).await;
                adapted.map_err(Failure::final_one)?;
                machine
            }
            None => {
                let again = prepared.wish.as_ref().and_then(|wish| wish.again());
                let wish = std::mem::replace(&mut prepared.wish, again);
                let wish = wish.ok_or(ErrorCode::DeviceLost)?;
                let (shared, profile) = (&self.shared, &self.profile);
                let journal = self.recovery.journal();
                let opened =
                    Machine::open(shared, profile, (wish, journal), &settings.push, gateway).await;
                // In its place before anything is changed, so that it is put back whatever comes.
                let machine = self.machine.insert(opened.map_err(Failure::final_one)?);
                machine.apply().await.map_err(Failure::final_one)?;
                shared.learn(|facts| facts.protection = Protection::Held);
                machine.tell();
                if prepared.host_confirms {
                    let applied = tokio::select! {
                        applied = self.shared.host_applies(machine.generation()) => applied,
                        lost = over(events) => return Err(lost),
                    };
                    applied.map_err(Failure::final_one)?;
                }
                machine
            }
        };
        machine
            .fit(&mut self.guard)
            .await
            .map_err(Failure::final_one)?;
        if machine.attach(tunnel).await.is_err() {
            // The tunnel is over already: its last event says why.
            return Err(over(events).await);
        }
        Ok(())
    }

    /// Stays connected for as long as the connection lasts; returns how it was lost.
    async fn stay(
        &mut self,
        prepared: &Prepared,
        (tunnel, events, path): (&Tunnel, &mut TunnelEvents, Option<Path>),
        surroundings: &mut Surroundings,
    ) -> Failure {
        let Some(machine) = &mut self.machine else {
            return ErrorCode::DeviceLost.into();
        };
        self.shared
            .learn(|facts| facts.protection = Protection::Protected);
        self.shared.enter(State::Connected, "");
        let connected = Connected {
            shared: &self.shared,
            sign_in: &prepared.sign_in,
            tunnel,
            machine,
            guard: &mut self.guard,
            events,
            surroundings,
            path,
        };
        let failure = connected.stay().await;
        self.shared
            .learn(|facts| facts.protection = Protection::Held);
        failure
    }

    /// Lets go of a connection that was lost, and prepares for another one; fails where there shall be none.
    async fn lose(&mut self, prepared: &mut Prepared, failure: Failure) -> Result<Loss, Error> {
        let sign_in = &prepared.sign_in;
        let error = sign_in.signing_error().unwrap_or(failure.error);
        let end = match failure.next {
            Next::Again(end) => end,
            Next::SignInAgain => {
                sign_in.refused().await;
                return Err(error);
            }
            Next::Answer(_) | Next::GiveUp => return Err(error),
        };
        let Some(retry) = prepared.retry else {
            return Err(error);
        };
        if error.code() == ErrorCode::DeviceLost {
            if prepared.wish.is_none() {
                return Err(error);
            }
            // What is left of it goes, and the next connection opens another one.
            self.undo_rest = put_back(&self.shared, &mut self.machine).await;
            let guard = self.guard.as_ref();
            let protection = guard.map_or(Protection::None, Guard::protection);
            self.shared.learn(|facts| facts.protection = protection);
        }
        if error.code() == ErrorCode::TokenExpired {
            sign_in.forget_token();
        }
        if failure.at_once {
            // A goodbye would go by a way that is gone.
            self.tunnel = None;
            self.shared.forget_connection();
        } else {
            hang_up(&self.shared, &mut self.tunnel).await;
        }
        prepared.remotes.set_retry(retry);
        prepared.remotes.ended(self.shared.clock().now(), end);
        Ok(Loss::new(error, failure.at_once))
    }

    /// Puts everything back, within two seconds: the machine first, so that its traffic goes its old way again.
    async fn undo(&mut self) {
        if let Some(rest) = put_back(&self.shared, &mut self.machine).await {
            self.undo_rest = Some(rest);
        }
        self.shared.close_stack();
        let lower = async {
            if let Some(mut guard) = self.guard.take() {
                // Whatever takes longer goes with its owner, or is in the journal.
                let _ = timeout(LOWER_LIMIT, guard.lower()).await;
            }
        };
        tokio::join!(lower, hang_up(&self.shared, &mut self.tunnel));
        self.shared
            .learn(|facts| facts.protection = Protection::None);
    }
}

/// Waits until a tunnel is over that nobody listens to yet; returns why.
async fn over(events: &mut TunnelEvents) -> Failure {
    loop {
        if let Err(failure) = events.next().await {
            return failure;
        }
    }
}

/// Runs a future and catches its panic, so that what comes after it still happens.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut future = pin!(future);
    std::future::poll_fn(move |context| {
        // After a panic the future is not polled again, and what it borrowed is only undone.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    })
    .await
}

struct Panicked;

fn internal(_: Panicked) -> Error {
    Error::new(ErrorCode::InternalFailure, "a session's task panicked")
}

#[cfg(test)]
mod tests;
