use time::OffsetDateTime;

use crate::error::GatewayError;
use crate::random;

/// What finds an exchange in the logs of Entra.
#[derive(Clone)]
pub(super) struct Trace {
    pub(super) trace_id: String,
    /// What the client has called it (`client-request-id`), or a name of its own.
    pub(super) correlation_id: String,
    /// Unix seconds by the stand-in's clock.
    pub(super) now: i64,
}

impl Trace {
    pub(super) fn new(correlation_id: Option<String>, now: i64) -> Result<Self, GatewayError> {
        Ok(Self {
            trace_id: random::guid()?,
            correlation_id: match correlation_id {
                Some(id) => id,
                None => random::guid()?,
            },
            now,
        })
    }

    /// As errors state the time: `2026-01-31 23:59:59Z`.
    pub(super) fn timestamp(&self) -> String {
        let time = self.time();
        let (hour, minute, second) = time.to_hms();
        let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z")
    }

    /// As HTTP states the time (RFC 9110 section 5.6.7): `Sat, 31 Jan 2026 23:59:59 GMT`.
    pub(super) fn http_date(&self) -> String {
        let time = self.time();
        let (hour, minute, second) = time.to_hms();
        let (weekday, month) = (time.weekday().to_string(), time.month().to_string());
        let (year, day) = (time.year(), time.day());
        format!("{weekday:.3}, {day:02} {month:.3} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    fn time(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.now).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_entra_and_http_write_them() {
        let trace = Trace {
            trace_id: String::new(),
            correlation_id: String::new(),
            now: 1_769_903_999,
        };

        assert_eq!(trace.timestamp(), "2026-01-31 23:59:59Z");
        assert_eq!(trace.http_date(), "Sat, 31 Jan 2026 23:59:59 GMT");
    }
}
