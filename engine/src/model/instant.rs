//! Instants as rules and inventories write them, to a ten-millionth of a second.
//!
//! That is how finely Windows keeps the times of files. A time without a zone is in UTC.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Nanoseconds of the unit in which instants are compared.
const UNIT: i32 = 100;

/// A point in time.
///
/// ```
/// use patchstate::model::instant::Instant;
///
/// let read = |text| Instant::parse(text).unwrap();
/// assert_eq!(read("2019-02-24T08:35:01"), read("2019-02-24T09:35:01.000000099+01:00"));
/// assert!(read("2019-02-24T08:35:01Z") < read("2019-02-24T08:35:01.0000001Z"));
/// assert_eq!(read("2019-02-24T08:35:01").to_string(), "2019-02-24T08:35:01Z");
/// assert_eq!(Instant::parse("today"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Timestamp);

impl Instant {
    /// Reads a date and a time.
    pub fn parse(text: &str) -> Option<Instant> {
        let text = text.trim();
        let exact = match text.parse::<Timestamp>() {
            Ok(exact) => exact,
            Err(_) => TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok()?,
        };
        let nanoseconds = exact.subsec_nanosecond();
        let rounded = nanoseconds - nanoseconds.rem_euclid(UNIT);
        Timestamp::new(exact.as_second(), rounded).ok().map(Instant)
    }
}

impl Instant {
    /// Whole seconds since 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.as_second() - i64::from(self.0.subsec_nanosecond() < 0)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
