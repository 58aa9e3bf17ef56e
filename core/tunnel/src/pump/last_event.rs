use tokio::sync::mpsc::OwnedPermit;

use crate::event::{TunnelEnd, TunnelEvent};

/// The place kept for the last event. It is sent whatever becomes of the task: also when it is stopped before it is through,
/// and when it panics, so that nobody waits for an end that is never told.
pub(crate) struct LastEvent(Option<OwnedPermit<TunnelEvent>>);

impl LastEvent {
    pub(crate) fn new(place: OwnedPermit<TunnelEvent>) -> Self {
        Self(Some(place))
    }

    pub(crate) fn send(mut self, end: TunnelEnd) {
        self.tell(end);
    }

    fn tell(&mut self, end: TunnelEnd) {
        if let Some(place) = self.0.take() {
            place.send(TunnelEvent::Closed(end));
        }
    }
}

impl Drop for LastEvent {
    fn drop(&mut self) {
        // Only the owner stops the task.
        self.tell(match std::thread::panicking() {
            true => TunnelEnd::Panicked,
            false => TunnelEnd::Local,
        });
    }
}
