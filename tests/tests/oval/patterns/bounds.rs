//! Sees that hostile patterns and texts end soon, with an error where need be, and that nothing panics.

use std::time::{Duration, Instant};

use patchstate::generate::random::Random;
use patchstate::model::oval::pattern::{Fault, Pattern};

/// Far above what a release build needs, as tests are built without optimization and share a machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn time(what: &str, run: impl FnOnce() -> String) {
    let start = Instant::now();
    let answer = run();
    let elapsed = start.elapsed();
    println!("{elapsed:>12.3?}  {what}: {answer}");
    assert!(elapsed < PATIENCE, "{what} took {elapsed:?}");
}

#[test]
fn large_patterns_end_soon() {
    let nested = |count: usize| format!("{}a{}", "(".repeat(count), ")".repeat(count));
    let patterns = [
        "(((a{1000}){1000}){1000})".to_owned(),
        "(?:(?:(?:a(?=b){1000}){1000}){1000})".to_owned(),
        "()(?:(?:(?:\\1){1000}){1000}){1000}".to_owned(),
        "(?:(?:(?:(?:a?){65535}){65535}){65535}){65535}".to_owned(),
        ".{65535}".to_owned(),
        "(?:.{300}){300}".to_owned(),
        "(?=.{60000})a".to_owned(),
        "[^a]{60000}(?!b)".to_owned(),
        nested(199),
        nested(30_000),
        "(".repeat(60_000),
        "(?:a|".repeat(12_000),
        "a|".repeat(30_000),
        "(a)".repeat(20_000),
        "(?=a)".repeat(12_000),
        "[".repeat(60_000),
        "\\1".repeat(30_000),
        "a".repeat(64 * 1024 + 1),
        "(a*)*".repeat(10_000),
        "(?:".repeat(100) + "(?=a)" + &")*".repeat(100),
        "((".to_owned() + &"a?".repeat(20_000) + "){2}){2}",
    ];
    for pattern in &patterns {
        let name: String = pattern.chars().take(50).collect();
        time(&format!("{name} ({} bytes)", pattern.len()), || match Pattern::new(pattern) {
            Ok(pattern) => format!("{:?}", pattern.is_match(&"a".repeat(5000))),
            Err(fault) => fault.to_string(),
        });
    }
    assert_eq!(Pattern::new("(((a{1000}){1000}){1000})").unwrap_err(), Fault::TooLarge);
}

#[test]
fn hostile_searches_end_soon() {
    let million = "a".repeat(1 << 20);
    let spaced = "a ".repeat(1 << 19);
    let hundred = "a".repeat(100 << 10) + "!";
    let small = "a".repeat(4096) + "x";
    let patterns = [
        "(a+)+$",
        "(a*)*b",
        "(?=(a+)+b)",
        "(a+a+)+y\\1",
        "(?=.*x)y",
        "(?=(?>a*)x)y",
        "(?:(?=.*x)a|aa)+y(?=.)",
        "(?:(?>.*)|a)*y",
        "(?:a(?=.*y))*+z",
        "(a*)(?:.\\1?)*y",
        "(?:.*a){20}(?!a)b",
        "(?:(?=a*b)|a)*$c",
        "(?>(?>(?>a*)*)*)*b",
        "(?:(?!b)a)*c",
        "(?<=a{255})b",
        "(?<!a{200}b)c(?=d)",
        ".*.*.*.*.*b",
        "(?:a?){300}a{300}b",
        "[ab]*a[ab]{400}c",
        "(?i)(a|aa)+\\1$b",
        "(?s).*?(?=(?s).*?b)c",
        "(?:a{0,60000}){0,1}+b",
        "(?:\\b|a)*+b",
    ];
    for pattern in patterns {
        let compiled = Pattern::new(pattern).unwrap();
        for (name, text) in [("1M", &million), ("1M spaced", &spaced), ("100K", &hundred), ("4K", &small)] {
            time(&format!("{pattern} on {name}"), || {
                format!(
                    "{:?} {:?}",
                    compiled.is_match(text),
                    compiled.first_group(text).map(|found| found.is_some())
                )
            });
        }
    }
}

#[test]
fn ordinary_patterns_stay_linear_on_long_texts() {
    let text = "foo-12 bar\n".repeat(100_000);
    for pattern in [
        "^foo-\\d+$",
        "(^|,)bar(,|$)",
        "^(?:nothing|else)$|x$",
        "(?m)^zoo$",
        "\\bzoo\\b",
        "(?i)ZOO",
        "^.*[xyz]$",
    ] {
        let compiled = Pattern::new(pattern).unwrap();
        time(pattern, || {
            let answer = compiled.is_match(&text);
            assert_eq!(answer, Ok(false), "{pattern}");
            format!("{answer:?}")
        });
    }
}

#[test]
fn random_patterns_do_not_panic() {
    const PIECES: &[&str] = &[
        "(", ")", "[", "]", "{", "}", "\\", "|", "*", "+", "?", "^", "$", ".", "-", ":", "=", "!", "<", ">",
        "P", "Q", "E", "k", "g", "x", "c", "0", "1", "9", ",", "'", "#", " ", "\n", "i", "m", "s", "é",
        "\u{2028}", "😀", "\0", "[:", ":]", "(?", "\\Q", "\\E", "(?x)", "\\x{", "a", "b", "n", "&&", "~~",
        "--", "R", "\\g{-", "65535}", "(?P<n>", "\\k<n>",
    ];
    let mut random = Random::new(1);
    let mut next = || random.below(usize::MAX);
    let mut good = 0;
    for _ in 0..100_000 {
        let count = next() % 14;
        let mut pattern: String = (0..count).map(|_| PIECES[next() % PIECES.len()]).collect();
        if next() % 4 == 0 {
            let bytes: Vec<u8> = (0..next() % 20).map(|_| next() as u8).collect();
            pattern.push_str(&String::from_utf8_lossy(&bytes));
        }
        let Ok(compiled) = Pattern::new(&pattern) else { continue };
        good += 1;
        for text in ["", "a", "ab\n", "é😀\n1 -", &pattern] {
            for instance in [0, 1, 2, 5] {
                let _ = compiled.nth(text, instance);
            }
            let _ = (compiled.is_match(text), compiled.first_group(text));
        }
    }
    println!("{good} of 100000 random patterns are patterns");
    assert!(good > 1000);
}
