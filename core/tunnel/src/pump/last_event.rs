use tokio::sync::mpsc;

use crate::event::{TunnelEnd, TunnelEvent};

/// The place kept for the last event. It is sent whatever becomes of the task: also when it is stopped before it is through,
/// and when it panics, so that nobody waits for an end that is never told.
pub(crate) struct LastEvent(Option<mpsc::OwnedPermit<TunnelEvent>>);

impl LastEvent {
    pub(crate) fn new(place: mpsc::OwnedPermit<TunnelEvent>) -> Self {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[tokio::test]
    async fn a_task_that_is_aborted_before_its_last_word_has_said_it() {
        let (events, mut queue) = mpsc::channel(1);
        let last = LastEvent::new(events.reserve_owned().await.unwrap());
        let task = tokio::spawn(async move {
            std::future::pending::<()>().await;
            last.send(TunnelEnd::Panicked);
        });

        task.abort();

        let said = queue.recv().await;
        assert!(matches!(said, Some(TunnelEvent::Closed(TunnelEnd::Local))));
        assert!(queue.recv().await.is_none());
    }

    #[tokio::test]
    async fn a_task_that_panics_before_its_last_word_says_that_it_did() {
        let (events, mut queue) = mpsc::channel(1);
        let last = LastEvent::new(events.reserve_owned().await.unwrap());

        let task = tokio::spawn(async move {
            let _last = last;
            std::panic::panic_any("a bug");
        });

        assert!(task.await.unwrap_err().is_panic());
        let said = queue.recv().await;
        assert!(matches!(
            said,
            Some(TunnelEvent::Closed(TunnelEnd::Panicked))
        ));
    }
}
