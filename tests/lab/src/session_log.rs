use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use p2svpn_openvpn::Reconfigured;
use p2svpn_tunnel::{TunnelEnd, TunnelEvent};
use tokio::sync::mpsc::Receiver;

/// What a tunnel has said after its beginning, to be waited for by threads.
#[derive(Default)]
pub(crate) struct SessionLog {
    state: Mutex<Heard>,
    changed: Condvar,
}

#[derive(Default)]
struct Heard {
    rekeys: Vec<Instant>,
    warnings: Vec<String>,
    updates: VecDeque<Reconfigured>,
    end: Option<TunnelEnd>,
    ended: bool,
}

impl SessionLog {
    /// Listens until the tunnel is over.
    pub(crate) async fn listen(&self, mut events: Receiver<TunnelEvent>) {
        while let Some(event) = events.recv().await {
            self.hear(event);
        }
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// When each rekey was done.
    pub(crate) fn rekeys(&self) -> Vec<Instant> {
        self.lock().rekeys.clone()
    }

    /// What was odd and not fatal.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.lock().warnings.clone()
    }

    /// Waits until so many rekeys were done; says how many were, which is less if the time or the tunnel is over.
    pub(crate) fn wait_rekeys(&self, count: usize, limit: Duration) -> usize {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), limit, |heard| {
                heard.rekeys.len() < count && !heard.ended
            });
        let heard = waited.unwrap_or_else(PoisonError::into_inner).0;
        heard.rekeys.len()
    }

    /// Waits for the next change of settings and takes it out; none if it does not come.
    pub(crate) fn wait_update(&self, limit: Duration) -> Option<Reconfigured> {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), limit, |heard| {
                heard.updates.is_empty() && !heard.ended
            });
        let mut heard = waited.unwrap_or_else(PoisonError::into_inner).0;
        heard.updates.pop_front()
    }

    /// Waits for the end and takes its cause out; none if it does not come.
    pub(crate) fn wait_end(&self, limit: Duration) -> Option<TunnelEnd> {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), limit, |heard| !heard.ended);
        let mut heard = waited.unwrap_or_else(PoisonError::into_inner).0;
        heard.end.take()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    fn hear(&self, event: TunnelEvent) {
        let mut heard = self.lock();
        match event {
            TunnelEvent::Rekeyed(_) => heard.rekeys.push(Instant::now()),
            TunnelEvent::Reconfigured(update) => heard.updates.push_back(*update),
            TunnelEvent::Warning(warning) => heard.warnings.push(warning.to_string()),
            TunnelEvent::Closed(end) => heard.end = Some(end),
            _ => {}
        }
        drop(heard);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
