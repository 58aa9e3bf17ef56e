use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Level, Metadata, Subscriber};

use crate::log_queue::{LogLevel, LogQueue, LogRecord};

/// The longest message, in bytes: peers and files supply parts of it.
const LONGEST_MESSAGE: usize = 4096;

/// What this library logs, for its host's own log. There is one log a process, whoever reads it.
///
/// The host pulls: a callback out of the library's threads could reach an interpreter that is on its way out.
#[derive(uniffi::Object)]
pub struct LogReader;

#[uniffi::export]
impl LogReader {
    /// Starts to log up to this level, or changes the level.
    #[uniffi::constructor]
    pub fn new(level: LogLevel) -> Arc<Self> {
        LEVEL.store(number(level), Ordering::Relaxed);
        // It can be set once in the life of the process, and nobody else sets it: this library is loaded by itself.
        let _ = tracing::subscriber::set_global_default(LogSubscriber);
        tracing::callsite::rebuild_interest_cache();
        Arc::new(Self)
    }

    /// Blocks until there are records and takes them all; none when the time is over.
    pub fn wait_records(&self, timeout: Duration) -> Vec<LogRecord> {
        QUEUE.wait_records(timeout)
    }
}

static QUEUE: LogQueue = LogQueue::new();
static LEVEL: AtomicU8 = AtomicU8::new(0);

/// Hands to the queue what this project's own crates log.
struct LogSubscriber;

impl Subscriber for LogSubscriber {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && metadata.target().starts_with("p2svpn")
            && *metadata.level() <= chosen_level()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(chosen_level())
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        QUEUE.push(LogRecord {
            level: level(event.metadata().level()),
            target: event.metadata().target().to_owned(),
            message: message.finish(),
            unix_milliseconds: unix_milliseconds(),
            dropped: 0,
        });
    }

    fn new_span(&self, _attributes: &Attributes<'_>) -> Id {
        // Spans are not enabled; one is asked for only by who ignores that.
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// The message of an event and its other values, as `message key=value key=value`.
#[derive(Default)]
struct Message {
    text: String,
    values: String,
}

impl Message {
    fn finish(self) -> String {
        let mut text = self.text + &self.values;
        if text.len() > LONGEST_MESSAGE {
            text.truncate(text.floor_char_boundary(LONGEST_MESSAGE));
            text.push('…');
        }
        text
    }
}

impl Visit for Message {
    fn record_str(&mut self, field: &Field, value: &str) {
        // Texts without quotes around them.
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.text, "{value:?}"),
            name => write!(self.values, " {name}={value:?}"),
        };
    }
}

fn chosen_level() -> LevelFilter {
    match LEVEL.load(Ordering::Relaxed) {
        0 => LevelFilter::OFF,
        1 => LevelFilter::ERROR,
        2 => LevelFilter::WARN,
        3 => LevelFilter::INFO,
        4 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

fn number(level: LogLevel) -> u8 {
    match level {
        LogLevel::Off => 0,
        LogLevel::Error => 1,
        LogLevel::Warning => 2,
        LogLevel::Information => 3,
        LogLevel::Debug => 4,
        LogLevel::Trace => 5,
    }
}

fn level(level: &Level) -> LogLevel {
    match *level {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warning,
        Level::INFO => LogLevel::Information,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    }
}

fn unix_milliseconds() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_lines_up_to_the_level_are_read_and_others_are_not() {
        let reader = LogReader::new(LogLevel::Information);

        tracing::info!(target: "p2svpn_test", port = 443, host = "a.b", "connecting");
        tracing::debug!(target: "p2svpn_test", "too detailed");
        tracing::error!(target: "somebody_else", "not ours");

        let records = reader.wait_records(Duration::from_secs(10));
        let texts: Vec<&str> = records
            .iter()
            .map(|record| record.message.as_str())
            .collect();
        assert_eq!(texts, ["connecting port=443 host=a.b"]);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let message = Message {
            text: "ä".repeat(LONGEST_MESSAGE),
            values: String::new(),
        };

        let text = message.finish();

        assert!(text.ends_with("ä…") && text.len() <= LONGEST_MESSAGE + '…'.len_utf8());
    }
}
