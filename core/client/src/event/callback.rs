use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::event::Event;
use super::queue::EventQueue;
use crate::error::{Error, ErrorCode};
use crate::monitor::Monitor;

/// The thread that hands events to the host's callback, one after the other, while it holds no lock.
///
/// It ends by itself after the queue was closed and emptied.
pub(crate) struct CallbackThread {
    ended: Arc<Monitor<bool>>,
    id: ThreadId,
}

impl CallbackThread {
    /// Starts the thread.
    ///
    /// A panic of the callback is caught and logged, and the next event is handed over all the same.
    pub(crate) fn start(
        queue: Arc<EventQueue>,
        mut callback: Box<dyn FnMut(Event) + Send>,
    ) -> Result<Self, Error> {
        let ended = Arc::new(Monitor::new(false));
        let on_end = Arc::clone(&ended);
        let run = move || {
            while let Some(event) = queue.wait_next(None) {
                if catch_unwind(AssertUnwindSafe(|| callback(event))).is_err() {
                    tracing::error!("the host's event callback panicked");
                }
            }
            // Whatever the callback owns may run the host's code when it is dropped.
            if catch_unwind(AssertUnwindSafe(|| drop(callback))).is_err() {
                tracing::error!(
                    "what the host's event callback owned panicked when it was dropped"
                );
            }
            on_end.change(|ended| *ended = true);
        };
        let thread = thread::Builder::new()
            .name("p2svpn-events".to_owned())
            .spawn(run)
            .map_err(|error| Error::from(ErrorCode::ThreadsUnavailable).because(&error))?;
        Ok(Self {
            ended,
            id: thread.thread().id(),
        })
    }

    /// Whether the caller is the callback itself, which cannot wait for its own end.
    pub(crate) fn is_current(&self) -> bool {
        thread::current().id() == self.id
    }

    /// Waits as a task until the thread has ended.
    pub(crate) async fn ended(&self) {
        self.ended.until(|ended| ended.then_some(())).await;
    }

    /// Blocks until the thread has ended; answers whether it has.
    pub(crate) fn wait_ended(&self, timeout: Duration) -> bool {
        self.ended
            .wait_until(Some(timeout), |ended| ended.then_some(()))
            .is_some()
    }
}
