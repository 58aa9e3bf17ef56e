//! A task whose end is noticed once.

use tokio::task::JoinHandle;

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It returned, or was stopped.
    InOrder,
    /// It panicked: it, or a device that the host wrote, has a defect.
    Panicked,
}

/// A task of the tunnel.
pub(crate) struct Task {
    /// There until the end was told.
    handle: Option<JoinHandle<()>>,
}

impl Task {
    pub(crate) fn new(handle: JoinHandle<()>) -> Task {
        Task {
            handle: Some(handle),
        }
    }

    /// Waits for the end, which is told once: after that it waits for ever. Dropping the future loses nothing.
    pub(crate) async fn ended(&mut self) -> Ended {
        let Some(handle) = &mut self.handle else {
            return std::future::pending().await;
        };
        let ended = match handle.await {
            Err(error) if error.is_panic() => Ended::Panicked,
            _ => Ended::InOrder,
        };
        self.handle = None;
        ended
    }

    /// Waits for the end, unless it was told already.
    pub(crate) async fn finished(&mut self) {
        if self.handle.is_some() {
            self.ended().await;
        }
    }

    /// Stops it, and returns once it has let go of everything.
    pub(crate) async fn stop(&mut self) {
        if let Some(handle) = &self.handle {
            handle.abort();
        }
        self.finished().await;
    }
}
