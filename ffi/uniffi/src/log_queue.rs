use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Records that wait at most: a host that does not read loses the oldest, and learns how many.
const CAPACITY: usize = 1024;

/// A line of the library's log. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct LogRecord {
    /// How important it is.
    pub level: LogLevel,
    /// The part of the library that wrote it, such as `p2svpn_tunnel::pump`.
    pub target: String,
    /// What happened, with the values that belong to it.
    pub message: String,
    /// When, in milliseconds since 1970.
    pub unix_milliseconds: i64,
    /// How many records were lost so far because nobody read them in time.
    pub dropped: u64,
}

/// How important a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, uniffi::Enum)]
pub enum LogLevel {
    /// Nothing is written.
    Off,
    /// A defect, or something that should have been possible.
    Error,
    /// Something odd that somebody may have to look at.
    Warning,
    /// A step on the way.
    Information,
    /// What a programmer wants to know.
    Debug,
    /// Everything.
    Trace,
}

/// The bounded queue between the threads that log and the one that reads.
pub(crate) struct LogQueue {
    waiting: Mutex<Waiting>,
    arrival: Condvar,
}

struct Waiting {
    records: VecDeque<LogRecord>,
    dropped: u64,
}

impl LogQueue {
    pub(crate) const fn new() -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                records: VecDeque::new(),
                dropped: 0,
            }),
            arrival: Condvar::new(),
        }
    }

    /// Adds a record and drops the oldest where there is no room.
    pub(crate) fn push(&self, mut record: LogRecord) {
        let mut waiting = self.lock();
        if waiting.records.len() >= CAPACITY {
            waiting.records.pop_front();
            waiting.dropped += 1;
        }
        record.dropped = waiting.dropped;
        waiting.records.push_back(record);
        self.arrival.notify_one();
    }

    /// Blocks until there are records and takes them all; none when the time is over.
    pub(crate) fn wait_records(&self, timeout: Duration) -> Vec<LogRecord> {
        let waiting = self.lock();
        let (mut waiting, _) = self
            .arrival
            .wait_timeout_while(waiting, timeout, |waiting| waiting.records.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        waiting.records.drain(..).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_reader_that_is_late_loses_the_oldest_and_learns_how_many() {
        let queue = LogQueue::new();

        for number in 0..CAPACITY + 3 {
            queue.push(record(&number.to_string()));
        }

        let records = queue.wait_records(Duration::ZERO);
        assert_eq!(records.len(), CAPACITY);
        assert_eq!(records.first().unwrap().message, "3");
        assert_eq!(records.last().unwrap().dropped, 3);
    }

    #[test]
    fn a_wait_without_records_ends_with_its_time() {
        assert_eq!(LogQueue::new().wait_records(Duration::from_millis(1)), []);
    }

    #[test]
    fn a_waiting_reader_is_woken() {
        let queue = LogQueue::new();

        std::thread::scope(|scope| {
            let reader = scope.spawn(|| queue.wait_records(Duration::from_secs(30)));
            queue.push(record("here"));
            assert_eq!(reader.join().unwrap().first().unwrap().message, "here");
        });
    }

    fn record(message: &str) -> LogRecord {
        LogRecord {
            level: LogLevel::Debug,
            target: "p2svpn".to_owned(),
            message: message.to_owned(),
            unix_milliseconds: 0,
            dropped: 0,
        }
    }
}
