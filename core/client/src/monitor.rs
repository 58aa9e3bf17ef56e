use std::pin::pin;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// A value behind a lock, for whose changes threads and tasks of any executor can wait alike.
///
/// The lock is held only while the closures run; they must not call out.
pub(crate) struct Monitor<T> {
    value: Mutex<T>,
    threads: Condvar,
    tasks: Notify,
}

impl<T> Monitor<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            value: Mutex::new(value),
            threads: Condvar::new(),
            tasks: Notify::new(),
        }
    }

    /// Looks at the value without waking anybody.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        look(&mut self.lock())
    }

    /// Changes the value and wakes all who wait.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let result = change(&mut self.lock());
        self.threads.notify_all();
        self.tasks.notify_waiters();
        result
    }

    /// Waits as a task until `check` finds what it looks for.
    pub(crate) async fn until<R>(&self, mut check: impl FnMut(&mut T) -> Option<R>) -> R {
        loop {
            let mut changed = pin!(self.tasks.notified());
            // From here on no change is missed, although it is awaited only below.
            changed.as_mut().enable();
            if let Some(found) = self.look(&mut check) {
                return found;
            }
            changed.await;
        }
    }

    /// Blocks the thread until `check` finds what it looks for; none when the time is over. No timeout waits for ever.
    pub(crate) fn wait_until<R>(
        &self,
        timeout: Option<Duration>,
        mut check: impl FnMut(&mut T) -> Option<R>,
    ) -> Option<R> {
        // A timeout beyond the clock's range is none.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut value = self.lock();
        loop {
            if let Some(found) = check(&mut value) {
                return Some(found);
            }
            let Some(deadline) = deadline else {
                value = self
                    .threads
                    .wait(value)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            value = self
                .threads
                .wait_timeout(value, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// A panic inside a closure leaves a value that is still whole: each closure makes one change.
    fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
