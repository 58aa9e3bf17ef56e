use std::sync::Arc;

use p2svpn_tunnel::{Settings, TunnelEvent};
use tokio::sync::mpsc::Receiver;

use super::failure::Failure;
use super::shared::Shared;
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::warning::{Warning, WarningKind};

/// What a session's tunnel tells; what needs no decision is passed on to the host, counted or logged here.
pub(super) struct TunnelEvents {
    shared: Arc<Shared>,
    events: Receiver<TunnelEvent>,
}

/// What the session has to act on.
pub(super) enum Heard {
    /// The handshake is done.
    Established(Box<Settings>),
}

impl TunnelEvents {
    pub(super) fn new(shared: Arc<Shared>, events: Receiver<TunnelEvent>) -> Self {
        Self { shared, events }
    }

    /// Waits for something to act on; the tunnel's end is a failure. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Heard, Failure> {
        let session = self.shared.id();
        loop {
            match self.events.recv().await {
                Some(TunnelEvent::Established(settings)) => {
                    if settings.push.block_outside_dns {
                        self.warn("the pushed option \"block-outside-dns\" is not supported");
                    }
                    return Ok(Heard::Established(settings));
                }
                Some(TunnelEvent::Closed(end)) => return Err(end.into()),
                None => return Err(ErrorCode::ConnectionLost.into()),
                Some(TunnelEvent::Stage(stage)) => {
                    tracing::debug!(%session, %stage, "handshake");
                }
                Some(TunnelEvent::Rekeyed(key)) => {
                    tracing::debug!(%session, ?key, "keys replaced");
                    self.shared.learn(|facts| facts.rekeys += 1);
                }
                Some(TunnelEvent::Warning(warning)) => {
                    self.warn(&warning.to_string());
                }
                Some(TunnelEvent::Reconfigured(now)) if now.changes.concern_machine() => {
                    self.warn("the gateway changed settings, which the next connection takes on");
                }
                // The tunnel itself shows the token at each rekey.
                Some(TunnelEvent::AuthToken(_)) => {
                    tracing::debug!(%session, "the gateway gave a token in place of the credentials");
                }
                // A certificate is shown in TLS: there are no credentials to wear out. Only gateways admit anybody.
                Some(_) => {}
            }
        }
    }

    fn warn(&self, text: &str) {
        let warning = Warning::new(WarningKind::Push, text.to_owned());
        self.shared.emit(EventKind::Warning(warning));
    }
}
