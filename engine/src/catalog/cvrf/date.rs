//! Turns the dates of documents into days.
//!
//! A time without a zone is UTC. Source of truth: `docs/cvrf.md`, "Dates".

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// The day of a time such as `2016-04-12T07:00:00Z`, as `YYYY-MM-DD`; `None` where it is no time.
pub(super) fn of_time(text: &str) -> Option<String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(Offset::UTC.to_datetime(moment).date().to_string());
    }
    text.parse::<DateTime>().ok().map(|moment| moment.date().to_string())
}

/// The day of `yyyymmdd`.
pub(super) fn of_digits(text: &str) -> Option<String> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to);
    let date = Date::new(part(0, 4)?.parse().ok()?, part(4, 6)?.parse().ok()?, part(6, 8)?.parse().ok()?);
    date.ok().map(|date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_utc() {
        let check = |found: Option<String>, expect: Option<&str>| assert_eq!(found.as_deref(), expect);
        check(of_time("2016-04-12T07:00:00Z"), Some("2016-04-12"));
        check(of_time("2016-04-12T07:00:00"), Some("2016-04-12"));
        check(of_time("2016-04-12T20:00:00-08:00"), Some("2016-04-13"));
        check(of_time("2016-04-32T07:00:00"), None);
        check(of_time(""), None);
        check(of_digits("20260628"), Some("2026-06-28"));
        check(of_digits("20260631"), None);
        check(of_digits("2026-628"), None);
    }
}
