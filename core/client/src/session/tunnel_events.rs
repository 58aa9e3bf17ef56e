use std::pin::pin;
use std::sync::Arc;

use p2svpn_openvpn::{Challenge, Reconfigured};
use p2svpn_tunnel::{Settings, Tunnel, TunnelEvent};
use tokio::sync::mpsc::Receiver;

use super::failure::Failure;
use super::question::pass_on;
use super::shared::Shared;
use crate::error::ErrorCode;
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
    /// The gateway's question that waits for the host's answer.
    open: Option<Arc<Challenge>>,
}

/// What the session has to act on.
pub(super) enum Heard {
    /// The handshake is done.
    Established(Box<Settings>),
    /// The gateway has changed its settings.
    Reconfigured(Box<Reconfigured>),
    /// The gateway will soon be shown the credentials again.
    CredentialsDue,
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
    /// Dropping the future loses nothing; a question that is open by then is asked anew by the next one.
    pub(super) async fn next(&mut self) -> Result<Heard, Failure> {
        loop {
            if let Some(question) = self.open.clone() {
                if let Some(heard) = self.next_while_open(&question).await? {
                    return Ok(heard);
                }
                continue;
            }
            let event = self.events.recv().await;
            if let Some(heard) = self.sort(event)? {
                return Ok(heard);
            }
        }
    }

    /// Waits for something to act on while a question is open; nothing once it was answered or another one was asked.
    async fn next_while_open(&mut self, question: &Challenge) -> Result<Option<Heard>, Failure> {
        let (shared, tunnel) = (Arc::clone(&self.shared), Arc::clone(&self.tunnel));
        let mut answered = pin!(pass_on(&shared, &tunnel, question));
        while self.open.as_ref().map(|open| open.id) == Some(question.id) {
            tokio::select! {
                outcome = &mut answered => {
                    outcome?;
                    self.open = None;
                }
                event = self.events.recv() => if let Some(heard) = self.sort(event)? {
                    return Ok(Some(heard));
                }
            }
        }
        Ok(None)
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
            Some(TunnelEvent::Challenge(question)) => self.open = Some(Arc::from(question)),
            Some(TunnelEvent::Stage(stage)) => tracing::debug!(%session, %stage, "handshake"),
            Some(TunnelEvent::Rekeyed(key)) => {
                tracing::debug!(%session, ?key, "keys replaced");
                self.shared.learn(|facts| facts.rekeys += 1);
            }
            Some(TunnelEvent::Warning(warning)) => self.warn(warning.to_string()),
            // The tunnel itself shows the token at each rekey.
            Some(TunnelEvent::AuthToken(_)) => {
                tracing::debug!(%session, "the gateway gave a token in place of the credentials");
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
