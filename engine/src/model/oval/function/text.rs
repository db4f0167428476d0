//! Cuts, extends and escapes texts.

use super::Fault;
use crate::model::oval::pattern::Pattern;

/// Puts `beginning` before the text, unless it is there.
pub fn begin(text: &str, beginning: &str) -> String {
    if text.starts_with(beginning) { text.to_owned() } else { format!("{beginning}{text}") }
}

/// Puts `ending` after the text, unless it is there.
pub fn end(text: &str, ending: &str) -> String {
    if text.ends_with(ending) { text.to_owned() } else { format!("{text}{ending}") }
}

/// Puts a backslash before each character that means something in a pattern.
pub fn escape_regex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r"^$\.[](){}*+?|".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// The pieces between the delimiters; empty ones are pieces too.
///
/// Without a delimiter the text is one piece.
///
/// ```
/// use patchstate::model::oval::function::split;
///
/// assert_eq!(split("-a-a-", "-"), ["", "a", "a", ""]);
/// ```
pub fn split(text: &str, delimiter: &str) -> Vec<String> {
    if delimiter.is_empty() {
        return vec![text.to_owned()];
    }
    text.split(delimiter).map(str::to_owned).collect()
}

/// Cuts out `length` characters from the `start`th on.
///
/// A start before the first character is the first one; a negative length, or one that is too long,
/// reaches to the end.
///
/// ```
/// use patchstate::model::oval::function::substring;
///
/// assert_eq!(substring("abcde", 2, 3)?, "bcd");
/// assert_eq!(substring("abcde", 4, -1)?, "de");
/// # Ok::<(), patchstate::model::oval::function::Fault>(())
/// ```
///
/// # Errors
///
/// The text has no character at `start`.
pub fn substring(text: &str, start: i64, length: i64) -> Result<String, Fault> {
    // Where a count is beyond memory, every text is shorter.
    let count = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let skipped = count(start.max(1) - 1);
    let (from, _) = text.char_indices().nth(skipped).ok_or(Fault::SubstringStart)?;
    let rest = &text[from..];
    let to = match length {
        ..0 => rest.len(),
        _ => rest.char_indices().nth(count(length)).map_or(rest.len(), |(to, _)| to),
    };
    Ok(rest[..to].to_owned())
}

/// What the first group of the pattern's first match has taken; nothing where there is none.
///
/// # Errors
///
/// The match took too many steps.
pub fn regex_capture(pattern: &Pattern, text: &str) -> Result<String, Fault> {
    let group = pattern.first_group(text).map_err(|_| Fault::PatternLimit)?;
    Ok(group.unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_and_endings_are_there_once() {
        let rows = [
            ("abc", "a", "abc", "abca"),
            ("abc", "bc", "bcabc", "abc"),
            ("", "x", "x", "x"),
            ("a", "", "a", "a"),
        ];
        for (text, part, begun, ended) in rows {
            assert_eq!(
                (begin(text, part).as_str(), end(text, part).as_str()),
                (begun, ended),
                "{text} {part}"
            );
        }
    }

    #[test]
    fn only_what_means_something_is_escaped() {
        assert_eq!(escape_regex(r"a^$\.[](){}*+?|/-é"), r"a\^\$\\\.\[\]\(\)\{\}\*\+\?\|/-é");
    }

    #[test]
    fn texts_are_split_at_whole_delimiters() {
        let rows: [(&str, &str, &[&str]); 6] = [
            ("-", "-", &["", ""]),
            ("", "-", &[""]),
            ("a---b", "--", &["a", "-b"]),
            ("abc", "x", &["abc"]),
            ("abc", "", &["abc"]),
            ("aéa", "é", &["a", "a"]),
        ];
        for (text, delimiter, expected) in rows {
            assert_eq!(split(text, delimiter), expected, "{text} {delimiter}");
        }
    }

    #[test]
    fn substrings_count_characters() {
        let rows = [
            (1, 3, Ok("aéî")),
            (0, 2, Ok("aé")),
            (-2, 4, Ok("aéîb")),
            (i64::MIN, i64::MIN, Ok("aéîb")),
            (2, 2, Ok("éî")),
            (3, -1, Ok("îb")),
            (3, i64::MAX, Ok("îb")),
            (2, 0, Ok("")),
            (4, 1, Ok("b")),
            (5, 1, Err(Fault::SubstringStart)),
            (i64::MAX, 0, Err(Fault::SubstringStart)),
        ];
        for (start, length, expected) in rows {
            let expected = expected.map(str::to_owned);
            assert_eq!(substring("aéîb", start, length), expected, "{start} {length}");
        }
        assert_eq!(substring("", 1, 1), Err(Fault::SubstringStart));
    }

    #[test]
    fn captures_are_of_the_first_group() {
        for (pattern, expected) in [("(b)(c)", "b"), ("a", ""), ("x", ""), ("(x)?a", ""), ("a(?:b)(.)", "c")]
        {
            let pattern = Pattern::new(pattern).unwrap();
            assert_eq!(regex_capture(&pattern, "abc abd"), Ok(expected.to_owned()));
        }
    }
}
