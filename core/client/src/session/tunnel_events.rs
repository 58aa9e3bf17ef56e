use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;

use p2svpn_openvpn::{AuthToken, Reconfigured};
use p2svpn_tunnel::{Settings, Tunnel, TunnelEvent};
use tokio::sync::mpsc::Receiver;

use super::failure::Failure;
use super::question::pass_on;
use super::shared::Shared;
use crate::error::{Error, ErrorCode};
use crate::event::EventKind;
use crate::warning::{Warning, WarningKind};

/// What a session's tunnel tells.
///
/// What needs no decision of the session is done here: it is passed on to the host, counted or logged. That includes the
/// gateway's questions and the host's answers.
pub(super) struct TunnelEvents {
    shared: Arc<Shared>,
    tunnel: Arc<Tunnel>,
    events: Receiver<TunnelEvent>,
    /// The gateway's question that is being answered.
    open: Option<Answering>,
}

type Answering = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// What the session has to act on.
pub(super) enum Heard {
    /// The handshake is done.
    Established(Box<Settings>),
    /// The gateway has changed its settings.
    Reconfigured(Box<Reconfigured>),
    /// The gateway will soon be shown the credentials again.
    CredentialsDue,
    /// What stands for the credentials from now on.
    AuthToken(AuthToken),
}

impl TunnelEvents {
    pub(super) fn new(
        shared: Arc<Shared>,
        tunnel: Arc<Tunnel>,
        events: Receiver<TunnelEvent>,
    ) -> Self {
        Self {
            shared,
            tunnel,
            events,
            open: None,
        }
    }

    /// Waits for something to act on; the tunnel's end is a failure, and so is a host that declines to answer.
    ///
    /// Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Heard, Failure> {
        loop {
            let event = tokio::select! {
                outcome = answered(&mut self.open) => {
                    self.open = None;
                    outcome?;
                    continue;
                }
                event = self.events.recv() => event,
            };
            if let Some(heard) = self.sort(event)? {
                return Ok(heard);
            }
        }
    }

    fn sort(&mut self, event: Option<TunnelEvent>) -> Result<Option<Heard>, Failure> {
        let session = self.shared.id();
        match event {
            None => return Err(ErrorCode::ConnectionLost.into()),
            Some(TunnelEvent::Closed(end)) => return Err(end.into()),
            Some(TunnelEvent::Established(settings)) => {
                if settings.push.block_outside_dns {
                    self.warn("the pushed option \"block-outside-dns\" is not supported");
                }
                // The gateway waits for no answer any more.
                self.open = None;
                return Ok(Some(Heard::Established(settings)));
            }
            Some(TunnelEvent::Reconfigured(reconfigured)) => {
                return Ok(Some(Heard::Reconfigured(reconfigured)));
            }
            // An answer does not say which question it is for, so only the newest one can be answered.
            Some(TunnelEvent::Challenge(question)) => {
                let (shared, tunnel) = (Arc::clone(&self.shared), Arc::clone(&self.tunnel));
                // The one before is withdrawn before this one is asked.
                self.open = None;
                self.open = Some(Box::pin(async move {
                    pass_on(&shared, &tunnel, &question).await
                }));
            }
            Some(TunnelEvent::Stage(stage)) => tracing::debug!(%session, %stage, "handshake"),
            Some(TunnelEvent::Rekeyed(key)) => {
                tracing::debug!(%session, ?key, "keys replaced");
                self.shared.learn(|facts| facts.rekeys += 1);
            }
            Some(TunnelEvent::Warning(warning)) => self.warn(warning.to_string()),
            // The tunnel itself shows the token at each rekey.
            Some(TunnelEvent::AuthToken(token)) => {
                tracing::debug!(%session, "the gateway gave a token in place of the credentials");
                return Ok(Some(Heard::AuthToken(token)));
            }
            Some(TunnelEvent::CredentialsDue { .. }) => return Ok(Some(Heard::CredentialsDue)),
            // Only gateways admit anybody.
            Some(_) => {}
        }
        Ok(None)
    }

    fn warn(&self, message: impl Into<String>) {
        let warning = Warning::new(WarningKind::Push, message);
        self.shared.emit(EventKind::Warning(warning));
    }
}

/// Waits for the answer to the open question; without one, for ever.
async fn answered(open: &mut Option<Answering>) -> Result<(), Error> {
    match open {
        Some(answering) => answering.await,
        None => pending().await,
    }
}
