use std::net::SocketAddr;
use std::sync::Arc;

use p2svpn_profile::Server;
use p2svpn_system::{
    GuardRules, GuardedGateway, Journal, LeakGuard as Raised, NetworkConfig, SystemError,
    TunnelMode,
};

use p2svpn_tunnel::TunnelError;

use super::shared::Shared;
use crate::error::{Error, ErrorCode};
use crate::event::EventKind;
use crate::leak_guard::LeakGuard;
use crate::protection::Protection;
use crate::warning::{Warning, WarningKind};

/// The leak guard of a session that wants one, from the first call of a gateway to the session's end.
pub(super) struct Guard {
    shared: Arc<Shared>,
    wish: LeakGuard,
    journal: Journal,
    raised: Option<Raised>,
    rules: GuardRules,
    /// The addresses of the servers, by name and port.
    known: Vec<(String, u16, Result<Vec<SocketAddr>, Error>)>,
    /// It turned out that not everything shall go through the tunnel.
    is_of_no_use: bool,
}

impl Guard {
    pub(super) fn new(shared: &Arc<Shared>, wish: LeakGuard, journal: Journal) -> Self {
        let rules = GuardRules {
            allows_local_network: wish.allow_local_network,
            ..GuardRules::default()
        };
        Self {
            shared: Arc::clone(shared),
            wish,
            journal,
            raised: None,
            rules,
            known: Vec::new(),
            is_of_no_use: false,
        }
    }

    /// Lets a gateway be called, and nobody else; raises the guard before the first call.
    pub(super) async fn admit(&mut self, gateway: GuardedGateway) -> Result<(), Error> {
        self.rules.gateways = vec![gateway];
        self.bring_up().await
    }

    /// Opens it for the tunnel and for what is excluded; lowers it if not everything shall go through the tunnel.
    pub(super) async fn enclose(
        &mut self,
        tunnel: Option<&str>,
        config: &NetworkConfig,
    ) -> Result<(), Error> {
        if config.tunnel_mode == TunnelMode::Split {
            if !std::mem::replace(&mut self.is_of_no_use, true) {
                self.warn("the leak guard is down: only some networks go through this tunnel");
            }
            self.lower().await;
            return Ok(());
        }
        self.is_of_no_use = false;
        self.rules.tunnel = tunnel.map(str::to_owned);
        self.rules.excludes.clone_from(&config.excludes);
        self.bring_up().await
    }

    /// Lowers it: everything goes its way again.
    pub(super) async fn lower(&mut self) {
        if let Some(raised) = self.raised.take()
            && let Err(error) = raised.lower().await
        {
            self.warn(&format!("the leak guard was not lowered: {error}"));
        }
    }

    /// Keeps what came of looking a server's name up before the guard was raised.
    pub(super) fn know(&mut self, server: &Server, found: Result<Vec<SocketAddr>, TunnelError>) {
        let found = found.map_err(Error::from);
        self.known
            .push((server.host().to_owned(), server.port(), found));
    }

    /// The addresses of a server, as they were then: no name is looked up while the guard is up.
    pub(super) fn addresses_of(&self, server: &Server) -> Result<Vec<SocketAddr>, Error> {
        let mut known = self.known.iter();
        let same = known.find(|(host, port, _)| host == server.host() && *port == server.port());
        same.map_or_else(|| Ok(Vec::new()), |(_, _, found)| found.clone())
    }

    /// Whether nothing leaves the machine but what it lets through.
    pub(super) fn is_up(&self) -> bool {
        self.raised.is_some()
    }

    /// What becomes of traffic that does not go through the tunnel.
    pub(super) fn protection(&self) -> Protection {
        match self.raised {
            Some(_) => Protection::Held,
            None => Protection::None,
        }
    }

    async fn bring_up(&mut self) -> Result<(), Error> {
        if self.is_of_no_use {
            return Ok(());
        }
        let rules = self.rules.clone();
        if let Some(raised) = &mut self.raised {
            match raised.change(rules).await {
                Ok(()) => return Ok(()),
                // Whatever became of it, another one is raised before it goes.
                Err(error) => self.warn(&format!("the leak guard is raised anew: {error}")),
            }
        }
        let journal = self.wish.stay_after_kill.then(|| self.journal.clone());
        let raised = Raised::raise(self.rules.clone(), journal).await;
        self.raised = Some(raised.map_err(not_raised)?);
        self.shared.learn(|facts| {
            if facts.protection == Protection::None {
                facts.protection = Protection::Held;
            }
        });
        Ok(())
    }

    fn warn(&self, message: &str) {
        let warning = Warning::new(WarningKind::Machine, message);
        self.shared.emit(EventKind::Warning(warning));
    }
}

fn not_raised(error: SystemError) -> Error {
    match error {
        SystemError::PermissionDenied { .. } | SystemError::Unsupported { .. } => error.into(),
        _ => Error::new(ErrorCode::LeakGuardFailed, error.to_string()).because(&error),
    }
}
