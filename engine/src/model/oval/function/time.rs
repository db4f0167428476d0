//! Reads dates and times into seconds since 1970.
//!
//! Times are in UTC unless they say otherwise; parts of seconds are dropped. A day or an hour that the
//! calendar does not have is no time.

use jiff::civil::{Date, DateTime, Time};

use super::Fault;

/// Seconds from 1601, where the file times of Windows begin, to 1970.
const FILETIME_EPOCH: i64 = 11_644_473_600;

/// Units of a file time in a second.
const FILETIME_UNITS: u64 = 10_000_000;

/// How a date and a time are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeFormat {
    /// `20090204`, `20090204T122343`, `2009/02/04 12:23:43`, `2009-02-04`.
    YearMonthDay,
    /// `02/04/2009 12:23:43`, `02-04-2009`, `February, 04 2009`, `Feb 4 2009`.
    MonthDayYear,
    /// `04/02/2009 12:23:43`, `04-02-2009`, `04 February 2009`.
    DayMonthYear,
    /// Ten-millionths of a second since 1601, decimal or hexadecimal.
    WinFiletime,
    /// Seconds since 1970.
    SecondsSinceEpoch,
    /// `20150702140000.123456+120`, the offset in minutes; and what queries write.
    CimDatetime,
}

impl TimeFormat {
    /// All of them, in the order of their declaration.
    pub const ALL: [TimeFormat; 6] = [
        TimeFormat::YearMonthDay,
        TimeFormat::MonthDayYear,
        TimeFormat::DayMonthYear,
        TimeFormat::WinFiletime,
        TimeFormat::SecondsSinceEpoch,
        TimeFormat::CimDatetime,
    ];

    /// The word of the standard.
    pub fn name(self) -> &'static str {
        match self {
            TimeFormat::YearMonthDay => "year_month_day",
            TimeFormat::MonthDayYear => "month_day_year",
            TimeFormat::DayMonthYear => "day_month_year",
            TimeFormat::WinFiletime => "win_filetime",
            TimeFormat::SecondsSinceEpoch => "seconds_since_epoch",
            TimeFormat::CimDatetime => "cim_datetime",
        }
    }

    /// Finds the format of a word of the standard.
    pub fn find(name: &str) -> Option<TimeFormat> {
        TimeFormat::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Reads a date and a time into the seconds since 1970 in UTC.
///
/// ```
/// use patchstate::model::oval::function::{TimeFormat, seconds};
///
/// assert_eq!(seconds("2009-02-04 12:23:43", TimeFormat::YearMonthDay)?, 1_233_750_223);
/// assert_eq!(seconds("Feb, 04 2009", TimeFormat::MonthDayYear)?, 1_233_705_600);
/// assert!(seconds("31/02/2009", TimeFormat::DayMonthYear).is_err());
/// # Ok::<(), patchstate::model::oval::function::Fault>(())
/// ```
///
/// # Errors
///
/// The text is not of the format, or there is no such time.
pub fn seconds(text: &str, format: TimeFormat) -> Result<i64, Fault> {
    let read = match format {
        TimeFormat::YearMonthDay => compact(text).or_else(|| numeric(text, [0, 1, 2])).map(since_epoch),
        TimeFormat::MonthDayYear => named(text, [1, 0]).or_else(|| numeric(text, [2, 0, 1])).map(since_epoch),
        TimeFormat::DayMonthYear => named(text, [0, 1]).or_else(|| numeric(text, [2, 1, 0])).map(since_epoch),
        TimeFormat::WinFiletime => filetime(text),
        TimeFormat::SecondsSinceEpoch => epoch_seconds(text),
        TimeFormat::CimDatetime => cim(text).or_else(|| cim_query(text)),
    };
    read.ok_or(Fault::Time)
}

/// The seconds from the second time to the first one.
pub fn time_difference(first: i64, second: i64) -> i128 {
    i128::from(first) - i128::from(second)
}

fn since_epoch(time: DateTime) -> i64 {
    time.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs()
}

/// Reads `yyyymmdd` and `yyyymmddThhmmss`.
fn compact(text: &str) -> Option<DateTime> {
    match text.trim_ascii().split_once('T') {
        None => Some(compact_date(text.trim_ascii())?.to_datetime(Time::midnight())),
        Some((date, time)) => Some(compact_date(date)?.to_datetime(compact_time(time)?)),
    }
}

fn compact_date(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Date::new(number(year, 4, 4)?, narrow(number(month, 2, 2)?)?, narrow(number(day, 2, 2)?)?).ok()
}

fn compact_time(text: &str) -> Option<Time> {
    let (hour, rest) = text.split_at_checked(2)?;
    let (minute, second) = rest.split_at_checked(2)?;
    clock([number(hour, 2, 2)?, number(minute, 2, 2)?, number(second, 2, 2)?])
}

/// Reads three numbers with slashes or hyphens, and a time; `order` has the places of year, month, day.
fn numeric(text: &str, order: [usize; 3]) -> Option<DateTime> {
    let mut words = text.split_ascii_whitespace();
    let date = words.next()?;
    let separator = if date.contains('/') { '/' } else { '-' };
    let mut parts = date.split(separator);
    let parts = [parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?];
    date_time(order.map(|place| parts[place]), words)
}

/// Reads a day, the name of a month, a year, and a time, with perhaps one comma.
///
/// `order` has the places of the day and the month.
fn named(text: &str, order: [usize; 2]) -> Option<DateTime> {
    let text = text.replacen(',', " ", 1);
    let mut words = text.split_ascii_whitespace();
    let first = [words.next()?, words.next()?];
    let year = words.next()?;
    date_time([year, month_of_name(first[order[1]])?, first[order[0]]], words)
}

/// The number of a month whose name or the first three letters of it are given.
fn month_of_name(name: &str) -> Option<&'static str> {
    const MONTHS: [(&str, &str); 12] = [
        ("january", "1"),
        ("february", "2"),
        ("march", "3"),
        ("april", "4"),
        ("may", "5"),
        ("june", "6"),
        ("july", "7"),
        ("august", "8"),
        ("september", "9"),
        ("october", "10"),
        ("november", "11"),
        ("december", "12"),
    ];
    let is_named = |month: &str| name.eq_ignore_ascii_case(month) || name.eq_ignore_ascii_case(&month[..3]);
    MONTHS.into_iter().find(|(month, _)| is_named(month)).map(|(_, number)| number)
}

/// Joins year, month and day with the time that may follow them.
fn date_time<'a>(date: [&str; 3], mut words: impl Iterator<Item = &'a str>) -> Option<DateTime> {
    let [year, month, day] = date;
    let date =
        Date::new(number(year, 4, 4)?, narrow(number(month, 1, 2)?)?, narrow(number(day, 1, 2)?)?).ok()?;
    let time = match words.next() {
        None => Time::midnight(),
        Some(time) => {
            let mut parts = time.split(':').map(|part| number(part, 1, 2));
            let time = [parts.next()??, parts.next()??, parts.next()??];
            clock(time).filter(|_| parts.next().is_none())?
        }
    };
    words.next().is_none().then(|| date.to_datetime(time))
}

fn clock([hour, minute, second]: [i16; 3]) -> Option<Time> {
    Time::new(narrow(hour)?, narrow(minute)?, narrow(second)?, 0).ok()
}

/// Reads a file time; digits alone are decimal, and a letter among them makes them hexadecimal.
fn filetime(text: &str) -> Option<i64> {
    let text = text.trim_ascii();
    let units = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => hexadecimal(digits),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        None => hexadecimal(text),
    };
    i64::try_from(units? / FILETIME_UNITS).ok().map(|seconds| seconds - FILETIME_EPOCH)
}

fn hexadecimal(digits: &str) -> Option<u64> {
    // A sign is none of the digits.
    let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u64::from_str_radix(digits, 16).ok()
}

fn epoch_seconds(text: &str) -> Option<i64> {
    text.trim_ascii().parse().ok()
}

/// Reads `yyyymmddHHMMSS.mmmmmmsUUU`.
fn cim(text: &str) -> Option<i64> {
    let text = text.trim_ascii();
    let (date, rest) = text.split_at_checked(8)?;
    let (time, rest) = rest.split_at_checked(6)?;
    let (fraction, offset) = rest.strip_prefix('.')?.split_at_checked(6)?;
    fraction.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    let minutes = match (offset.strip_prefix('+'), offset.strip_prefix('-')) {
        (Some(minutes), _) => number(minutes, 3, 3)?,
        (None, Some(minutes)) => -number(minutes, 3, 3)?,
        (None, None) => return None,
    };
    Some(since_epoch(compact_date(date)?.to_datetime(compact_time(time)?)) - i64::from(minutes) * 60)
}

/// Reads the forms of queries, `yyyy-mm-dd HH:MM:SS:mmm` and with the year last.
fn cim_query(text: &str) -> Option<i64> {
    let (time, milliseconds) = text.trim_ascii().rsplit_once(':')?;
    number(milliseconds, 3, 3)?;
    let time = Some(time).filter(|time| time.contains(':') && !time.contains('/'))?;
    numeric(time, [0, 1, 2]).or_else(|| numeric(time, [2, 0, 1])).map(since_epoch)
}

/// Reads a number of so many decimal digits.
fn number(digits: &str, fewest: usize, most: usize) -> Option<i16> {
    let is_number =
        (fewest..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

fn narrow(number: i16) -> Option<i8> {
    i8::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2009-02-04.
    const DAY: i64 = 1_233_705_600;
    /// 12:23:43 of that day.
    const NOON: i64 = DAY + 44_623;

    fn check(format: TimeFormat, rows: &[(&str, i64)], faults: &[&str]) {
        for (text, expected) in rows {
            assert_eq!(seconds(text, format), Ok(*expected), "{text}");
        }
        for text in faults.iter().chain(&["", " ", "é", ":", "-", "/", ",", "0x", "T"]) {
            assert_eq!(seconds(text, format), Err(Fault::Time), "{text}");
        }
    }

    #[test]
    fn years_come_first() {
        let rows = [
            ("20090204", DAY),
            ("20090204T122343", NOON),
            ("2009/02/04", DAY),
            ("2009-2-4  12:23:43", NOON),
            ("1969-12-31 23:59:59", -1),
            ("2000-02-29", 951_782_400),
            ("99991231T235959", 253_402_300_799),
        ];
        let faults = [
            "2009-02-31",
            "1900-02-29",
            "2009-13-01",
            "2009-02/04",
            "2009-02-04 24:00:00",
            "2009-02-04 12:23",
            "20090204T1223",
            "20090204 122343",
            "2009-02-04T12:23:43",
            "2009-02-04x",
            "-2009-02-04",
            "09-02-04",
            "2009-02-04 12:23:43 x",
            "2009-02-04 12:23:43:00",
            "+2009-2-4",
            "2009020é",
        ];
        check(TimeFormat::YearMonthDay, &rows, &faults);
    }

    #[test]
    fn months_have_names() {
        let rows = [
            ("02/04/2009 12:23:43", NOON),
            ("02-04-2009", DAY),
            ("Feb, 04 2009 12:23:43", NOON),
            ("february,4 2009", DAY),
            ("FEB 4, 2009", DAY),
            ("Feb 04 2009", DAY),
        ];
        let faults =
            ["13/01/2009", "Febr 04 2009", "Feb 30 2009", "Feb 04 09", "Feb,, 04 2009", "04 Feb 2009"];
        check(TimeFormat::MonthDayYear, &rows, &faults);
        let rows = [
            ("4/2/2009", DAY),
            ("04-02-2009 12:23:43", NOON),
            ("04 Feb, 2009", DAY),
            ("04 February 2009", DAY),
        ];
        check(TimeFormat::DayMonthYear, &rows, &["Feb 04 2009", "04-Feb-2009", "02/13/2009", "1/2/3/2009"]);
    }

    #[test]
    fn counts_have_an_epoch() {
        let rows = [
            ("116444736000000000", 0),
            ("0x19db1ded53e8000", 0),
            ("19DB1DED53E8000", 0),
            ("116444735999999999", -1),
            ("0", -FILETIME_EPOCH),
            ("18446744073709551615", 1_833_029_933_770),
        ];
        check(TimeFormat::WinFiletime, &rows, &["-1", "+1", "0x+1", "18446744073709551616", "1g"]);
        let rows = [("0", 0), ("-1", -1), ("+5", 5), ("9223372036854775807", i64::MAX)];
        check(TimeFormat::SecondsSinceEpoch, &rows, &["1.5", "0x10", "9223372036854775808"]);
        assert_eq!(time_difference(i64::MIN, i64::MAX), -(1 << 64) + 1);
    }

    #[test]
    fn cim_times_have_an_offset() {
        let rows = [
            ("20090204122343.999999+000", NOON),
            ("20090204122343.000000+120", NOON - 7200),
            ("20090204122343.000000-120", NOON + 7200),
            ("2009-02-04 12:23:43:123", NOON),
            ("02-04-2009 12:23:43:123", NOON),
        ];
        let faults = [
            "20090204122343.000000",
            "20090204122343",
            "20090204122343.******+***",
            "20090204122343.1+120",
            "20090204122343.000000+1200",
            "20090232122343.000000+120",
            "2009-02-04 12:23:43",
            "2009/02/04 12:23:43:123",
            "2009-02-04:123",
            "20090204122343.000000é120",
        ];
        check(TimeFormat::CimDatetime, &rows, &faults);
    }

    #[test]
    fn names_find_their_format() {
        for format in TimeFormat::ALL {
            assert_eq!(TimeFormat::find(format.name()), Some(format));
        }
    }
}
