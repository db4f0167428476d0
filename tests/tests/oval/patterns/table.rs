//! Patterns with expectations that were worked out by hand from perlre and pcrepattern(3).

use patchstate::model::oval::pattern::{Fault, Pattern};

/// A pattern, a text, and the text of the whole first match, if there is one.
const MATCHES: &[(&str, &str, Option<&str>)] = &[
    ("", "abc", Some("")),
    ("(|a)b", "ab", Some("ab")),
    ("a|", "b", Some("")),
    (".", "\n", None),
    (".", "\r", Some("\r")),
    ("(?s).", "\n", Some("\n")),
    (r"\N", "\n", None),
    (r"(?s)\N+", "ab\nc", Some("ab")),
    (r"\N{2}", "abc", Some("ab")),
    // Anchors.
    ("^foo$", "foo\n", Some("foo")),
    ("^foo$", "foo\n\n", None),
    ("^foo$", "a\nfoo", None),
    ("(?m)^foo$", "a\nfoo\nb", Some("foo")),
    ("(?m)^", "", Some("")),
    ("a$|b", "a\nb", Some("b")),
    (r"\n$", "a\n", Some("\n")),
    ("$\n", "a\n", Some("\n")),
    (r"a\Z", "a\n", Some("a")),
    (r"a\z", "a\n", None),
    (r"\Ab", "a\nb", None),
    ("(foo$|bar) baz", "bar baz", Some("bar baz")),
    ("(?:a$|b)\n", "a\n", Some("a\n")),
    // Classes.
    (r"\h+", "a \tb", Some(" \t")),
    (r"\h", "f", None),
    (r"[\h]", "\u{A0}", Some("\u{A0}")),
    (r"\H", " x", Some("x")),
    (r"\v", "a\u{85}", Some("\u{85}")),
    (r"\V+", "\nab\r", Some("ab")),
    (r"\R", "\r\n", Some("\r\n")),
    (r"\R\n", "\r\n", None),
    (r"\d", "\u{663}", None),
    (r"\w", "é", None),
    (r"\W", "é", Some("é")),
    (r"\s", "\u{A0}", None),
    (r"\s", "\x0B", Some("\x0B")),
    (r"[\s]", "\x0B", Some("\x0B")),
    (r"\bb", "éb", Some("b")),
    (r"a\B", "aé", None),
    (r"\B", "é", Some("")),
    (r"(?=\bb)b", "éb", Some("b")),
    ("[]a]+", "]a", Some("]a")),
    ("[^]a]", "]ab", Some("b")),
    ("[a-]+", "a-", Some("a-")),
    ("[-a]+", "a-", Some("a-")),
    ("[a-c-e]+", "d-be", Some("-be")),
    (r"[\d-z]+", "a5-z", Some("5-z")),
    (r"[a-\d]+", "b-5a", Some("-5a")),
    ("[&&a]+", "b&a", Some("&a")),
    ("[+--b]+", "c+,-b", Some("+,-b")),
    ("[a~~b]+", "c~a", Some("~a")),
    ("[[]", "[", Some("[")),
    ("[[a]+", "[a", Some("[a")),
    ("[a[:digit:]b]+", "c1ab", Some("1ab")),
    ("[[:^digit:]]", "1a", Some("a")),
    ("[^[:^digit:]]", "a1", Some("1")),
    ("[[:upper:]]", "aB", Some("B")),
    ("(?i)[[:upper:]]", "1b", Some("b")),
    ("(?i)[[:^upper:]]", "bB1", Some("1")),
    ("[[:word:][:punct:]]+", " a_$", Some("a_$")),
    ("[[:alpha]+", "x:[al", Some(":[al")),
    (r"[\b]", "\x08", Some("\x08")),
    (r"[\x41-\x{43}]+", "DBA", Some("BA")),
    (r"[\101\]]+", "A]", Some("A]")),
    (r"[\Qa-z]\E]+", "b-]z", Some("-]z")),
    (r"[^\s\S]", "a", None),
    (r"[^\s\S]?(?=a)a", "a", Some("a")),
    ("[é-ü]", "ö", Some("ö")),
    // Escapes.
    (r"\x41\x{263A}\x", "A☺\0", Some("A☺\0")),
    (r"\0\012\101", "\0\nA", Some("\0\nA")),
    (r"\cA\e\f\t\a", "\x01\x1B\x0C\t\x07", Some("\x01\x1B\x0C\t\x07")),
    (r"\10", "\x08", Some("\x08")),
    (r"(a)(a)(a)(a)(a)(a)(a)(a)(a)(b)\10", "aaaaaaaaabb", Some("aaaaaaaaabb")),
    (r"(a)\11", "a\t", Some("a\t")),
    (r"\Qa.b*\E+", "a.b**", Some("a.b**")),
    (r"\Q^$", "^$", Some("^$")),
    (r"a\Q\E*b", "aab", Some("aab")),
    (r"\/\-\.\@", "/-.@", Some("/-.@")),
    ("a}]", "a}]", Some("a}]")),
    ("a{", "a{", Some("a{")),
    ("a{,3}", "a{,3}", Some("a{,3}")),
    ("a{x}", "a{x}", Some("a{x}")),
    ("{", "{", Some("{")),
    // Back-references.
    (r"(a|b)\1", "abb", Some("bb")),
    (r"(a)\g1\g{1}\g{-1}", "aaaa", Some("aaaa")),
    (r"(?<x>a)\k<x>\k'x'\k{x}\g{x}(?P=x)", "aaaaaa", Some("aaaaaa")),
    (r"(?P<x>a)(?'y'b)\k<y>", "abb", Some("abb")),
    (r"(a)?\1b", "b", None),
    (r"(?i)(a)\1", "aA", Some("aA")),
    // Whether `(?i)(é)\1` takes `éÉ` depends on whether some other crate turns on `regex-syntax/unicode-case`.
    (r"(?i)(a)(?-i)\1", "aA", None),
    (r"(?:\2b|(a)(c))+", "acc", Some("ac")),
    // Quantifiers.
    ("a{2}", "aaa", Some("aa")),
    ("a{2,}?", "aaa", Some("aa")),
    ("a+?b*?", "aab", Some("a")),
    ("a++a", "aaa", None),
    ("a?+a", "a", None),
    ("a{1,2}+a", "aaa", Some("aaa")),
    ("a{1,2}+a", "aa", None),
    ("(?>a|ab)c", "abc", None),
    ("a{0}b", "ab", Some("b")),
    ("^*a", "ba", Some("a")),
    (r"\b+a", "a", Some("a")),
    ("(?=a)*b", "b", Some("b")),
    // Look-around.
    ("(?=ab)a", "acab", Some("a")),
    ("a(?!b)", "aba", Some("a")),
    ("(?<=a|bc)d", "bcd", Some("d")),
    ("(?<!a|bc)d", "bcdd", Some("d")),
    ("(?<=é)a", "éa", Some("a")),
    (r"(?<=\ba)b", "ab", Some("b")),
    ("(?<=^|,)a", "b,a", Some("a")),
    // Flags.
    ("(?i)abc", "aBC", Some("aBC")),
    ("(?i)k", "\u{212A}", None),
    ("(?i)s", "\u{17F}", None),
    ("(?i)é", "É", None),
    ("(?i)[a-c]", "B", Some("B")),
    ("(?i)[^a]", "Ab", Some("b")),
    ("(?i:a)b", "AB", None),
    ("a(?i)b|c", "C", Some("C")),
    ("(a(?i)b)c", "aBC", None),
    ("(?i)a(?^)b", "AB", None),
    ("(?i)a(?^:b)c", "AbC", Some("AbC")),
    ("(?i-i)a", "A", None),
    ("(?x) a b # comment\n c", "abc", Some("abc")),
    ("(?x)a +", "aa", Some("aa")),
    (r"(?x)a\ b[ ]c", "a b c", Some("a b c")),
    ("(?x: a )b c", "ab c", Some("ab c")),
    ("a(?#b)*c", "aac", Some("aac")),
    // Texts beyond ASCII.
    (".", "😀", Some("😀")),
    ("é+", "éé", Some("éé")),
];

/// A pattern that is refused, whether as malformed, and where.
const FAULTS: &[(&str, bool, usize)] = &[
    ("(", true, 0),
    ("a)", true, 1),
    ("[a", true, 0),
    ("[]", true, 0),
    ("[b-a]", true, 1),
    ("[a--b]", true, 1),
    ("[[:foo:]]", true, 1),
    ("[[.a.]]", true, 1),
    ("*a", true, 0),
    ("a|+", true, 2),
    ("{2}", true, 0),
    ("a**", true, 2),
    ("a{2}{3}", true, 4),
    ("a{3,2}", true, 1),
    ("a{65536}", true, 1),
    ("a\\", true, 1),
    (r"(a)\2", true, 3),
    (r"\g{-1}(a)", true, 0),
    (r"\k<n>", true, 0),
    ("(?<1a>b)", true, 0),
    ("(?<a", true, 0),
    ("(?#a", true, 0),
    (r"\G", false, 0),
    (r"a\K", false, 1),
    (r"\p{L}", false, 0),
    (r"\X", false, 0),
    (r"\C", false, 0),
    (r"[\R]", false, 1),
    (r"[\N]", false, 1),
    (r"\N{U+41}", false, 0),
    (r"\b{wb}", false, 0),
    (r"\x{110000}", false, 0),
    (r"\x{D800}", false, 0),
    (r"\89", false, 0),
    (r"(a)\g<1>", false, 3),
    (r"(a|b\1)+", false, 4),
    ("(?R)", false, 0),
    ("(?1)", false, 0),
    ("(?-1)", false, 0),
    ("(?|a|b)", false, 0),
    ("(?(1)a)", false, 0),
    ("(?C1)", false, 0),
    ("(*ACCEPT)", false, 0),
    ("(?a)b", false, 0),
    ("(?xx)b", false, 0),
    ("(?U)b", false, 0),
    ("(?J)b", false, 0),
    ("(?<n>a)|(?<n>b)", false, 8),
    ("(?<=a*)b", false, 0),
    ("(?<=x(?:a|bc))b", false, 0),
    ("[:alpha:]", false, 0),
    ("(?x)a+ ?", false, 7),
];

#[test]
fn patterns_match_what_they_should() {
    for (pattern, text, expected) in MATCHES {
        let compiled = Pattern::new(pattern).unwrap_or_else(|fault| panic!("{pattern}: {fault}"));
        let found = compiled.nth(text, 1).unwrap().map(|groups| groups[0].unwrap());
        assert_eq!(found, *expected, "{pattern} on {text:?}");
        assert_eq!(compiled.is_match(text), Ok(expected.is_some()), "{pattern} on {text:?}");
    }
}

#[test]
fn patterns_are_refused() {
    for (pattern, malformed, at) in FAULTS {
        match Pattern::new(pattern) {
            Err(Fault::Malformed { offset, .. }) if *malformed => assert_eq!(offset, *at, "{pattern}"),
            Err(Fault::Unsupported { offset, .. }) if !*malformed => assert_eq!(offset, *at, "{pattern}"),
            other => panic!("{pattern}: {other:?}"),
        }
    }
}

#[test]
fn groups_and_instances() {
    let pattern = Pattern::new(r"(\w)(\d)?").unwrap();
    assert_eq!(pattern.first_group("-a1 b"), Ok(Some("a")));
    assert_eq!(pattern.nth("-a1 b", 1), Ok(Some(vec![Some("a1"), Some("a"), Some("1")])));
    assert_eq!(pattern.nth("-a1 b", 2), Ok(Some(vec![Some("b"), Some("b"), None])));
    assert_eq!(pattern.nth("-a1 b", 3), Ok(None));
    assert_eq!(pattern.nth("-a1 b", 0), Ok(None));
    assert_eq!(Pattern::new("a").unwrap().first_group("a"), Ok(Some("")));
    assert_eq!(Pattern::new("(a)?b").unwrap().first_group("b"), Ok(Some("")));
    assert_eq!(Pattern::new("(a)").unwrap().first_group("b"), Ok(None));
    assert_eq!(Pattern::new(r"^(\s*)$").unwrap().first_group(" \n"), Ok(Some(" \n")));
    assert_eq!(Pattern::new(r"^(.*$)").unwrap().first_group("ab\n"), Ok(Some("ab")));
    assert_eq!(Pattern::new("(a|)+").unwrap().first_group("aa"), Ok(Some("")));
    assert_eq!(Pattern::new("(a){0}(b)").unwrap().nth("b", 1), Ok(Some(vec![Some("b"), None, Some("b")])));
    assert_eq!(Pattern::new("(?:(a){0}(b))(?!c)").unwrap().nth("b", 1).unwrap().unwrap()[2], Some("b"));
    let empty = Pattern::new("").unwrap();
    assert_eq!(empty.nth("é", 2), Ok(Some(vec![Some("")])));
    assert_eq!(empty.nth("é", 3), Ok(None));
    assert_eq!(Pattern::new("$").unwrap().nth("a\n", 2), Ok(Some(vec![Some("")])));
    assert_eq!(Pattern::new("$(?!b)").unwrap().nth("a\n", 3), Ok(None));
}

#[test]
fn faults_read_as_one_line() {
    assert_eq!(
        Pattern::new("a**").unwrap_err().to_string(),
        "malformed pattern at byte 2: nested quantifier"
    );
    assert_eq!(Pattern::new(r"\G").unwrap_err().to_string(), "unsupported in patterns, at byte 0: an escape");
    assert_eq!(format!("{:?}", Pattern::new("a").unwrap()), "Pattern(\"a\")");
}
