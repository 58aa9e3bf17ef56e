use std::collections::VecDeque;
use std::time::Duration;

use p2svpn_system::Clock;

use super::event::{Event, EventKind};
use crate::monitor::Monitor;
use crate::session_id::SessionId;

/// The one bounded queue of a client, from all its sessions to whoever takes the events.
///
/// Nobody who adds an event ever waits. When it is full, the oldest of the least important events makes room: warnings
/// first, then network configurations, states, challenges, and ends of sessions last. Each event dropped is counted.
pub(crate) struct EventQueue {
    ring: Monitor<Ring>,
    capacity: usize,
    clock: Clock,
}

struct Ring {
    waiting: VecDeque<Event>,
    sequence: u64,
    dropped: u64,
    closed: bool,
}

impl EventQueue {
    /// Makes an empty queue for `capacity` events, at least one.
    pub(crate) fn new(capacity: usize, clock: Clock) -> Self {
        let ring = Ring {
            waiting: VecDeque::new(),
            sequence: 0,
            dropped: 0,
            closed: false,
        };
        Self {
            ring: Monitor::new(ring),
            capacity: capacity.max(1),
            clock,
        }
    }

    /// Adds an event; after the queue was closed it is forgotten.
    pub(crate) fn push(&self, session: Option<SessionId>, kind: EventKind) {
        let unix_time = self.clock.unix_seconds();
        self.ring.change(|ring| {
            if ring.closed {
                return;
            }
            ring.sequence += 1;
            let event = Event {
                sequence: ring.sequence,
                dropped: 0,
                session,
                unix_time,
                kind,
            };
            ring.waiting.push_back(event);
            if ring.waiting.len() > self.capacity {
                ring.drop_one();
            }
        });
    }

    /// Takes the oldest event, if there is one.
    pub(crate) fn try_next(&self) -> Option<Event> {
        self.ring.look(Ring::take)
    }

    /// Takes the oldest event as soon as there is one; none after the queue was closed and emptied.
    pub(crate) async fn next(&self) -> Option<Event> {
        self.ring.until(Ring::take_or_end).await
    }

    /// Blocks until there is an event; none when the time is over, or after the queue was closed and emptied.
    pub(crate) fn wait_next(&self, timeout: Option<Duration>) -> Option<Event> {
        self.ring.wait_until(timeout, Ring::take_or_end).flatten()
    }

    /// Lets no more events in; those that wait can still be taken.
    pub(crate) fn close(&self) {
        self.ring.change(|ring| ring.closed = true);
    }

    /// Closes the queue and forgets the events that wait.
    pub(crate) fn cut(&self) {
        self.ring.change(|ring| {
            ring.closed = true;
            ring.waiting.clear();
        });
    }
}

impl Ring {
    fn take(&mut self) -> Option<Event> {
        let event = self.waiting.pop_front()?;
        Some(Event {
            dropped: self.dropped,
            ..event
        })
    }

    fn take_or_end(&mut self) -> Option<Option<Event>> {
        match self.take() {
            Some(event) => Some(Some(event)),
            None => self.closed.then_some(None),
        }
    }

    fn drop_one(&mut self) {
        let lightest = self
            .waiting
            .iter()
            .enumerate()
            .min_by_key(|(index, event)| (event.kind.weight(), *index));
        if let Some((index, _)) = lightest {
            self.waiting.remove(index);
            self.dropped += 1;
        }
    }
}

#[cfg(test)]
mod tests;
