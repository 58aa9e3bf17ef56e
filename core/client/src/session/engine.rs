use std::convert::Infallible;
use std::future::pending;
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use p2svpn_openvpn::PushReply;
use p2svpn_profile::Profile;
use p2svpn_system::{Interface, NetworkConfig, can_configure_network};
use p2svpn_tunnel::{Settings, Tunnel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::connector::{Connector, Established, hang_up};
use super::dialogue::{Dialogue, timeouts};
use super::exception::certificate_exception;
use super::failure::Next;
use super::link;
use super::meter::meter;
use super::network::{network_config, tunnel_mtu};
use super::shared::Shared;
use super::sign_in::SignIn;
use super::tunnel_events::{Heard, TunnelEvents};
use crate::entra_accounts::EntraAccounts;
use crate::error::{Error, ErrorCode};
use crate::event::{Ended, EventKind};
use crate::options::{ConnectOptions, LARGEST_MTU};
use crate::profile_keeper::ProfileKeeper;
use crate::state::State;
use crate::warning::{Warning, WarningKind};

/// How long the machine may take to be put back: with the goodbye to the gateway 2 seconds together.
const UNDO_LIMIT: Duration = Duration::from_millis(900);
/// How long a machine that was not put back within its limit is worked on after the session's end.
pub(crate) const UNDO_REST_LIMIT: Duration = Duration::from_secs(30);

/// The work on a machine that goes on after the session's end; it logs by itself how it ended.
pub(crate) type UndoRest = JoinHandle<Result<(), String>>;

/// Runs one session from its beginning to its end. Whatever happens, what it changed is undone and its end is told.
///
/// Returns the rest of putting the machine back, if that takes longer than a session's end may.
pub(crate) async fn run(
    shared: Arc<Shared>,
    profile: Arc<Profile>,
    options: ConnectOptions,
    accounts: Arc<EntraAccounts>,
    keeper: Arc<ProfileKeeper>,
) -> Option<UndoRest> {
    let mut engine = Engine {
        shared: Arc::clone(&shared),
        profile,
        accounts,
        keeper,
        tunnel: None,
        config: None,
        device_mtu: LARGEST_MTU,
        interface: None,
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

/// What a session has done so far that has to be undone.
struct Engine {
    shared: Arc<Shared>,
    profile: Arc<Profile>,
    accounts: Arc<EntraAccounts>,
    keeper: Arc<ProfileKeeper>,
    tunnel: Option<Arc<Tunnel>>,
    /// What the machine was brought to.
    config: Option<Arc<NetworkConfig>>,
    /// The largest packet of the device.
    device_mtu: u16,
    interface: Option<Interface>,
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
        let exception = options.server_exception.as_ref();
        let exception = exception.map(|exception| certificate_exception(&shared, exception));
        let mut dialogue = Dialogue::new(&self.profile, &options, exception)?;
        let sign_in = SignIn::new(
            &shared,
            &self.profile,
            &options,
            &self.accounts,
            &self.keeper,
        )?;
        link::check(&options.device, !options.leave_machine)?;
        if let Some(identity) = sign_in.identity(&options).await? {
            dialogue.sign_in(&identity)?;
        }
        if let Some(credentials) = sign_in.credentials().await? {
            dialogue.set_credentials(credentials);
        }

        shared.enter(State::Connecting, "");
        let mut connector = Connector {
            shared: &shared,
            profile: &self.profile,
            dialogue: &mut dialogue,
            sign_in: &sign_in,
            timeout: timeouts(&self.profile, &options).connect,
            rounds: options
                .rounds
                .and_then(NonZeroU32::new)
                .unwrap_or(NonZeroU32::MIN),
            tunnel: &mut self.tunnel,
        };
        let Established {
            settings,
            mut events,
        } = connector.establish().await?;

        shared.enter(State::Configuring, "");
        sign_in.admitted().await;
        let tunnel = self.configure(&settings, options, &mut events).await?;

        shared.enter(State::Connected, "");
        tokio::select! {
            outcome = self.stay(&mut events, &sign_in) => outcome,
            never = sign_in.keep_fresh(&tunnel) => match never {},
        }
    }

    /// Does what the gateway asks for while the session is connected; returns why it ended.
    async fn stay(
        &mut self,
        events: &mut TunnelEvents,
        sign_in: &SignIn,
    ) -> Result<Infallible, Error> {
        loop {
            match events.next().await {
                Ok(Heard::Established(_)) => {}
                Ok(Heard::Reconfigured(reconfigured)) => {
                    self.reconfigure(&reconfigured.push).await?;
                }
                Ok(Heard::CredentialsDue) => sign_in.credentials_due(),
                Err(failure) => {
                    if matches!(failure.next, Next::SignInAgain) {
                        sign_in.refused().await;
                    }
                    return Err(sign_in.signing_error().unwrap_or(failure.error));
                }
            }
        }
    }

    /// Opens the device, configures the machine and lets packets through; returns the tunnel that they go through.
    async fn configure(
        &mut self,
        settings: &Settings,
        options: ConnectOptions,
        events: &mut TunnelEvents,
    ) -> Result<Arc<Tunnel>, Error> {
        let shared = Arc::clone(&self.shared);
        let Some(tunnel) = self.tunnel.clone() else {
            return Err(ErrorCode::ConnectionLost.into());
        };
        let mtu = tunnel_mtu(&settings.push, options.mtu);
        let gateway = tunnel.peer_addr().ip();
        let config = network_config(&self.profile, &settings.push, gateway, mtu);
        let config = Arc::new(config);
        let link = link::open(
            options.device,
            mtu,
            &config,
            shared.clock(),
            can_configure_network(),
        )?;
        if let Some(warning) = link.warning {
            shared.emit(EventKind::Warning(warning));
        }
        shared.learn(|facts| {
            facts.config = Some(Arc::clone(&config));
            facts.device = link.device.name.clone();
            facts.mtu = Some(mtu);
            facts.cipher = Some(settings.cipher.to_owned());
            facts.tls_version = Some(settings.tls.version.clone());
            facts.meter = Some(meter(Arc::clone(&tunnel), link.stack.clone()));
            facts.stack = link.stack;
        });
        if let Some(name) = link.interface.filter(|_| !options.leave_machine) {
            self.interface = Some(Interface::by_name(&name).await?);
        }
        self.apply(&config).await?;
        self.config = Some(Arc::clone(&config));
        self.device_mtu = mtu;
        shared.emit(EventKind::NetworkConfig(config));
        if tunnel.attach(link.device).await.is_err() {
            // The tunnel is over already: its last event says why.
            loop {
                events.next().await.map_err(|failure| failure.error)?;
            }
        }
        Ok(tunnel)
    }

    /// Brings the machine to what the gateway wants of it from now on.
    ///
    /// The device stays the one that it is: its packets do not grow, and the userspace stack keeps its addresses.
    async fn reconfigure(&mut self, push: &PushReply) -> Result<(), Error> {
        let shared = Arc::clone(&self.shared);
        let (Some(tunnel), Some(former)) = (self.tunnel.as_ref(), self.config.as_ref()) else {
            return Ok(());
        };
        let mtu = tunnel_mtu(push, Some(self.device_mtu));
        let gateway = tunnel.peer_addr().ip();
        let config = NetworkConfig {
            generation: former.generation,
            ..network_config(&self.profile, push, gateway, mtu)
        };
        if config == **former {
            return Ok(());
        }
        let config = Arc::new(NetworkConfig {
            generation: former.generation + 1,
            ..config
        });
        let moved = config.addresses != former.addresses;
        self.apply(&config).await?;
        self.config = Some(Arc::clone(&config));
        let is_userspace = shared.learn(|facts| {
            facts.config = Some(Arc::clone(&config));
            facts.mtu = Some(mtu);
            facts.stack.is_some()
        });
        if moved && is_userspace {
            shared.emit(EventKind::Warning(Warning::new(
                WarningKind::Device,
                "the gateway assigned another address, which the userspace device takes on at the next connection only",
            )));
        }
        shared.emit(EventKind::NetworkConfig(config));
        Ok(())
    }

    /// Applies a configuration to the machine where that is this session's part, and tells what could not be.
    async fn apply(&mut self, config: &NetworkConfig) -> Result<(), Error> {
        let Some(interface) = self.interface.as_mut() else {
            return Ok(());
        };
        for part in interface.apply(config).await?.unapplied {
            self.shared.emit(EventKind::Warning(Warning::new(
                WarningKind::Machine,
                part.to_string(),
            )));
        }
        Ok(())
    }

    /// Puts everything back, within two seconds: the machine first, so that its traffic goes its old way again.
    async fn undo(&mut self) {
        if let Some(interface) = self.interface.take() {
            let problem = match finish_within(UNDO_LIMIT, put_back(interface)).await {
                Ok(outcome) => outcome.err(),
                Err(rest) => {
                    self.undo_rest = Some(rest);
                    Some("the system took too long".to_owned())
                }
            };
            if let Some(problem) = problem {
                let message = format!("the machine's network was not put back: {problem}");
                self.shared.emit(EventKind::Warning(Warning::new(
                    WarningKind::Machine,
                    message,
                )));
            }
        }
        hang_up(&self.shared, &mut self.tunnel).await;
    }
}

/// Undoes what was changed through an interface; on failure, says why.
async fn put_back(mut interface: Interface) -> Result<(), String> {
    let problem = match timeout(UNDO_LIMIT + UNDO_REST_LIMIT, interface.undo()).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the system took too long".to_owned(),
    };
    // After the session's end nobody else tells it.
    tracing::warn!(interface = interface.name(), %problem, "the machine's network was not put back");
    Err(problem)
}

/// Waits for work that goes on as a task of its own if it takes longer than the limit. A panic of it comes out here.
async fn finish_within<T: Send + 'static>(
    limit: Duration,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinHandle<T>> {
    let mut task = tokio::spawn(work);
    match timeout(limit, &mut task).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime is shut down, and the caller is dropped with it.
            Err(_) => pending().await,
        },
        Err(_) => Err(task),
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
