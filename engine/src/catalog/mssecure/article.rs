//! Turns the article numbers of patches and bulletins into numbers.
//!
//! The documents write `Q216453`, `q278499` and `Q216453 (FP98)`. Source of truth:
//! `docs/mssecure.md`, rule R5.

/// Finds the number: after an optional `Q` or `KB`, the first run of five to seven digits.
pub(super) fn number(text: &str) -> Option<u32> {
    let text = strip_letters(text.trim_start());
    let mut runs = text.split(|c: char| !c.is_ascii_digit());
    runs.find(|run| (5..=7).contains(&run.len()))?.parse().ok()
}

/// Whether `text` is written as nearly all are: `Q` and six digits.
pub(super) fn is_regular(text: &str) -> bool {
    text.strip_prefix('Q')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether `text` says nothing but `number`.
pub(super) fn is_written(number: u32, text: &str) -> bool {
    let digits = strip_letters(text).trim();
    digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse() == Ok(number)
}

/// The number that the last part of a hotfix key ends in: `Q` or `KB` and nothing but its digits.
pub(super) fn of_key(normal_key: &str) -> Option<u32> {
    let last = normal_key.rsplit('\\').next()?;
    let digits = strip_letters(last);
    let is_number = digits.len() < last.len() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { number(digits) } else { None }
}

fn strip_letters(text: &str) -> &str {
    for prefix in ["KB", "Q"] {
        if text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            return &text[prefix.len()..];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_behind_letters_and_before_words() {
        let check = |text: &str, expect: Option<u32>| assert_eq!(number(text), expect, "{text}");
        check("Q216453", Some(216_453));
        check("Q216453 (FP98)", Some(216_453));
        check("kb 828035", Some(828_035));
        check("q1234 and 8280350", Some(8_280_350));
        check("Q1234", None);
        check("Q12345678", None);
        check("none", None);
        check("", None);
    }

    #[test]
    fn only_a_whole_last_part_is_a_hotfix_key() {
        assert_eq!(of_key(r"hklm\software\hotfix\q246009"), Some(246_009));
        assert_eq!(of_key(r"hklm\software\hotfix\kb828035"), Some(828_035));
        assert_eq!(of_key(r"hklm\software\hotfix\q246009_x"), None);
        assert_eq!(of_key(r"hklm\software\246009"), None);
    }
}
