//! Turns Perl's named classes into sets of characters.
//!
//! `\d`, `\w`, `\s` and the POSIX classes are ASCII; `\h` and `\v` are Unicode's, as in Perl and PCRE.
//! Source of truth: perlrecharclass.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// What `\R` matches when it is not a carriage return with a line feed, and what `\v` matches.
pub(super) const VERTICAL: &[(char, char)] = &[('\n', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')];

const HORIZONTAL: &[(char, char)] = &[
    ('\t', '\t'),
    (' ', ' '),
    ('\u{A0}', '\u{A0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200A}'),
    ('\u{202F}', '\u{202F}'),
    ('\u{205F}', '\u{205F}'),
    ('\u{3000}', '\u{3000}'),
];
const DIGIT: &[(char, char)] = &[('0', '9')];
const SPACE: &[(char, char)] = &[('\t', '\r'), (' ', ' ')];
const ALPHA: &[(char, char)] = &[('A', 'Z'), ('a', 'z')];
pub(super) const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

/// The set of some ranges.
pub(super) fn of(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|(low, high)| ClassUnicodeRange::new(*low, *high)))
}

/// The set of one character.
pub(super) fn one(char: char) -> ClassUnicode {
    of(&[(char, char)])
}

/// Every character that is not in a set.
pub(super) fn not(mut set: ClassUnicode) -> ClassUnicode {
    set.negate();
    set
}

/// Everything but a line feed: `.` without `(?s)`, and `\N`.
pub(super) fn no_line_feed() -> ClassUnicode {
    not(one('\n'))
}

/// The set of `\d` and its like; `None` where the letter names no class.
pub(super) fn escape(letter: char) -> Option<ClassUnicode> {
    let ranges = match letter.to_ascii_lowercase() {
        'd' => DIGIT,
        'h' => HORIZONTAL,
        's' => SPACE,
        'v' => VERTICAL,
        'w' => WORD,
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { not(of(ranges)) } else { of(ranges) })
}

/// The set of the name in `[:name:]`; under `fold` both cases are all letters, as in PCRE.
pub(super) fn posix(name: &str, fold: bool) -> Option<ClassUnicode> {
    let ranges: &[(char, char)] = match name {
        "upper" | "lower" if fold => ALPHA,
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => ALPHA,
        "ascii" => &[('\0', '\x7F')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\x1F'), ('\x7F', '\x7F')],
        "digit" => DIGIT,
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => SPACE,
        "upper" => &[('A', 'Z')],
        "word" => WORD,
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(of(ranges))
}

/// Adds the other case of every ASCII letter of a set; no other character is folded.
pub(super) fn fold(set: &mut ClassUnicode) {
    let mut more = Vec::new();
    for range in set.ranges() {
        for (first, last, to) in [('A', 'Z', 'a'), ('a', 'z', 'A')] {
            let (low, high) = (range.start().max(first), range.end().min(last));
            if low <= high {
                let shift = |char: char| char::from(char as u8 - first as u8 + to as u8);
                more.push(ClassUnicodeRange::new(shift(low), shift(high)));
            }
        }
    }
    for range in more {
        set.push(range);
    }
}
