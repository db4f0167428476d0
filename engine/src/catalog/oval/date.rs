//! Turns the dates of advisories into days.

use jiff::civil::{Date, DateTime};

/// The day that a date or a time without zone names, as `YYYY-MM-DD`; `None` where it names none.
pub(super) fn day(text: &str) -> Option<String> {
    let date = text.parse::<Date>().or_else(|_| text.parse::<DateTime>().map(|time| time.date()));
    date.ok().map(|date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read() {
        let check = |text: &str, expect: Option<&str>| assert_eq!(day(text).as_deref(), expect);
        check("2019-05-07", Some("2019-05-07"));
        check("2019-05-07T10:00:00", Some("2019-05-07"));
        check("2019-02-30", None);
        check("yesterday", None);
    }
}
