//! The two halves of the stack as a device.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use super::machine::Shared;
use crate::batch::Batch;
use crate::device::{PacketSink, PacketSource};

/// The shortest wait for a timer of the stack: what the runtime's timers can tell apart, and a bound on how often the
/// stack is asked should it ever name a moment that has passed.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// Packets that leave the stack. It drives the stack: its timers run while somebody reads.
pub(super) struct LinkSource {
    shared: Arc<Shared>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl LinkSource {
    pub(super) fn new(shared: Arc<Shared>) -> LinkSource {
        LinkSource {
            shared,
            timer: None,
        }
    }
}

impl PacketSource for LinkSource {
    fn poll_read(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        loop {
            let wait = self.shared.lock().depart(batch, context.waker());
            if !batch.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let Some(wait) = wait else {
                return Poll::Pending;
            };
            let due = Instant::now() + wait.max(SHORTEST_WAIT);
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
            timer.as_mut().reset(due);
            ready!(timer.as_mut().poll(context));
        }
    }
}

/// Packets that come to the stack.
pub(super) struct LinkSink {
    shared: Arc<Shared>,
}

impl LinkSink {
    pub(super) fn new(shared: Arc<Shared>) -> LinkSink {
        LinkSink { shared }
    }
}

impl PacketSink for LinkSink {
    fn poll_write(
        &mut self,
        _context: &mut Context<'_>,
        batch: &mut Batch,
    ) -> Poll<io::Result<()>> {
        self.shared.lock().arrive(batch);
        Poll::Ready(Ok(()))
    }
}
