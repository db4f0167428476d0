//! Turns the dates of the documents into `YYYY-MM-DD`, so that their order as text is theirs.
//!
//! Bulletins write `YYYY/MM/DD`, the head of the document `M/D/YYYY`.

use jiff::civil::Date;

/// The date as `YYYY-MM-DD`, or the text as it is when it is no date.
pub(super) fn readable(text: &str) -> String {
    iso(text).unwrap_or_else(|| text.to_owned())
}

/// The date as `YYYY-MM-DD`.
fn iso(text: &str) -> Option<String> {
    let date = date(text)?;
    let is_separator = |at: usize| matches!(text.as_bytes().get(at), Some(b'/' | b'-'));
    if text.len() == "YYYY-MM-DD".len() && is_separator(4) && is_separator(7) {
        // It is written so, or with slashes, as nearly all are.
        return Some(text.replace('/', "-"));
    }
    Some(date.to_string())
}

/// The date that a text is.
pub(super) fn date(text: &str) -> Option<Date> {
    let mut parts = text.split(['/', '-']);
    let [a, b, c] = [parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, a, b) };
    if year.len() != 4 {
        return None;
    }
    Date::new(number(year)?, number(month)?, number(day)?).ok()
}

/// Digits only: no sign, no blank.
fn number<N: std::str::FromStr>(digits: &str) -> Option<N> {
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_are_read_and_no_date_stays_text() {
        let check = |text: &str, expect: &str| assert_eq!(readable(text), expect);
        check("1998/06/01", "1998-06-01");
        check("10/04/2001", "2001-10-04");
        check("6/6/2001", "2001-06-06");
        check("2001-06-06", "2001-06-06");
        check("2001/06-06", "2001-06-06");
        check("2001/6/006", "2001-06-06");
        check("10/10/2001", "2001-10-10");
        check("06-06-2001", "2001-06-06");
        check("2001/6/6", "2001-06-06");
        check("2001/13/01", "2001/13/01");
        check("2001/02/30", "2001/02/30");
        check("1/2/3/4", "1/2/3/4");
        check("+1/2/2001", "+1/2/2001");
        check("soon", "soon");
        check("", "");
    }
}
