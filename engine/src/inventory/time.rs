//! Times of collection, and dates of installation, as inventories write them.
//!
//! RFC 3339 is the rule; a time without a zone is kept and marked, and compared as if it were UTC.
//! Of dates only those are read that mean one day in every language.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Whether a time of collection says its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// It does.
    Stated,
    /// It is the client's own, whatever that is.
    Local,
}

/// Reads a time of collection.
///
/// ```
/// use patchstate::inventory::time::{instant, Zone};
///
/// let (utc, zone) = instant("2026-03-02T09:15:00+01:00").unwrap();
/// assert_eq!((utc.to_string().as_str(), zone), ("2026-03-02T08:15:00Z", Zone::Stated));
/// assert_eq!(instant("2026-03-02T08:15:00").unwrap(), (utc, Zone::Local));
/// assert_eq!(instant("yesterday"), None);
/// ```
pub fn instant(text: &str) -> Option<(Timestamp, Zone)> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some((instant, Zone::Stated));
    }
    let local = text.parse::<DateTime>().ok()?;
    Some((TimeZone::UTC.to_timestamp(local).ok()?, Zone::Local))
}

/// Brings a time of management classes, `20240302081500.000000+060`, into the form of RFC 3339; the last three
/// digits are minutes east of Greenwich, or `***` where that is not known.
///
/// ```
/// use patchstate::inventory::time::of_management;
///
/// let shown = |text| of_management(text);
/// assert_eq!(shown("20260302091500.000000+060").as_deref(), Some("2026-03-02T08:15:00Z"));
/// assert_eq!(shown("20260302081500.000000+***").as_deref(), Some("2026-03-02T08:15:00"));
/// assert_eq!(shown("yesterday"), None);
/// ```
pub fn of_management(text: &str) -> Option<String> {
    let (digits, rest) = text.trim().split_at_checked(14)?;
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| digits)
    };
    let day = of_parts(digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?)?;
    let part = |at: usize| i8::try_from(number(digits.get(at..at + 2)?)?).ok();
    let time = Time::new(part(8)?, part(10)?, part(12)?, 0).ok()?;
    let local = day.to_datetime(time);
    let (fraction, zone) = rest.strip_prefix('.')?.split_at_checked(6)?;
    number(fraction)?;
    let (sign, minutes) = match zone.split_at_checked(1)? {
        ("+", minutes) => (1, minutes),
        ("-", minutes) => (-1, minutes),
        _ => return None,
    };
    if minutes == "***" {
        return Some(local.to_string());
    }
    let east = number(minutes).filter(|_| minutes.len() == 3)? * sign;
    let utc = TimeZone::UTC.to_timestamp(local).ok()?;
    Some(utc.checked_sub(SignedDuration::from_mins(east)).ok()?.to_string())
}

/// Reads a date of installation: `20190302`, `2019-03-02` with or without a time, `5/22/2015`, or the 16
/// hexadecimal digits of a Windows file time.
///
/// `3/2/2019` is a day in March to some and one in February to others, so it is none.
///
/// ```
/// use patchstate::inventory::time::date;
///
/// let shown = |text| date(text).map(|date| date.to_string());
/// assert_eq!(shown("5/22/2015").as_deref(), Some("2015-05-22"));
/// assert_eq!(shown("01d4dfd0fb4eb361").as_deref(), Some("2019-03-21"));
/// assert_eq!(shown("3/2/2019"), None);
/// ```
pub fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return of_file_time(u64::from_str_radix(text, 16).ok()?);
    }
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        return of_parts(&day[..4], &day[4..6], &day[6..]);
    }
    let separator = if day.contains('/') { '/' } else { '-' };
    let mut parts = day.split(separator);
    let (Some(first), Some(second), Some(third), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if first.len() == 4 {
        return of_parts(first, second, third);
    }
    let (one, other): (u8, u8) = (first.parse().ok()?, second.parse().ok()?);
    match separator {
        '/' if one == other || other > 12 => of_parts(third, first, second),
        '/' if one > 12 => of_parts(third, second, first),
        _ => None,
    }
}

fn of_parts(year: &str, month: &str, day: &str) -> Option<Date> {
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Counts tenths of a microsecond since 1601.
fn of_file_time(ticks: u64) -> Option<Date> {
    const SECONDS_TO_1970: i64 = 11_644_473_600;
    let seconds = i64::try_from(ticks / 10_000_000).ok()? - SECONDS_TO_1970;
    Some(TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).ok()?).date())
}
