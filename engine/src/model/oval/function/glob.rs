//! Turns a glob of file names into a pattern.
//!
//! A name that begins with a dot is hidden: wildcards at the start of a name do not match the dot.

use super::Fault;

/// Turns a glob into a pattern that matches the same names.
///
/// With `noescape` a backslash is a character like others; otherwise it takes the meaning of
/// `?`, `*`, `[` or `]` after it.
///
/// ```
/// use patchstate::model::oval::function::glob_to_regex;
///
/// assert_eq!(glob_to_regex("conf.d/*.c[!a]", false)?, r"^conf\.d/(?=[^.])[^/]*\.c[^a]$");
/// assert_eq!(glob_to_regex(r"\?", false)?, r"^\?$");
/// assert_eq!(glob_to_regex(r"\?", true)?, r"^\\[^/]$");
/// # Ok::<(), patchstate::model::oval::function::Fault>(())
/// ```
///
/// # Errors
///
/// A bracket is not closed.
pub fn glob_to_regex(glob: &str, noescape: bool) -> Result<String, Fault> {
    let mut regex = String::with_capacity(glob.len() + 2);
    regex.push('^');
    let mut rest = glob;
    let mut at_start = true;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '?' => regex.push_str(if at_start { "[^./]" } else { "[^/]" }),
            '*' => regex.push_str(if at_start { "(?=[^.])[^/]*" } else { "[^/]*" }),
            '[' => rest = copy_class(rest, noescape, &mut regex)?,
            '\\' => match rest.chars().next().filter(|next| !noescape && "?*[]".contains(*next)) {
                Some(escaped) => {
                    rest = &rest[escaped.len_utf8()..];
                    regex.extend(['\\', escaped]);
                }
                None => regex.push_str(r"\\"),
            },
            '.' | '|' | '^' | '(' | ')' | '{' | '}' | '+' | '$' => regex.extend(['\\', first]),
            _ => regex.push(first),
        }
        at_start = first == '/';
    }
    regex.push('$');
    Ok(regex)
}

/// Copies a class to the end of `regex`, given what follows its opening bracket; returns what follows it.
///
/// A closing bracket that comes first, or in `[:digit:]` or after an escaping backslash, closes nothing.
fn copy_class<'a>(text: &'a str, noescape: bool, regex: &mut String) -> Result<&'a str, Fault> {
    regex.push('[');
    let mut rest = text;
    if let Some(negated) = rest.strip_prefix(['!', '^']) {
        regex.push('^');
        rest = negated;
    }
    let mut is_first = true;
    while let Some(first) = rest.chars().next() {
        let named = if first == '[' { named_class(rest) } else { None };
        let length = match first {
            '\\' if noescape => {
                regex.push('\\');
                1
            }
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            ']' if !is_first => {
                regex.push(']');
                return Ok(&rest[1..]);
            }
            _ => named.unwrap_or(first.len_utf8()),
        };
        regex.push_str(&rest[..length]);
        rest = &rest[length..];
        is_first = false;
    }
    Err(Fault::Bracket)
}

/// The length of the `[:name:]` that a text begins with.
fn named_class(text: &str) -> Option<usize> {
    let name = text.strip_prefix("[:")?;
    let length = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    name[length..].starts_with(":]").then_some(length + 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_become_patterns() {
        let rows = [
            ("", r"^$"),
            ("a?*", r"^a[^/][^/]*$"),
            ("?", r"^[^./]$"),
            ("**", r"^(?=[^.])[^/]*[^/]*$"),
            ("//*/?", r"^//(?=[^.])[^/]*/[^./]$"),
            (".|^(){}+$", r"^\.\|\^\(\)\{\}\+\$$"),
            ("~#&-]é", r"^~#&-]é$"),
            ("[]a]", r"^[]a]$"),
            ("[!]a]", r"^[^]a]$"),
            ("[^a]", r"^[^a]$"),
            ("[!!]", r"^[^!]$"),
            ("/[a]*", r"^/[a][^/]*$"),
            ("[?*/.]", r"^[?*/.]$"),
            ("[[:digit:]*]", r"^[[:digit:]*]$"),
            ("[[:digit]", r"^[[:digit]$"),
            ("[a[b]", r"^[a[b]$"),
            (r"[a\]]", r"^[a\]]$"),
            (r"\?\*\[\]", r"^\?\*\[\]$"),
            (r"\a\\", r"^\\a\\\\$"),
            (r"\", r"^\\$"),
        ];
        for (glob, expected) in rows {
            assert_eq!(glob_to_regex(glob, false).as_deref(), Ok(expected), "{glob}");
        }
    }

    #[test]
    fn backslashes_may_be_characters() {
        for (glob, expected) in
            [(r"\*", r"^\\[^/]*$"), (r"\\a", r"^\\\\a$"), (r"[a\]", r"^[a\\]$"), (r"\]", r"^\\]$")]
        {
            assert_eq!(glob_to_regex(glob, true).as_deref(), Ok(expected), "{glob}");
        }
    }

    #[test]
    fn brackets_are_closed() {
        for glob in ["[", "[]", "[!]", "[!", "a[b]c[", "[ab", r"[a\]", r"[a\", "[[:alpha:]"] {
            assert_eq!(glob_to_regex(glob, false), Err(Fault::Bracket), "{glob}");
        }
        assert_eq!(glob_to_regex(r"\[", true), Err(Fault::Bracket));
        assert_eq!(glob_to_regex(&"[[:a".repeat(1 << 16), false), Err(Fault::Bracket));
    }
}
