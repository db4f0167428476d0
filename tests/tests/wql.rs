//! Queries as tables: which are read, what patterns match, what conditions say of an instance.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use conformance::like;
use patchstate::model::path::fold_text;
use patchstate::model::truth::Truth;
use patchstate::model::wql::{Instance, Pattern, class_key, parse};
use proptest::prelude::*;

fn folded(text: &str) -> String {
    let mut out = String::new();
    fold_text(text, &mut out);
    out
}

#[test]
fn patterns_match_the_whole_value() {
    let check = |pattern: &str, yes: &[&str], no: &[&str]| {
        let read = Pattern::parse(pattern).unwrap();
        let matches = |value: &&str| read.matches(&folded(value));
        assert!(yes.iter().all(matches), "{pattern} should match {yes:?}");
        assert!(!no.iter().any(matches), "{pattern} should match none of {no:?}");
    };
    check("", &[""], &["a"]);
    check("%", &["", "a", "a\nb"], &[]);
    check("abc", &["abc", "ABC"], &["abcd", "xabc", "ab", ""]);
    check("a%", &["a", "abc"], &["ba"]);
    check("%a", &["a", "cba", "aa"], &["ab"]);
    check("%a%", &["a", "bab"], &["b", ""]);
    check("a%b%c", &["abc", "a-b-c", "abcbc"], &["acb", "ab"]);
    check("%ab%ab", &["abab", "xab-ab"], &["ab", "aba"]);
    check("a_c", &["abc", "a_c", "aÄc"], &["ac", "abbc"]);
    check("%_", &["a", "ab"], &[""]);
    check("__", &["ab"], &["a", "abc"]);
    check("a[_]c", &["a_c"], &["abc"]);
    check("50[%]", &["50%"], &["500"]);
    check("[[]a]", &["[a]"], &["a]", "[a"]);
    check("[a-c]x", &["ax", "BX", "cx"], &["dx", "x"]);
    check("[a=c]x", &["bx"], &["=x"]);
    check("[^a-c]x", &["dx", "^x"], &["bx", "x"]);
    check("[abx-z]", &["a", "b", "y"], &["c", "-"]);
    check("[a-]", &["a", "-"], &["b"]);
    check("[^]", &["^"], &["a"]);
    check(
        r"%PCI\VEN_8086&DEV_5904%",
        &[r"x pci\ven_8086&dev_5904&y", r"PCI\VENX8086&DEVY5904"],
        &[r"PCI\VEN8086"],
    );
    for pattern in ["[", "a[b", "[]", "[z-a]", "%[b-a]%"] {
        assert_eq!(Pattern::parse(pattern), None, "{pattern}");
    }
}

#[test]
fn a_pattern_of_many_stars_is_matched_in_no_more_time_than_both_lengths_take() {
    let pattern = Pattern::parse(&"%a".repeat(2_000)).unwrap();
    assert!(!pattern.matches(&"a".repeat(1_999)));
    assert!(pattern.matches("ab".repeat(4_000).trim_end_matches('b')));
}

#[test]
fn what_is_read_and_what_is_not() {
    let read = [
        "select * from C",
        "SELECT A, B FROM c WHERE a = 1",
        "select * from C where A='x' and(B=\"y\"or not C=-1.5)",
        "select * from C where 5 < A",
        "select * from C where A is not null or A != null or A <> null or A = null",
        "select * from C where A like 'x' or A not like 'y'",
        r"select * from C where A = 'it\'s' or A = 'C:\\x' or A = 'C:\x'",
        "select * from C where A = true and B = FALSE",
    ];
    for text in read {
        assert_eq!(parse(text).unwrap().class, "c", "{text}");
    }
    let refused = [
        "",
        "select",
        "select * from",
        "select from C",
        "select * from C where",
        "select * from C where A",
        "select * from C where A =",
        "select * from C where A = B",
        "select * from C where A like 5",
        "select * from C where A = 'x",
        "select * from C where A = 'x' extra",
        "select * from C where (A = 'x'",
        "select * from C where A = 'x')",
        "select * from C where A isa 'x'",
        "select * from C group by A",
        "associators of {C}",
        "select * from meta_class where __this isa 'x'",
        "select * from C where A < null",
    ];
    for text in refused {
        let flawed = parse(text).map(|query| query.class).unwrap_err();
        assert!(flawed.offset <= text.len(), "{text}: {flawed:?}");
    }
    let nested =
        |depth: usize| format!("select * from C where {}A = 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(40)).is_ok());
    assert!(parse(&nested(4_000)).is_err());
    assert!(parse(&format!("select * from C where {}A = 1", "not ".repeat(4_000))).is_err());
}

#[test]
fn an_odd_escape_stands_for_itself_and_is_told() {
    let query = parse(r"select * from C where A = 'C:\x\\y'").unwrap();
    assert_eq!(query.odd_escapes.len(), 1);
    let of = |value: &str| query.holds(&[Instance::from_iter([("A", Some(value), None)])]);
    assert_eq!((of(r"c:\X\y"), of(r"c:x\y")), (Truth::True, Truth::False));
}

#[test]
fn the_range_that_stands_for_a_beginning() {
    let query = parse("select * from C where A >= 'Dell' and A < 'Dell~'").unwrap();
    let of = |value: &str| query.holds(&[Instance::from_iter([("a", Some(value), None)])]);
    for (value, expect) in [
        ("Dell", true),
        ("dell inc.", true),
        ("DELL}", true),
        ("Dell~", false),
        ("Dellä", false),
        ("Del", false),
    ] {
        assert_eq!(of(value), Truth::from(expect), "{value}");
    }
}

#[test]
fn names_of_classes_compare_in_any_writing() {
    assert_eq!(class_key("ROOT/CIMv2", "Win32_BIOS"), class_key(r"root\cimv2", "win32_bios"));
    assert_ne!(class_key(r"root\cimv2", "a"), class_key(r"root\other", "a"));
}

proptest! {
    #[test]
    fn patterns_match_what_the_obvious_table_says(pattern in r"[ab%_\[\]^=-]{0,10}", value in r"[ab^\[\]-]{0,10}") {
        let found = Pattern::parse(&pattern).map(|pattern| pattern.matches(&value));
        prop_assert_eq!(found, like::matches(&pattern, &value));
    }
}
