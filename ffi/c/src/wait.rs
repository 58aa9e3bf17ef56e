//! Blocking, for callers who have threads and no tasks.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// A timeout that never comes.
pub const P2SVPN_WAIT_FOREVER: u32 = 4_294_967_295;

/// Reads a timeout in milliseconds; none is for ever.
pub(crate) fn timeout(milliseconds: u32) -> Option<Duration> {
    (milliseconds != P2SVPN_WAIT_FOREVER).then(|| Duration::from_millis(milliseconds.into()))
}

/// Blocks until a future is done; none when the time is over first. The future is polled at least once.
pub(crate) fn wait<T>(future: impl Future<Output = T>, timeout: Option<Duration>) -> Option<T> {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let alarm = Arc::new(Alarm {
        thread: thread::current(),
        rung: AtomicBool::new(false),
    });
    let waker = Waker::from(Arc::clone(&alarm));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(value);
        }
        // Parking may end for no reason, and for reasons of others who park in this thread.
        while !alarm.rung.swap(false, Ordering::Acquire) {
            match deadline {
                None => thread::park(),
                Some(deadline) => {
                    let rest = deadline.saturating_duration_since(Instant::now());
                    if rest.is_zero() {
                        return None;
                    }
                    thread::park_timeout(rest);
                }
            }
        }
    }
}

struct Alarm {
    thread: Thread,
    rung: AtomicBool,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::future::{pending, ready};

    use tokio::sync::oneshot;

    use super::*;

    #[test]
    fn what_is_done_needs_no_time() {
        assert_eq!(wait(ready(5), Some(Duration::ZERO)), Some(5));
    }

    #[test]
    fn the_time_ends_what_never_comes() {
        assert_eq!(wait(pending::<()>(), Some(Duration::from_millis(5))), None);
    }

    #[test]
    fn another_thread_ends_the_wait() {
        let (sender, receiver) = oneshot::channel();
        let thread = thread::spawn(move || sender.send(5).unwrap());

        assert_eq!(wait(receiver, None), Some(Ok(5)));
        thread.join().unwrap();
    }

    #[test]
    fn for_ever_is_one_number() {
        assert_eq!(timeout(P2SVPN_WAIT_FOREVER), None);
        assert_eq!(
            timeout(P2SVPN_WAIT_FOREVER - 1),
            Some(Duration::from_millis(4_294_967_294))
        );
        assert_eq!(timeout(0), Some(Duration::ZERO));
    }
}
