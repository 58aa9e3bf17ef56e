use std::fmt;

use serde::{Serialize, Serializer};
use x509_parser::time::ASN1Time;

/// A point in time, in seconds since 1970.
///
/// It displays as the day in UTC, such as `2026-11-22`, and serializes as RFC 3339 writes it, such as
/// `2026-11-22T08:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// Returns how many whole days it is after another one; negative if before.
    pub fn days_after(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0).div_euclid(SECONDS_OF_A_DAY)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match ASN1Time::from_timestamp(self.0) {
            Ok(time) => formatter.pad(&time.to_datetime().date().to_string()),
            Err(_) => formatter.pad("an impossible date"),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let second = self.0.rem_euclid(SECONDS_OF_A_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        serializer.collect_str(&format_args!("{self}T{hour:02}:{minute:02}:{second:02}Z"))
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_and_seconds_are_written_as_other_tools_write_them() {
        for (seconds, day, text) in [
            (0, "1970-01-01", "\"1970-01-01T00:00:00Z\""),
            (-1, "1969-12-31", "\"1969-12-31T23:59:59Z\""),
            (951_827_696, "2000-02-29", "\"2000-02-29T12:34:56Z\""),
            (2_147_169_600, "2038-01-15", "\"2038-01-15T12:00:00Z\""),
            (253_402_300_799, "9999-12-31", "\"9999-12-31T23:59:59Z\""),
        ] {
            assert_eq!(Moment(seconds).to_string(), day);
            assert_eq!(serde_json::to_string(&Moment(seconds)).unwrap(), text);
        }
    }

    #[test]
    fn whole_days_are_counted() {
        assert_eq!(Moment(86_400).days_after(Moment(0)), 1);
        assert_eq!(Moment(86_399).days_after(Moment(0)), 0);
        assert_eq!(Moment(-1).days_after(Moment(0)), -1);
        assert_eq!(
            Moment(i64::MAX).days_after(Moment(i64::MIN)),
            i64::MAX / 86_400
        );
    }
}
