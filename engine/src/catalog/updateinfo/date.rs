//! Turns the dates of updates into `YYYY-MM-DD` and a time of day.
//!
//! Source of truth: `docs/updateinfo.md`, "Reading": Unix seconds, or `yyyy-mm-dd[ hh:mm[:ss]]`, which
//! is UTC whether or not it says so.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// A date of an update, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// `YYYY-MM-DD`.
    pub(super) day: String,
    /// `YYYY-MM-DD HH:MM:SS`, where a time of day is stated.
    pub(super) second: Option<String>,
}

/// Reads a date; `None` where the text is in none of the forms or names no day of the calendar.
pub(super) fn read(text: &str) -> Option<Moment> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = Timestamp::from_second(text.parse().ok()?).ok()?;
        return Some(stated(Offset::UTC.to_datetime(seconds)));
    }
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let (day, time) = text.split_once(' ').map_or((text, None), |(day, time)| (day, Some(time)));
    let date = date(day)?;
    match time {
        None => Some(Moment { day: date.to_string(), second: None }),
        Some(text) => Some(stated(date.to_datetime(time_of_day(text)?))),
    }
}

fn stated(moment: DateTime) -> Moment {
    let (date, time) = (moment.date(), moment.time());
    let second = format!("{date} {:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    Moment { day: date.to_string(), second: Some(second) }
}

fn date(text: &str) -> Option<Date> {
    let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    Date::new(number(year, 4)?, number(month, 2)?, number(day, 2)?).ok()
}

fn time_of_day(text: &str) -> Option<Time> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, second) = rest.split_once(':').unwrap_or((rest, "00"));
    Time::new(number(hour, 2)?, number(minute, 2)?, number(second, 2)?, 0).ok()
}

/// As many digits as `width`, and nothing else.
fn number<N: std::str::FromStr>(digits: &str, width: usize) -> Option<N> {
    let whole = digits.len() == width && digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_nothing_else() {
        let check = |text: &str, day: &str, second: Option<&str>| {
            let expect = Moment { day: day.to_owned(), second: second.map(str::to_owned) };
            assert_eq!(read(text), Some(expect), "{text}");
        };
        check("1213630432", "2008-06-16", Some("2008-06-16 15:33:52"));
        check("0", "1970-01-01", Some("1970-01-01 00:00:00"));
        check("2019-03-29 00:00:00", "2019-03-29", Some("2019-03-29 00:00:00"));
        check("2019-03-29 17:05", "2019-03-29", Some("2019-03-29 17:05:00"));
        check("2019-03-29", "2019-03-29", None);
        check("2018-07-29 06:00:01 UTC", "2018-07-29", Some("2018-07-29 06:00:01"));
        let refused = ["", "15mangled2", "2019-02-30", "2019-3-29", "2019-03-29 24:00", "29-03-2019"];
        for text in refused.into_iter().chain(["+5", "2019-03-29T10:00", "99999999999999999999", " 5"]) {
            assert_eq!(read(text).filter(|_| !text.is_empty()), None, "{text}");
        }
    }
}
