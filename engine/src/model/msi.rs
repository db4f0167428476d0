//! Codes of Windows Installer, in the form in which catalogs and clients are compared: upper case, with
//! braces.
//!
//! What clients state is brought into that form whatever it is ([`normal_code`]); of what catalogs say it is
//! told whether it is a code at all ([`code`]), or a pattern of codes ([`pattern`]).
//! Source of truth: `docs/inventories.md`, "Normal forms".

/// How many digits a code has, and how many each of its groups.
const DIGITS: usize = 32;
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// Appends the normal form of a product code to `out`: upper case, with braces.
///
/// ```
/// use patchstate::model::msi::normal_code;
///
/// let normal = "{0A000000-0000-0000-0000-00000000000B}";
/// assert_eq!(normal_code(normal), normal);
/// assert_eq!(normal_code(" 0a000000-0000-0000-0000-00000000000b"), normal);
/// ```
pub fn write_normal_code(code: &str, out: &mut String) {
    let code = code.trim_matches(super::path::BLANK).trim_start_matches('{').trim_end_matches('}');
    out.push('{');
    if code.is_ascii() {
        let start = out.len();
        out.push_str(code);
        out[start..].make_ascii_uppercase();
    } else {
        out.extend(code.chars().flat_map(char::to_uppercase));
    }
    out.push('}');
}

/// The normal form of a product code.
pub fn normal_code(code: &str) -> String {
    let mut out = String::with_capacity(code.len() + 2);
    write_normal_code(code, &mut out);
    out
}

/// The normal form of a code; nothing where the text is none: 32 digits in five groups, in both braces or in
/// none.
///
/// ```
/// use patchstate::model::msi::code;
///
/// let normal = "{0A000000-0000-0000-0000-00000000000B}";
/// assert_eq!(code("0a000000-0000-0000-0000-00000000000b").as_deref(), Some(normal));
/// assert_eq!(code("{0a000000-0000-0000-0000-00000000000b"), None);
/// assert_eq!(code("{0A00000000000000000000000000000B}"), None);
/// ```
pub fn code(text: &str) -> Option<String> {
    let inner = within_braces(text)?;
    let in_groups = inner.split('-').map(str::len).eq(GROUPS);
    if in_groups { written(inner, |byte| byte.is_ascii_hexdigit()) } else { None }
}

/// The normal form of a code of which some digits may be `?`, any digit; nothing where the text is none. Where
/// dashes stand does not matter.
///
/// ```
/// use patchstate::model::msi::pattern;
///
/// let normal = "{9????407-0000-0000-0000-00000000000A}";
/// assert_eq!(pattern("9????407000000000000-00000000000a").as_deref(), Some(normal));
/// assert_eq!(pattern(normal).as_deref(), Some(normal));
/// assert_eq!(pattern("{9????407}"), None);
/// ```
pub fn pattern(text: &str) -> Option<String> {
    written(within_braces(text)?, |byte| byte == b'?' || byte.is_ascii_hexdigit())
}

/// Whether a client's code is one that a pattern means, both in normal form.
pub fn means(pattern: &str, stated: &str) -> bool {
    let fit =
        |(pattern, stated): (u8, u8)| pattern == stated || pattern == b'?' && stated.is_ascii_hexdigit();
    bare(pattern).count() == bare(stated).count() && bare(pattern).zip(bare(stated)).all(fit)
}

/// What stands in a code in normal form between its braces and dashes: what codes are found by that are written
/// with dashes and without.
pub fn digits(code: &str) -> String {
    let mut normal = normal_code(code);
    normal.retain(|c| !matches!(c, '{' | '}' | '-'));
    normal
}

/// What stands in both braces, or the text where there are none.
fn within_braces(text: &str) -> Option<&str> {
    let text = text.trim_matches(super::path::BLANK);
    match text.strip_prefix('{') {
        Some(text) => text.strip_suffix('}'),
        None => Some(text),
    }
}

/// The bytes of a code without what stands between its digits.
fn bare(code: &str) -> impl Iterator<Item = u8> {
    code.bytes().filter(|byte| !matches!(byte, b'{' | b'}' | b'-'))
}

/// The digits of a code in its groups, where there are as many as it has and each is one.
fn written(code: &str, is_digit: impl Fn(u8) -> bool) -> Option<String> {
    let mut out = String::with_capacity(DIGITS + GROUPS.len() + 1);
    let mut digits = code.bytes().filter(|byte| *byte != b'-');
    for (group, count) in GROUPS.into_iter().enumerate() {
        out.push(if group == 0 { '{' } else { '-' });
        for _ in 0..count {
            let digit = digits.next().filter(|digit| is_digit(*digit))?;
            out.push(char::from(digit.to_ascii_uppercase()));
        }
    }
    out.push('}');
    digits.next().is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_32_digits_in_five_groups_within_both_braces_or_none() {
        let normal = "{0A000000-0000-0000-0000-00000000000B}";
        for text in
            [normal, "0a000000-0000-0000-0000-00000000000b", " {0a000000-0000-0000-0000-00000000000B}\n"]
        {
            assert_eq!(code(text).as_deref(), Some(normal), "{text}");
        }
        for text in [
            "",
            "{}",
            "{{0A000000-0000-0000-0000-00000000000B}}",
            "{0A000000-0000-0000-0000-00000000000B",
            "0A000000-0000-0000-0000-00000000000B}",
            "{0A000000-0000-0000-0000-00000000000?}",
            "{0A0000000-000-0000-0000-00000000000B}",
            "{0A000000-0000-0000-0000-00000000000B}x",
            "{\u{ff10}A000000-0000-0000-0000-000000000}",
        ] {
            assert_eq!(code(text), None, "{text}");
        }
    }

    #[test]
    fn a_normal_form_is_the_same_by_bytes_and_by_characters() {
        for text in ["", "{}", "{a-b}", " x{y ", "{{1f}}", "\u{e9}a", "{stra\u{df}e}"] {
            let slow: String = text
                .trim_matches(crate::model::path::BLANK)
                .trim_start_matches('{')
                .trim_end_matches('}')
                .chars()
                .flat_map(char::to_uppercase)
                .collect();
            assert_eq!(normal_code(text), format!("{{{slow}}}"), "{text}");
        }
    }

    #[test]
    fn a_pattern_means_codes_whose_other_digits_are_its_own() {
        let stated = "{90110407-6000-11D3-8CFE-0150048383C9}";
        let fit = |text: &str| pattern(text).is_some_and(|pattern| means(&pattern, stated));
        assert!(
            fit(stated)
                && fit("9????407600011d38cfe0150048383c9")
                && fit("{????????-????-????-????-????????????}")
        );
        assert!(!fit("9????408600011d38cfe0150048383c9"));
        assert!(!means(stated, "{?0110407-6000-11D3-8CFE-0150048383C9}"));
        assert!(!means("{????????-????-????-????-????????????}", "{90110407-6000-11D3-8CFE-0150048383C}"));
    }
}
